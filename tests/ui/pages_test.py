"""Every control of the dialog has a name, and Tab reaches it. Help and F1 open the manual where they should. What is
withdrawn is said to be so."""

import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.parse

from every_control import check_page, controls, focused, mnemonic_of, name_of
from gimp_window import Atspi, Failure, GimpSession, has_state, main, photograph, until

MANUAL = pathlib.Path(sys.argv[1]).resolve().parents[1] / "docs" / "manual"  # where it is built, beside the plug-in


def fake_browser(folder):
    """A browser that writes down what it is asked to show; its file, and the environment that makes it the default."""
    shown = folder / "shown"
    program = folder / "browser"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$1" >>"{shown}"\n')
    program.chmod(0o755)
    applications = folder / "data" / "applications"
    applications.mkdir(parents=True)
    (applications / "browser.desktop").write_text(
        f"[Desktop Entry]\nType=Application\nName=Browser\nExec={program} %u\nMimeType=text/html;\n")
    (applications / "mimeapps.list").write_text("[Default Applications]\ntext/html=browser.desktop\n")
    shown.touch()
    return shown, {"XDG_DATA_HOME": str(folder / "data")}


def expect_page(shown, page, section):
    """The newest page shown is the installed one, at a section that it has."""
    uri = until("the browser", shown.read_text).splitlines()[-1]
    shown.write_text("")
    parts = urllib.parse.urlsplit(uri)
    if pathlib.Path(urllib.parse.unquote(parts.path)) != page or parts.fragment != section:
        raise Failure(f"the browser shows {uri}")
    text = page.read_text()
    if section and f'id="{section}"' not in text:
        raise Failure(f"the manual has no section {section}")
    missing = [name for name in re.findall(r'src="([^"]+)"', text) if not (page.parent / name).exists()]
    if missing:
        raise Failure(f"the manual lacks {missing}")


def key_takes_a_value(session, dialog):
    """The key of a value on Auto, its first letter that nothing else has, takes one by hand and leads to its number."""
    taken = {mnemonic_of(node)[-1:].lower() for node in controls(dialog)}
    switch = dialog.wait("check box", "Strength: Auto")
    key = "alt+" + next(letter for letter in "strength" if letter not in taken)
    for _ in range(2):  # it stays the same
        session.type_key(dialog, key)
        until("a value by hand", lambda: not has_state(switch, Atspi.StateType.CHECKED))
        until("the number", lambda: (at := focused(dialog)) and name_of(at) == "Strength")
        dialog.mark("Strength: Auto")


def withdrawn_model_is_kept(session):
    """What a run of long ago has left: its model is not swapped, but another one is offered."""
    session.remember(service="topaz", model="Super Focus", values={})
    dialog = session.open_dialog()
    dialog.wait_text("Topaz Labs withdraws this model")
    offer = dialog.wait("button", "Use Super Focus V3 instead")
    button = dialog.wait("toggle button", "Model:")
    if button.get_description() != "Super Focus":
        raise Failure(f"the model is “{button.get_description()}”")
    session.shot("remembered", dialog)
    offer.do_action(0)
    until("the other model", lambda: button.get_description() == "Super Focus V3")
    dialog.press("Cancel")
    until("the end of the dialog", lambda: not dialog.is_open())


def press_f1(session, window):
    session.focus(window)
    subprocess.run(["xdotool", "key", "F1"], check=True)


def test():
    plug_in, service, shots = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as folder:
        shown, environment = fake_browser(pathlib.Path(folder))
        with GimpSession(folder, plug_in, service, photograph(folder, "400x300"), shots, **environment) as session:
            page = session.install(MANUAL, "help") / "remote-sharpen.html"
            session.image_window()
            dialog = session.open_dialog()
            dialog.wait_text("free")
            session.focus(dialog)
            if name_of(focused(dialog)) != "Sharpen":
                raise Failure(f"the keyboard starts at “{name_of(focused(dialog))}”")
            check_page(session, dialog)
            key_takes_a_value(session, dialog)
            dialog.press("Help")
            expect_page(shown, page, "")
            press_f1(session, dialog)
            expect_page(shown, page, "")
            dialog.choose("Service:", "Topaz Labs")
            account = session.window("remote-sharpen", "Account at Topaz Labs")  # there is no key
            press_f1(session, account)
            expect_page(shown, page, "key")
            account.press("Close")
            dialog.wait_text(", 400 × 300")
            dialog.wait_text("1 credit")  # by the table: nobody can be asked
            dialog.press("Enter a Key…")
            session.window("remote-sharpen", "Account at Topaz Labs").press("Close")
            dialog.pick("Model:", "Lens Blur (being withdrawn)")
            dialog.wait_text("Topaz Labs withdraws this model")
            session.shot("withdrawn", dialog)
            dialog.press("Use Lens Blur V2 instead")
            until("no sentence", lambda: not dialog.has_text("Topaz Labs withdraws this model"))
            dialog.open("Result and cost")
            dialog.wait("check box", "Cost at most")
            dialog.choose("Service:", "This computer")
            dialog.wait("button", "Sharpen")
            until("no limit of cost", lambda: not dialog.find("check box", "Cost at most"))
            session.shot("free", dialog)
            page.unlink()
            dialog.press("Help")
            until("where the page should be", lambda: session.message(str(page))).press("Close")
            dialog.press("Cancel")
            until("the end of the dialog", lambda: not dialog.is_open())
            page.write_text((MANUAL / page.name).read_text())
            session.menu("Unfinished Remote Sharpen Jobs…")
            jobs = session.window("remote-sharpen", "Unfinished Sharpening")
            jobs.press("Help")
            expect_page(shown, page, "unfinished")
            jobs.press("Close")
            until("the end of the window", lambda: not jobs.is_open())
            withdrawn_model_is_kept(session)


if __name__ == "__main__":
    main(test)
