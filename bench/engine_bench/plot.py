#!/usr/bin/env python3
"""Draws the figures of `tools/bench engine --json FILE` as an SVG: a bar for our mean gain, a tick for the best peer.

Usage: plot.py FIGURES.json PLOT.svg
"""

import json
import pathlib
import sys

if len(sys.argv) != 3:
    sys.exit(__doc__)
rows = [row for row in json.loads(pathlib.Path(sys.argv[1]).read_text())["rows"] if row["group"] in ("in-family", "outside")]
LEFT, SCALE, STEP, TOP = 250, 60, 20, 40
height = TOP + STEP * len(rows) + 30
parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="780" height="{height}" font-family="sans-serif" font-size="12">',
         f'<rect width="780" height="{height}" fill="white"/>',
         f'<text x="{LEFT}" y="20">mean gain over the input in dB; the tick is the best textbook method told the blur</text>']
for gain in range(9):
    x = LEFT + SCALE * gain
    parts.append(f'<line x1="{x}" x2="{x}" y1="{TOP - 8}" y2="{height - 24}" stroke="#ddd"/>'
                 f'<text x="{x}" y="{height - 8}" text-anchor="middle" fill="#666">{gain}</text>')
for index, row in enumerate(rows):
    y = TOP + STEP * index
    label = f"{row['blur']}, {row['domain']}, noise {row['noise']:g}, {row['codec']}"
    width = max(row["gain_mean_db"], 0) * SCALE
    parts.append(f'<text x="{LEFT - 8}" y="{y + 10}" text-anchor="end">{label}</text>'
                 f'<rect x="{LEFT}" y="{y}" width="{width:.1f}" height="13" fill="#3b7dd8"/>')
    if "best_peer_db" in row:
        x = LEFT + SCALE * row["best_peer_db"]
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y - 2}" y2="{y + 15}" stroke="#c33" stroke-width="3"/>')
pathlib.Path(sys.argv[2]).write_text("\n".join([*parts, "</svg>", ""]))
