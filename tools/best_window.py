#!/usr/bin/env python3
"""Finds the place with the most in it: best_window.py CELLS PIXELS <map.pgm

Reads a plain PGM whose values say how much is in each cell of a picture, and prints the offset
(+X+Y, in pixels of the picture, a cell being PIXELS wide) of the square of CELLS by CELLS cells
with the greatest sum.
"""

import itertools
import sys


def main(cells, pixels):
    words = (word for line in sys.stdin for word in line.split("#")[0].split())
    _, width, height, _ = next(words), int(next(words)), int(next(words)), next(words)
    across, down = min(cells, width), min(cells, height)
    # sums[y][x] is the sum of all cells above and left of (x, y).
    sums = [[0] * (width + 1)]
    for _ in range(height):
        row = itertools.accumulate((int(next(words)) for _ in range(width)), initial=0)
        sums.append([above + value for above, value in zip(sums[-1], row)])
    _, x, y = max(
        (sums[y + down][x + across] - sums[y][x + across] - sums[y + down][x] + sums[y][x], x, y)
        for y in range(height - down + 1) for x in range(width - across + 1)
    )
    print(f"+{x * pixels}+{y * pixels}")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
