"""A service that costs and refuses gray pictures, for a gray picture: the price, the paid preview, errors and cancels.

Nothing is ever paid for twice, and gray travels as RGB when it was refused.
"""

import subprocess
import sys
import tempfile

from gimp_window import Failure, GimpSession, main, photograph, until
from every_control import check_page
from vendor import KEY, Vendor

OFFER = "Sharpen the whole layer and compare · 1 credit"
CLIPBOARD = """
import gi
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk
print(Gtk.Clipboard.get(Gdk.SELECTION_CLIPBOARD).wait_for_text())
"""


def expect(what, is_so):
    if not is_so:
        raise Failure(what)


def paid_preview(session, dialog, vendor):
    dialog.wait_text("1 credit (you have 5)")
    expect("it is said where pixels go", dialog.has_text("are sent to 127.0.0.1. Nothing else is"))
    dialog.wait("button", OFFER)
    session.shot("paid", dialog)
    with session.without_spool():
        dialog.press(OFFER)
        dialog.wait_text("cannot be written")
        dialog.wait("button", OFFER)
    expect("what cannot be sent is not paid for", vendor.submits == 0)
    dialog.press(OFFER)
    dialog.wait_text("Sharpening")
    session.shot("paying", dialog)
    dialog.press("Stop this preview")
    dialog.wait_text("The service stopped the job; it is not charged, or only for the part")
    session.shot("preview-cancelled", dialog)
    dialog.press(OFFER)
    dialog.wait_text("This result is saved")
    dialog.wait_text("already paid")
    dialog.wait_text("4 credits")
    session.shot("preview-kept", dialog)
    dialog.press("Sharpen")
    session.wait_layers(2)
    expect("the preview's result was placed", vendor.submits == 2)


def error_and_again(session, vendor):
    dialog = session.open_on_result()
    dialog.wait_text("1 credit (you have")
    expect("a host that is known is not explained again", not dialog.has_text("Nothing else is"))
    vendor.refused = {"GET /image/v1/status": 401}
    dialog.press("Sharpen")
    dialog.wait("button", "Try Again", 60)
    dialog.wait_text("The job is not lost")
    session.shot("problem", dialog)
    check_page(session, dialog)
    dialog.wait("button", "Enter a Key…")
    dialog.press("Copy Details")
    dialog.wait_text("Copied")
    copied = subprocess.run([sys.executable, "-c", CLIPBOARD], capture_output=True, text=True, check=True).stdout
    expect(f"the details are copied: {copied}", "key_refused" in copied and "Lens Blur V2" in copied)
    expect("no key is copied", KEY not in copied)
    vendor.refused = {}
    dialog.press("Back")
    dialog.wait_text("1 credit (you have")
    dialog.press("Sharpen")
    session.wait_layers(3)
    expect("trying again did not pay again", vendor.submits == 3)


def cancelled(session, vendor):
    dialog = session.open_on_result()
    dialog.wait_text("1 credit (you have")
    dialog.press("Sharpen")
    dialog.wait_stage("Sharpening")
    session.type_key(dialog, "Escape")
    dialog.wait_text("The service stopped the job; it is not charged, or only for the part")
    session.shot("cancelled", dialog)
    # The status is read again and again: time to look.
    vendor.refused = {"DELETE": 409, "GET /image/v1/status": 503}
    dialog.press("Try Again")
    until("the job", lambda: vendor.submits == 5)
    session.shot("progress", dialog)
    check_page(session, dialog)
    dialog.press("Cancel")
    dialog.wait_text("It was too late to stop the job: it is charged.")
    vendor.refused = {}
    dialog.press("Try Again")
    session.wait_layers(4)
    expect("what was charged was fetched, not sent again", vendor.submits == 5)


def warnings(session, dialog):
    dialog.open("Result and cost")
    dialog.mark("Cost at most")
    dialog.wait("spin button", "Cost at most").get_value_iface().set_current_value(0)
    dialog.wait_text("That is more than your limit")
    session.shot("over-limit", dialog)
    dialog.mark("Cost at most", on=False)
    dialog.open("Compare with other models")
    others = ("Standard", "Strong")
    for name in others:
        dialog.mark(name)
    dialog.wait_text("3 credits (you have 2)")
    dialog.wait_text("That is more than your balance")
    session.shot("over-balance", dialog)
    for name in others:
        dialog.mark(name, on=False)
    until("no warning", lambda: not dialog.has_text("That is more than"))


def background_and_repeat(session, vendor):
    dialog = session.open_on_result()
    dialog.wait_text("1 credit (you have 2)")
    warnings(session, dialog)
    dialog.press("Sharpen")
    dialog.press("Continue in the Background")
    until("the window to hide", lambda: not dialog.is_open())
    session.wait_layers(5)
    session.press_key("ctrl+f")
    window = session.window("remote-sharpen", "Remote Sharpen")
    window.wait_text("Lens Blur V2 on Topaz Labs")
    window.wait_text("1 credit")
    expect("a repeat asks nothing", not window.find("combo box", "Service:"))
    session.shot("repeat", window)
    session.wait_layers(6)
    expect("a repeat is a job", vendor.submits == 7)


def test():
    plug_in, service, shots = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as folder, Vendor(service, folder, processing=8000, balance=5) as vendor:
        vendor.wants_rgb = True
        with GimpSession(folder, plug_in, service, photograph(folder, colours="Gray"), shots, TOPAZ_API_KEY=KEY) as session:
            # Above 0.5, so that also what was sharpened before is changed.
            session.remember(service="topaz", service_url=vendor.url, model="Lens Blur V2", values={"strength": 0.7})
            session.image_window()
            paid_preview(session, session.open_dialog(), vendor)
            error_and_again(session, vendor)
            cancelled(session, vendor)
            background_and_repeat(session, vendor)


if __name__ == "__main__":
    main(test)
