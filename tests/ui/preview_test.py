"""The preview: what was sharpened once is kept, all ways to zoom, the look of the window at the next opening, layers that
are half transparent, what was changed, and a large view that is only sharpened when asked and can be stopped."""

import subprocess
import sys
import tempfile
import time

from gimp_window import Atspi, Failure, GimpSession, is_shown, main, photograph, until, walk
from every_control import check_names, check_page

VIEW = "Picture before and after sharpening"


def keys(*names):
    subprocess.run(["xdotool", "key", *names], check=True)


def focus_view(session, dialog):
    session.focus(dialog)
    view = dialog.wait("drawing area", VIEW)
    view.get_component_iface().grab_focus()
    return view


def zoom_of(dialog):
    names = (node.get_name() for node in walk(dialog.node) if is_shown(node))
    return next(name for name in names if name.startswith("Zoom ") and name.endswith(" %"))



def panning_back_costs_nothing(session, dialog):
    view = focus_view(session, dialog)
    dialog.wait_text("Soft by", 90)
    session.drag(view, (0.7, 0.5), (0.2, 0.5))
    dialog.wait_text("Sharpening…")
    dialog.wait_text("Soft by", 90)
    session.shot("panned", dialog)
    session.drag(view, (0.2, 0.5), (0.7, 0.5))
    limit = time.monotonic() + 1.5
    while time.monotonic() < limit:
        if dialog.has_text("Sharpening…"):
            raise Failure("what was sharpened before is sharpened again")
        time.sleep(0.05)


def zooming(session, dialog):
    view = focus_view(session, dialog)
    for key, times, zoom in (("plus", 12, "Zoom 800 %"), ("1", 1, "Zoom 100 %")):
        keys(*[key] * times)
        dialog.wait("button", zoom)
    keys("0")
    until("the whole picture", lambda: zoom_of(dialog) != "Zoom 100 %")
    time.sleep(0.5)
    fit = zoom_of(dialog)
    keys(*["minus"] * 3)
    if zoom_of(dialog) != fit:
        raise Failure(f"the picture became smaller than the view: {zoom_of(dialog)}")
    session.double_click(view, (0.5, 0.5))
    dialog.wait("button", "Zoom 100 %")
    session.double_click(view, (0.5, 0.5))
    dialog.wait("button", fit)
    session.shot("fit", dialog)
    keys("1", "plus")
    dialog.wait("button", "Zoom 125 %")


def colours_of(shot):
    """The mean of red and of green in the picture's right half, which shows what is sharpened."""
    means = subprocess.run(["convert", shot, "-crop", "200x200+330+100", "-format", "%[fx:mean.r] %[fx:mean.g]", "info:"],
                           capture_output=True, text=True, check=True).stdout.split()
    return float(means[0]), float(means[1])


def changes_are_marked(session, dialog):
    """The veil is magenta: green goes down where something was changed."""
    dialog.wait_text("Soft by", 90)
    session.shot("unmarked", dialog)
    dialog.press("Mark what was changed", role="toggle button")
    session.shot("marked", dialog)
    (_, green), (_, marked) = (colours_of(session.shots / f"{name}.png") for name in ("unmarked", "marked"))
    if marked > green - 0.02:
        raise Failure(f"nothing is marked: green {green} and {marked}")
    dialog.press("Mark what was changed", role="toggle button")


def this_computer_sharpens_a_part(dialog):
    dialog.open("Foreground or background")
    if dialog.find("combo box", "Faces:"):
        raise Failure("this computer offers faces")
    dialog.choose("Subject:", "The foreground")
    dialog.wait_text("Sharpening…")
    dialog.wait_text("No subject stands out", 90)
    dialog.choose("Subject:", "Auto")


def comes_back(session, dialog):
    dialog.press("Side by side", role="radio button")
    dialog.press("Cancel")
    until("the end of the dialog", lambda: not dialog.is_open())
    dialog = session.open_dialog()
    dialog.wait("button", "Zoom 125 %")
    sides = dialog.wait("radio button", "Side by side")
    if not sides.get_state_set().contains(Atspi.StateType.CHECKED):
        raise Failure("the panes do not stand side by side again")
    dialog.press("Split", role="radio button")
    return dialog


def large_view(session, dialog):
    """More than a person would wait for comes only when asked, and stops when told."""
    focus_view(session, dialog)
    keys("0")
    dialog.press("Sharpen all that is seen")
    dialog.wait("button", "Stop")
    session.shot("progress", dialog)
    check_names(dialog)
    dialog.press("Stop")
    dialog.wait_text("Stopped.")
    session.shot("stopped", dialog)
    check_page(session, dialog)


def large(folder):
    picture = f"{folder}/large.png"
    subprocess.run(["convert", photograph(folder, "1200x900"), "-filter", "cubic", "-resize", "300%", "-depth", "8", picture], check=True)
    return picture


def half_transparent(folder, size):
    see_through = f"{folder}/see-through.png"
    subprocess.run(["convert", photograph(folder, size), "-alpha", "set", "-region", "450x600+0+0", "-channel", "A", "-evaluate", "set", "50%",
                    "+channel", see_through], check=True)
    return see_through


def test():
    plug_in, service, shots = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as folder:
        with GimpSession(folder, plug_in, service, large(folder), shots) as session:
            session.image_window()
            dialog = session.open_dialog()
            panning_back_costs_nothing(session, dialog)
            zooming(session, dialog)
            dialog = comes_back(session, dialog)
            large_view(session, dialog)
            dialog.press("Cancel")
    with tempfile.TemporaryDirectory() as folder:
        with GimpSession(folder, plug_in, service, half_transparent(folder, "900x600"), shots) as session:
            session.image_window()
            dialog = session.open_dialog()
            dialog.wait_text("Soft by", 90)
            session.shot("half-transparent", dialog)
            changes_are_marked(session, dialog)
            this_computer_sharpens_a_part(dialog)
            dialog.press("Cancel")


if __name__ == "__main__":
    main(test)
