#!/usr/bin/env python3
"""What starts sharpen-service on a server is right: server_test.py CHECKOUT SHARPEN-SERVICE

systemd reads the unit without a complaint and finds little that a broken service could do; the
container's packages are there and have each library that the program needs; and the program starts
with the options of both, answers, and ends when it is told to.
"""

import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
import urllib.request

PROGRAM = pathlib.Path(sys.argv.pop(2)).resolve()
TOP = pathlib.Path(sys.argv.pop(1)).resolve()
UNIT = (TOP / "packaging/sharpen-service.service").read_text("utf-8")
CONTAINER = (TOP / "packaging/Containerfile").read_text("utf-8").replace("\\\n", " ")
KEY = "key-of-anna-000000"


def run(*command):
    return subprocess.run(command, capture_output=True, text=True)


class Started(unittest.TestCase):
    """The program with the options of a recipe, on ports that are free."""

    def expect_service(self, options, folder, environment):
        options = [re.sub(r"\$\{?(\w+)\}?", lambda name: environment[name[1]], word) for word in options]
        for port in ("--port", "--download-port"):
            options[options.index(port) + 1] = "0"
        with subprocess.Popen([PROGRAM, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, env={**os.environ, **environment}) as service:
            line = service.stdout.readline()
            if not line:
                self.fail(service.stderr.read())
            url = re.sub("0.0.0.0", "127.0.0.1", json.loads(line)["url"])
            request = urllib.request.Request(url + "/image/v1/status", headers={"X-API-Key": KEY})
            with urllib.request.urlopen(request, timeout=60) as answer:
                self.assertEqual(answer.read(), b"[]")
            service.send_signal(signal.SIGTERM)
            self.assertEqual(service.wait(60), 0)
        self.assertTrue((folder / "state/jobs.sqlite").exists())

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "state").mkdir()
        (self.folder / "keys").write_text(f"anna {KEY}\n", "utf-8")

    def test_by_the_unit(self):
        words = shlex.split(re.search(r"^ExecStart=(.*)", UNIT, re.M)[1])
        self.assertEqual(words.pop(0), "/usr/bin/sharpen-service")
        self.assertEqual(words.pop(), "$SHARPEN_OPTIONS")
        self.expect_service(words, self.folder, {"STATE_DIRECTORY": str(self.folder / "state"),
                                                 "CREDENTIALS_DIRECTORY": str(self.folder)})

    def test_in_a_container(self):
        words = json.loads(re.search(r"^ENTRYPOINT (.*)", CONTAINER, re.M)[1])
        self.assertEqual(words.pop(0), "sharpen-service")
        for name, path in (("/state", "state"), ("/run/keys", "keys")):
            words[words.index(name)] = str(self.folder / path)
        self.expect_service(words, self.folder, {})


@unittest.skipUnless(shutil.which("systemd-analyze"), "there is no systemd here")
class Unit(unittest.TestCase):
    def test_is_understood(self):
        with tempfile.TemporaryDirectory() as folder:
            unit = pathlib.Path(folder) / "sharpen-service.service"
            unit.write_text(UNIT.replace("/usr/bin/sharpen-service", f'"{PROGRAM}"'), "utf-8")
            said = run("systemd-analyze", "verify", "--man=no", unit)
        self.assertEqual((said.returncode, said.stdout + said.stderr), (0, ""))

    def test_leaves_little_to_a_broken_service(self):
        said = run("systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=20",
                   TOP / "packaging/sharpen-service.service")
        self.assertEqual(said.returncode, 0, said.stdout + said.stderr)  # 2.0 of 10


def packages(command):
    installed = re.search(r"apt-get install (.*?)(?:&&|$)", command, re.M)[1]
    return {word for word in installed.split() if not word.startswith("-")}


@unittest.skipUnless(shutil.which("dpkg-query"), "this is no Debian")
class Container(unittest.TestCase):
    BUILD, RUN = CONTAINER.split("FROM ")[1:]

    def test_names_packages_that_exist(self):
        for package in packages(self.BUILD) | packages(self.RUN):
            self.assertEqual(run("dpkg-query", "--show", package).returncode, 0, package)

    def test_has_each_library_that_the_program_needs(self):
        there = closure(packages(self.RUN) | {"apt"})  # which each Debian has
        needed = re.findall(r"NEEDED +(\S+)", run("objdump", "-p", PROGRAM).stdout)
        needed += re.findall(r"libonnxruntime\.so\.\d+\.\d+", run("strings", PROGRAM).stdout)
        self.assertGreater(len(needed), 10)
        for name in needed:
            if re.match(r"lib[a-z]+san\.so", name):  # a build with a sanitizer
                continue
            owners = re.findall(r"^([^:]+):", run("dpkg-query", "--search", f"*/{name}").stdout, re.M)
            self.assertTrue(there & set(owners), f"{name}: {owners}")

    def test_copies_what_the_build_makes(self):
        self.assertIn("COPY . /src\n", self.BUILD)
        target = re.search(r"ninja -C (\S+) (\S+)", self.BUILD)
        self.assertIn(f"COPY --from=build {target[1]}/{target[2]} /usr/bin/\n", self.RUN)
        self.assertEqual(PROGRAM.parts[-2:], pathlib.Path(target[2]).parts)


def closure(packages):
    """The packages with all that they depend on."""
    new = set(packages)
    while new:
        listed = run("dpkg-query", "--show", "--showformat=${Depends}, ${Pre-Depends}, ", *new).stdout
        new = set(re.findall(r"[a-z0-9][a-z0-9+.-]+(?= [(]|[,|:]| [|])", listed)) - packages
        packages = packages | new
    return packages


if __name__ == "__main__":
    unittest.main()
