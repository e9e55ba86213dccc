#!/usr/bin/env python3
"""How soon the dialog is there, what the plug-in costs GIMP's start, and how long it keeps its own windows waiting.

Usage: start [--repeats N] [--megapixels N] [--json FILE] [--results FOLDER] [--plug-in FILE --service FILE]

With a layer of 24 megapixels open in a real GIMP window: seconds from the start of the plug-in's process to its first
painted frame, beside those of GIMP's own Pagecurl dialog, in turns (medians); how long GIMP has to wait when it queries
the plug-in at the first start (median); and the longest time for which the dialog's main loop could not react,
from the first frame through preview and a whole job to the new layer, GIMP's own calls taken off: with an opaque layer,
and with one that has alpha, under a feathered selection.

Then with a blurred photograph of the same size and a preview of one megapixel: how long after another setting that needs
another deconvolution (Minor denoise) the first sharpened pixels and the last ones are painted, the same after a jump to
another part, and how long after one that needs none (Strength) the last ones are.
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
import time

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent / "tests" / "gimp"))
sys.path.insert(0, str(here.parent / "tests" / "ui"))
import harness
from gimp_window import Atspi, Failure, GimpSession, find_window, main, until

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
settle = 5  # seconds after which nothing changes any more


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

    def painted(self, program):
        """For each frame since the last call its time and the squares that it changed."""
        lines = self.file.read_text().splitlines()
        added, self.read = lines[self.read:], len(lines)
        frames = (line.split()[2:] for line in added if line.startswith(f"{program} painted "))
        return [(float(time), {tuple(map(int, part.split(","))) for part in parts}) for time, *parts in frames]


HEAD = """# tools/bench start

A layer of 24 megapixels in a real GIMP window, an optimised build. `bench/start.py` says what is measured and how.

"""
PREVIEW_HEAD = """The preview, with a blurred photograph of the same size.

"""
COLUMNS = "| what | measured | to stay within |\n|---|---|---|\n"
ROWS = (("first_frame_s", "from the start of the plug-in's process to its first painted frame, s", "0.25 more than the next"),
        ("reference_s", "the same of GIMP's own Pagecurl dialog, s", ""),
        ("query_ms", "what querying the plug-in adds to GIMP's first start, ms", "50"),
        ("longest_block_ms", "longest time without the main loop during a whole job, GIMP's own calls taken off, ms", "50"),
        ("longest_block_alpha_ms", "the same with alpha and a feathered selection, ms", "50"))

FIRST_TILE = "first sharpened pixels in a preview of 1 megapixel, another setting (Minor denoise), s"
PREVIEW_ROWS = (("first_tile_s", FIRST_TILE, "0.3"),
                ("crop_s", "the whole of it, s", "1.5"),
                ("jump_first_tile_s", "first sharpened pixels after a jump to another part, s", "0.3"),
                ("jump_crop_s", "the whole of it, s", "1.5"),
                ("strength_s", "the whole of it with another Strength, s", "0.15"),
                ("opened_s", "from opening the dialog to the first whole preview (the layer is sent first), s", ""))

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


def table(rows, figures):
    return COLUMNS + "".join(f"| {what} | {figures[name]} | {limit} |\n" for name, what, limit in rows)


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


class Preview:
    """The dialog's preview, large enough that a megapixel is seen."""

    def __init__(self, session, watched, area):
        self.watched, self.area = watched, area
        start = time.monotonic()
        self.dialog = session.open_dialog()
        until("the sharpened preview", lambda: self.dialog.has_text("corrected"), 120)
        self.opened = time.monotonic() - start
        subprocess.run(["xdotool", "windowsize", "--sync", session.x_window("Remote Sharpen"), "1580", "1120"], check=True)
        self.view = self.dialog.wait("drawing area", "Picture before and after sharpening")
        session.focus(self.dialog)
        self.view.get_component_iface().grab_focus()
        subprocess.run(["xdotool", "key", "Home"], check=True)  # only what is sharpened is seen
        for name in ("Strength", "Minor denoise"):
            self.dialog.mark(f"{name}: Auto", on=False)
        time.sleep(settle)
        box = self.view.get_component_iface().get_extents(Atspi.CoordType.WINDOW)
        self.size = (box.width, box.height)
        self.megapixels = box.width * box.height / 1e6
        if self.megapixels < 0.95:
            raise Failure(f"the preview has {box.width} × {box.height} pixels only")
        area.write_text(f"{box.x} {box.y} {box.width} {box.height}")
        self.set("Strength", 0.4)

    def covered(self, part):
        """Whether the progress bar or the small picture may be there."""
        x, y = part[0] * 32, part[1] * 32
        return y > self.size[1] - 230 and not 300 < x < self.size[0] - 300 or y < 40

    def measure(self, change, frames_before=0):
        """Seconds from a change to the first and the last frame that it has painted."""
        self.watched.painted(OURS)
        start = time.monotonic()
        change()
        time.sleep(settle)
        frames = [(at - start, {part for part in parts if not self.covered(part)}) for at, parts in self.watched.painted(OURS)]
        times = [at for at, parts in frames if parts][frames_before:]
        if not times:
            raise Failure("nothing new was painted")
        return times[0], times[-1]

    def set(self, name, value):
        return self.measure(lambda: self.dialog.wait("spin button", name).get_value_iface().set_current_value(value))

    def jump(self, x, y):
        small = self.dialog.wait("drawing area", "Where the preview looks").get_component_iface().get_extents(
            Atspi.CoordType.SCREEN)
        at = [str(round(small.x + x * small.width)), str(round(small.y + y * small.height))]
        return self.measure(lambda: subprocess.run(["xdotool", "mousemove", *at, "click", "1"], check=True), 1)


