"""Suggest names the blur and a model for it, and changes nothing before it is told to."""

import pathlib
import subprocess
import sys
import tempfile

from every_control import check_page
from gimp_window import Failure, GimpSession, main, until

PHOTO = pathlib.Path(__file__).resolve().parents[2] / "data" / "perched-osprey.jpg"
LENGTH = 13


def moved(folder):
    """A photograph whose camera moved sideways by LENGTH pixels."""
    picture = f"{folder}/moved.png"
    kernel = f"{LENGTH}x1:" + ",".join(["1"] * LENGTH)
    subprocess.run(["convert", str(PHOTO), "-gravity", "center", "-crop", "900x700+0+0", "+repage", "-define",
                    "convolve:scale=!", "-morphology", "Convolve", kernel, "-depth", "8", picture], check=True)
    return picture


def model(dialog):
    return dialog.wait("toggle button", "Model:").get_description()


def test():
    plug_in, service, shots = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as folder:
        with GimpSession(folder, plug_in, service, moved(folder), shots) as session:
            session.image_window()
            dialog = session.open_dialog()
            before = model(dialog)
            dialog.press("Suggest")
            dialog.wait_text("moved by about", 60)
            if model(dialog) != before:
                raise Failure(f"the model was changed to {model(dialog)} unasked")
            session.shot("suggestion", dialog)
            check_page(session, dialog)
            dialog.press("Use Motion Blur")
            until("the model to be chosen", lambda: model(dialog) == "Motion Blur")
            until("the suggestion to go", lambda: not dialog.has_text("moved by about"))
            dialog.press("Cancel")


if __name__ == "__main__":
    main(test)
