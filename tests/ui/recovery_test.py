"""The account page with a real keyring; jobs that a killed run left: fetch, cancel, forget."""

import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

from every_control import check_page
from gimp_window import Atspi, Failure, GimpSession, has_state, is_shown, main, photograph, until, walk
from vendor import KEY, Vendor

PROCESSING = 6  # seconds of each job


@contextlib.contextmanager
def keyring(folder):
    """A keyring of this session's own, unlocked."""
    process = subprocess.Popen(["gnome-keyring-daemon", "--unlock", "--components=secrets", "--foreground"],
                               stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env={**os.environ, "HOME": folder})
    process.stdin.write(b"password")
    process.stdin.close()
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)


def plug_ins(folder):
    """The processes of the plug-in that run from this profile."""
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            program = (process / "cmdline").read_bytes().split(b"\0")[0].decode(errors="replace")
            if program.startswith(folder) and program.endswith("/remote-sharpen"):
                yield int(process.name)


def account(session, dialog):
    dialog.wait_text("There is no key for Topaz Labs.")
    session.shot("no-key", dialog)
    dialog.press("Account…")
    page = session.window("remote-sharpen", "Account at Topaz Labs")
    page.wait_text("No key is stored.")
    check_page(session, page)
    page.type("Key:", "wrong", role="password text")
    page.press("Test")
    page.wait_text("does not know this key")
    session.shot("account-wrong", page)
    page.type("Key:", KEY + "\n", role="password text")
    page.press("Test")
    page.wait_text("The key works: 123 credits. Save it")
    page.press("Save the Key")
    page.wait_text("A key is stored in the system's keyring.")
    session.shot("account-kept", page)
    page.press("Forget the Key")
    page.wait_text("No key is stored.")
    page.type("Key:", KEY, role="password text")
    page.wait("password text", "Key:").get_component_iface().grab_focus()
    session.type_key(page, "Return")
    page.wait_text("A key is stored in the system's keyring.")
    page.press("Close")
    dialog.wait_text("1 credit (you have 123)")


def kill_while_sharpening(session, dialog, vendor, folder):
    before = vendor.submits
    dialog.press("Sharpen")
    until("the job", lambda: vendor.submits == before + 1)
    dialog.wait_stage("Sharpening")
    for process in list(plug_ins(folder)):
        os.kill(process, signal.SIGKILL)
    until("its end", lambda: not list(plug_ins(folder)))


def images():
    """The names of GIMP's image windows."""
    return [node.get_name() for node in walk(Atspi.get_desktop(0), 3)
            if node.get_role_name() == "frame" and is_shown(node) and " layer" in node.get_name()]


def test():
    plug_in, service, shots = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as folder, keyring(folder), \
            Vendor(service, folder, processing=1000 * PROCESSING) as vendor:
        with GimpSession(folder, plug_in, service, photograph(folder), shots) as session:
            session.remember(service="topaz", service_url=vendor.url, model="Lens Blur V2", values={})
            session.image_window()
            dialog = session.open_dialog()
            account(session, dialog)
            for slider in ("Strength: Auto", "Minor denoise: Auto", "Denoise: Auto"):
                kill_while_sharpening(session, dialog, vendor, folder)
                dialog = session.open_dialog()
                dialog.wait_text("1 credit (you have")
                dialog.mark(slider, on=False)  # another job, which the first cannot stand for
            kill_while_sharpening(session, dialog, vendor, folder)
            finished = time.monotonic() + PROCESSING
            dialog = session.open_dialog()
            until("the service to be through", lambda: time.monotonic() > finished)
            dialog.wait_text("4 sharpened pictures are waiting.")
            session.shot("waiting", dialog)
            dialog.press("Show…")
            jobs = session.window("remote-sharpen", "Unfinished Sharpening")
            jobs.wait("button", "Fetch")
            session.focus(jobs)
            until("the focus", lambda: has_state(jobs.find("button", "Close"), Atspi.StateType.FOCUSED))
            session.shot("jobs", jobs)
            check_page(session, jobs)
            jobs.press("Fetch")
            jobs.press("Close")  # what is under way goes on
            session.wait_layers(2)
            dialog.wait_text("3 sharpened pictures are waiting.")
            dialog.press("Show…")
            jobs = session.window("remote-sharpen", "Unfinished Sharpening")
            jobs.press("Cancel")
            jobs.wait_text("It was too late to stop the job: it is charged, and can be fetched.")
            def question():
                return session.message("cannot be fetched any more")

            jobs.press("Forget")
            until("the question", question).press("Keep It")
            until("the answer", lambda: question() is None)
            jobs.press("Forget")
            until("the question", question).press("Forget")
            jobs.press("Close")
            dialog.wait_text("2 sharpened pictures are waiting.")
            dialog.press("Cancel")
            until("the end of the dialog", lambda: not dialog.is_open())
            session.menu("Unfinished Remote Sharpen Jobs…")
            jobs = session.window("remote-sharpen", "Unfinished Sharpening")
            fetch_all = jobs.wait("button", "Fetch All")
            fetch_all.do_action(0)
            fetch_all.do_action(0)
            session.wait_layers(4)
            until("nothing to fetch", lambda: not jobs.find("button", "Fetch All"))
            jobs.wait_text("These results are in an image already, which may not have been saved.")
            time.sleep(1)
            session.shot("placed", jobs)
            jobs.press("Close")
            until("the end of the window", lambda: not jobs.is_open())
            if len(images()) != 1:
                raise Failure(f"a picture was fetched twice: {images()}")
            if vendor.submits != 4:
                raise Failure("something was sent again")


if __name__ == "__main__":
    main(test)
