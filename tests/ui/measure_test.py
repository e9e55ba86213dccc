"""Measure here: the blur of the visible part is the start of a blur by hand."""

import pathlib
import subprocess
import sys
import tempfile
import time

from every_control import check_page
from gimp_window import Atspi, Failure, GimpSession, main, shown_text, until

PHOTO = pathlib.Path(__file__).resolve().parents[2] / "data" / "perched-osprey.jpg"
VIEW, KIND, SIZE, MEASURE = "Picture before and after sharpening", "Kind of blur:", "Blur size", "Measure here"
RADIUS, LENGTH = 4, 15


def two_blurs(folder):
    """Moved on the left, out of focus on the right."""
    picture = f"{folder}/halves.png"
    line = f"{LENGTH}x1:" + ",".join(["1"] * LENGTH)
    convert = ["convert", "-define", "convolve:scale=!"]
    for kernel in (line, f"Disk:{RADIUS}.3"):
        convert += ["(", str(PHOTO), "-resize", "1000x700!", "-morphology", "Convolve", kernel, ")"]
    subprocess.run([*convert, "+append", "-depth", "8", picture], check=True)
    return picture


def look_at(session, dialog, *keys):
    session.focus(dialog)
    dialog.wait("drawing area", VIEW).get_component_iface().grab_focus()
    subprocess.run(["xdotool", "key", *keys], check=True)


def kind(dialog):
    return shown_text(dialog.wait("combo box", KIND))


def measure(dialog, text, found, size):
    dialog.press(MEASURE)
    dialog.wait_text(text, 60)
    until("the kind", lambda: kind(dialog) == found)
    measured = Atspi.Value.get_current_value(dialog.wait("spin button", SIZE, shown=False))
    if abs(measured - size) > 0.15 * size:
        raise Failure(f"{size} px were measured as {measured}")


def test():
    plug_in, service, shots = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as folder:
        with GimpSession(folder, plug_in, service, two_blurs(folder), shots) as session:
            session.image_window()
            dialog = session.open_dialog()
            dialog.open("Blur by hand")
            look_at(session, dialog, "1", *["ctrl+Right"] * 40)
            dialog.wait("button", "Zoom 100 %")
            measure(dialog, "Out of focus by about", "Out of focus", RADIUS)
            look_at(session, dialog, *["ctrl+Left"] * 80)
            measure(dialog, "moved by about", "Moved in a line", LENGTH)
            dialog.press(MEASURE)
            dialog.choose(KIND, "Out of focus")  # what is measured does not replace a later choice
            dialog.wait("button", MEASURE)
            time.sleep(3)
            if kind(dialog) != "Out of focus" or dialog.has_text("moved by about"):
                raise Failure("a late measurement replaced the user's choice")
            measure(dialog, "moved by about", "Moved in a line", LENGTH)
            session.shot("measured", dialog)
            check_page(session, dialog)
            dialog.press("Cancel")


if __name__ == "__main__":
    main(test)
