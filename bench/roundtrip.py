#!/usr/bin/env python3
"""The whole plug-in on one layer beside GIMP's own export and load of the same layer: seconds and memory.

Usage: roundtrip [--megapixels LIST] [--kinds-megapixels LIST] [--repeats N] [--json FILE] [--results FOLDER] [--plug-in FILE --service FILE]

Both in the same GIMP. The service is sharpen-service with --engine identity, so that what is measured is the way there
and back. `gimp` is PNG export with GIMP's default settings and loading the file as a layer, `gimp fast` the same with
compression 1. Memory is the largest anonymous memory (RssAnon) of the plug-in's process, sampled 50 times a second.
"""

import argparse
import json
import math
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
parser.add_argument("--kinds-megapixels", default="24,100",
                    help="sizes of layers of other precisions and with alpha, of which only our side is measured; empty: none")
parser.add_argument("--repeats", default="3", help="runs below 50 MP, of which the median counts (default 3)")
parser.add_argument("--json", help="write the figures here")
parser.add_argument("--results", help="write roundtrip.md and the plot roundtrip.svg into this folder")
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
    if not out.exists() or "Traceback" in done.stdout:
        harness.fail("GIMP did not finish", done.stdout)
    found = json.loads(out.read_text())
    rows, kinds = found["rows"], found["kinds"]


HEAD = """# tools/bench roundtrip

The whole plug-in on one RGB layer of 8 bits (against `sharpen-service --engine identity`) beside GIMP's own PNG export
and load of the same layer in the same GIMP, each alone, on two cores. Memory is the largest anonymous memory of the
plug-in's process.

![Seconds over megapixels](roundtrip.svg)
"""
COLUMNS = {"ours_s": ("ours", "#c1440e"), "gimp_fast_s": ("GIMP, compression 1", "#7a8b99"), "gimp_s": ("GIMP", "#22303c")}


def table():
    yield "| MP | ours, s | GIMP, s | GIMP with compression 1, s | ratio | memory, MB |\n|---|---|---|---|---|---|"
    for row in rows:
        yield (f"| {row['megapixels']:.0f} | {row['ours_s']:.2f} | {row['gimp_s']:.2f} | {row['gimp_fast_s']:.2f} | "
               f"{row['ratio']:.1f} | {row['peak_anonymous_mb']:.0f} |")
    if kinds:
        yield "\n| other layers | MP | ours, s | memory, MB |\n|---|---|---|---|"
    for kind in kinds:
        yield f"| {kind['kind']} | {kind['megapixels']:.0f} | {kind['ours_s']:.2f} | {kind['peak_anonymous_mb']:.0f} |"


def plot():
    """Seconds over megapixels, both axes logarithmic, as SVG."""
    left, top, width, height = 60, 20, 460, 300
    sizes = [row["megapixels"] for row in rows]
    seconds = [row[key] for row in rows for key in COLUMNS]
    low, high = math.floor(math.log10(min(seconds))), math.ceil(math.log10(max(seconds)))
    x = lambda size: left + width * math.log(size / sizes[0]) / (math.log(sizes[-1] / sizes[0]) or 1)
    y = lambda value: top + height * (high - math.log10(value)) / (high - low)
    yield '<svg xmlns="http://www.w3.org/2000/svg" width="700" height="370" font-family="sans-serif" font-size="13">'
    yield '<rect width="700" height="370" fill="white"/>'
    for power in range(low, high + 1):
        at = y(10**power)
        yield f'<path d="M{left} {at:.1f}h{width}" stroke="#ddd"/><text x="{left - 8}" y="{at + 4:.1f}" text-anchor="end">{10.0**power:g} s</text>'
    for size in sizes:
        yield f'<text x="{x(size):.1f}" y="{top + height + 22}" text-anchor="middle">{size:g} MP</text>'
    for key, (name, colour) in COLUMNS.items():
        points = " ".join(f"{x(row['megapixels']):.1f},{y(row[key]):.1f}" for row in rows)
        yield f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2.5"/>'
        yield f'<text x="{left + width + 10}" y="{y(rows[-1][key]) + 4:.1f}" fill="{colour}">{name}</text>'
    yield "</svg>"


print("\n".join(table()))
if options.results:
    folder = pathlib.Path(options.results)
    (folder / "roundtrip.md").write_text("\n".join((HEAD, *table())) + "\n")
    (folder / "roundtrip.svg").write_text("\n".join(plot()) + "\n")
if options.json:
    pathlib.Path(options.json).write_text(json.dumps(found, indent=2) + "\n")
