#!/usr/bin/env python3
"""Every test that SECURITY.md names exists: security_test.py CHECKOUT"""

import pathlib
import re
import sys
import unittest

TOP = pathlib.Path(sys.argv.pop(1)).resolve()
MODEL = (TOP / "SECURITY.md").read_text("utf-8")


def texts(pattern):
    return "\n".join(path.read_text("utf-8") for path in (TOP / "tests").rglob(pattern))


class Security(unittest.TestCase):
    def test_named_tests_exist(self):
        there = {f"{suite}.{name}" for suite, name in
                 re.findall(r"^TEST(?:_F|_P)?\((\w+),\s*(\w+)\)", texts("*.cpp"), re.M)}
        named = set(re.findall(r"`([A-Z]\w+\.[A-Z]\w+)`", MODEL))
        self.assertGreater(len(named), 30)
        self.assertFalse(named - there)

    def test_named_programs_exist(self):
        recipes = texts("meson.build")
        for name in re.findall(r"test `([\w-]+)`", MODEL):
            self.assertIn(f"'{name}'", recipes)
        for kind in re.findall(r"fuzz targets `(\w+)\*`", MODEL):
            self.assertTrue(list((TOP / "tests/fuzz").glob(kind + "*.cpp")), kind)

    def test_each_line_names_a_test(self):
        rows = [line for line in MODEL.splitlines() if line.startswith("| ") and line != "| what holds | test |"]
        self.assertFalse([row for row in rows if "`" not in row.split("|")[2]])


if __name__ == "__main__":
    unittest.main()
