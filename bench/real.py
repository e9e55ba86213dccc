#!/usr/bin/env python3
"""Really blurred photographs through sharpen-service, beside the tools that photographers use.

Usage: real.py FOLDER [--json FILE] [--results FOLDER] [--sheet FILE.jpg] [--kind KIND] [--no-peers]
       [--set NAME=VALUE]… [--sizes FIRST,LAST,STEP]

FOLDER has a list.json, a list of objects with "id", "kind" ("defocus", "motion" or "sharp"), "blurred" and, if there is
one, "sharp" and "mask": files in FOLDER/pictures. Defocus goes to Lens Blur V2, motion to Motion Blur.

The gain is luma PSNR over that of the blurred picture against the sharp twin, both after the same fit of
brightness and at their best whole-pixel shift up to 4, where the mask is white. Sharp pictures are to stay as
they are: the figure is their SSIM to what was sent.

  --results FOLDER     keeps the results as ID.png
  --sheet FILE.jpg     middles at 100 %: before, unsharp mask, G'MIC, ours, the twin
  --set NAME=VALUE     a setting of the service for every picture, for example blur=shake
  --sizes F,L,STEP     by hand: blur=defocus at the sizes from F to L, first each fifth step, then each one beside the best;
                       the best for each picture counts
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here / "engine_bench"))

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("folder", type=pathlib.Path)
parser.add_argument("--json", type=pathlib.Path)
parser.add_argument("--results", type=pathlib.Path)
parser.add_argument("--sheet")
parser.add_argument("--kind")
parser.add_argument("--no-peers", action="store_true")
parser.add_argument("--set", action="append", default=[])
parser.add_argument("--sizes")
options = parser.parse_args()

for module, package in (("numpy", "python3-numpy"), ("scipy", "python3-scipy"), ("PIL", "python3-pil")):
    try:
        __import__(module)
    except ImportError:
        subprocess.run(["apt-get", "install", "-y", "--no-install-recommends", package], check=True, stdout=sys.stderr)

import numpy as np
from PIL import Image, ImageOps
from scipy.ndimage import gaussian_filter

from service_calls import Service

MODELS = {"defocus": "Lens Blur V2", "motion": "Motion Blur", "sharp": "Lens Blur V2"}
PEERS = {"unsharp mask": lambda source, target: ["magick", source, "-unsharp", "0x1.5+0.8+0", target],
         "G'MIC": lambda source, target: ["gmic", "-v", "0", source, "-deblur_richardsonlucy", "1.5,10,1", "-c",
                                          "0,255", "-o", target]}
BORDER, REACH = 20, 4
COARSE = 5  # steps of --sizes between the first tries


def pixels(path):
    return ImageOps.exif_transpose(Image.open(path))


def luma(path):
    values = np.asarray(pixels(path)).astype(float)
    values /= 65535 if values.max() > 255 else 255
    return values if values.ndim == 2 else values[..., :3] @ [0.299, 0.587, 0.114]


def ssim(a, b):
    mean = lambda x: gaussian_filter(x, 1.5)
    ma, mb = mean(a), mean(b)
    va, vb, both = mean(a * a) - ma * ma, mean(b * b) - mb * mb, mean(a * b) - ma * mb
    values = (2 * ma * mb + 1e-4) * (2 * both + 9e-4) / ((ma * ma + mb * mb + 1e-4) * (va + vb + 9e-4))
    return values[BORDER:-BORDER, BORDER:-BORDER].mean()


def psnr(picture, truth, use):
    best = -99.0
    for dy in range(-REACH, REACH + 1):
        for dx in range(-REACH, REACH + 1):
            error = (np.roll(picture, (dy, dx), (0, 1)) - truth)[use]
            best = max(best, -10 * np.log10((error ** 2).mean() + 1e-12))
    return best


class Truth:
    """The sharp twin of a blurred picture, and what that picture itself scores."""

    def __init__(self, item, blurred):
        self.picture = luma(options.folder / "pictures" / item["sharp"])
        if self.picture.shape != blurred.shape:
            raise ValueError("another size")
        self.use = np.zeros(blurred.shape, bool)
        self.use[BORDER:-BORDER, BORDER:-BORDER] = True
        if "mask" in item:
            self.use &= luma(options.folder / "pictures" / item["mask"]) > 0.5
        fit = np.polyfit(blurred.ravel(), self.picture.ravel(), 1)
        self.fit = fit if 0.7 < fit[0] < 1.4 else np.array([1.0, 0.0])
        self.before = self.score(blurred)

    def score(self, picture):
        return psnr(np.polyval(self.fit, picture), self.picture, self.use)


def figures(result, item, blurred, truth):
    row = {"changed": bool(abs(result - blurred).mean() > 0.5 / 255)}
    if item["kind"] == "sharp":
        row["ssim"] = ssim(result, blurred)
    elif truth:
        row["gain"] = truth.score(result) - truth.before
    return row


def ours(service, item, target, truth):
    """Runs the service; by hand the size whose result is best."""
    source = options.folder / "pictures" / item["blurred"]
    fields = {"model": MODELS[item["kind"]], "output_format": "png", "face_enhancement": "false"}
    fields |= dict(pair.split("=", 1) for pair in options.set)
    if not options.sizes or not truth:
        begin = time.monotonic()
        found = service.sharpen(source, target, fields)
        return found | {"seconds": time.monotonic() - begin}
    first, last, step = (float(word) for word in options.sizes.split(","))
    tried = {}

    def best_of(sizes):
        for size in sizes:
            name = f"{size:.2f}"
            if name in tried or not first <= float(name) <= last:
                continue
            found = service.sharpen(source, target, fields | {"blur": "defocus", "blur_size": name})
            tried[name] = (truth.score(luma(target)), target.read_bytes(), found | {"size": float(name)})
        return max(tried.values(), key=lambda result: result[0])

    middle = best_of(np.arange(first, last + step / 2, COARSE * step))[2]["size"]
    best = best_of(middle + step * np.arange(1 - COARSE, COARSE))
    target.write_bytes(best[1])
    return best[2]


def summary(rows, name):
    gains = [row[name]["gain"] for row in rows if "gain" in row.get(name, {})]
    kept = [row[name]["ssim"] for row in rows if "ssim" in row.get(name, {})]
    changed = sum(row[name]["changed"] for row in rows if name in row)
    words = f"{name:14} changed {changed:3}"
    if gains:
        words += (f"   gain of {len(gains)}: mean {np.mean(gains):+.2f} dB, worst {min(gains):+.2f}, "
                  f"better by 0.3: {sum(g > 0.3 for g in gains)}, worse by 0.1: {sum(g < -0.1 for g in gains)}")
    if kept:
        words += f"   least SSIM to the input {min(kept):.3f}"
    return words


def sheet_row(item, files, side=300):
    """Middles at 100 %, side by side."""
    picture = pixels(files[0])
    left, top = (max(0, (length - side) // 2) for length in picture.size)
    strip = Image.new("RGB", (len(files) * (side + 4), side), "white")
    for i, file in enumerate(files):
        if file and file.exists():
            part = pixels(file)
            part = part.point(lambda v: v / 256).convert("L") if part.mode.startswith("I") else part
            strip.paste(part.convert("RGB").crop((left, top, left + side, top + side)), (i * (side + 4), 0))
    return strip


def main():
    with open(options.folder / "list.json", encoding="utf-8") as file:
        items = [item for item in json.load(file) if options.kind in (None, item["kind"])]
    rows, strips = [], []
    with tempfile.TemporaryDirectory() as name, Service(pathlib.Path(name) / "state") as service:
        results = options.results or pathlib.Path(name)
        results.mkdir(parents=True, exist_ok=True)
        for item in items:
            source = options.folder / "pictures" / item["blurred"]
            blurred, truth = luma(source), None
            if "sharp" in item and item["kind"] != "sharp":
                try:
                    truth = Truth(item, blurred)
                except ValueError:
                    pass
            target = results / f"{item['id']}.png"
            found = ours(service, item, target, truth)
            row = {"id": item["id"], "kind": item["kind"], "found": found,
                   "Remote Sharpen": figures(luma(target), item, blurred, truth)}
            files = [source]
            for peer, command in PEERS.items() if not options.no_peers else ():
                made = pathlib.Path(name) / f"{item['id']}-{peer.split()[0]}.png".replace("'", "")
                subprocess.run(command(source, made), capture_output=True, check=False)
                files.append(made)
                if made.exists():
                    row[peer] = figures(luma(made), item, blurred, truth)
            rows.append(row)
            us = row["Remote Sharpen"]
            print(f"{item['id']:24} {us.get('gain', us.get('ssim', float('nan'))):+6.2f} "
                  f"{'changed' if us['changed'] else '-':8} {found['summary']}", flush=True)
            if options.sheet:
                twin = options.folder / "pictures" / item["sharp"] if "sharp" in item else None
                strips.append(sheet_row(item, files + [target, twin]))
    for kind in sorted({row["kind"] for row in rows}):
        group = [row for row in rows if row["kind"] == kind]
        print(f"\n{kind}, {len(group)} pictures")
        for tool in ["Remote Sharpen", *PEERS]:
            if any(tool in row for row in group):
                print("  " + summary(group, tool))
    if options.sheet:
        whole = Image.new("RGB", (max(s.width for s in strips), sum(s.height + 4 for s in strips)), "white")
        for i, strip in enumerate(strips):
            whole.paste(strip, (0, i * (strip.height + 4)))
        whole.save(options.sheet)
    if options.json:
        options.json.write_text(json.dumps({"rows": rows}, indent=1) + "\n", encoding="utf-8")


main()
