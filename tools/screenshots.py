"""Drives the dialog in a real GIMP for tools/screenshots. Arguments: the build folder, the output folder."""

import os
import pathlib
import subprocess
import sys
import tempfile
import time

root = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(root / "tests" / "ui"))
from gimp_window import GimpSession, main, until

build, output = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])


def take(session, name):
    subprocess.run(["import", "-window", session.x_window("Remote Sharpen"), "-strip", "-quality", "90",
                    str(output / f"{name}.jpg")], check=True)


def session_of_pictures():
    with tempfile.TemporaryDirectory() as folder:
        photo = pathlib.Path(folder) / "osprey.png"
        subprocess.run([build / "data" / "blur-photo", root / "data" / "perched-osprey.jpg", photo], check=True)
        with GimpSession(folder, build / "plugin" / "remote-sharpen", build / "service" / "sharpen-service", str(photo),
                         pathlib.Path(folder) / "shots") as session:
            session.image_window()
            dialog = session.open_dialog()
            until("the price", lambda: dialog.has_text("free"), 60)
            until("the sharpened preview", lambda: dialog.has_text("defocus"), 120)
            time.sleep(1)  # for animations
            take(session, "setup")
            dialog.press("Sharpen")
            until("the job", lambda: dialog.has_text("Sharpening"), 60)
            time.sleep(3)
            take(session, "progress")
            session.wait_layers(2, 300)


os.environ.setdefault("SHARPEN_TEST_LIMIT", "600")
main(session_of_pictures)
