"""A service that is not there: a sentence, what was chosen is kept, and the same dialog then works. So it is when the
layer is deleted while the dialog is open, until it is there again. No layer: a sentence alone."""

import sys
import tempfile

from every_control import controls
from gi.repository import Atspi
from gimp_window import Failure, GimpSession, main, photograph, shown_text, until

NOWHERE = "http://127.0.0.1:9"


def expect_text(dialog, entry, text):
    node = dialog.wait("text", entry, shown=False)
    if (shown := Atspi.Text.get_text(node, 0, -1)) != text:
        raise Failure(f"“{entry}” holds “{shown}”")


def fail(dialog):
    dialog.press("Sharpen")
    dialog.wait("button", "Try Again", 30)
    if any(node.get_name().startswith("Sharpen the whole layer") for node in controls(dialog)):
        raise Failure("a preview is offered while the dialog is at work")


def repeat(session):
    """With what was chosen last, not with what GIMP kept of the last run that ended well."""
    run = session.open_dialog('Repeat "Remote Sharpen"')
    run.wait_text(f"The connection to {NOWHERE} failed")
    run.press("Close")
    until("the end of the run", lambda: not run.is_open())


def without_the_layer(session):
    dialog = session.open_on_result()
    dialog.wait_text("free")
    session.menu("Delete Layer")
    session.expect_layers("picture.png")
    dialog.mark("Strength: Auto", on=False)
    dialog.wait_text("The layer was removed before it was read; nothing was sent.")  # under the preview
    fail(dialog)
    dialog.wait_text("Close this window and choose another layer.")
    session.shot("no-layer")
    if session.message("Calling error"):
        raise Failure("GIMP complains")
    session.menu("Undo ")
    session.expect_layers("Crisp", "picture.png")
    dialog.press("Try Again")
    session.wait_layers(3)


def refuse_quick_mask(session):
    session.menu("Toggle Quick Mask")
    session.menu("Remote Sharpen…")
    message = until("the sentence", lambda: session.message("A channel or a selection cannot be sharpened."))
    if message.has_text("Calling error"):
        raise Failure("GIMP's words are before it")


def test():
    plug_in, service, shots = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as folder:
        with GimpSession(folder, plug_in, service, photograph(folder, "400x300"), shots) as session:
            session.image_window()
            dialog = session.open_dialog()
            dialog.choose("Service:", "Own server")
            dialog.type("Address:", NOWHERE)
            dialog.open("Result and cost")
            dialog.type("Name of the new layer:", "Crisp")
            fail(dialog)
            session.shot("problem")
            dialog.press("Close")
            until("the end of the dialog", lambda: not dialog.is_open())
            repeat(session)
            dialog = session.open_dialog()
            until("the service", lambda: shown_text(dialog.wait("combo box", "Service:")) == "Own server")
            expect_text(dialog, "Address:", NOWHERE)
            dialog.open("Result and cost")
            expect_text(dialog, "Name of the new layer:", "Crisp")
            fail(dialog)
            dialog.press("Back")
            dialog.choose("Service:", "This computer")
            dialog.wait_text("free")
            dialog.press("Sharpen")
            session.expect_layers("Crisp", "picture.png")
            without_the_layer(session)
            refuse_quick_mask(session)


if __name__ == "__main__":
    main(test)
