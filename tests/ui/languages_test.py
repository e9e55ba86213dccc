"""Every page of the dialog in each language of po/: all of it is translated, filled in and within its window. Names of
languages choose some of them."""

import gettext
import re
import sys
import tempfile

from gimp_window import Atspi, Failure, GimpSession, is_shown, main, photograph, role_of, walk
from looks_test import PO, Tour, make_catalogue, make_locale
from vendor import Vendor

COUNTRIES = {"ar": "ar_EG", "de": "de_DE", "es": "es_ES", "fr": "fr_FR", "it": "it_IT", "ja": "ja_JP", "pl": "pl_PL",
             "pt_BR": "pt_BR", "ru": "ru_RU", "tr": "tr_TR", "uk": "uk_UA", "zh_CN": "zh_CN"}
LANGUAGES = (PO / "LINGUAS").read_text().split()
# Of a laptop with a panel at its edge.
MOST_WIDTH, MOST_HEIGHT = 1366, 728


class Words:
    """What one catalogue may have left in English."""

    def __init__(self, catalogues, language):
        translation = gettext.translation("remote-sharpen", catalogues, [language])
        # A word that is the same in both languages, and one that is a part of a picture's name, is no fault.
        self.english = {message.replace("_", "") for message, text in translation._catalog.items()
                        if isinstance(message, str) and re.search(r"[a-z]{3}", message) and text != message}
        self.translated = {text.replace("_", "") for text in translation._catalog.values()}

    def fault_of(self, text):
        if re.search(r"\{[^}]*\}|%[sd]", text):
            return "is not filled in"
        return text in self.english and text not in self.translated and "is English"


def extents(node):
    return node.get_component_iface().get_extents(Atspi.CoordType.SCREEN)


def in_a_scrolled_part(node):
    while node := node.get_parent():
        if role_of(node) in ("scroll pane", "viewport"):
            return True
    return False


class LanguageTour(Tour):
    def __init__(self, session, vendor, language, catalogues):
        super().__init__(session, vendor, language, catalogues)
        self.texts = Words(catalogues, language)

    def look_at(self, page, window):
        self.shot(page, window)
        frame = extents(window.node)
        if frame.width > MOST_WIDTH or frame.height > MOST_HEIGHT:
            raise Failure(f"{self.look}: the page “{page}” takes {frame.width} × {frame.height} pixels")
        for node in walk(window.node):
            if not is_shown(node):
                continue
            for text in {node.get_name() or "", node.get_description() or ""}:
                if fault := self.texts.fault_of(text):
                    raise Failure(f"{self.look}: on the page “{page}” the text “{text}” {fault}")
            area = extents(node)
            right = area.x + area.width
            if role_of(node) in ("label", "button", "check box") and not in_a_scrolled_part(node) and (
                    area.x < frame.x or right > frame.x + frame.width):
                raise Failure(f"{self.look}: on the page “{page}” “{node.get_name()}” is cut off")


def look_at(language):
    plug_in, service, shots = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as folder, Vendor(service, folder) as vendor:
        environment = make_locale(folder, COUNTRIES[language])
        catalogues = make_catalogue(folder, language)
        with GimpSession(folder, plug_in, service, photograph(folder, "1200x900"), shots, locale=catalogues,
                         theme="light", **environment) as session:
            session.remember(service="topaz", service_url=vendor.url, model="Lens Blur V2", values={})
            session.image_window()
            LanguageTour(session, vendor, language, catalogues).all_pages()


def test():
    for language in sys.argv[4:] or LANGUAGES:
        print(language, flush=True)
        look_at(language)


if __name__ == "__main__":
    main(test)
