"""Usage: run_windowed.py PLUG-IN SHARPEN-SERVICE [CASE…]: the cases of windowed.py in a GIMP with a window, under Xvfb."""

import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile

import fake_service
import harness


@contextlib.contextmanager
def screen():
    reader, writer = os.pipe()
    # Without the repeating of keys (-r): a busy machine would undo twice.
    server = subprocess.Popen(["Xvfb", "-displayfd", str(writer), "-screen", "0", "1280x1024x24", "-nolisten", "tcp", "-r"],
                              pass_fds=[writer], stderr=subprocess.DEVNULL)
    os.close(writer)
    try:
        with os.fdopen(reader) as numbers:
            yield ":" + numbers.readline().strip()
    finally:
        server.terminate()
        server.wait(10)


here = pathlib.Path(__file__).resolve().parent
plug_in, service = sys.argv[1:3]
with tempfile.TemporaryDirectory() as folder, fake_service.FakeService() as fake, screen() as display, \
        harness.sharpen_service(service, folder, "--engine", "identity") as url:
    gimp = harness.Gimp(folder, plug_in, service, core=("python-eval",))
    with open(gimp.profile / "gimprc", "a") as gimprc:
        gimprc.write('(show-welcome-dialog no)\n(config-version "3.0.4")\n(check-updates no)\n')
    gimp.use_meanwhile(folder)
    # What runs in the second command knows the newer window, as a run from its menu does.
    window = "for size in (90, 100): Gimp.Display.new(Gimp.Image.new(size, 80, Gimp.ImageBaseType.RGB))"
    done = gimp.python(here / "windowed.py", timeout=150, first=window, DISPLAY=display, GIMP_KIT=str(here), SERVICE_URL=url,
                       FAKE_URL=fake, CASES=" ".join(sys.argv[3:]))
    print(done.stdout)
    if " cases, 0 failed" not in done.stdout:
        sys.exit("FAILED")
