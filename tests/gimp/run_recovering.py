"""Usage: run_recovering.py PLUG-IN SHARPEN-SERVICE: a killed run is fetched by the same GIMP, and by another one; two at once
share a job; its arguments."""

import concurrent.futures
import copy
import os
import pathlib
import sqlite3
import sys
import tempfile
import time

import fake_service
import harness

here = pathlib.Path(__file__).resolve().parent
plug_in, service = sys.argv[1:3]


def run(gimp, part):
    done = gimp.python(here / "recovering.py", timeout=80, GIMP_KIT=str(here), FAKE_URL=fake, PART=part,
                       PLUG_IN=str(program))
    if f"recovering: {part} ok" not in done.stdout:
        harness.fail(part, done.stdout)


def run_two(gimp):
    """Both are at work before the result is there."""
    release = pathlib.Path(os.environ["FAKE_RELEASE"])
    release.unlink()
    other = copy.copy(gimp)
    other.log = gimp.log.with_name("other.log")
    with concurrent.futures.ThreadPoolExecutor() as pool:
        runs = [pool.submit(run, one, "together") for one in (gimp, other)]
        journal = sqlite3.connect(gimp.profile / "remote-sharpen" / "jobs.sqlite", timeout=20)
        while not any(one.done() for one in runs):
            at_work = "SELECT count(*) FROM jobs WHERE step = 'running' AND owner != ''"
            if journal.execute(at_work).fetchone() == (2,):
                release.touch()
            time.sleep(0.05)
        release.touch()
        for one in runs:
            one.result()


with tempfile.TemporaryDirectory() as folder, fake_service.FakeService() as fake:
    for name in ("FAKE_RELEASE", "FAKE_SUBMITTED"):
        os.environ[name] = str(pathlib.Path(folder) / name.lower())
    gimp = harness.Gimp(folder, plug_in, service, core=("python-eval",))
    program = gimp.profile / "plug-ins" / "remote-sharpen" / "remote-sharpen"
    # "again" follows a kill, and then a GIMP that ended with its image unsaved.
    for part in ("same", "kill", "other", "kill-one", "again", "again", "save", "together", "arguments"):
        paid = len(fake_service.Handler.results)
        run_two(gimp) if part == "together" else run(gimp, part)
        paid = len(fake_service.Handler.results) - paid
        if paid != {"again": 0, "save": 2, "together": 1, "arguments": 1}.get(part, paid):
            harness.fail(f"{part}: {paid} pictures were paid for")
        print(part, "ok")
