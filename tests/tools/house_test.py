#!/usr/bin/env python3
"""The rules of the house that a compiler does not know: house_test.py CHECKOUT"""

import graphlib
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

# Within a room: a folder may include itself and these, which are folders of the room or headers that
# lie in the room itself, which is ".". Nothing is said of folders that are not named.
WITHIN = {
    "client": {
        ".": set(),
        "http": set(),
        "providers": {"http"},
        "journal": {"providers"},
        "keys": {"home.h", "http", "providers"},
        "local": {"home.h", "http", "providers"},
        "jobs": {"home.h", "http", "providers", "journal", "keys", "local"},
    },
    "plugin": {
        ".": {"command", "procedures"},
        "gimp": set(),
        "export": {"gimp"},
        "place": {"gimp", "export"},
        "host": {"gimp", "export", "place"},
        "files": {"gimp", "export", "place", "host"},
        "files_dialog": {"gimp", "files"},
        "procedures": {"gimp", "export", "place", "host"},
        "command": {"files", "procedures"},
    },
    "service": {
        "engine": set(),
    },
    "service/engine": {
        "math": set(),
        **{step: {"math", "decode", "estimate", "deconvolve", "render"}
           for step in ("decode", "estimate", "deconvolve", "render")},
    },
}
# What a source may include, but no header: the two kinds of runs share a procedure's arguments.
SOURCES_ALSO = {("plugin", "files", "procedures"), ("plugin", "files_dialog", "procedures"),
                ("plugin", "procedures", "files"), ("plugin", "procedures", "files_dialog")}
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


def folder_in(room, path):
    """The folder of a room in which a file lies; "." for the room itself."""
    parts = path.relative_to(TOP / room).parts
    return parts[0] if len(parts) > 1 else "."


def includes_within_rooms():
    """(room, file, header) for the includes of a room of WITHIN in itself; the header without the room."""
    for path in project_files():
        if path.suffix not in SOURCES:
            continue
        for room in WITHIN:
            if path.is_relative_to(TOP / room):
                for header in re.findall(rf'^\s*#\s*include\s*"{room}/([^"]+)"', text_of(path), re.MULTILINE):
                    yield room, path, header


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

    def test_folders_of_a_room_include_only_those_below(self):
        complaints = []
        for room, path, included in includes_within_rooms():
            folder = folder_in(room, path)
            if folder not in WITHIN[room]:
                continue
            other = included.split("/")[0] if "/" in included else "."
            also = path.suffix == ".cpp" and (room, folder, other) in SOURCES_ALSO
            if other != folder and not also and not {other, included} & WITHIN[room][folder]:
                complaints.append(f"{path.relative_to(TOP)}: {folder}/ stands below {room}/{included}")
        self.complain(complaints)

    def test_headers_of_folders_do_not_include_in_circles(self):
        for room in (room for room, folders in WITHIN.items() if "." in folders):
            below = {}
            for owner, path, included in includes_within_rooms():
                if owner == room and path.suffix == ".h" and "/" in included:
                    below.setdefault(folder_in(room, path), set()).add(included.split("/")[0])
            try:
                list(graphlib.TopologicalSorter(
                    {folder: others - {folder} for folder, others in below.items()}).static_order())
            except graphlib.CycleError as circle:
                self.fail(f"{room}/: {' -> '.join(circle.args[1])}")

    def test_every_folder_is_in_the_architecture(self):
        text = text_of(TOP / "docs" / "architecture.md")
        folders = {path.parent.relative_to(TOP) for path in project_files()
                   if path.suffix in SOURCES and path.relative_to(TOP).parts[0] in MAY_INCLUDE}
        complaints = [
            f"docs/architecture.md does not name {folder}/"
            for folder in sorted(folders) if folder.name != "pch"
            and (f"`{folder}/`" not in text if len(folder.parts) < 3 else f"`{folder.name}`" not in text)
            and not any(f"`{folder}/{inner.name}/`" in text for inner in folders if inner.parent == folder)
        ]
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
