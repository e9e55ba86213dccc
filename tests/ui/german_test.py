"""The dialog speaks German, with a decimal comma, where the user does."""

import pathlib
import subprocess
import sys
import tempfile

from gimp_window import GimpSession, main, until

CATALOGUE = pathlib.Path(__file__).resolve().parents[2] / "po" / "de.po"


def test():
    plug_in, service, shots = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        picture = folder / "picture.png"
        subprocess.run(["convert", "-size", "900x600", "plasma:", "-strip", str(picture)], check=True)
        messages = folder / "catalogues" / "de" / "LC_MESSAGES"
        messages.mkdir(parents=True)
        subprocess.run(["msgfmt", str(CATALOGUE), "-o", str(messages / "remote-sharpen.mo")], check=True)
        locales = folder / "locales"
        locales.mkdir()
        subprocess.run(["localedef", "-i", "de_DE", "-f", "UTF-8", str(locales / "de_DE.UTF-8")], check=True)
        with GimpSession(folder, plug_in, service, str(picture), shots, locale=folder / "catalogues",
                         LANGUAGE="de", LC_ALL="de_DE.UTF-8", LOCPATH=str(locales)) as session:
            session.image_window()
            dialog = session.open_dialog(entry="Remote Sharpen …")
            dialog.wait("combo box", "Dienst:")
            until("the price", lambda: dialog.has_text("0,5 MP · kostenlos"), 30)
            session.shot("german")
            dialog.press("Abbrechen")


if __name__ == "__main__":
    main(test)
