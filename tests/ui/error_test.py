"""A service that is not there: a sentence, the way back, and the same dialog then works."""

import pathlib
import subprocess
import sys
import tempfile

from every_control import controls
from gimp_window import Failure, GimpSession, main, until


def test():
    plug_in, service, shots = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as folder:
        picture = pathlib.Path(folder) / "picture.png"
        subprocess.run(["convert", "-size", "400x300", "plasma:", "-strip", str(picture)], check=True)
        with GimpSession(folder, plug_in, service, str(picture), shots) as session:
            session.image_window()
            dialog = session.open_dialog()
            dialog.choose("Service:", "Own server")
            dialog.wait("text", "Address:").set_text_contents("http://127.0.0.1:9")
            dialog.press("Sharpen")
            dialog.wait("button", "Try Again", 30)
            session.shot("problem")
            if any(node.get_name().startswith("Sharpen the whole layer") for node in controls(dialog)):
                raise Failure("a preview is offered while the dialog is at work")
            dialog.press("Back")
            dialog.wait("combo box", "Service:")
            dialog.choose("Service:", "This computer")
            until("the price", lambda: dialog.has_text("free"), 30)
            dialog.press("Sharpen")
            until("the new layer", lambda: "2 layers" in session.image_window().node.get_name(), 60)


if __name__ == "__main__":
    main(test)
