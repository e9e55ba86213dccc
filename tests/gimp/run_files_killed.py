"""Usage: run_files_killed.py PLUG-IN SHARPEN-SERVICE: a run on many files is killed again and again.

GIMP, the command or the service is killed at random moments and started again. At the end every picture is there
once, was charged once, and equals that of a run that nobody disturbed.
"""

import contextlib
import json
import os
import pathlib
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request

import harness
from pictures import picture, pixels

PLUG_IN, SERVICE = sys.argv[1:3]
PICTURES, KILLS = 30, 10
DICE = random.Random(int(os.environ.get("SEED", "0")) or time.time_ns())


class Service:
    """One that is started again at the same place, with what it had."""

    def __init__(self, folder, key):
        self.folder, self.key, self.port = folder, key, 0
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.kill()

    def start(self):
        self.process = subprocess.Popen(
            [SERVICE, "--engine", "identity", "--key-file", str(self.key), "--balance", "1000", "--state",
             str(self.folder / "state"), "--port", str(self.port), "--behaviour", "processing_ms=400"],
            stdout=subprocess.PIPE, text=True)
        self.url = json.loads(self.process.stdout.readline())["url"]
        self.port = int(self.url.rpartition(":")[2])

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def charges(self):
        request = urllib.request.Request(self.url + "/account/v1/credits/charges", headers={"X-API-Key": "the-key"})
        with urllib.request.urlopen(request) as answer:
            return [charge["filename"] for charge in json.load(answer)["charges"]]


def gimp_below(process):
    """The GIMP that a command has started."""
    found = subprocess.run(["pgrep", "-P", str(process)], capture_output=True, text=True, check=False).stdout.split()
    return int(found[0]) if found else None


def start(gimp, folder, url):
    program = gimp.profile / "plug-ins" / "remote-sharpen" / "remote-sharpen"
    return subprocess.Popen([program, "in", "-o", "out", "--service", "own-server", "--service-url", url],
                            cwd=folder, env=gimp.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def end_of(run):
    said = run.communicate(timeout=300)[0]
    return said, run.returncode


def let_time_pass(gimp):
    """A picture that never arrived is only sent again after a quarter of an hour."""
    with contextlib.closing(sqlite3.connect(gimp.profile / "remote-sharpen" / "jobs.sqlite")) as journal, journal:
        journal.execute("UPDATE jobs SET created = created - 3600")


def undisturbed(folder, key):
    gimp = harness.Gimp(folder / "calm", PLUG_IN, SERVICE, core=("script-fu", "file-png"))
    gimp.environment["SHARPEN_SERVICE_KEY"] = "the-key"
    with Service(folder / "calm", key) as service:
        said, code = end_of(start(gimp, folder, service.url))
    if code != 0:
        harness.fail("the undisturbed run", said)
    (folder / "out").rename(folder / "calm-out")


def wait_for_outputs(folder, count, run):
    """So that the moments are spread over the whole run, however fast the machine is."""
    end = time.monotonic() + 60
    while len(list(folder.glob("*.png"))) < count and run.poll() is None and time.monotonic() < end:
        time.sleep(0.02)


def disturbed(gimp, folder, service):
    run = start(gimp, folder, service.url)
    for kill in range(KILLS):
        whom = ("gimp", "command", "service")[kill % 3]
        wait_for_outputs(folder / "out", int(PICTURES * (kill + DICE.random()) / (KILLS + 1)), run)
        time.sleep(DICE.uniform(0, 1))
        print("killing", whom, len(list((folder / "out").glob("*.png"))), "done", flush=True)
        if whom == "service":
            service.kill()
            time.sleep(DICE.uniform(0, 1))
            service.start()
            continue
        victim = gimp_below(run.pid) if whom == "gimp" else run.pid
        if victim:
            os.kill(victim, signal.SIGKILL)
        end_of(run)
        run = start(gimp, folder, service.url)
    said, code = end_of(run)
    if code != 0:  # a submit whose answer was lost is looked for again
        said, code = end_of(start(gimp, folder, service.url))
    if code != 0:
        let_time_pass(gimp)
        said, code = end_of(start(gimp, folder, service.url))
    if code != 0:
        harness.fail("the last run", said)
    charges = service.charges()
    if len(charges) != PICTURES:
        harness.fail(f"{len(charges)} charges for {PICTURES} pictures", said)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "calm").mkdir()
        (folder / "wild").mkdir()
        key = folder / "key"
        key.write_text("the-key\n")
        inputs = [picture(folder / "in" / f"{index:02}.png", size=200) for index in range(PICTURES)]
        undisturbed(folder, key)

        gimp = harness.Gimp(folder / "wild", PLUG_IN, SERVICE, core=("script-fu", "file-png"))
        gimp.environment["SHARPEN_SERVICE_KEY"] = "the-key"
        with Service(folder / "wild", key) as service:
            disturbed(gimp, folder, service)
        outputs = sorted((folder / "out").glob("*.png"))
        if [file.name for file in outputs] != [file.name for file in inputs]:
            harness.fail(f"not every picture once: {[file.name for file in outputs]}")
        for file in outputs:
            if pixels(file) != pixels(folder / "calm-out" / file.name):
                harness.fail(f"{file.name} is another than in the undisturbed run")
        left = [file.name for file in (folder / "out").iterdir() if file.name.startswith(".")]
        if left:
            harness.fail(f"left over: {left}")
    print("ok")


main()
