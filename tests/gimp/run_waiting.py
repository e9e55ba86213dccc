"""Usage: run_waiting.py PLUG-IN SHARPEN-SERVICE: the cases of waiting.py in a fresh GIMP."""

import os
import pathlib
import shutil
import sys
import tempfile

import fake_service
import harness

here = pathlib.Path(__file__).resolve().parent
plug_in, service = sys.argv[1:3]
with tempfile.TemporaryDirectory() as folder, fake_service.FakeService() as fake:
    for name in ("FAKE_RELEASE", "FAKE_SUBMITTED", "MEANWHILE"):
        os.environ[name] = str(pathlib.Path(folder) / name.lower())
    gimp = harness.Gimp(folder, plug_in, service, core=("python-eval",))
    shutil.copytree(here / "meanwhile", gimp.profile / "plug-ins" / "meanwhile")
    done = gimp.python(here / "waiting.py", timeout=240, GIMP_KIT=str(here), FAKE_URL=fake)
    print(done.stdout)
    if done.returncode != 0 or " cases, 0 failed" not in done.stdout:
        sys.exit("FAILED")
