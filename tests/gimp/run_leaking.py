"""Usage: run_leaking.py PLUG-IN SHARPEN-SERVICE [RUNS]: no leak that grows.

LeakSanitizer stands beside the plug-in: nothing that its own code allocated may be lost, and what GIMP's libraries lose
(a few bytes for each call) must stay that small with many layers. GIMP's own memory after 2 and 4 times RUNS runs in one
process must not grow with their number.
"""

import json
import pathlib
import re
import sys
import tempfile

import harness

WRAPPER = """#!/bin/sh
export LSAN_OPTIONS=exitcode=0:fast_unwind_on_malloc=0:log_path={logs}/leaks LD_PRELOAD=liblsan.so.0
exec {real} "$@"
"""
here = pathlib.Path(__file__).resolve().parent
plug_in, service = sys.argv[1:3]
runs = int(sys.argv[3]) if len(sys.argv) > 3 else 15
BYTES_PER_LAYER, KILOBYTES_PER_RUN = 200, 20
LIBRARIES = ("/libglib-", "/libgobject-", "/libstdc++", "/libc.so", "libsanitizer", "/usr/include/c++/")


def is_ours(leak):
    """Whether the plug-in's own code asked for the memory, perhaps through GLib or the standard library."""
    frames = [line for line in leak.splitlines() if re.match(r" +#\d", line)]
    return "sharpen::" in next((frame for frame in frames if not any(name in frame for name in LIBRARIES)), "")


def leaked_bytes(reports):
    """Of the reports that are whole: the last one may be cut off when GIMP ends."""
    found = (re.search(r"SUMMARY: LeakSanitizer: (\d+) byte", report) for report in reports)
    return [int(summary.group(1)) for summary in found if summary]


with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, harness.sharpen_service(service, folder, "--engine", "identity") as url:
    gimp = harness.Gimp(folder, plug_in, service, core=("python-eval",))
    program = gimp.profile / "plug-ins" / "remote-sharpen" / "remote-sharpen"
    real = pathlib.Path(folder) / "the-plug-in"
    program.rename(real)
    program.write_text(WRAPPER.format(logs=folder, real=real))
    program.chmod(0o755)
    out = pathlib.Path(folder) / "kilobytes.json"
    done = gimp.python(here / "leaking.py", timeout=900, GIMP_KIT=str(here), SERVICE_URL=url, OUT=str(out), RUNS=str(runs))
    if not out.exists():
        harness.fail("GIMP did not finish", done.stdout)
    logs = sorted(pathlib.Path(folder).glob("leaks.*"), key=lambda log: log.stat().st_mtime)
    reports = [log.read_text() for log in logs]
    kilobytes = json.loads(out.read_text())

if ours := [leak for report in reports for leak in re.split(r"\n\n", report) if is_ours(leak)]:
    harness.fail(f"{len(ours)} leaks", "\n\n".join(ours))
if len(reports) < 3 + 4 * runs:
    harness.fail(f"only {len(reports)} reports of LeakSanitizer")
# One of the last three runs is of nine layers, the others of one.
one, *_, nine = sorted(leaked_bytes(reports)[-3:])
print(f"lost by libraries: {one} bytes with one layer, {nine} with nine; GIMP: {kilobytes} kB")
if nine - one > 8 * BYTES_PER_LAYER:
    harness.fail("what is lost grows with the layers", reports[-1])
if kilobytes[2] - kilobytes[1] > 2 * runs * KILOBYTES_PER_RUN:
    harness.fail("GIMP's memory grows with the runs")
