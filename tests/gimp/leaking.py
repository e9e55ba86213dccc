"""Runs inside GIMP: runs of few and of many layers, and few and many runs.

Environment: GIMP_KIT, SERVICE_URL, OUT (where the figures go).
"""

import json
import os
import pathlib
import sys

sys.path.insert(0, os.environ["GIMP_KIT"])
from kit import *

URL, OUT = os.environ["SERVICE_URL"], pathlib.Path(os.environ["OUT"])


def run(layers):
    """Every kind of code that a layer meets: with alpha, a mask, a selection, linear light."""
    image = new_image(Gimp.ImageBaseType.RGB, "U16_LINEAR", "Adobe RGB")
    image.undo_disable()
    made = [new_layer(image, alpha % 2 == 0, "u16", alpha) for alpha in range(layers)]
    for layer in made:
        layer.add_mask(layer.create_mask(Gimp.AddMaskType.WHITE))
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 2, 3, 30, 20)
    sharpen(image, made, URL)
    image.delete()


def anonymous_kb():
    status = pathlib.Path(f"/proc/{os.getppid()}/status").read_text()
    assert status.startswith("Name:\tgimp"), status
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("RssAnon"))


runs = int(os.environ["RUNS"])
kilobytes = []
for count in (runs, runs, 2 * runs):
    for _ in range(count):
        run(1)
    kilobytes.append(anonymous_kb())
# Last: what babl loses when it looks for a conversion depends on what it kept of earlier runs.
for layers in (1, 9, 1):
    run(layers)
OUT.write_text(json.dumps(kilobytes))
