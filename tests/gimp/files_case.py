"""What the tests of many files share: a GIMP, a folder of pictures, and a service.

The service changes nothing and has an account, so that what was charged can be counted.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.request

import harness

PLUG_IN, SERVICE = sys.argv[1:3]
CREDITS = 1000
CORE = ("script-fu", "file-jpeg", "file-png", "file-tiff", "file-webp")


class FilesCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.gimp_folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.gimp_folder.cleanup)
        cls.gimp = harness.Gimp(cls.gimp_folder.name, PLUG_IN, SERVICE, core=CORE)
        cls.key_file = pathlib.Path(cls.gimp_folder.name) / "key"
        cls.key_file.write_text("the-key\n")
        cls.gimp.environment |= {"SHARPEN_SERVICE_KEY": "the-key", "AIMLAPI_KEY": "the-key"}

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="photos ")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.input, self.output = self.folder / "in", self.folder / "out"
        self.input.mkdir()
        self.url = None

    def serve(self, *options):
        service = harness.sharpen_service(SERVICE, self.folder, "--engine", "identity", "--key-file",
                                          str(self.key_file), "--balance", str(CREDITS), *options)
        self.url = self.enterContext(service)
        return self.url

    def charged(self):
        request = urllib.request.Request(self.url + "/account/v1/credits/balance", headers={"X-API-Key": "the-key"})
        while True:
            try:
                with urllib.request.urlopen(request) as answer:
                    return CREDITS - json.load(answer)["available_credits"]
            except urllib.error.HTTPError as error:
                if error.code != 429:
                    raise

    def command(self, *arguments, wrong_key=False, timeout=120, before=(), service="own-server"):
        environment = self.gimp.environment | ({"SHARPEN_SERVICE_KEY": "another"} if wrong_key else {})
        program = self.gimp.profile / "plug-ins" / "remote-sharpen" / "remote-sharpen"
        return subprocess.run([*before, program, *arguments, "--service", service, "--service-url", self.url],
                              env=environment, capture_output=True, timeout=timeout, cwd=self.folder)

    def run_command(self, *arguments, status=0, **options):
        done = self.command(*arguments, **options)
        self.assertEqual(done.returncode, status, done.stdout.decode(errors="replace") + done.stderr.decode(errors="replace"))
        return done.stdout.decode(errors="replace")

    def report(self, folder=None):
        report = json.loads(((folder or self.output) / "remote-sharpen-report.json").read_text("utf-8"))
        return {pathlib.Path(file["file"]).name: file for file in report["files"]}

    def results(self):
        return self.results_in(self.output)

    def results_in(self, folder):
        return {name: file["result"] for name, file in self.report(folder).items()}

    def script(self, inputs, **arguments):
        names = " ".join(json.dumps(str(name)) for name in inputs)
        rest = " ".join(f"#:{name.replace('_', '-')} {json.dumps(value) if isinstance(value, str) else value}"
                        for name, value in arguments.items())
        return self.gimp.run("scheme", f"(begin (script-fu-use-v3) (let ((values (plug-in-remote-sharpen-files "
                             f"#:inputs '({names}) #:output {json.dumps(str(self.output))} "
                             f"#:service \"own-server\" #:service-url \"{self.url}\" {rest}))) "
                             "(display values) (newline)))", timeout=120)

    def jobs(self, member=None):
        request = urllib.request.Request(self.url + "/image/v1/status", headers={"X-API-Key": "the-key"})
        with urllib.request.urlopen(request) as answer:
            return [job[member] if member else json.loads(job["options_json"]) for job in json.load(answer)]
