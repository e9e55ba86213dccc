"""Every page of the dialog in a light and a dark theme, at 200 %, in German and from right to left: a picture of each
page in each look, and all controls within reach. Names of looks choose some of them."""

import gettext
import pathlib
import subprocess
import sys
import tempfile

from every_control import check_page
from gimp_window import GimpSession, is_shown, main, photograph, until
from vendor import KEY, Vendor

PO = pathlib.Path(__file__).resolve().parents[2] / "po"
LOOKS = {
    "dark": {},
    "light": {"theme": "light"},
    "large": {"GDK_SCALE": "2", "screen": "2400x1800x24"},
    "german": {"theme": "light", "country": "de_DE"},
    "right-to-left": {"country": "he_IL"},
}


def make_locale(folder, name):
    """The environment of a country's users; the language is the whole name if po/ has a catalogue of that name."""
    locales = pathlib.Path(folder) / "locales"
    locales.mkdir()
    subprocess.run(["localedef", "-i", name, "-f", "UTF-8", str(locales / f"{name}.UTF-8")], check=True)
    language = name if (PO / f"{name}.po").exists() else name.partition("_")[0]
    return {"LC_ALL": f"{name}.UTF-8", "LANGUAGE": language, "LOCPATH": str(locales)}


def make_catalogue(folder, language):
    """Our catalogue, or one that translates nothing: without one GTK would not mirror the dialog at all."""
    messages = pathlib.Path(folder) / "catalogues" / language / "LC_MESSAGES"
    messages.mkdir(parents=True)
    ours = PO / f"{language}.po"
    text = ours.read_text() if ours.exists() else 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n'
    subprocess.run(["msgfmt", "-", "-o", str(messages / "remote-sharpen.mo")], input=text, text=True, check=True)
    return messages.parents[1]


class Tour:
    """Through all pages, with the words of one language."""

    def __init__(self, session, vendor, look, catalogues):
        self.session, self.vendor, self.look = session, vendor, look
        self.catalogue = gettext.NullTranslations()
        if catalogues:
            self.catalogue = gettext.translation("remote-sharpen", catalogues, [path.name for path in catalogues.iterdir()])

    def words(self, text, *values):
        return self.catalogue.gettext(text).replace("_", "").format(*values)

    def credits(self, count):
        return self.catalogue.ngettext("{} credit", "{} credits", count).format(count)

    def window(self, title, *values):
        return self.session.window("remote-sharpen", self.words(title, *values))

    def shot(self, page, window=None):
        self.session.shot(f"{self.look}-{page}", window)

    def look_at(self, page, window):
        check_page(self.session, window)
        self.shot(page, window)

    def open(self):
        return self.session.open_dialog(entry=self.words("_Remote Sharpen…"))

    def press(self, window, name):
        window.press(self.words(name))

    def wait(self, window, text, *values):
        window.wait_text(self.words(text, *values))

    def look_into_menu(self, window, button, page):
        opener = window.wait("toggle button", self.words(button), shown=False)
        opener.get_component_iface().grab_focus()  # the page may have scrolled
        until(f"“{button}” to be seen", lambda: is_shown(opener))
        opener.do_action(0)
        self.session.shot(f"{self.look}-{page}")
        subprocess.run(["xdotool", "key", "Escape"], check=True)

    def account(self, dialog):
        self.wait(dialog, "There is no key for {}.", "Topaz Labs")
        self.look_at("no-key", dialog)
        self.press(dialog, "Acco_unt…")
        page = self.window("Account at {}", "Topaz Labs")
        self.wait(page, "No key is stored.")
        page.type(self.words("_Key:"), KEY, role="password text")
        page.mark(self.words("Store it in a file that only _you can read (not encrypted)"), role="radio button")
        self.press(page, "_Test")
        self.wait(page, "The key works: {}.", self.credits(123))
        self.look_at("account", page)
        self.press(page, "_Save the Key")
        self.wait(page, "A key is stored in a file that only you can read.")
        self.press(page, "_Close")

    def progress(self, dialog):
        self.vendor.held = "POST"
        self.press(dialog, "Shar_pen")
        dialog.wait_stage(self.words("Uploading"))
        self.look_at("progress", dialog)
        self.press(dialog, "_Cancel")
        self.wait(dialog, "Nothing was accepted, nothing is charged.")
        self.look_at("cancelled", dialog)
        self.vendor.held = None
        self.press(dialog, "_Back")

    def several_models(self, dialog):
        dialog.open(self.words("Compare _with other models"))
        for model in ("Standard", "Motion Blur"):
            dialog.mark(self.words(model))
        self.look_at("models", dialog)
        self.vendor.refused = {"GET /image/v1/status": 503}
        self.press(dialog, "Shar_pen")
        self.wait(dialog, "{}: {}", "picture.png", self.words("Motion Blur"))
        self.look_at("rows", dialog)
        self.vendor.refused = {"GET /image/v1/status": 401}
        self.wait(dialog, "{} does not know this key.", "Topaz Labs")
        self.look_at("problem", dialog)
        self.press(dialog, "_Close")
        until("the end of the dialog", lambda: not dialog.is_open())

    def unfinished(self):
        self.vendor.refused = {}
        dialog = self.open()
        until("the bar", lambda: dialog.find("button", self.words("Show…")))
        self.look_at("waiting", dialog)
        self.press(dialog, "Show…")
        jobs = self.window("Unfinished Sharpening")
        jobs.wait("button", self.words("_Fetch"))
        self.look_at("unfinished", jobs)
        self.press(jobs, "_Close")
        return dialog

    def all_pages(self):
        dialog = self.open()
        self.account(dialog)
        dialog.wait("button", self.words("Sharpen _the whole layer and compare · {}", self.credits(1)))
        self.look_at("paid", dialog)
        self.look_into_menu(dialog, "Save, delete, export and import presets", "presets")
        self.look_into_menu(dialog, "_Model:", "model-menu")
        self.progress(dialog)
        self.several_models(dialog)
        dialog = self.unfinished()
        dialog.choose(self.words("Ser_vice:"), self.words("This computer"))
        self.wait(dialog, "free")
        self.wait(dialog, "about {}", "")  # the time that the preview took
        self.look_at("setup", dialog)
        dialog.open(self.words("_Blur by hand"))
        dialog.choose(self.words("Kind of blur:"), self.words("Out of focus"))
        self.look_at("by-hand", dialog)


def look_at(look, theme="dark", country=None, screen="1600x1200x24", **environment):
    plug_in, service, shots = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as folder, Vendor(service, folder) as vendor:
        catalogues = None
        if country:
            environment |= make_locale(folder, country)
            catalogues = make_catalogue(folder, environment["LANGUAGE"])
        with GimpSession(folder, plug_in, service, photograph(folder, "1200x900"), shots, locale=catalogues, theme=theme, screen=screen,
                         **environment) as session:
            session.remember(service="topaz", service_url=vendor.url, model="Lens Blur V2", values={})
            session.image_window()
            Tour(session, vendor, look, catalogues).all_pages()


def test():
    for look in sys.argv[4:] or LOOKS:
        look_at(look, **LOOKS[look])


if __name__ == "__main__":
    main(test)
