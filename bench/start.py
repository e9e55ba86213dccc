#!/usr/bin/env python3
"""How soon the dialog is there, what the plug-in costs GIMP's start, and how long it keeps its own windows waiting.

Usage: start [--repeats N] [--megapixels N] [--json FILE] [--results FOLDER] [--plug-in FILE --service FILE]

With a layer of 24 megapixels open in a real GIMP window: seconds from the start of the plug-in's process to its first
painted frame, beside those of GIMP's own Pagecurl dialog, in turns (medians); how long GIMP has to wait when it queries
the plug-in at the first start (median); and the longest time for which the dialog's main loop could not react,
from the first frame through preview and a whole job to the new layer, GIMP's own calls taken off: with an opaque layer,
and with one that has alpha, under a feathered selection.
"""

import argparse
import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent / "tests" / "gimp"))
sys.path.insert(0, str(here.parent / "tests" / "ui"))
import harness
from gimp_window import GimpSession, find_window, main, until

build = pathlib.Path(os.environ.get("REMOTE_SHARPEN_BUILD", here.parent / "build"))
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--results", help="write the figures as start.md into this folder")
parser.add_argument("--repeats", type=int, default=7, help="dialogs of each sort, and pairs of starts (default 7)")
parser.add_argument("--megapixels", type=float, default=24, help="size of the layer (default 24)")
parser.add_argument("--json", help="write the figures here")
parser.add_argument("--plug-in", default=build / "plugin" / "remote-sharpen")
parser.add_argument("--service", default=build / "service" / "sharpen-service")
options = parser.parse_args()

OURS, REFERENCE = "remote-sharpen", "pagecurl"


class Watched:
    """What watch.cpp wrote."""

    def __init__(self, file):
        self.file, self.read = file, 0
        file.touch()

    def new(self, program, what):
        """The figures that were added since the last call."""
        lines = self.file.read_text().splitlines()
        added, self.read = lines[self.read:], len(lines)
        return [float(line.split()[2]) for line in added if line.startswith(f"{program} {what} ")]


HEAD = """# tools/bench start

A layer of 24 megapixels in a real GIMP window, an optimised build. `bench/start.py` says what is measured and how.

| what | measured | to stay within |
|---|---|---|
"""
ROWS = (("first_frame_s", "from the start of the plug-in's process to its first painted frame, s", "0.25 more than the next"),
        ("reference_s", "the same of GIMP's own Pagecurl dialog, s", ""),
        ("query_ms", "what querying the plug-in adds to GIMP's first start, ms", "50"),
        ("longest_block_ms", "longest time without the main loop during a whole job, GIMP's own calls taken off, ms", "50"),
        ("longest_block_alpha_ms", "the same with alpha and a feathered selection, ms", "50"))

# Half of the layer is more or less transparent, and the selection's edge falls off over hundreds of pixels.
FEATHERED = """(let* ((image (car (gimp-file-load RUN-NONINTERACTIVE "{picture}")))
        (layer (vector-ref (car (gimp-image-get-layers image)) 0))
        (width (car (gimp-image-get-width image))) (height (car (gimp-image-get-height image))))
    (gimp-layer-add-alpha layer)
    (gimp-context-set-feather TRUE)
    (gimp-context-set-feather-radius 400 400)
    (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 0 0 (/ width 2) height)
    (gimp-drawable-edit-clear layer)
    (gimp-image-select-ellipse image CHANNEL-OP-REPLACE 0 0 width height)
    (gimp-xcf-save RUN-NONINTERACTIVE image "{feathered}"))"""


