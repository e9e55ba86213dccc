"""Runs inside GIMP (python-fu-eval): sends every kind of small layer through the plug-in and compares.

The environment says what to do: GIMP_KIT (the folder of kit.py), SERVICE_URL (a service that returns pictures as they
came), FLIP_URL (one that changes each sample by one step), CELLS (which, see main) and OUT (where the figures go).
"""

import json
import os
import sys

sys.path.insert(0, os.environ["GIMP_KIT"])
from kit import *
from place_cells import KINDS, every_place, kind_name

ENCODINGS = ("LINEAR", "NON_LINEAR", "PERCEPTUAL")
RGB_PROFILES = ("none", "sRGB", "Adobe RGB", "Display P3", "ProPhoto RGB")
GRAY_PROFILES = ("none", "gray")


def cells_of(kind, encoding, base, profile, url, allowed):
    """Two cells: without and with alpha, two layers of one run."""
    precision = f"{kind.upper()}_{encoding}"
    image = new_image(base, precision, profile)
    layers = [new_layer(image, alpha, kind, len(kind) + alpha) for alpha in (False, True)]
    for layer, made in zip(layers, sharpen(image, layers, url)):
        same = read(layer) == read(made)
        error = 0.0 if same else error_in_steps(layer, made)
        same_format = Babl.get_name(layer.get_format()) == Babl.get_name(made.get_format())
        yield {"cell": f"{kind_name(precision, base, layer.has_alpha())} {profile}", "precision": precision,
               "equal": same, "error": error, "ok": same_format and error <= allowed(kind)}
    image.delete()


def every_cell(url, kinds, allowed, some=False):
    for kind in kinds:
        for encoding in ENCODINGS:
            for base, profiles in ((Gimp.ImageBaseType.RGB, RGB_PROFILES), (Gimp.ImageBaseType.GRAY, GRAY_PROFILES)):
                for profile in profiles[-1:] if some else profiles:
                    yield from cells_of(kind, encoding, base, profile, url, allowed)


def main():
    some = os.environ["CELLS"] == "some"
    cells = list(every_cell(os.environ["SERVICE_URL"], ("u8", "u16", "float") if some else TYPES,
                            lambda kind: 0.0 if kind in ("u8", "u16") else 0.5, some))
    places = list(every_place(os.environ["SERVICE_URL"], KINDS[:2] if some else KINDS))
    # A service that moves each sample by one step shows that what is converted is converted rightly: nothing is put
    # back then. One step of 8 bits is 257 of 16. With half a step from sending that is 1.5; a format that is coarser
    # there (16 linear bits, half) rounds it to its next value if that is nearer than the old one, so to 3 at most.
    # babl takes the fastest way that it measures, and one of its ways to 16 bits cuts off where the others round:
    # another half step.
    limits = {"u8": 257.6, "u16": 3.5, "half": 3.5}
    changed = list(every_cell(os.environ["FLIP_URL"], ("u8", "float") if some else TYPES,
                              lambda kind: limits.get(kind, 2.1), True))
    for cell in changed:
        cell["cell"] += " (every sample changed by one step)"
        # One step of 16 encoded bits is less than one of 8 linear ones.
        cell["ok"] = cell["ok"] and (not cell["equal"] or cell["cell"].startswith("U8_LINEAR"))
    with open(os.environ["OUT"], "w") as out:
        json.dump({"cells": cells, "places": places, "changed": changed}, out)


main()
