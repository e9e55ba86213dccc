#!/usr/bin/env python3
"""Runs the commands of the README as they are written: readme_test.py CHECKOUT

In a copy of the checkout in a folder of another name, with a home of its own.
"""

import json
import os
import pathlib
import re
import select
import shutil
import subprocess
import sys
import tempfile
import unittest

TOP = pathlib.Path(sys.argv.pop(1)).resolve()


def commands():
    return re.findall(r"^```sh\n(.*?)^```$", (TOP / "README.md").read_text("utf-8"), re.M | re.S)


def command_with(words):
    found = [command for command in commands() if words in command]
    assert len(found) == 1, f"{len(found)} commands of the README contain “{words}”"
    return found[0]


class Readme(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="readme ")
        cls.addClassCleanup(cls.folder.cleanup)
        home = pathlib.Path(cls.folder.name) / "home"
        cls.clone = home / "a clone"
        cls.clone.mkdir(parents=True)
        files = subprocess.run(["git", "-c", "safe.directory=*", "-C", TOP, "ls-files", "-z"],
                               check=True, capture_output=True, text=True).stdout
        for name in filter(None, files.split("\0")):
            if (TOP / name).is_file():
                (cls.clone / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(TOP / name, cls.clone / name)
        cls.environment = {
            key: value for key, value in os.environ.items()
            if not key.startswith("XDG_") and key not in ("GIMP3_DIRECTORY", "DISPLAY", "DESTDIR")
        } | {
            "HOME": str(home), "CCACHE_NOHASHDIR": "1",
            "CCACHE_DIR": os.environ.get("CCACHE_DIR", os.path.expanduser("~/.cache/ccache")),
        }
        version = subprocess.run(["pkg-config", "--modversion", "gimp-3.0"], check=True,
                                 capture_output=True, text=True).stdout.split(".")
        cls.plug_in = home / ".config/GIMP" / ".".join(version[:2]) / "plug-ins/remote-sharpen"

    def run_command(self, command):
        done = subprocess.run(["bash", "-ec", command], cwd=self.clone, env=self.environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, f"{command}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def test_each_command_is_known_here(self):
        # tests/package/ runs those of the packages.
        known = ["tools/demo\n", "tools/check\n", "meson install", "gimp-console-3 ", "--tls-cert",
                 "tar -xf", "apt install", "remote-sharpen photos -o sharp --service this-computer",
                 "--max-cost"]
        self.assertEqual(len(commands()), len(known))
        for words in known:
            command_with(words)

    def test_1_demo(self):
        pictures = self.run_command(command_with("tools/demo\n")).split("\n")
        for picture in filter(None, pictures):
            self.assertTrue(pathlib.Path(picture).is_file(), picture)
        report = json.loads((self.clone / "demo-output/demo.json").read_text("utf-8"))
        self.assertEqual((report["width"], report["height"]), (3840, 2160))
        self.assertGreaterEqual(report["psnr_after"], report["psnr_before"] + 1)

    def test_2_check(self):
        # One test of it stands for all: the whole would run this test again.
        output = self.run_command(command_with("tools/check\n").strip() + " house")
        self.assertRegex(output.splitlines()[-1], r"^\d+ passed, 0 failed, 0 skipped$")

    def test_3_install(self):
        self.run_command(command_with("meson install"))
        self.assertTrue((self.plug_in / "remote-sharpen").is_file())

    def test_4_script(self):
        self.run_command(f"convert '{self.clone}/data/perched-osprey.jpg' -crop 600x400+1200+500 "
                         "+repage -blur 0x2 photo.jpg")
        self.run_command(command_with("gimp-console-3 "))
        size = self.run_command("identify -format '%m %w %h' sharp.png")
        self.assertEqual(size, "PNG 600 400")
        differs = self.run_command("compare -metric AE photo.jpg sharp.png null: 2>&1 || true")
        self.assertGreater(float(differs.split()[0]), 1000)

    def test_4_many_pictures(self):
        self.environment["PATH"] = f"{self.environment['HOME']}/.local/bin:{self.environment['PATH']}"
        self.run_command(f"mkdir photos && convert '{self.clone}/data/perched-osprey.jpg' -crop 300x200+1200+500 "
                         "+repage photos/one.jpg && convert photos/one.jpg -flop photos/two.png")
        said = self.run_command(command_with("remote-sharpen photos -o sharp --service this-computer"))
        self.assertIn("2 done", said.splitlines()[-1])
        self.assertTrue((self.clone / "sharp/one.jpg").is_file() and (self.clone / "sharp/two.png").is_file())
        dry = command_with("--max-cost").splitlines()[0]
        self.assertIn("--dry-run", dry)
        self.assertIn("Cost: 2", self.run_command(dry.replace("-o sharp", "-o elsewhere")))
        self.run_command("man -l ~/.local/share/man/man1/remote-sharpen.1 >/dev/null 2>&1 || "
                         "test -s ~/.local/share/man/man1/remote-sharpen.1")

    def test_5_own_server(self):
        self.run_command("openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost "
                         "-keyout key.pem -out cert.pem && echo secret >key.txt")
        command = command_with("--tls-cert").replace("8443", "0").replace("8444", "0")
        with subprocess.Popen(["bash", "-c", "exec " + command], cwd=self.clone,
                              env=self.environment, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True) as server:
            ready, _, _ = select.select([server.stdout], [], [], 20)
            line = server.stdout.readline() if ready else ""
            server.terminate()
            self.assertIn("https://0.0.0.0:", line, server.stderr.read())


if __name__ == "__main__":
    unittest.main()
