"""Opens GIMP, finds the menu entry, runs the dialog with the embedded service, sees the new layer."""

import pathlib
import subprocess
import sys
import tempfile

from gimp_window import Failure, GimpSession, main, until, walk


def test():
    plug_in, service, shots = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as folder:
        picture = pathlib.Path(folder) / "picture.png"
        subprocess.run(["convert", "-size", "900x600", "plasma:tomato-steelblue",
                        "-seed", "7", "-blur", "0x2", str(picture)], check=True)
        with GimpSession(folder, plug_in, service, str(picture), shots) as session:
            session.image_window()
            dialog = session.open_dialog()
            dialog.wait("combo box", "Service:")
            session.shot("setup")
            until("the preview", lambda: dialog.has_text("free"), 30)
            session.shot("preview")
            dialog.press("Sharpen")
            until("the new layer", lambda: "2 layers" in session.image_window().node.get_name(), 60)
            session.shot("result")
            if session.message("picture.png: "):
                raise Failure("a success alarms")
            dialog = session.open_on_result()
            until("the next preview", lambda: dialog.has_text("free"), 30)
            turned = [item for item in walk(session.image_window().node)
                      if item.get_name().startswith("Rotate 90° clockwise")]
            turned[-1].do_action(0)  # the layer; the first is the view
            dialog.press("Sharpen")
            dialog.wait_text("was changed in size or place; nothing was sent.")


if __name__ == "__main__":
    main(test)
