"""Cancel while a job is uploaded, waits in line and is downloaded: each time it is said what is charged. Then the only
image is closed while its layer is away: the result comes in a new one."""

import pathlib
import sys
import tempfile

from gimp_window import Failure, GimpSession, find_window, main, photograph, until
from vendor import KEY, RESULTS, Vendor


def cancel(session, dialog, stage, answer):
    dialog.wait_stage(stage)
    session.shot(stage.split()[0].lower(), dialog)
    dialog.press("Cancel")
    dialog.wait_text(answer)


def close_the_image(session, vendor):
    dialog = session.open_dialog()
    dialog.wait_text("you have")
    vendor.held = RESULTS
    dialog.press("Sharpen")
    dialog.wait_stage("Downloading")
    session.menu("Undo ")  # an image without changes is closed without a question
    session.expect_layers("picture.png")
    session.menu("Close View")
    until("the image to be closed", lambda: not find_window("gimp", pathlib.Path(session.picture).stem))
    vendor.held = None
    message = session.window("gimp", "GIMP Message")
    session.shot("closed")
    texts = [label for label in message.labels() if "\n" in label or "meanwhile" in label]
    if len(texts) != 1 or "The image was closed or converted meanwhile: the result is in a new one." not in texts[0]:
        raise Failure(f"the messages are {message.labels()}")
    message.press("OK")
    until("the result", lambda: find_window("gimp", "2 layers"))
    session.shot("new-image")


def test():
    plug_in, service, shots = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as folder, Vendor(service, folder, pending=2500) as vendor:
        with GimpSession(folder, plug_in, service, photograph(folder, "1200x900"), shots, TOPAZ_API_KEY=KEY) as session:
            session.remember(service="topaz", service_url=vendor.url, model="Lens Blur V2", values={})
            session.image_window()
            dialog = session.open_dialog()
            dialog.wait_text("1 credit (you have 123)")
            vendor.held = "POST"
            dialog.press("Sharpen")
            cancel(session, dialog, "Uploading", "Nothing was accepted, nothing is charged.")
            session.shot("nothing-charged", dialog)
            vendor.held = None
            dialog.press("Try Again")
            cancel(session, dialog, "Waiting in line", "The service stopped the job; it is not charged, or only for the part")
            vendor.held = RESULTS
            dialog.press("Try Again")
            cancel(session, dialog, "Downloading", "It was too late to stop the job: it is charged.")
            session.shot("charged", dialog)
            vendor.held = None
            dialog.press("Try Again")
            session.wait_layers(2)
            until("the end of the dialog", lambda: not dialog.is_open())
            if vendor.submits != 2:
                raise Failure(f"{vendor.submits} were sent: what was charged was to be fetched, not sent again")
            close_the_image(session, vendor)


if __name__ == "__main__":
    main(test)
