"""A real GIMP for tests: a profile of its own with the built plug-in, and a service to talk to."""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

CORE = pathlib.Path(os.environ.get("GIMP_PLUG_INS", "/usr/lib/x86_64-linux-gnu/gimp/3.0/plug-ins"))


def core_plug_ins():
    """Where GIMP's own plug-ins lie on this machine."""
    if CORE.is_dir():
        return CORE
    library = subprocess.run(
        ["pkg-config", "--variable=gimplibdir", "gimp-3.0"], capture_output=True, text=True, check=True
    ).stdout.strip()
    return pathlib.Path(library) / "plug-ins"


class Gimp:
    """A fresh GIMP profile. Only the plug-ins that are named are in it, so that GIMP starts fast."""

    def __init__(self, folder, plug_in, service, core=("script-fu", "python-eval")):
        self.profile = pathlib.Path(folder) / "profile"
        self.log = pathlib.Path(folder) / "gimp.log"
        ours = self.profile / "plug-ins" / "remote-sharpen"
        ours.mkdir(parents=True)
        shutil.copy(plug_in, ours / "remote-sharpen")
        shutil.copy(service, ours / "sharpen-service")
        shutil.copy(pathlib.Path(__file__).resolve().parents[2] / "data" / "remote-sharpen.svg", ours)
        (ours / "locale").mkdir()
        others = pathlib.Path(folder) / "core"
        others.mkdir()
        for name in core:
            (others / name).symlink_to(core_plug_ins() / name)
        (self.profile / "gimprc").write_text(f'(plug-in-path "${{gimp_dir}}/plug-ins:{others}")\n')
        self.environment = {
            **os.environ,
            "GIMP3_DIRECTORY": str(self.profile),
            "GIMP_LOG": str(self.log),
            "XDG_CACHE_HOME": str(pathlib.Path(folder) / "cache"),
            "XDG_RUNTIME_DIR": str(self._private(pathlib.Path(folder) / "runtime")),
            "LANGUAGE": "C",
            "BABL_LUT": "0",  # it measures for seconds whether tables would save milliseconds
        }
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "TOPAZ_API_KEY", "AIMLAPI_KEY"):
            self.environment.pop(name, None)

    @staticmethod
    def _private(folder):
        folder.mkdir(mode=0o700)
        return folder

    def use_meanwhile(self, folder):
        """Adds the plug-in of meanwhile/, and tells it and fake_service.py where they meet."""
        for name in ("FAKE_RELEASE", "FAKE_SUBMITTED", "MEANWHILE"):
            os.environ[name] = self.environment[name] = str(pathlib.Path(folder) / name.lower())
        shutil.copytree(pathlib.Path(__file__).resolve().parent / "meanwhile", self.profile / "plug-ins" / "meanwhile")

    def run(self, interpreter, command, timeout, first=None, fonts=False, **environment):
        """Runs one batch command, or two; returns the finished process (its output is text)."""
        program = ["gimp-3", "--no-splash"] if "DISPLAY" in environment else ["gimp-console-3", "--no-interface"]
        command_line = [
            *program, "--no-data", *([] if fonts else ["--no-fonts"]), "--new-instance",
            "--batch-interpreter=" + ("plug-in-script-fu-eval" if interpreter == "scheme" else "python-fu-eval"),
            *(["-b", first] if first else []), "-b", command, "--quit",
        ]
        with open(self.log, "w+") as log:
            try:
                process = subprocess.run(command_line, env={**self.environment, **environment}, stdout=log,
                                         stderr=subprocess.STDOUT, timeout=timeout)
            except subprocess.TimeoutExpired:
                fail(f"GIMP did not end within {timeout} s", self.log.read_text())
            log.seek(0)
            process.stdout = log.read()
        return process

    def scheme(self, file, timeout=120, **environment):
        return self.run("scheme", f'(load "{file}")', timeout, **environment)

    def python(self, file, timeout=600, first=None, fonts=False, **environment):
        return self.run("python", f"exec(open({str(file)!r}).read())", timeout, first, fonts, **environment)


@contextlib.contextmanager
def sharpen_service(program, folder, *options):
    """A running sharpen-service; yields the address of its API."""
    state = tempfile.mkdtemp(dir=folder)
    process = subprocess.Popen(
        [program, "--state", state, *options], stdout=subprocess.PIPE, text=True
    )
    try:
        yield json.loads(process.stdout.readline())["url"]
    finally:
        process.terminate()
        process.wait(timeout=10)


def fail(message, output=""):
    print(output)
    sys.exit(f"FAILED: {message}")
