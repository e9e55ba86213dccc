"""Several layers and models: a row each, previews of each, groups; an earlier result made again."""

import sys
import tempfile

from every_control import check_page
from gimp_window import Failure, GimpSession, layered_picture, main, until
from vendor import KEY, Vendor


def test():
    plug_in, service, shots = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as folder, Vendor(service, folder, processing=1000) as vendor:
        picture = layered_picture(folder, plug_in, service, ("Background", "Owl"))
        with GimpSession(folder, plug_in, service, picture, shots, TOPAZ_API_KEY=KEY) as session:
            session.remember(service="topaz", service_url=vendor.url, model="Lens Blur V2", values={})
            session.image_window()
            dialog = session.open_dialog()
            dialog.wait_text("2 credits (you have 123)")
            dialog.choose("Preview of layer:", "Owl")
            dialog.press("Sharpen the whole layer and compare · 1 credit")
            dialog.wait_text("This result is kept")
            dialog.wait_text("MP · 1 credit (you have 122)")
            dialog.open("Compare with other models")
            dialog.mark("Standard")
            dialog.wait_text("3 credits (you have 122)")
            session.shot("layers", dialog)
            check_page(session, dialog)
            dialog.press("Sharpen")
            for row in ("Background: Lens Blur 2", "Background: Standard", "Owl: Lens Blur 2", "Owl: Standard"):
                dialog.wait_text(row)
            session.shot("rows", dialog)
            session.wait_layers(8)  # two, two groups, and four results
            if vendor.submits != 4:
                raise Failure(f"{vendor.submits} were sent, not one for each result")
            message = session.window("gimp", "Remote Sharpen Message")
            message.wait_text("Owl: Standard: ")
            message.press("OK")
            session.shot("groups")
            # The results are selected now.
            dialog = session.open_dialog()
            dialog.wait_text("(you have")
            dialog.mark("Sharpen the original again and replace this result")
            session.shot("redo", dialog)
            dialog.press("Sharpen")
            until("the end of the dialog", lambda: not dialog.is_open(), 60)
            session.wait_layers(8)


if __name__ == "__main__":
    main(test)