def preview_times(session, watched, area):
    """Medians, in seconds."""
    preview = Preview(session, watched, area)
    denoise, strength, jumps = [], [], []
    places = ((0.3, 0.4), (0.7, 0.4), (0.3, 0.6), (0.7, 0.6))
    for place in places:  # so that the original of each is there
        preview.jump(*place)
    for step in range(len(places)):
        denoise.append(preview.set("Minor denoise", 0.2 + 0.1 * step))
        jumps.append(preview.jump(*places[step]))
        strength.append(preview.set("Strength", 0.3 + 0.02 * step))
    preview.dialog.press("Cancel")
    area.unlink()
    median = {name: [round(statistics.median(times), 3) for times in zip(*measured)]
              for name, measured in (("denoise", denoise), ("jump", jumps), ("strength", strength))}
    return {"first_tile_s": median["denoise"][0], "crop_s": median["denoise"][1], "strength_s": median["strength"][1],
            "jump_first_tile_s": median["jump"][0], "jump_crop_s": median["jump"][1],
            "opened_s": round(preview.opened, 2), "crop_megapixels": round(preview.megapixels, 2)}


def blurred_photograph(folder, width, height):
    """The project's photograph out of focus, with its mirror images around it."""
    small, file = folder / "osprey.png", folder / "photograph.png"
    subprocess.run([build / "data" / "blur-photo", here.parent / "data" / "perched-osprey.jpg", small], check=True)
    subprocess.run(["convert", str(small), "-virtual-pixel", "mirror", "-set", "option:distort:viewport",
                    f"{width}x{height}", "-filter", "point", "-distort", "SRT", "0", "+repage", "-define",
                    "png:compression-level=1", str(file)], check=True)
    return file


@contextlib.contextmanager
def watched_session(folder, name, picture, log):
    (folder / name).mkdir()
    with GimpSession(folder / name, options.plug_in, options.service, str(picture), folder / "shots",
                     core=("script-fu", "file-png", REFERENCE), LD_PRELOAD=str(build / "bench" / "libwatch.so"),
                     WATCH_LOG=str(log), WATCH_AREA=str(folder / "area")) as session:
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
        photograph = blurred_photograph(folder, width, round(options.megapixels * 1e6 / width))
        with watched_session(folder, "preview", photograph, log) as session:
            figures.update(preview_times(session, watched, folder / "area"))
        figures["megapixels"] = options.megapixels
    for name, value in figures.items():
        print(f"{name:>18}  {value}")
    if options.results:
        tables = [HEAD + table(ROWS, figures), PREVIEW_HEAD + table(PREVIEW_ROWS, figures)]
        (pathlib.Path(options.results) / "start.md").write_text("\n".join(tables))
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(figures, indent=2) + "\n")


os.environ.setdefault("SHARPEN_TEST_LIMIT", "1800")
main(bench)
