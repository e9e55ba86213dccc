"""Usage: run_recovering.py PLUG-IN SHARPEN-SERVICE: a killed run is fetched by the same GIMP, and by another one."""

import os
import pathlib
import sys
import tempfile

import fake_service
import harness

here = pathlib.Path(__file__).resolve().parent
plug_in, service = sys.argv[1:3]
with tempfile.TemporaryDirectory() as folder, fake_service.FakeService() as fake:
    for name in ("FAKE_RELEASE", "FAKE_SUBMITTED"):
        os.environ[name] = str(pathlib.Path(folder) / name.lower())
    gimp = harness.Gimp(folder, plug_in, service, core=("python-eval",))
    program = gimp.profile / "plug-ins" / "remote-sharpen" / "remote-sharpen"
    # "again" follows a kill, and then a GIMP that ended with its image unsaved.
    for part in ("same", "kill", "other", "kill-one", "again", "again", "save"):
        paid = len(fake_service.Handler.results)
        done = gimp.python(here / "recovering.py", timeout=80, GIMP_KIT=str(here), FAKE_URL=fake, PART=part,
                           PLUG_IN=str(program))
        if f"recovering: {part} ok" not in done.stdout:
            harness.fail(part, done.stdout)
        paid = len(fake_service.Handler.results) - paid
        if (part == "again" and paid != 0) or (part == "save" and paid != 1):
            harness.fail(f"{part}: {paid} pictures were paid for")
        print(part, "ok")
