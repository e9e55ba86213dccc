"""Usage: run_colours.py PLUG-IN SHARPEN-SERVICE SMALL-PICTURE-PLUG-IN: the cases of colours.py in a fresh GIMP."""

import os
import pathlib
import shutil
import sys
import tempfile

import fake_service
import harness

here = pathlib.Path(__file__).resolve().parent
plug_in, service, small_picture = sys.argv[1:4]
with tempfile.TemporaryDirectory() as folder, fake_service.FakeService() as fake:
    os.environ["FAKE_REQUEST"] = str(pathlib.Path(folder) / "request")
    gimp = harness.Gimp(folder, plug_in, service, core=("python-eval", "file-png"))
    (gimp.profile / "plug-ins" / "small-picture").mkdir()
    shutil.copy(small_picture, gimp.profile / "plug-ins" / "small-picture" / "small-picture")
    done = gimp.python(here / "colours.py", timeout=220, GIMP_KIT=str(here), FAKE_URL=fake)
    print(done.stdout)
    if done.returncode != 0 or " cases, 0 failed" not in done.stdout:
        sys.exit("FAILED")
