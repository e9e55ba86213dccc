"""A real GIMP window under Xvfb, driven as an assistive technology would."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "gimp"))

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib

from harness import Gimp

PLUG_IN = "remote-sharpen"


class Failure(Exception):
    """What the test saw is not what it should have seen."""


def until(what, condition, seconds=20):
    """The first true value of condition(), asked until the limit."""
    limit = time.monotonic() + seconds
    while True:
        try:
            value = condition()
        except GLib.Error:  # a widget that went away while it was asked
            value = None
        if value:
            return value
        if time.monotonic() > limit:
            raise Failure(f"waited {seconds} s for {what}")
        time.sleep(0.05)  # asking keeps the programs busy that are asked


def walk(node, depth=40):
    """The accessible objects below one, itself included, top down."""
    if node is None or depth == 0:
        return
    yield node
    for index in range(node.get_child_count()):
        yield from walk(node.get_child_at_index(index), depth - 1)


def has_state(node, state):
    return node.get_state_set().contains(state)


def role_of(node):
    # Its name was changed in AT-SPI 2.55.
    return "button" if node.get_role_name() == "push button" else node.get_role_name()


def is_shown(node):
    return has_state(node, Atspi.StateType.SHOWING)


def shown_text(combo):
    """What a closed combo box shows: its accessible value is the chosen entry's name."""
    selection = combo.get_selection_iface()
    chosen = selection.get_selected_child(0) if selection else None
    return chosen.get_name() if chosen else ""


class Window:
    """A window of one program, found by the program's name and the window's title."""

    def __init__(self, node):
        self.node = node

    def find(self, role, name, shown=True):
        for node in walk(self.node):
            if role_of(node) == role and node.get_name() == name and (not shown or is_shown(node)):
                return node
        return None

    def wait(self, role, name, seconds=20, shown=True):
        return until(f"the {role} “{name}”", lambda: self.find(role, name, shown), seconds)

    def press(self, name, role="button", seconds=20):
        button = self.wait(role, name, seconds)
        until(f"“{name}” to be usable", lambda: has_state(button, Atspi.StateType.SENSITIVE), seconds)
        button.do_action(0)

    def choose(self, combo, entry):
        """Chooses an entry of a combo box."""
        box = self.wait("combo box", combo, shown=False)  # the page may have scrolled
        item = until(f"the entry “{entry}”", lambda: next(
            (node for node in walk(box) if role_of(node) == "menu item" and node.get_name() == entry), None))
        item.do_action(0)
        until(f"“{entry}” to be chosen", lambda: box.get_name() == combo and entry in shown_text(box))

    def type(self, entry, text, role="text"):
        self.wait(role, entry, shown=False).set_text_contents(text)  # the page may have scrolled

    def pick(self, button, entry):
        """Chooses an entry of a button's menu."""
        self.wait("toggle button", button).do_action(0)
        item = until(f"the entry “{entry}”", lambda: next(
            (node for node in walk(self.node) if "menu item" in role_of(node) and node.get_name() == entry), None))
        until(f"“{entry}” to be usable", lambda: has_state(item, Atspi.StateType.SENSITIVE))
        item.do_action(0)

    def entries(self, combo):
        return [node.get_name() for node in walk(self.wait("combo box", combo)) if role_of(node) == "menu item"]

    def open(self, expander):
        """Unfolds a part of the page."""
        node = self.wait("toggle button", expander, shown=False)
        if not has_state(node, Atspi.StateType.EXPANDED):
            node.do_action(0)

    def mark(self, name, role="check box", on=True):
        box = self.wait(role, name)
        until(f"“{name}” to be usable", lambda: has_state(box, Atspi.StateType.SENSITIVE))
        if has_state(box, Atspi.StateType.CHECKED) != on:
            box.do_action(0)
        until(f"“{name}” to be {on}", lambda: has_state(box, Atspi.StateType.CHECKED) == on)

    def wait_text(self, part, seconds=30):
        until(f"the text “{part}”", lambda: self.has_text(part), seconds)

    def wait_stage(self, stage, seconds=30):
        """On the progress page."""
        until(f"the stage “{stage}”", lambda: stage in self.labels(), seconds)

    def is_open(self):
        return is_shown(self.node)

    def labels(self):
        return [node.get_name() for node in walk(self.node) if node.get_role_name() == "label" and is_shown(node)]

    def has_text(self, part):
        return any(part in label for label in self.labels())


def find_window(program, title):
    desktop = Atspi.get_desktop(0)
    for index in range(desktop.get_child_count()):
        application = desktop.get_child_at_index(index)
        if application is None or program not in (application.get_name() or ""):
            continue
        for child in range(application.get_child_count()):
            window = application.get_child_at_index(child)
            if window is not None and not is_shown(window):
                continue
            if window is not None and title in (window.get_name() or "") and is_shown(window):
                return Window(window)
    return None


