"""Every control of the dialog has a name, and Tab reaches it."""

import pathlib
import subprocess
import sys
import tempfile

from gimp_window import Failure, GimpSession, has_state, is_shown, main, role_of, until, walk
from gi.repository import Atspi

CONTROLS = {"button", "check box", "combo box", "entry", "menu button", "password text", "radio button",
            "slider", "spin button", "text", "toggle button", "drawing area"}


def controls(dialog):
    for node in walk(dialog.node):
        if role_of(node) in CONTROLS and is_shown(node):
            yield node


def unnamed(dialog):
    found = []
    for node in controls(dialog):
        parent = node.get_parent()
        # The entry inside a combo box or a spin button speaks with its parent's name.
        if not node.get_name() and not labelled(node) and not (parent and parent.get_name()):
            found.append(f"{role_of(node)} below “{parent.get_name() if parent else ''}”")
    return found


def labelled(node):
    return any(relation.get_relation_type() == Atspi.RelationType.LABELLED_BY for relation in node.get_relation_set())


def focused(dialog):
    """The name of what has the focus. GTK 3 hides the button inside a combo box: that is None."""
    node = next((node for node in walk(dialog.node) if has_state(node, Atspi.StateType.FOCUSED)), None)
    return node and (node.get_name() or node.get_parent().get_name())


def tab_stops(dialog, limit=80):
    """What has the focus from one press of Tab to the next, until it comes round."""
    start = focused(dialog)
    stops = [start]
    while len(stops) < limit:
        subprocess.run(["xdotool", "key", "Tab"], check=True)
        until(f"Tab to leave “{stops[-1]}”", lambda: focused(dialog) != stops[-1], 10)
        if focused(dialog) == start:
            return stops
        stops.append(focused(dialog))
    raise Failure(f"Tab never comes round: {stops}")


def test():
    plug_in, service, shots = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as folder:
        picture = pathlib.Path(folder) / "picture.png"
        subprocess.run(["convert", "-size", "400x300", "plasma:", "-strip", str(picture)], check=True)
        with GimpSession(folder, plug_in, service, str(picture), shots) as session:
            session.image_window()
            dialog = session.open_dialog()
            dialog.wait("combo box", "Service:")
            until("the price", lambda: dialog.has_text("free"), 30)
            if nameless := unnamed(dialog):
                raise Failure("controls without a name: " + ", ".join(nameless))
            session.focus(dialog)
            reached = tab_stops(dialog)
            for name in ("Strength: Auto", "Sharpen", "Cancel", "Where the preview looks", "Compare with other models",
                         "Picture before and after sharpening"):
                if name not in reached:
                    raise Failure(f"Tab does not reach “{name}”, only {reached}")
            boxes = [node for node in controls(dialog) if role_of(node) == "combo box"]
            if reached.count(None) != len(boxes):
                raise Failure(f"Tab reaches {reached.count(None)} of {len(boxes)} combo boxes")


if __name__ == "__main__":
    main(test)
