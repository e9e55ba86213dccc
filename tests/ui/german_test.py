"""The dialog speaks German, with a decimal comma, where the user does."""

import sys
import tempfile

from gimp_window import GimpSession, main, photograph
from looks_test import make_catalogue, make_locale


def test():
    plug_in, service, shots = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as folder:
        with GimpSession(folder, plug_in, service, photograph(folder), shots, locale=make_catalogue(folder, "de"),
                         **make_locale(folder, "de_DE")) as session:
            session.image_window()
            dialog = session.open_dialog(entry="Remote Sharpen …")
            dialog.wait("combo box", "Dienst:")
            dialog.wait_text("kostenlos")
            dialog.wait_text("Weich um 1,")  # what the service says it found
            session.shot("german")
            dialog.press("Abbrechen")


if __name__ == "__main__":
    main(test)