def query_cost(folder):
    """Seconds that GIMP waits for the plug-in when it meets it for the first time: the life of the process that it asks.

    Whole starts of GIMP differ by 0.1 s among themselves, with and without any plug-in.
    """
    (folder / "query").mkdir()
    gimp = harness.Gimp(folder / "query", options.plug_in, options.service, core=())
    program, log = gimp.profile / "plug-ins" / OURS / OURS, folder / "query.log"
    asked = program.with_name("asked")
    program.rename(asked)
    program.write_text(f"""#!/bin/sh
begin=$(date +%s%N)
'{asked}' "$@"
echo $(($(date +%s%N) - begin)) >>'{log}'
""")
    program.chmod(0o755)
    for _ in range(options.repeats):
        (gimp.profile / "pluginrc").unlink(missing_ok=True)
        subprocess.run(["gimp-console-3", "--no-data", "--no-fonts", "--quit"], env=gimp.environment, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return statistics.median(int(line) for line in log.read_text().split()) / 1e9


def first_frame(session, watched, program, entry, title):
    dialog = session.open_dialog(entry, title, program)
    frames = until(f"the first frame of {program}", lambda: watched.new(program, "frame"))
    dialog.press("Cancel")
    until(f"{program} to end", lambda: find_window(program, title) is None)
    return frames[0]


def longest_block(session, watched):
    """Seconds; through a whole job."""
    watched.new(OURS, "block")
    dialog = session.open_dialog()
    until("the preview", lambda: dialog.has_text("free"), 120)
    dialog.press("Sharpen")
    until("the new layer", lambda: "2 layers" in session.image_window().node.get_name(), 600)
    until("the plug-in to end", lambda: find_window(OURS, "Remote Sharpen") is None)
    return max(watched.new(OURS, "block"))


@contextlib.contextmanager
def watched_session(folder, name, picture, log):
    (folder / name).mkdir()
    with GimpSession(folder / name, options.plug_in, options.service, str(picture), folder / "shots",
                     core=("script-fu", "file-png", REFERENCE), LD_PRELOAD=str(build / "bench" / "libwatch.so"),
                     WATCH_LOG=str(log)) as session:
        session.image_window()
        yield session


def make_feathered(folder, picture):
    feathered = folder / "feathered.xcf"
    (folder / "making").mkdir()
    gimp = harness.Gimp(folder / "making", options.plug_in, options.service, core=("script-fu", "file-png"))
    made = gimp.run("scheme", FEATHERED.format(picture=picture, feathered=feathered), 300)
    if not feathered.exists():
        sys.exit(f"The picture with a selection was not made: {made.stdout}")
    return feathered


def bench():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        query = query_cost(folder)
        picture, log = folder / "picture.png", folder / "watch.log"
        width = round((options.megapixels * 1.5e6) ** 0.5)
        subprocess.run(["convert", "-size", f"{width // 4}x{width // 6}", "plasma:tomato-steelblue", "-seed", "7",
                        "-resize", "400%", "-depth", "8", "-define", "png:compression-level=1", str(picture)], check=True)
        watched = Watched(log)
        with watched_session(folder, "window", picture, log) as session:
            ours, reference = [], []
            for _ in range(options.repeats + 1):  # the first of each finds nothing in the caches
                reference.append(first_frame(session, watched, REFERENCE, "Pagecurl...", "Pagecurl Effect"))
                ours.append(first_frame(session, watched, OURS, "Remote Sharpen…", "Remote Sharpen"))
            figures = {
                "first_frame_s": round(statistics.median(ours[1:]), 3),
                "reference_s": round(statistics.median(reference[1:]), 3),
                "query_ms": round(query * 1000, 1),
                "longest_block_ms": round(longest_block(session, watched) * 1000, 1),
            }
        with watched_session(folder, "feathered", make_feathered(folder, picture), log) as session:
            figures["longest_block_alpha_ms"] = round(longest_block(session, watched) * 1000, 1)
        figures["megapixels"] = options.megapixels
    for name, value in figures.items():
        print(f"{name:>18}  {value}")
    if options.results:
        rows = "".join(f"| {what} | {figures[name]} | {limit} |\n" for name, what, limit in ROWS)
        (pathlib.Path(options.results) / "start.md").write_text(HEAD + rows)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(figures, indent=2) + "\n")


os.environ.setdefault("SHARPEN_TEST_LIMIT", "1800")
main(bench)
