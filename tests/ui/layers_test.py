"""Several layers and models: a row each, previews of each, groups. An earlier result is made again in its place."""

import pathlib
import sys
import tempfile

from every_control import check_page
from gimp_window import Failure, GimpSession, has_state, main, saved_picture, until
from gi.repository import Atspi
from vendor import KEY, Vendor

OWL = """(let ((owl (car (gimp-layer-new-from-drawable first image))))
    (gimp-image-insert-layer image owl 0 0) (gimp-item-set-name owl "Owl")
    (gimp-item-transform-flip-simple owl ORIENTATION-HORIZONTAL TRUE 0))  ; equal ones would be paid for once
    (gimp-item-set-name first "Background")
    (gimp-image-set-selected-layers image (car (gimp-image-get-layers image)))"""
RESULT = """(gimp-item-set-name first "Owl")
    (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 150 100 340 290)
    (plug-in-remote-sharpen #:run-mode RUN-NONINTERACTIVE #:image image #:drawables (vector first)
        #:service "this-computer" #:model "Standard" #:strength 0.6)
    (gimp-selection-none image)
    (let ((result (vector-ref (car (gimp-image-get-layers image)) 0))
          (top (car (gimp-layer-new-from-drawable first image))))
        (gimp-item-set-name result "Result")
        (gimp-layer-set-opacity result 40)
        (gimp-image-insert-layer image top 0 0) (gimp-item-set-name top "Top")
        (gimp-image-set-selected-layers image (vector result)))
    (set! image (car (gimp-image-duplicate image)))"""
LOOK = """(let* ((image (car (gimp-file-load RUN-NONINTERACTIVE "{}")))
        (result (vector-ref (car (gimp-image-get-layers image)) 1)))
    (display (list "made again:" (car (gimp-item-get-name result)) (car (gimp-drawable-get-width result))
        (gimp-drawable-get-offsets result) (car (gimp-layer-get-opacity result))
        (> (car (gimp-layer-get-mask result)) 0))))"""
GROUPS = ("Owl – sharpened", "Owl – Lens Blur V2", "Owl – Standard", "Owl",
          "Background – sharpened", "Background – Lens Blur V2", "Background – Standard", "Background")


def several(session, vendor):
    dialog = session.open_dialog()
    dialog.wait_text("2 credits (you have 123)")
    dialog.choose("Preview of layer:", "Owl")
    dialog.press("Sharpen the whole layer and compare · 1 credit")
    dialog.wait_text("This result is saved")
    dialog.wait_text("1 credit (you have 122)")
    dialog.open("Compare with other models")
    dialog.mark("Standard")
    dialog.wait_text("3 credits (you have 122)")
    session.shot("layers", dialog)
    check_page(session, dialog)
    dialog.press("Sharpen")
    for row in ("Background: Lens Blur V2", "Background: Standard", "Owl: Lens Blur V2", "Owl: Standard"):
        dialog.wait_text(row)
    session.shot("rows", dialog)
    session.expect_layers(*GROUPS)
    if vendor.submits != 4:
        raise Failure(f"{vendor.submits} were sent, not one for each result")
    session.shot("groups")
    session.menu("Undo Remote Sharpen")
    session.expect_layers("Owl", "Background")


def again(session):
    dialog = session.open_dialog()
    dialog.wait_text("free")
    if has_state(dialog.wait("check box", "Strength: Auto"), Atspi.StateType.CHECKED):
        raise Failure("the dialog does not start from the result's settings")
    if not has_state(dialog.wait("check box", "Sharpen the original again and replace this result"), Atspi.StateType.CHECKED):
        raise Failure("the result would be sharpened, not its original")
    dialog.wait_text("Owl, ")
    dialog.mark("Strength: Auto")
    dialog.wait_text("Soft by")
    session.shot("redo", dialog)
    check_page(session, dialog)
    dialog.press("Sharpen")
    session.expect_layers("Top", "Owl – Standard", "Owl")
    session.menu("Undo Remote Sharpen")
    session.expect_layers("Top", "Result", "Owl")
    session.menu("Redo Remote Sharpen")
    session.expect_layers("Top", "Owl – Standard", "Owl")


def saved(session):
    """What was done to the earlier result is done to the new one: in a duplicate of the image, of a selected part."""
    file = pathlib.Path(session.picture)
    before = file.stat().st_mtime_ns
    session.press_key("ctrl+s")
    until("the picture to be saved", lambda: file.stat().st_mtime_ns != before)
    found = session.gimp.run("scheme", LOOK.format(file), 60).stdout
    if "made again: Owl – Standard 414 (86 36) 40" not in found or "#t" not in found:
        raise Failure(f"the new result is not dressed as the earlier one: {found}")


def again_with_two_models(session):
    dialog = session.open_dialog()
    dialog.wait_text("free")
    dialog.open("Compare with other models")
    dialog.mark("Strong")
    dialog.press("Sharpen")
    session.expect_layers("Top", "Owl – sharpened", "Owl – Standard", "Owl – Strong", "Owl")
    session.menu("Undo Remote Sharpen")
    session.expect_layers("Top", "Owl – Standard", "Owl")


def test():
    plug_in, service, shots = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as folder, Vendor(service, folder, processing=1000) as vendor:
        picture = saved_picture(folder, plug_in, service, OWL)
        with GimpSession(folder, plug_in, service, picture, shots, TOPAZ_API_KEY=KEY) as session:
            session.remember(service="topaz", service_url=vendor.url, model="Lens Blur V2", values={})
            session.image_window()
            several(session, vendor)
    with tempfile.TemporaryDirectory() as folder:
        picture = saved_picture(folder, plug_in, service, RESULT)
        with GimpSession(folder, plug_in, service, picture, shots) as session:
            session.image_window()
            again(session)
            saved(session)
            again_with_two_models(session)


if __name__ == "__main__":
    main(test)
