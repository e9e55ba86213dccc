#!/usr/bin/env python3
"""The version is written in meson.build; whatever else has to name it names the same: version_test.py CHECKOUT"""

import pathlib
import re
import sys
import unittest

TOP = pathlib.Path(sys.argv.pop(1)).resolve()


def found(pattern, file):
    match = re.search(pattern, (TOP / file).read_text("utf-8"), re.M)
    assert match, f"{file} names no version"
    return match.groups()


class Version(unittest.TestCase):
    version, = found(r"^  version: '([\d.]+)',", "meson.build")

    def test_news(self):
        self.assertEqual(found(r"^## ([\d.]+) — \d{4}-\d\d-\d\d$", "NEWS.md")[0], self.version)

    def test_metainfo(self):
        version, date = found(r'<release version="([\d.]+)" date="([\d-]+)"',
                              "data/org.gimp.GIMP.Plugin.RemoteSharpen.metainfo.xml")
        self.assertEqual(version, self.version)
        self.assertEqual(date, found(r"^## [\d.]+ — ([\d-]+)$", "NEWS.md")[0])

    def test_packages(self):
        for pattern, file in ((r"^remote-sharpen \(([\d.]+)-", "packaging/debian/changelog"),
                              (r"^Version: +([\d.]+)$", "packaging/remote-sharpen.spec"),
                              (r"^pkgver=([\d.]+)$", "packaging/PKGBUILD")):
            self.assertEqual(found(pattern, file)[0], self.version, file)


if __name__ == "__main__":
    unittest.main()
