"""Every control of the dialog has a name, and Tab reaches it."""

import sys
import tempfile

from every_control import check_page
from gimp_window import GimpSession, main, photograph


def test():
    plug_in, service, shots = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as folder:
        with GimpSession(folder, plug_in, service, photograph(folder), shots) as session:
            session.image_window()
            dialog = session.open_dialog()
            dialog.wait_text("free")
            for part in ("Compare with other models", "Result and cost"):
                dialog.open(part)
            check_page(session, dialog)


if __name__ == "__main__":
    main(test)
