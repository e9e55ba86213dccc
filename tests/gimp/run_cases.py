"""Usage: run_cases.py PLUG-IN SHARPEN-SERVICE: the cases of cases.py in a fresh GIMP."""

import os
import pathlib
import sys
import tempfile

import fake_service
import harness

here = pathlib.Path(__file__).resolve().parent
plug_in, service = sys.argv[1:3]
with tempfile.TemporaryDirectory() as folder, fake_service.FakeService() as fake, \
        harness.sharpen_service(service, folder, "--engine", "identity") as url:
    os.environ["FAKE_REQUEST"] = str(pathlib.Path(folder) / "request")
    gimp = harness.Gimp(folder, plug_in, service, core=("python-eval", "file-png"))
    done = gimp.python(here / "cases.py", timeout=280, fonts=True, GIMP_KIT=str(here), SERVICE_URL=url, FAKE_URL=fake,
                       CASES=" ".join(sys.argv[3:]))
    print(done.stdout)
    if done.returncode != 0 or " cases, 0 failed" not in done.stdout:
        sys.exit("FAILED")
