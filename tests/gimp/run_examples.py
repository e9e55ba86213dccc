"""Usage: run_examples.py PLUG-IN SHARPEN-SERVICE: runs docs/examples, and README's script, as they stand."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

import harness
from pictures import picture, pixels

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "docs" / "examples"
# Of what we wrote. That its end finds a broken pipe is said of each plug-in by GIMP's library.
NOISE = re.compile("remote-sharpen: (?!gimp_flush)|stray image")
CORE = ("script-fu", "python-eval", "file-jpeg", "file-png")
LAYERS = """(begin (script-fu-use-v3)
  (let ((image (gimp-image-new 64 64 RGB)))
    (do ((index 0 (+ index 1))) ((= index 3))
      (let ((layer (gimp-layer-new image (number->string index) 64 64 RGB-IMAGE 100 LAYER-MODE-NORMAL)))
        (gimp-image-insert-layer image layer -1 0)
        (gimp-drawable-fill layer FILL-WHITE)))
    (gimp-file-save RUN-NONINTERACTIVE image "layers.xcf")
    (gimp-image-delete image)))"""
COUNT = """(begin (script-fu-use-v3)
  (let ((image (gimp-file-load RUN-NONINTERACTIVE "%s")))
    (display "layers:") (display (vector-length (gimp-image-get-layers image))) (newline)
    (gimp-image-delete image)))"""


def main():
    plug_in, service = sys.argv[1:3]
    with tempfile.TemporaryDirectory() as name:
        gimp = harness.Gimp(name, plug_in, service, core=CORE)
        folder = pathlib.Path(name) / "work"
        folder.mkdir()
        os.chdir(folder)
        picture(folder / "photo.jpg")
        picture(folder / "photos" / "first.png")
        picture(folder / "photos" / "deep" / "second.jpg")

        def run(interpreter, command):
            done = gimp.run(interpreter, command, timeout=120)
            if done.returncode != 0 or NOISE.search(done.stdout):
                harness.fail(command, done.stdout)
            return done.stdout

        for example in ("one-layer.scm", "folder.scm"):
            run("scheme", f'(load "{EXAMPLES / example}")')
        run("scheme", LAYERS)
        run("scheme", f'(load "{EXAMPLES / "all-layers.scm"}")')
        for image, layers in (("photo.xcf", 2), ("layers-sharp.xcf", 6)):
            if f"layers:{layers}" not in run("scheme", COUNT % image):
                harness.fail(f"{image} has not {layers} layers")
        run("python", f"exec(open({str(EXAMPLES / 'one_layer.py')!r}).read())")
        if len(pixels(folder / "photo-sharp.png")) != 64 * 64 * 3:
            harness.fail("photo-sharp.png")
        for file in ("first-sharp.png", "deep/second-sharp.jpg"):
            if not (folder / "sharp" / file).is_file():
                harness.fail(f"{file} is missing")

        script = re.search(r"```sh\n(gimp-console-3 .*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL).group(1)
        done = subprocess.run(["bash", "-c", script], env=gimp.environment, capture_output=True, text=True, timeout=120,
                              check=False)
        if done.returncode or NOISE.search(done.stdout + done.stderr) or not (folder / "sharp.png").is_file():
            harness.fail("README's script", done.stdout + done.stderr)

        command = gimp.profile / "plug-ins" / "remote-sharpen"
        environment = gimp.environment | {"PATH": f"{command}:{os.environ['PATH']}"}
        night = subprocess.run([EXAMPLES / "nightly.sh"], env=environment, capture_output=True, text=True, check=False)
        if night.stdout or night.stderr or not (folder / "sharp" / "first.png").is_file():
            harness.fail("nightly.sh", night.stdout + night.stderr)
        listed = {line.split("(")[1].split(")")[0] for line in (EXAMPLES / "README.md").read_text().splitlines()
                  if line.startswith("| [")}
        if listed != {file.name for file in EXAMPLES.iterdir()} - {"README.md"}:
            harness.fail("docs/examples/README.md does not list each example")
    print("ok")


main()
