"""Drives the dialog in a real GIMP for tools/screenshots. Arguments: the build folder, the output folder."""

import os
import pathlib
import subprocess
import sys
import tempfile
import time

root = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(root / "tests" / "ui"))
from gimp_window import Atspi, GimpSession, main, until
from files_test import Files
from recovery_test import kill_while_sharpening
from vendor import KEY, Vendor

build, output = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
plug_in, service = build / "plugin" / "remote-sharpen", build / "service" / "sharpen-service"


def take(session, name, window, *options):
    time.sleep(1)  # for animations
    subprocess.run(["import", "-window", session.x_window(window.node.get_name()), *options, "+repage", "-strip",
                    "-quality", "88", str(output / f"{name}.jpg")], check=True)


def wait_preview(dialog):
    time.sleep(1)  # a new one begins when nothing has changed for a moment
    until("the sharpened preview", lambda: dialog.has_text("corrected"), 120)


def compare(session, dialog):
    view = dialog.wait("drawing area", "Picture before and after sharpening")
    dialog.press("Zoom in (+)")
    wait_preview(dialog)
    session.focus(dialog)
    view.get_component_iface().grab_focus()
    subprocess.run(["xdotool", "key", *["Left"] * 5], check=True)
    picture = view.get_component_iface().get_extents(Atspi.CoordType.WINDOW)
    take(session, "compare", dialog, "-crop", f"{picture.width}x{picture.height}+{picture.x}+{picture.y}")
    dialog.press("Zoom out (-)")
    wait_preview(dialog)


def models(session, dialog):
    dialog.open("Compare with other models")
    for name in ("Standard", "Motion Blur"):
        dialog.mark(name)
    wait_preview(dialog)
    take(session, "models", dialog)
    for name in ("Standard", "Motion Blur"):
        dialog.mark(name, on=False)


def by_hand(session, dialog):
    dialog.open("Blur by hand")
    dialog.choose("Kind of blur:", "Out of focus")
    wait_preview(dialog)
    take(session, "by-hand", dialog)
    dialog.choose("Kind of blur:", "Auto")


def account(session, dialog):
    dialog.choose("Service:", "Topaz Labs")
    page = session.window("remote-sharpen", "Account at Topaz Labs")
    page.wait_text("No key is stored.")
    take(session, "account", page)
    page.press("Close")


def problem(session, dialog):
    dialog.choose("Service:", "Own server")
    dialog.type("Address:", "https://sharpen.example.org")
    dialog.press("Sharpen")
    dialog.wait("button", "Try Again", 120)
    take(session, "problem", dialog)
    dialog.press("Close")


def on_this_computer(folder, photo):
    with GimpSession(folder, plug_in, service, photo, f"{folder}/shots") as session:
        session.image_window()
        dialog = session.open_dialog()
        until("the price", lambda: dialog.has_text("free"), 60)
        wait_preview(dialog)
        take(session, "setup", dialog)
        compare(session, dialog)
        models(session, dialog)
        by_hand(session, dialog)
        dialog.press("Sharpen")
        until("the job", lambda: dialog.has_text("Sharpening"), 60)
        time.sleep(3)
        take(session, "progress", dialog)
        session.wait_layers(2, 300)
        dialog = session.open_dialog()
        until("the price", lambda: dialog.has_text("free"), 60)
        account(session, dialog)
        problem(session, dialog)


def unfinished(folder, photo):
    with Vendor(service, folder) as vendor, \
            GimpSession(folder, plug_in, service, photo, f"{folder}/shots", TOPAZ_API_KEY=KEY) as session:
        session.image_window()
        for model in ("Lens Blur V2", "Motion Blur"):
            session.remember(service="topaz", service_url=vendor.url, model=model, values={})
            dialog = session.open_dialog()
            until("the price", lambda: dialog.has_text("(you have"), 60)
            kill_while_sharpening(session, dialog, vendor, folder)
        session.menu("Unfinished Remote Sharpen Jobs…")
        jobs = session.window("remote-sharpen", "Unfinished Sharpening")
        jobs.wait("button", "Fetch")
        take(session, "unfinished", jobs)
        jobs.press("Close")


def files(folder, photo):
    photos = pathlib.Path(folder) / "photos"
    photos.mkdir()
    for name, part in (("branch", "900x600+2300+600"), ("osprey", "900x600+1100+400"), ("pine", "900x600+300+500")):
        subprocess.run(["convert", photo, "-crop", part, "+repage", str(photos / f"{name}.jpg")], check=True)
    with GimpSession(folder, plug_in, service, photo, f"{folder}/shots", core=("script-fu", "file-png", "file-jpeg")) as session:
        session.image_window()
        tour = Files(session, None, "manual", None)
        window = session.open_dialog(entry="Remote Sharpen Files…", title="Remote Sharpen Files")
        tour.choose_folder(window, photos)
        window.press("Sharpen")
        until("the results", lambda: tour.states(window) == ["Done"] * 3, 300)
        tour.choose_row(window, 1)
        # There is no window manager to keep it above GIMP's window.
        subprocess.run(["xdotool", "windowraise", session.x_window("Remote Sharpen Files")], check=True)
        take(session, "files", window)
        window.press("Close")


def session_of_pictures():
    for pictures in (on_this_computer, unfinished, files):
        with tempfile.TemporaryDirectory() as folder:
            photo = f"{folder}/osprey.png"
            subprocess.run([build / "data" / "blur-photo", root / "data" / "perched-osprey.jpg", photo], check=True)
            pictures(folder, photo)


os.environ.setdefault("SHARPEN_TEST_LIMIT", "900")
main(session_of_pictures)
