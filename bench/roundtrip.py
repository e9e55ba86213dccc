#!/usr/bin/env python3
"""The whole plug-in on one layer beside GIMP's own export and load of the same layer: seconds and memory.

Usage: roundtrip [--megapixels LIST] [--kinds-megapixels N] [--repeats N] [--json FILE] [--plug-in FILE --service FILE]

Both in the same GIMP. The service is sharpen-service with --engine identity, so that what is measured is the way there
and back. `gimp` is PNG export with GIMP's default settings and loading the file as a layer, `gimp fast` the same with
compression 1. Memory is the largest anonymous memory (RssAnon) of the plug-in's process, sampled 50 times a second.
"""

import argparse
import json
import os
import pathlib
import sys
import tempfile
import threading
import time

here = pathlib.Path(__file__).resolve().parent
tests = here.parent / "tests" / "gimp"
sys.path.insert(0, str(tests))
import harness

build = pathlib.Path(os.environ.get("REMOTE_SHARPEN_BUILD", here.parent / "build"))
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--megapixels", default="1,6,24,100", help="sizes, separated by commas (default 1,6,24,100)")
parser.add_argument("--kinds-megapixels", default="24",
                    help="size of layers of other precisions and with alpha, of which only our side is measured; 0: none")
parser.add_argument("--repeats", default="3", help="runs below 50 MP, of which the median counts (default 3)")
parser.add_argument("--json", help="write the figures here")
parser.add_argument("--plug-in", default=build / "plugin" / "remote-sharpen")
parser.add_argument("--service", default=build / "service" / "sharpen-service")
options = parser.parse_args()


class Sampler(threading.Thread):
    """Watches the anonymous memory of every process that runs the plug-in of one profile."""

    def __init__(self, program, peak):
        super().__init__(daemon=True)
        self.program, self.peak, self.highest, self.ended = str(program), peak, 0.0, False
        peak.write_text("0")

    def processes(self):
        for status in pathlib.Path("/proc").glob("[0-9]*/exe"):
            try:
                if os.readlink(status) == self.program:
                    yield status.parent / "status"
            except OSError:
                pass

    def run(self):
        watched, rounds = [], 0
        while not self.ended:
            reset = self.peak.with_suffix(".reset")
            if reset.exists():
                reset.unlink()
                self.highest = 0.0
            if rounds % 5 == 0:
                watched = list(self.processes())
            rounds += 1
            for status in watched:
                try:
                    lines = status.read_text().splitlines()
                except OSError:
                    continue
                kilobytes = [int(line.split()[1]) for line in lines if line.startswith("RssAnon")]
                self.highest = max([self.highest] + [kb / 1024 for kb in kilobytes])
            fresh = self.peak.with_suffix(".new")
            fresh.write_text(f"{self.highest:.1f}")
            fresh.replace(self.peak)
            time.sleep(0.02)


with tempfile.TemporaryDirectory() as folder, \
        harness.sharpen_service(options.service, folder, "--engine", "identity") as url:
    gimp = harness.Gimp(folder, options.plug_in, options.service, core=("python-eval", "file-png"))
    peak, out = pathlib.Path(folder) / "peak", pathlib.Path(folder) / "rows.json"
    sampler = Sampler(gimp.profile / "plug-ins" / "remote-sharpen" / "remote-sharpen", peak)
    sampler.start()
    done = gimp.python(tests / "roundtrip_run.py", timeout=3000, GIMP_KIT=str(tests), SERVICE_URL=url, PEAK=str(peak),
                       MEGAPIXELS=options.megapixels, REPEATS=options.repeats,
                       KINDS_MEGAPIXELS=options.kinds_megapixels, FOLDER=folder, OUT=str(out))
    sampler.ended = True
    if not out.exists():
        harness.fail("GIMP did not finish", done.stdout)
    found = json.loads(out.read_text())
    rows, kinds = found["rows"], found["kinds"]

print(f"{'MP':>6} {'ours, s':>9} {'GIMP, s':>9} {'GIMP fast, s':>13} {'ratio':>7} {'ratio fast':>11} {'memory, MB':>11}")
for row in rows:
    print(f"{row['megapixels']:6.0f} {row['ours_s']:9.2f} {row['gimp_s']:9.2f} {row['gimp_fast_s']:13.2f} "
          f"{row['ratio']:7.1f} {row['gimp_fast_s'] / row['ours_s']:11.1f} {row['peak_anonymous_mb']:11.0f}")
for kind in kinds:
    print(f"{kind['megapixels']:6.0f} {kind['ours_s']:9.2f} {kind['kind']:>43} {kind['peak_anonymous_mb']:11.0f}")
if options.json:
    pathlib.Path(options.json).write_text(json.dumps(found, indent=2) + "\n")
