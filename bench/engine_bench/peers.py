#!/usr/bin/env python3
"""What photographers' tools make of the crops of `engine --crops FOLDER`, each at its best setting for each picture.

Usage: peers.py FOLDER [--photos COUNT] [--json FILE]

G'MIC, GEGL, ImageMagick and RawTherapee are run on every input with a grid of settings, and the best by PSNR against
the truth counts, which no user could choose. All pictures are compared without a border of 16 pixels, ours too.
"""

import argparse
import collections
import concurrent.futures
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("folder", type=pathlib.Path)
parser.add_argument("--photos", type=int, default=99, help="only so many photographs of each row")
parser.add_argument("--json", help="adds the rows to this file")
options = parser.parse_args()

PROFILE = """[Sharpening]
Enabled=true
Contrast=0
Method=rld
DeconvRadius={radius}
DeconvAmount=100
DeconvDamping=0
DeconvIterations={iterations}
"""


def gmic(*words):
    return lambda source, target, folder: ["gmic", "-v", "0", source, *words, "-c", "0,255", "-o", target]


def magick(sigma, amount):
    return lambda source, target, folder: ["magick", source, "-unsharp", f"0x{sigma}+{amount}+0", target]


def gegl(deviation, scale):
    return lambda source, target, folder: ["gegl", source, "-o", target, "--", "unsharp-mask", f"std-dev={deviation}",
                                           f"scale={scale}"]


def rawtherapee(radius, iterations):
    def command(source, target, folder):
        profile = folder / "settings.pp3"
        profile.write_text(PROFILE.format(radius=radius, iterations=iterations))
        return ["rawtherapee-cli", "-q", "-Y", "-n", "-b8", "-o", target, "-p", profile, "-c", source]
    return command


TOOLS = {
    "G'MIC": [gmic("-deblur_richardsonlucy", f"{sigma},{steps},1") for sigma in (1, 2, 3.5) for steps in (10, 40)]
             + [gmic("-unsharp", "2,1.5")],
    "GEGL": [gegl(deviation, scale) for deviation, scale in ((1, 1), (3, 0.5), (5, 0.5), (3, 1.2))],
    "ImageMagick": [magick(sigma, amount) for sigma, amount in ((1, 1), (2, 1), (4, 0.5), (4, 1))],
    "RawTherapee": [rawtherapee(radius, steps) for radius, steps in ((1, 30), (1.5, 30), (2.5, 20), (2.5, 60))],
}


def psnr(picture, truth):
    done = subprocess.run(["magick", picture, truth, "-alpha", "off", "-shave", "16x16", "-metric", "PSNR", "-compare",
                           "-format", "%[distortion]", "info:"], capture_output=True, text=True)
    return float(done.stdout) if re.fullmatch(r"[0-9.]+", done.stdout.strip()) else None


def best_of(tool, source, truth, before):
    """The best gain of a tool; 0 if every setting does harm, None if it cannot be run."""
    best = None
    with tempfile.TemporaryDirectory() as name:
        target = pathlib.Path(name) / "out.png"
        for setting in TOOLS[tool]:
            target.unlink(missing_ok=True)
            subprocess.run(setting(source, target, pathlib.Path(name)), capture_output=True,
                           env={"HOME": name, "PATH": "/usr/bin:/bin", "OMP_NUM_THREADS": "1"})
            if target.exists() and (after := psnr(target, truth)) is not None:
                best = max(best or 0, after - before)
    return best


missing = [program for program in ("gmic", "gegl", "magick", "rawtherapee-cli") if not shutil.which(program)]
if missing:
    sys.exit(f"Missing: {', '.join(missing)}; tools/bench engine --tools installs them.")
cells = collections.defaultdict(list)
for source in sorted(options.folder.glob("*-1-input.png")):
    blur = re.fullmatch(r".*?-((?:disk|gauss|motion).*)-1-input", source.stem)[1]
    if len(cells[blur]) < options.photos:
        cells[blur].append(source)

rows = []
names = ["ours", *TOOLS]
print(f"{'blur':<32} {'photos':>6} " + " ".join(f"{name:>12}" for name in names))
for blur, sources in cells.items():
    def measure(source):
        sibling = lambda part: str(source).replace("1-input", part)
        truth = sibling("4-truth")
        before = psnr(source, truth)
        return [psnr(sibling("3-ours"), truth) - before] + [best_of(tool, source, truth, before) for tool in TOOLS]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        gains = list(pool.map(measure, sources))
    means = {}
    for name, values in zip(names, zip(*gains)):
        known = [value for value in values if value is not None]
        means[name] = round(sum(known) / len(known), 2) if known else None
    rows.append({"blur": blur, "photos": len(sources), **means})
    print(f"{blur:<32} {len(sources):>6} " + " ".join("           -" if means[n] is None else f"{means[n]:+12.2f}" for n in names),
          flush=True)
if options.json:
    file = pathlib.Path(options.json)
    figures = json.loads(file.read_text()) if file.exists() else {}
    file.write_text(json.dumps({**figures, "tools": rows}, indent=2) + "\n")
