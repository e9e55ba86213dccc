"""The window of a run on many files: a folder is chosen, a dry run says the price, the run begins, one picture is
cancelled, the others are finished and charged, and a result is opened. Names of looks choose some of them."""

import json
import pathlib
import subprocess
import sys
import tempfile
import urllib.request

from every_control import check_page
from gimp_window import Failure, GimpSession, find_window, has_state, is_shown, main, photograph, role_of, until, walk
from gi.repository import Atspi
from looks_test import LOOKS, Tour, make_catalogue, make_locale

import harness
from pictures import picture

KEY, CREDITS, PICTURES = "the-key", 100, 6


def balance(url):
    request = urllib.request.Request(url + "/account/v1/credits/balance", headers={"X-API-Key": KEY})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["available_credits"]


class Files(Tour):
    """Through the window, with the words of one language."""

    def shot(self, page, window=None):
        # There is no window manager to keep it above GIMP's window.
        subprocess.run(["xdotool", "windowraise", self.session.x_window(window.node.get_name())], check=True)
        super().shot(page, window)

    def table(self, window):
        return until("the table", lambda: next(
            (node for node in walk(window.node) if role_of(node) in ("table", "tree table") and is_shown(node)), None))

    def cells(self, window):
        """The texts of the rows, one list each."""
        table = self.table(window).get_table_iface()
        return [[table.get_accessible_at(row, column).get_name() for column in range(table.get_n_columns())]
                for row in range(table.get_n_rows())]

    def states(self, window):
        return [row[2] for row in self.cells(window)]

    def choose_row(self, window, row):
        self.table(window).get_table_iface().add_row_selection(row)

    def show_tab(self, window, index):
        tabs = until("the tabs", lambda: next(
            (node for node in walk(window.node) if node.get_role_name() == "page tab list"), None))
        tabs.get_selection_iface().select_child(index)

    def choose_folder(self, window, folder):
        self.press(window, "Add Folde_rs…")
        chooser = self.window("Add Folders")
        self.session.focus(chooser)
        subprocess.run(["xdotool", "key", "ctrl+l"], check=True)
        entry = until("the entry of the place", lambda: next(
            (node for node in walk(chooser.node) if role_of(node) == "text" and is_shown(node)), None))
        entry.set_text_contents(str(folder))
        subprocess.run(["xdotool", "key", "Return"], check=True)
        until("the end of the chooser", lambda: not chooser.is_open())
        until("the folder in the list", lambda: any(
            role_of(node) == "table cell" and node.get_name() == str(folder) for node in walk(window.node)))

    def run_all(self, folder, url):
        window = self.session.open_dialog(entry=self.words("Remote Sharpen _Files…"),
                                          title=self.words("Remote Sharpen Files"))
        self.choose_folder(window, folder / "photos")
        until("the output folder", lambda: has_state(window.wait("button", self.words("Shar_pen")),
                                                     Atspi.StateType.SENSITIVE))
        self.look_at("pictures", window)
        self.show_tab(window, 1)
        window.choose(self.words("Ser_vice:"), self.words("Own server"))
        window.type(self.words("A_ddress:"), url)
        until("the account", lambda: window.has_text(str(CREDITS)))
        self.look_at("sharpening", window)
        self.press(window, "Dr_y Run")
        until("the list", lambda: self.states(window) == [self.words("Listed")] * PICTURES)
        until("the price", lambda: window.has_text(self.words("Cost: {}.", self.credits(PICTURES))))
        self.look_at("dry-run", window)
        if balance(url) != CREDITS:
            raise Failure("a dry run was charged")
        self.press(window, "Shar_pen")
        queued = 4  # as many are at the service, and the next one is encoded
        until("the fifth picture", lambda: self.states(window)[queued].startswith(self.words("Working")))
        self.choose_row(window, queued)
        self.shot("running", window)
        self.press(window, "Cancel the P_icture")
        until("its end", lambda: self.states(window)[queued] == self.words("Cancelled"), 3)
        until("the end of the run", lambda: self.states(window).count(self.words("Done")) == PICTURES - 1, 60)
        if balance(url) != CREDITS - PICTURES + 1:
            raise Failure(f"{CREDITS - balance(url)} charges for {PICTURES - 1} pictures")
        self.choose_row(window, 0)
        self.look_at("done", window)
        self.press(window, "_Open the Result")
        until("the result in GIMP", lambda: find_window("gimp", "64x64"))
        self.press(window, "_Close")
        until("the end of the window", lambda: not window.is_open())


def look_at(look, theme="dark", country=None, screen="1600x1200x24", **environment):
    plug_in, service, shots = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        catalogues = None
        if country:
            environment |= make_locale(folder, country)
            catalogues = make_catalogue(folder, environment["LANGUAGE"])
        key_file = folder / "key"
        key_file.write_text(KEY + "\n")
        for index in range(PICTURES):
            picture(folder / "photos" / f"{index}.png")
        with harness.sharpen_service(service, folder, "--engine", "identity", "--key-file", str(key_file), "--balance",
                                     str(CREDITS), "--behaviour", "processing_ms=5000") as url, \
                GimpSession(folder, plug_in, service, photograph(folder, "400x300"), shots, locale=catalogues,
                            theme=theme, screen=screen, SHARPEN_SERVICE_KEY=KEY, **environment) as session:
            session.image_window()
            Files(session, None, look, catalogues).run_all(folder, url)


def test():
    for look in sys.argv[4:] or ["dark"]:
        look_at(look, **LOOKS[look])


if __name__ == "__main__":
    main(test)
