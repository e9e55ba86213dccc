"""Usage: run_secrets.py PLUG-IN SHARPEN-SERVICE: looks for the API key wherever it must not be.

Runs that work, that are refused and that start the embedded service, all with recognisable keys in the
environment and every debugging message on. Then no file that was written, no line that was logged, and no
command line of any process may hold a key, nor may the environment of the service that the plug-in starts.
"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading

import harness

KEY = "recognisable-2f6b1c9d7e"
CALL = """
(let* ((image (car (gimp-image-new 40 30 RGB)))
       (layer (car (gimp-layer-new image "Photo" 40 30 RGB-IMAGE 100 LAYER-MODE-NORMAL))))
  (gimp-image-insert-layer image layer 0 0)
  (plug-in-remote-sharpen #:run-mode RUN-NONINTERACTIVE #:image image #:drawables (vector layer) %s)
  (gimp-xcf-save RUN-NONINTERACTIVE image "%s"))
"""


class CommandLines:
    """Collects what `ps` would show of every process while the tests run."""

    def __init__(self):
        self.seen = set()
        self.children = {}
        self.end = threading.Event()
        self.thread = threading.Thread(target=self.watch)

    def watch(self):
        while not self.end.wait(0.01):
            for process in pathlib.Path("/proc").glob("[0-9]*"):
                try:
                    command = (process / "cmdline").read_bytes()
                    self.seen.add(command)
                    if b"sharpen-service" in command and b"this-computer" in command:
                        self.children[process.name] = (process / "environ").read_bytes()
                except OSError:
                    pass  # it ended meanwhile

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.end.set()
        self.thread.join()


def files_with(secret, folder):
    return [
        path.relative_to(folder)
        for path in pathlib.Path(folder).rglob("*")
        if path.is_file() and not path.is_symlink() and secret.encode() in path.read_bytes()
    ]


def start_with_key(program, folder, key):
    """A service that wants a key; it is told over a pipe, so that no file holds it."""
    process = subprocess.Popen(
        [program, "--key-file", "-", "--engine", "identity", "--state", tempfile.mkdtemp(dir=folder)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )
    process.stdin.write(key + "\n")
    process.stdin.close()
    return process, json.loads(process.stdout.readline())["url"]


plug_in, service = sys.argv[1:3]
with tempfile.TemporaryDirectory() as folder, CommandLines() as watched:
    control = pathlib.Path(folder) / "control"
    control.write_text(KEY)
    if files_with(KEY, folder) != [pathlib.Path("control")]:
        harness.fail("this test cannot find a key that is there")
    control.unlink()

    gimp = harness.Gimp(folder, plug_in, service, core=("script-fu",))
    right, right_url = start_with_key(service, folder, KEY)
    other, other_url = start_with_key(service, folder, "something-else")
    keys = {"TOPAZ_API_KEY": KEY, "AIMLAPI_KEY": KEY, "SHARPEN_SERVICE_KEY": KEY, "G_MESSAGES_DEBUG": "all"}
    logs = ""
    try:
        for name, arguments, good in (
            ("topaz", f'#:service "topaz" #:service-url "{right_url}"', True),
            ("own", f'#:service "own-server" #:service-url "{right_url}"', True),
            ("aimlapi", f'#:service "aimlapi" #:service-url "{right_url}"', True),
            ("refused", f'#:service "topaz" #:service-url "{other_url}"', False),
            ("here", '#:service "this-computer"', True),
        ):
            image = pathlib.Path(folder) / f"{name}.xcf"
            done = gimp.run("scheme", CALL % (arguments, image), timeout=90, **keys)
            logs += done.stdout
            if (done.returncode == 0) != good or image.exists() != good:
                harness.fail(f"{name}: exit status {done.returncode}", done.stdout)
    finally:
        right.terminate()
        other.terminate()
        for child in watched.children:
            try:
                os.kill(int(child), signal.SIGTERM)
            except ProcessLookupError:
                pass

    if KEY in logs:
        harness.fail("the key is in what GIMP printed")
    if found := files_with(KEY, folder):
        harness.fail(f"the key is in {found}")
    if any(KEY.encode() in command for command in watched.seen):
        harness.fail("the key is in a command line")
    if not watched.children:
        harness.fail("the embedded service was never seen")
    for environment in watched.children.values():
        if KEY.encode() in environment or b"API_KEY" in environment:
            harness.fail("the embedded service sees the key")

    # Its own one-time key is in the note for the next run, private, and nowhere else.
    (note,) = (pathlib.Path(folder) / "runtime" / "remote-sharpen").glob("service-*.json")
    one_time = json.loads(note.read_text())["key"]
    if files_with(one_time, folder) != [note.relative_to(folder)] or note.stat().st_mode & 0o077:
        harness.fail(f"the one-time key is in {files_with(one_time, folder)}")
    if one_time in logs or any(one_time.encode() in command for command in watched.seen):
        harness.fail("the one-time key is in a log or a command line")
    print("ok")
