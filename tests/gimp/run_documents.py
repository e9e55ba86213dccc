"""Usage: run_documents.py PLUG-IN SHARPEN-SERVICE: runs the commands of the manual and of docs/examples as they stand.

README's are run by tests/tools/readme_test.py, those for servers by tests/service/documents_test.py.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import harness
from pictures import picture

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "tools"))
from document_blocks import run_each  # noqa: E402

DOCS = TOP / "docs"
OUTPUTS = {"script.scm": "called.png", "one-layer.scm": "photo.xcf", "one_layer.py": "photo-sharp.png"}
SCRIPT = """(begin (script-fu-use-v3)
  (let* ((image (gimp-file-load RUN-NONINTERACTIVE "photo.jpg"))
         (drawables (gimp-image-get-layers image)))
    %s
    (gimp-file-save RUN-NONINTERACTIVE image "called.png")
    (gimp-image-delete image)))"""


class Documents:
    def __init__(self, folder, plug_in, service):
        self.folder = folder / "work"
        self.service = pathlib.Path(service).resolve()
        gimp = harness.Gimp(folder, plug_in, service, core=("script-fu", "python-eval", "file-jpeg", "file-png"))
        programs = gimp.profile / "plug-ins" / "remote-sharpen"
        self.environment = gimp.environment | {"PATH": f"{programs}:{os.environ['PATH']}"}
        for name in ("photo.jpg", "photos/first.png", "photos/deep/second.jpg"):
            picture(self.folder / name)
        for example in (DOCS / "examples").iterdir():
            shutil.copy(example, self.folder)

    def shell(self, command):
        done = subprocess.run(["bash", "-ec", command], cwd=self.folder, env=self.environment, capture_output=True,
                              text=True, timeout=120, check=False)
        if done.returncode != 0:
            harness.fail(command, done.stdout + done.stderr)
        return done.stdout

    def expect(self, *names):
        for name in names:
            if not (self.folder / name).is_file():
                harness.fail(f"{name} is missing")
            (self.folder / name).unlink()

    def many_pictures(self, command):
        if "--service topaz" not in command:
            self.shell(command)
            return self.expect("sharp/first.png")
        prices, paid = command.splitlines()
        if "Cost: 2" not in self.shell(prices):
            harness.fail(f"{prices} says no price")
        # An own server stands in for the paid one.
        with harness.sharpen_service(self.service, self.folder, "--engine", "identity") as url:
            self.shell(paid.replace("--service topaz", f"--service own-server --service-url {url}"))
        self.expect("sharp/first.png", "sharp/deep/second.jpg")

    def call(self, scheme):
        (self.folder / "script.scm").write_text(SCRIPT % scheme)

    def batch(self, command):
        self.shell(command)
        self.expect(OUTPUTS[re.search(r'\("([\w.-]+)"\)|load "([\w.-]+)"', command).expand(r"\1\2")])


def main():
    plug_in, service = sys.argv[1:3]
    with tempfile.TemporaryDirectory() as name:
        documents = Documents(pathlib.Path(name), plug_in, service)
        ways = {"remote-sharpen ": documents.many_pictures, "(plug-in": documents.call, "gimp-console": documents.batch}
        error = run_each([*sorted((DOCS / "manual").glob("*.md")), DOCS / "examples" / "README.md"], ways)
    if error:
        harness.fail(error)
    print("ok")


main()
