"""Each service and its models, presets, reset, last values, the comparison by keyboard."""

import json
import pathlib
import subprocess
import sys
import tempfile

from gi.repository import Atspi
from gimp_window import Failure, GimpSession, has_state, main, photograph, role_of, until, walk
from every_control import check_page

MENU = "Save, delete, export and import presets"


def models(dialog):
    return [node.get_name() for node in walk(dialog.node) if node.get_role_name() == "radio menu item"]


def is_marked(dialog, name):
    return has_state(dialog.wait("check box", name), Atspi.StateType.CHECKED)


def services(session, dialog):
    for service, lacks in (("This computer", "Wildlife"), ("AI/ML API", "Noise-Aware"), ("Topaz Labs", ""),
                           ("Own server", "")):
        dialog.choose("Service:", service)
        until(f"the models of {service}", lambda: "Standard" in models(dialog) and lacks not in models(dialog))
        if service in ("AI/ML API", "Topaz Labs"):
            session.window("remote-sharpen", f"Account at {service}").press("Close")
        session.shot(f"service-{service.split('/')[0].replace(' ', '-')}", dialog)
    dialog.wait("text", "Address:")
    dialog.choose("Service:", "This computer")
    dialog.wait_text("free")


def enter_file(session, window, file):
    """Writes a path into the entry of GIMP's file dialog."""
    def is_written():
        entry = next((node for node in walk(window.node) if role_of(node) == "text" and
                      has_state(node, Atspi.StateType.FOCUSED)), None)
        if entry and Atspi.Text.get_text(entry, 0, -1) == str(file):
            return True
        if entry:
            entry.set_text_contents(str(file))
        return False

    session.focus(window)
    subprocess.run(["xdotool", "key", "ctrl+l"], check=True)
    until("the file's name to be written", is_written)


def presets(session, dialog, folder):
    dialog.mark("Strength: Auto", on=False)
    dialog.pick(MENU, "Save as a Preset…")
    window = session.window("remote-sharpen", "Save as a Preset")
    window.type("Name:", "Half")
    window.press("Save")
    dialog.pick(MENU, "Save as a Preset…")
    session.window("remote-sharpen", "Save as a Preset").press("Replace")  # it has that name already
    dialog.mark("Strength: Auto")
    dialog.choose("Preset:", "Half")
    until("the preset to be taken", lambda: not is_marked(dialog, "Strength: Auto"))
    dialog.pick(MENU, "Export to a File…")
    file = pathlib.Path(folder) / "half.json"
    window = session.window("remote-sharpen", "Export the Preset")
    enter_file(session, window, file)
    window.press("Export")
    until("the file", file.exists)
    dialog.pick(MENU, "Delete the Preset")
    until("the preset to be gone", lambda: "Half" not in dialog.entries("Preset:"))
    if json.loads((session.gimp.profile / "remote-sharpen" / "presets.json").read_text())["presets"]:
        raise Failure("the deleted preset is still kept")
    dialog.press("Reset")
    dialog.press("Reset to Factory Defaults")
    until("the reset", lambda: is_marked(dialog, "Strength: Auto"))
    dialog.pick(MENU, "Import from a File…")
    window = session.window("remote-sharpen", "Import a Preset")
    enter_file(session, window, file)
    window.press("Import")
    until("the imported preset to be taken", lambda: not is_marked(dialog, "Strength: Auto"))


def comparison(session, dialog):
    view = dialog.wait("drawing area", "Picture before and after sharpening")
    dialog.wait_text("Soft by")  # what the service said of the preview
    session.focus(dialog)
    view.get_component_iface().grab_focus()
    for key, seen in (("Right", 52), ("Home", 0), ("End", 100)):
        subprocess.run(["xdotool", "key", key], check=True)
        until(f"the divider after {key}", lambda: f"Divider at {seen} %" in view.get_description())
    session.drag(view, (0.99, 0.3), (0.25, 0.3))
    until("the divider that the mouse drags", lambda: "Divider at 25 %" in view.get_description())
    session.shot("divider", dialog)
    for keys, zoom in ((["plus"] * 12, 800), (["1"], 100)):
        subprocess.run(["xdotool", "key", *keys], check=True)
        dialog.wait("button", f"Zoom {zoom} %")
    subprocess.run(["xdotool", "key", "plus"], check=True)
    dialog.wait("button", "Zoom 125 %")
    subprocess.run(["xdotool", "keydown", "space"], check=True)
    session.shot("original", dialog)
    subprocess.run(["xdotool", "keyup", "space"], check=True)
    dialog.press("Side by side", role="radio button")
    dialog.wait_text("Soft by")
    session.shot("sides", dialog)
    session.drag(view, (0.4, 0.7), (0.2, 0.3))
    dialog.wait_text("Soft by")
    session.shot("sides-dragged", dialog)


def test():
    plug_in, service, shots = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as folder:
        with GimpSession(folder, plug_in, service, photograph(folder), shots) as session:
            session.image_window()
            dialog = session.open_dialog()
            services(session, dialog)
            presets(session, dialog, folder)
            comparison(session, dialog)
            dialog.press("Sharpen")
            session.wait_layers(2)
            dialog = session.open_dialog()  # GIMP keeps the last values
            dialog.wait_text("free")
            until("the last values", lambda: not is_marked(dialog, "Strength: Auto"))
            check_page(session, dialog)
            dialog.press("Cancel")


if __name__ == "__main__":
    main(test)
