#!/usr/bin/env python3
"""The rules of the house that a compiler does not know: house_test.py CHECKOUT"""

import pathlib
import re
import subprocess
import sys
import unittest

TOP = pathlib.Path(sys.argv.pop(1)).resolve()

# A room may include itself and these.
MAY_INCLUDE = {
    "base": set(),
    "image": {"base"},
    "client": {"base", "image"},
    "service": {"base", "image"},
    "ui": {"base", "image", "client"},
    "plugin": {"base", "image", "client", "ui"},
}
SOURCES = {".cpp", ".h"}
SCRIPTS = {".py", ".sh", ".scm", ".build"}
LONGEST = 500


def project_files():
    """The files that belong to the project: those of git, or all of an unpacked archive."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "-C", TOP, "ls-files", "-z"],
        capture_output=True, text=True, check=False,
    )
    if listed.returncode == 0:
        found = [TOP / name for name in listed.stdout.split("\0") if name]
    else:
        found = [path for path in TOP.rglob("*")
                 if not re.match(r"(build|\.git|demo-output)", path.relative_to(TOP).parts[0])]
    return [path for path in found if path.is_file()]


def text_of(path):
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


class House(unittest.TestCase):
    def complain(self, complaints):
        self.assertFalse(complaints, "\n" + "\n".join(complaints))

    def test_rooms_include_only_the_floors_below(self):
        complaints = []
        for path in project_files():
            room = path.relative_to(TOP).parts[0]
            if room not in MAY_INCLUDE or path.suffix not in SOURCES:
                continue
            for line in text_of(path).splitlines():
                included = re.match(r'\s*#\s*include\s*"([^"/]+)/', line)
                if included and included[1] in MAY_INCLUDE and included[1] != room \
                        and included[1] not in MAY_INCLUDE[room]:
                    complaints.append(f"{path.relative_to(TOP)}: {room}/ stands below {included[1]}/")
        self.complain(complaints)

    def test_includes_start_at_a_room(self):
        complaints = [
            f"{path.relative_to(TOP)}: {line.strip()}"
            for path in project_files() if path.suffix in SOURCES
            for line in text_of(path).splitlines() if re.match(r'\s*#\s*include\s*"\.', line)
        ]
        self.complain(complaints)

    def test_no_file_is_too_long(self):
        complaints = [
            f"{path.relative_to(TOP)}: {lines} lines, at most {LONGEST}"
            for path in project_files() if path.suffix in SOURCES | SCRIPTS
            if (lines := text_of(path).count("\n")) > LONGEST
        ]
        self.complain(complaints)

    def test_nothing_is_left_open(self):
        mark = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "X" + "XX"]) + r")\b")
        complaints = [
            f"{path.relative_to(TOP)}: {line.strip()}"
            for path in project_files() if path.suffix in SOURCES | SCRIPTS
            for line in text_of(path).splitlines() if mark.search(line)
        ]
        self.complain(complaints)

    def test_the_project_stands_alone(self):
        """No file names a folder outside the checkout or somebody's own machine."""
        home = str(TOP.parent) + "/"
        own_places = [] if home.count("/") < 3 and home in ("/", "/tmp/", "/home/", "/src/") else [home]
        complaints = []
        for path in project_files():
            if path.suffix in {".jpg", ".png", ".svg", ".mo"}:
                continue
            depth = len(path.relative_to(TOP).parts) - 1
            for line in text_of(path).splitlines():
                climbs = [len(found) // 3 for found in re.findall(r"(?<![\w./$}\")])((?:\.\./)+)", line)]
                if (path.suffix in SOURCES | {".md"} and any(climb > depth for climb in climbs)) \
                        or any(re.search(r"(?<![\w.~}])" + re.escape(place), line) for place in own_places):
                    complaints.append(f"{path.relative_to(TOP)}: {line.strip()}")
        self.complain(complaints)


if __name__ == "__main__":
    unittest.main()