def photograph(folder, size="900x600", colours="sRGB"):
    """A soft picture."""
    file = pathlib.Path(folder) / "picture.png"
    subprocess.run(["convert", "-seed", "7", "-size", size, "plasma:tomato-steelblue", "-blur", "0x2", "-colorspace",
                    colours, "-strip", str(file)], check=True)
    return str(file)


def saved_picture(folder, plug_in, service, code):
    """A picture of 500 by 400 that Scheme code has worked on: `image`, and `first`, its only layer."""
    file, first = pathlib.Path(folder) / "layers.xcf", photograph(folder, "500x400")
    room = pathlib.Path(folder) / "making"
    room.mkdir()
    code = f"""(let* ((image (car (gimp-file-load RUN-NONINTERACTIVE "{first}")))
        (first (vector-ref (car (gimp-image-get-layers image)) 0)))
        {code}
        (gimp-xcf-save RUN-NONINTERACTIVE image "{file}"))"""
    made = Gimp(room, plug_in, service, core=("script-fu", "file-png")).run("scheme", code, 60)
    if not file.exists():
        raise Failure(f"no picture was made: {made.stdout}")
    return str(file)


class GimpSession:
    """Xvfb and GIMP with one picture open; both end with the block."""

    def __init__(self, folder, plug_in, service, picture, shots, locale=None, core=("script-fu", "file-png"),
                 theme="dark", screen="1600x1200x24", **environment):
        self.gimp = Gimp(folder, plug_in, service, core=core)
        self.folder = pathlib.Path(folder)
        self.shots = pathlib.Path(shots)
        self.shots.mkdir(parents=True, exist_ok=True)
        self.picture = picture
        if locale:
            self.install(locale, "locale")
        with open(self.gimp.profile / "gimprc", "a") as gimprc:
            gimprc.write('(show-welcome-dialog no)\n(config-version "3.0.4")\n(check-updates no)\n(color-profile-policy keep)\n'
                         f"(theme-color-scheme {theme})\n")
        self.screen = screen
        self.environment = environment

    def __enter__(self):
        reader, writer = os.pipe()
        self.server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writer), "-screen", "0", self.screen, "-nolisten", "tcp"],
            pass_fds=[writer], stderr=subprocess.DEVNULL,
        )
        os.close(writer)
        with os.fdopen(reader) as numbers:
            os.environ["DISPLAY"] = ":" + numbers.readline().strip()
        environment = {
            **self.gimp.environment,
            "DISPLAY": os.environ["DISPLAY"],
            "DBUS_SESSION_BUS_ADDRESS": os.environ["DBUS_SESSION_BUS_ADDRESS"],
            "GTK_MODULES": "gail:atk-bridge",
            **self.environment,
        }
        self.log = open(self.folder / "gimp.log", "w+")
        self.process = subprocess.Popen(
            ["gimp-3", "--no-splash", "--no-data", "--no-fonts", "--new-instance", self.picture],
            env=environment, stdout=self.log, stderr=subprocess.STDOUT, start_new_session=True,
        )
        return self

    def __exit__(self, *error):
        if error[0]:
            self.shot("failure")
        for process in (self.process, self.server):
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
        if error[0]:
            self.log.seek(0)
            print(self.log.read())

    def install(self, folder, name):
        """Puts a folder beside the plug-in; returns it."""
        return pathlib.Path(shutil.copytree(folder, self.gimp.profile / "plug-ins" / PLUG_IN / name, dirs_exist_ok=True))

    def window(self, program, title, seconds=40):
        return until(f"the window “{title}”", lambda: find_window(program, title), seconds)

    def image_window(self):
        return self.window("gimp", pathlib.Path(self.picture).stem)

    def wait_layers(self, count, seconds=60):
        until(f"{count} layers", lambda: f"{count} layers" in self.image_window().node.get_name(), seconds)

    def layers(self):
        """The names in the list of layers, from the top down."""
        lists = (node for node in walk(self.image_window().node) if role_of(node) == "tree table" and is_shown(node))
        return [node.get_name() for node in walk(next(lists)) if role_of(node) == "table cell" and node.get_name()]

    def expect_layers(self, *names, seconds=60):
        try:
            until(f"the layers {names}", lambda: self.layers() == list(names), seconds)
        except Failure as failure:
            raise Failure(f"{failure}, not {self.layers()}") from None

    def menu(self, entry):
        """Chooses an entry of the image window's menus, named by its beginning."""
        item = until(f"the menu entry “{entry}”", lambda: self._menu_item(entry), 40)
        until(f"“{entry}” to be usable", lambda: has_state(item, Atspi.StateType.SENSITIVE))
        item.do_action(0)

    def open_dialog(self, entry="Remote Sharpen…", title="Remote Sharpen", program=PLUG_IN):
        """Through the menu, as a person would."""
        self.menu(entry)
        try:
            return self.window(program, title, 25)
        except Failure:
            # A program whose greeting the accessibility bus leaves unanswered for a second stays unseen: once more.
            subprocess.run(["xdotool", "windowfocus", "--sync", self.x_window(title), "key", "Escape"], check=True)
            self.menu(entry)
            return self.window(program, title)

    def open_on_result(self):
        """To sharpen the chosen result itself: by default it is its original that is sharpened again."""
        dialog = self.open_dialog()
        dialog.mark("Sharpen the original again and replace this result", on=False)
        return dialog

    def _menu_item(self, entry):
        window = find_window("gimp", pathlib.Path(self.picture).stem)
        return window and next((node for node in walk(window.node) if role_of(node) in ("menu item", "check menu item")
                                and node.get_name().startswith(entry)), None)

    def remember(self, **settings):
        """What the dialog opens with, as if a run with these settings had failed."""
        folder = self.gimp.profile / "remote-sharpen"
        folder.mkdir(mode=0o700, exist_ok=True)
        (folder / "dialog.json").write_text(json.dumps({"hosts": [], "settings": json.dumps(settings)}))

    @contextlib.contextmanager
    def without_spool(self):
        """Nothing can be written for a service: a file lies where the folder belongs."""
        spool = self.gimp.profile / "remote-sharpen" / "spool"
        aside = spool.with_name("spool-aside")
        spool.mkdir(mode=0o700, exist_ok=True)
        spool.rename(aside)
        spool.touch()
        try:
            yield
        finally:
            spool.unlink()
            aside.rename(spool)

    def x_window(self, title):
        found = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", f"^{title}$"],
                               capture_output=True, text=True, check=True).stdout.split()
        return found[-1]

    def message(self, part):
        """A message dialog, which has no title, by a part of its text; or nothing."""
        for node in walk(Atspi.get_desktop(0), 4):
            if node.get_role_name() in ("alert", "dialog") and is_shown(node):
                if any(part in (label.get_name() or "") for label in walk(node)):
                    return Window(node)
        return None

    def press_key(self, key):
        """In the image window."""
        window = self.x_window(f".*{pathlib.Path(self.picture).stem}.*")
        subprocess.run(["xdotool", "windowfocus", "--sync", window, "key", key], check=True)

    def focus(self, dialog):
        """Gives a dialog the keyboard: there is no window manager to do it."""
        subprocess.run(["xdotool", "windowfocus", "--sync", self.x_window(dialog.node.get_name())], check=True)
        until("the dialog to have the keyboard", lambda: has_state(dialog.node, Atspi.StateType.ACTIVE))

    def type_key(self, window, *keys):
        self.focus(window)
        subprocess.run(["xdotool", "key", *keys], check=True)

    def drag(self, node, start, end):
        """With the mouse, from one place of a widget to another, both as parts of its width and height."""
        area = node.get_component_iface().get_extents(Atspi.CoordType.SCREEN)
        def at(place):
            return [str(round(area.x + place[0] * area.width)), str(round(area.y + place[1] * area.height))]

        subprocess.run(["xdotool", "mousemove", *at(start), "mousedown", "1", "mousemove", *at(end), "mouseup", "1"],
                       check=True)

    def double_click(self, node, place):
        """At a place of a widget, as parts of its width and height."""
        area = node.get_component_iface().get_extents(Atspi.CoordType.SCREEN)
        at = [str(round(area.x + place[0] * area.width)), str(round(area.y + place[1] * area.height))]
        time.sleep(0.5)  # a third click would be none of it
        subprocess.run(["xdotool", "mousemove", *at, "click", "--repeat", "2", "--delay", "60", "1"], check=True)

    def shot(self, name, window=None):
        """Keeps a picture of the screen, or of one window."""
        time.sleep(0.3)  # GTK fades from one state of a button to the next
        subprocess.run(["import", "-window", self.x_window(window.node.get_name()) if window else "root", str(self.shots / f"{name}.png")], check=False,
                       env={**os.environ}, stderr=subprocess.DEVNULL)


def print_desktop():
    """What an assistive technology sees, two levels deep."""
    desktop = Atspi.get_desktop(0)
    for application in (desktop.get_child_at_index(i) for i in range(desktop.get_child_count())):
        print("application", application and application.get_name())


def too_long(*_):
    raise Failure("the test took too long")


def main(body):
    """Runs a test inside a D-Bus session of its own."""
    if "SHARPEN_TEST_BUS" not in os.environ:
        # The accessibility bus lies in this folder: two tests at once must not share it.
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            environment = {**os.environ, "SHARPEN_TEST_BUS": "1", "XDG_RUNTIME_DIR": folder}
            command = ["dbus-run-session", "--", sys.executable, *sys.argv]
            sys.exit(subprocess.run(command, env=environment, check=False).returncode)
    signal.signal(signal.SIGALRM, too_long)
    signal.alarm(int(os.environ.get("SHARPEN_TEST_LIMIT", "110")))
    try:
        body()
    except Failure as failure:
        print_desktop()
        sys.exit(f"FAILED: {failure}")
    print("passed")
