"""The dialog at 200 %, in a light theme, and from right to left: pictures of each, and all controls within reach."""

import pathlib
import subprocess
import sys
import tempfile

from every_control import check_page
from gimp_window import GimpSession, main, photograph

LOOKS = {
    "light": {"theme": "light"},
    "large": {"theme": "dark", "GDK_SCALE": "2", "screen": "2400x1800x24"},
    "right-to-left": {"theme": "dark", "country": "he_IL"},
}


def make_locale(folder, name):
    locales = pathlib.Path(folder) / "locales"
    locales.mkdir()
    subprocess.run(["localedef", "-i", name, "-f", "UTF-8", str(locales / f"{name}.UTF-8")], check=True)
    return {"LC_ALL": f"{name}.UTF-8", "LANGUAGE": name.split("_")[0], "LOCPATH": str(locales)}


def make_catalogue(folder, language):
    """A catalogue that translates nothing. Without one GTK would not mirror the dialog at all."""
    messages = pathlib.Path(folder) / "catalogues" / language / "LC_MESSAGES"
    messages.mkdir(parents=True)
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n'
    subprocess.run(["msgfmt", "-", "-o", str(messages / "remote-sharpen.mo")], input=header, text=True, check=True)
    return messages.parents[1]


def look_at(name, theme, country=None, screen="1600x1200x24", **environment):
    plug_in, service, shots = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as folder:
        catalogues = None
        if country:
            environment |= make_locale(folder, country)
            catalogues = make_catalogue(folder, environment["LANGUAGE"])
        with GimpSession(folder, plug_in, service, photograph(folder), shots, locale=catalogues, theme=theme, screen=screen,
                         **environment) as session:
            session.image_window()
            dialog = session.open_dialog()
            dialog.wait_text("· about")  # the time that the preview took
            check_page(session, dialog)
            session.shot(name, dialog)


def test():
    for name, look in LOOKS.items():
        look_at(name, **look)


if __name__ == "__main__":
    main(test)
