"""Usage: run_waiting.py PLUG-IN SHARPEN-SERVICE: the cases of waiting.py in a fresh GIMP."""

import pathlib
import sys
import tempfile

import fake_service
import harness

here = pathlib.Path(__file__).resolve().parent
plug_in, service = sys.argv[1:3]
with tempfile.TemporaryDirectory() as folder, fake_service.FakeService() as fake:
    gimp = harness.Gimp(folder, plug_in, service, core=("python-eval",))
    gimp.use_meanwhile(folder)
    done = gimp.python(here / "waiting.py", timeout=240, GIMP_KIT=str(here), FAKE_URL=fake)
    print(done.stdout)
    if done.returncode != 0 or " cases, 0 failed" not in done.stdout:
        sys.exit("FAILED")
