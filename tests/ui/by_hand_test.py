"""A blur by hand: what each kind shows, the service's estimate as the start, the preview that follows, a shaken camera that
is tried anyway, what comes back at the next opening, and nothing of it at a vendor."""

import subprocess
import sys
import tempfile

from every_control import check_page
from gimp_window import Atspi, Failure, GimpSession, has_state, main, photograph, shown_text, until

KIND, SIZE, ANGLE, EDGE = "Kind of blur:", "Blur size", "Blur angle", "Blur edge"
PROTECT, TRY = "Protect sharp parts", "Try anyway, as a shaken camera"


def number(dialog, name):
    return Atspi.Value.get_current_value(dialog.wait("spin button", name, shown=False))  # the page may have scrolled


def is_auto(dialog, name):
    return has_state(dialog.wait("check box", f"{name}: Auto"), Atspi.StateType.CHECKED)


def expect_shown(dialog, role, shown, hidden):
    for name in shown:
        dialog.wait(role, name)
    until(f"no {hidden}", lambda: not any(dialog.find(role, name) for name in hidden))


def kinds(dialog):
    expect_shown(dialog, "spin button", ["Keep grain"], [SIZE, ANGLE, EDGE])
    expect_shown(dialog, "check box", [], [PROTECT])
    dialog.choose(KIND, "Moved in a line")
    expect_shown(dialog, "spin button", [SIZE, ANGLE], [EDGE])
    expect_shown(dialog, "check box", [], [PROTECT])
    dialog.choose(KIND, "Out of focus")
    expect_shown(dialog, "spin button", [SIZE, EDGE], [ANGLE])
    expect_shown(dialog, "check box", [PROTECT], [])
    if not is_auto(dialog, SIZE):
        raise Failure("the size does not begin on Auto, although no such blur was found")


def estimate(session, dialog):
    """That the service found this kind of blur by itself is where the hand begins, in steps of 0.1 px."""
    dialog.choose(KIND, "Soft all over")
    dialog.wait_text("Soft by", 90)
    if is_auto(dialog, SIZE):
        raise Failure("the estimate is not the start")
    found = number(dialog, SIZE)
    if not 1 < found < 3:
        raise Failure(f"the size begins at {found}")
    spin = dialog.wait("spin button", SIZE)
    session.focus(dialog)
    spin.get_component_iface().grab_focus()
    subprocess.run(["xdotool", "key", "Up"], check=True)
    until("a step of 0.1", lambda: abs(number(dialog, SIZE) - found - 0.1) < 1e-6)
    dialog.wait_text(f"Soft by {found + 0.1:.1f} px", 90)
    session.shot("soft", dialog)
    slider = dialog.wait("slider", SIZE)
    slider.get_component_iface().grab_focus()
    subprocess.run(["xdotool", "key", "Left"], check=True)
    until("the slider's step", lambda: abs(number(dialog, SIZE) - found) < 1e-6)


def measured(dialog):
    """On Auto the slider stands where the service measured the blur."""
    Atspi.Value.set_current_value(dialog.wait("spin button", SIZE), 2.5)
    dialog.wait_text("Soft by 2.5 px", 90)
    dialog.mark(f"{SIZE}: Auto")
    until("what was measured", lambda: 1 < number(dialog, SIZE) < 2.4, 90)
    dialog.mark(f"{SIZE}: Auto", on=False)
    dialog.wait_text(f"Soft by {number(dialog, SIZE):.1f} px", 90)


def try_anyway(session, dialog):
    dialog.choose(KIND, "Auto")
    until("no button while a blur is undone", lambda: not dialog.find("button", TRY))
    dialog.pick("Model:", "Motion Blur")
    dialog.wait("button", TRY, 90)
    session.shot("try", dialog)
    dialog.press(TRY)
    until("a shaken camera", lambda: shown_text(dialog.wait("combo box", KIND)) == "Shaken camera")
    expect_shown(dialog, "spin button", ["Keep grain"], [SIZE, ANGLE, EDGE])
    until("no button", lambda: not dialog.find("button", TRY))
    dialog.pick("Model:", "Lens Blur V2")


def vendor(session, dialog):
    dialog.choose("Service:", "Topaz Labs")
    session.window("remote-sharpen", "Account at Topaz Labs").press("Close")
    until("no blur by hand", lambda: not dialog.find("toggle button", "Blur by hand"))
    dialog.choose("Service:", "This computer")
    dialog.wait("toggle button", "Blur by hand")


def comes_back(session, dialog):
    dialog.choose(KIND, "Out of focus")
    for name, value in ((SIZE, 2.2), (EDGE, 0.5)):
        dialog.mark(f"{name}: Auto", on=False)
        Atspi.Value.set_current_value(dialog.wait("spin button", name), value)
    dialog.mark(PROTECT, on=False)
    check_page(session, dialog)
    dialog.wait_text("Out of focus by 2.2 px", 90)
    session.shot("out-of-focus", dialog)
    dialog.press("Sharpen")
    session.wait_layers(2)
    dialog = session.open_dialog()
    dialog.wait("combo box", KIND, 40)  # it is unfolded
    until("the same blur", lambda: abs(number(dialog, SIZE) - 2.2) < 1e-6 and abs(number(dialog, EDGE) - 0.5) < 1e-6)
    if has_state(dialog.wait("check box", PROTECT, shown=False), Atspi.StateType.CHECKED):
        raise Failure("the sharp parts are protected again")
    dialog.press("Cancel")


def test():
    plug_in, service, shots = sys.argv[1:4]
    theme = sys.argv[4] if len(sys.argv) > 4 else "dark"
    with tempfile.TemporaryDirectory() as folder:
        with GimpSession(folder, plug_in, service, photograph(folder, "600x450"), shots, theme=theme) as session:
            session.image_window()
            dialog = session.open_dialog()
            dialog.wait_text("Soft by", 90)
            dialog.open("Blur by hand")
            kinds(dialog)
            estimate(session, dialog)
            measured(dialog)
            try_anyway(session, dialog)
            vendor(session, dialog)
            comes_back(session, dialog)


if __name__ == "__main__":
    main(test)
