#!/usr/bin/env python3
"""Line coverage by room: coverage.py BUILD [ROOM=PERCENT…]

Prints a table; fails if a room has less than the percentage that is asked for.
"""

import collections
import json
import subprocess
import sys


def main(build, *wanted):
    report = json.loads(
        subprocess.run(
            ["gcovr", "--root", ".", "--object-directory", build, "--json-summary", "-",
             "--exclude", "tests/", "--exclude", build, "--exclude-throw-branches"],
            check=True, capture_output=True, text=True,
        ).stdout
    )
    rooms = collections.defaultdict(lambda: [0, 0])
    for file in report["files"]:
        room = rooms[file["filename"].split("/")[0]]
        room[0] += file["line_covered"]
        room[1] += file["line_total"]
    percent = {room: 100 * covered / max(1, total) for room, (covered, total) in rooms.items()}
    for room, value in sorted(percent.items()):
        print(f"{room + '/':<10} {value:5.1f} %  of {rooms[room][1]} lines")
    low = [f"{room}/ has {percent.get(room, 0):.1f} % of its lines covered and needs {least} %"
           for room, least in (item.split("=") for item in wanted)
           if percent.get(room, 0) < float(least)]
    print(*low, sep="\n", end="\n" if low else "")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
