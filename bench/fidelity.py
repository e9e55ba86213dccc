#!/usr/bin/env python3
"""Every kind of layer through the whole plug-in and back: is every value what it was?

Usage: fidelity [--some] [--json FILE] [--results FOLDER] [--plug-in FILE --service FILE]

One real GIMP sends small layers of every precision, encoding and profile, RGB and gray, with and without alpha, to a
service that returns pictures as they came; and layers of three kinds from every kind of place in an image: there the
picture that the image shows must not change either. 8-bit layers and 16-bit ones must come back with every value equal, all
others within half a step of 16 encoded bits, alpha always equal. A second pass goes through a service that changes each
sample by one step, so that no original is put back: there the conversions alone must be within that step.
"""

import argparse
import json
import os
import pathlib
import sys
import tempfile
import time

here = pathlib.Path(__file__).resolve().parent
tests = here.parent / "tests" / "gimp"
sys.path.insert(0, str(tests))
import fake_service
import harness

build = pathlib.Path(os.environ.get("REMOTE_SHARPEN_BUILD", here.parent / "build"))
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--some", action="store_true", help="a part of the matrix, for a quick test")
parser.add_argument("--json", help="write the figures here")
parser.add_argument("--results", help="write the tables as fidelity.md into this folder")
parser.add_argument("--plug-in", default=build / "plugin" / "remote-sharpen")
parser.add_argument("--service", default=build / "service" / "sharpen-service")
options = parser.parse_args()

started = time.monotonic()
with tempfile.TemporaryDirectory() as folder, fake_service.FakeService() as fake, \
        harness.sharpen_service(options.service, folder, "--engine", "identity") as url:
    out = pathlib.Path(folder) / "cells.json"
    done = harness.Gimp(folder, options.plug_in, options.service).python(
        tests / "fidelity_cells.py", timeout=3000, GIMP_KIT=str(tests), SERVICE_URL=url, FLIP_URL=f"{fake}/flip",
        OUT=str(out), CELLS="some" if options.some else "all")
    if not out.exists():
        harness.fail("GIMP did not finish", done.stdout)
    found = json.loads(out.read_text())

kinds, places, changed = found["cells"], found["places"], found["changed"]
cells = kinds + places
failed = [cell for cell in cells + changed if not cell["ok"]]
for cell in failed:
    print(f"FAILED {cell['cell']}: error {cell['error']:.3f}, equal {cell['equal']} {', '.join(cell.get('wrong', []))}")
figures = {
    "cells": len(cells),
    "equal": sum(cell["equal"] for cell in cells),
    "changed_cells": len(changed),
    "failed": len(failed),
    "max_error": max(cell["error"] for cell in cells),
    "max_error_changed": max(cell["error"] for cell in changed),
    "seconds": round(time.monotonic() - started, 1),
}


def of(cells, **wanted):
    return [cell for cell in cells if all(cell.get(key) == value for key, value in wanted.items())]


def worst(cells):
    return f"{max(cell['error'] for cell in cells):.3f}" if cells else ""


def names(cells, key):
    return dict.fromkeys(cell[key] for cell in cells)


def tables():
    yield "| precision | cells | bit for bit equal | largest error | of a changed picture |\n|---|---|---|---|---|"
    for precision in names(kinds, "precision"):
        row = of(kinds, precision=precision)
        yield (f"| {precision} | {len(row)} | {sum(cell['equal'] for cell in row)} | {worst(row)} | "
               f"{worst(of(changed, precision=precision))} |")
    columns = names(places, "precision")
    yield f"\n| place | {' | '.join(columns)} |\n|---|{'---|' * len(columns)}"
    for place in names(places, "place"):
        row = [of(places, place=place, precision=column)[0] for column in columns]
        yield f"| {place} | {' | '.join('as before' if cell['ok'] else ', '.join(cell['wrong']) for cell in row)} |"
    yield (f"\n{figures['cells']} cells, {figures['equal']} of them equal bit for bit, {figures['failed']} failed; largest "
           f"error {figures['max_error']:.3f} steps of 16 bits.\n{figures['changed_cells']} cells of a changed picture; "
           f"largest difference, the change included, {figures['max_error_changed']:.3f} steps.")


HEAD = """# tools/bench fidelity

Every kind of layer through the whole plug-in in a real GIMP and back, against `sharpen-service --engine identity`. Errors
are in steps of 16 encoded bits. "Of a changed picture": a service changed each sample by one step (of 8 bits for 8-bit
layers, which is 257 of 16). "As before": place, position, pixels, mask, mode and opacity are the source's, and the picture
that the image shows did not change.
"""
SOME = "A part of the matrix, as `--some` takes it for a quick test.\n"
print("\n".join(tables()))
if options.results:
    (pathlib.Path(options.results) / "fidelity.md").write_text("\n".join((HEAD, *([SOME] if options.some else []), *tables())) + "\n")
if options.json:
    pathlib.Path(options.json).write_text(json.dumps(figures, indent=2) + "\n")
sys.exit(1 if failed else 0)
