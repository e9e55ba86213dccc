#!/usr/bin/env python3
"""Every kind of layer through the whole plug-in and back: is every value what it was?

Usage: fidelity [--some] [--json FILE] [--plug-in FILE --service FILE]

One real GIMP sends small layers of every precision, encoding and profile, RGB and gray, with and without alpha, to a
service that returns pictures as they came. 8-bit layers and 16-bit ones must come back with every value equal, all
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

cells, changed = found["cells"], found["changed"]
failed = [cell for cell in cells + changed if not cell["ok"]]
for cell in failed:
    print(f"FAILED {cell['cell']}: error {cell['error']:.3f}, equal {cell['equal']}")
exact = sum(cell["equal"] for cell in cells)
figures = {
    "cells": len(cells),
    "equal": exact,
    "changed_cells": len(changed),
    "failed": len(failed),
    "max_error": max(cell["error"] for cell in cells),
    "max_error_changed": max(cell["error"] for cell in changed),
    "seconds": round(time.monotonic() - started, 1),
}
print(f"{'cells':>28}  {figures['cells']}\n{'bit for bit equal':>28}  {exact}")
print(f"{'largest error, 16-bit steps':>28}  {figures['max_error']:.3f}")
print(f"{'cells of a changed picture':>28}  {figures['changed_cells']}")
print(f"{'largest error beyond none':>28}  {figures['max_error_changed']:.3f}\n{'failed':>28}  {len(failed)}")
if options.json:
    pathlib.Path(options.json).write_text(json.dumps(figures, indent=2) + "\n")
sys.exit(1 if failed else 0)
