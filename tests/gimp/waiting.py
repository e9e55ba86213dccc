"""Runs inside GIMP: what becomes of a result when the user goes on working (the table of docs/while-waiting.md).

The plug-in in meanwhile/ does what the user does. Environment: GIMP_KIT, FAKE_URL (fake_service.py), MEANWHILE (the
file with what is to be done), FAKE_RELEASE (the file that lets the slow job end).
"""

import os
import pathlib
import sys
import traceback

sys.path.insert(0, os.environ["GIMP_KIT"])
from kit import *

RELEASE, CODE = pathlib.Path(os.environ["FAKE_RELEASE"]), pathlib.Path(os.environ["MEANWHILE"])
URL = os.environ["FAKE_URL"] + "/slow"
RGB = Gimp.ImageBaseType.RGB


def sharpen_while(image, layer, code):
    """Sharpens; meanwhile `code` is run with `image` and `layer`. Returns the new layers."""
    RELEASE.unlink(missing_ok=True)
    draft = CODE.with_suffix(".draft")
    draft.write_text(f"image = Gimp.Image.get_by_id({image.get_id()})\n"
                     f"layer = Gimp.Layer.get_by_id({layer.get_id()})\n{code}\n")
    draft.rename(CODE)
    known = {item.get_id() for item in every_layer()}
    sharpen(image, [layer], URL, above=[])
    assert not CODE.exists() and not CODE.with_suffix(".failed").exists(), "it was not done meanwhile"
    return [item for item in every_layer() if item.get_id() not in known and
            item.get_parasite("remote-sharpen-result")]


def every_layer():
    def below(layers):
        for layer in layers:
            yield layer
            if layer.is_group():
                yield from below(layer.get_children())
    return [layer for image in Gimp.get_images() for layer in below(image.get_layers())]


def photo(alpha=True):
    image = new_image(RGB, "U8_NON_LINEAR", "none")
    return image, new_layer(image, alpha, "u8", 7)


def above(image, made, layer):
    return image.get_item_position(made) + 1 == image.get_item_position(layer)


def moved():
    image, layer = photo()
    made, = sharpen_while(image, layer, "layer.set_offsets(31, -8)")
    assert list(made.get_offsets())[1:] == [31, -8] and above(image, made, layer)


def renamed_and_reordered():
    image, layer = photo()
    group = Gimp.GroupLayer.new(image, "group")
    image.insert_layer(group, None, 1)
    made, = sharpen_while(image, layer, f"""layer.set_name("other")
image.reorder_item(layer, Gimp.GroupLayer.get_by_id({group.get_id()}), 0)""")
    assert made.get_parent().get_id() == group.get_id() and above(image, made, layer)


def painted_on():
    image, layer = photo()
    before = read(layer)
    made, = sharpen_while(image, layer, "layer.fill(Gimp.FillType.WHITE)")
    assert read(made) == before, "the result is of what was sent, alpha and all"


def given_a_mask():
    image, layer = photo(False)
    made, = sharpen_while(image, layer, "layer.add_mask(layer.create_mask(Gimp.AddMaskType.BLACK))")
    assert not any(read(made.get_mask()))


def deselected():
    image, layer = photo(False)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 5, 5, 10, 10)
    made, = sharpen_while(image, layer, "Gimp.Selection.none(image)")
    assert sum(read(made.get_mask())) == 100 * 255


def deleted():
    image, layer = photo()
    before = read(layer)
    layer.set_offsets(5, 6)
    made, = sharpen_while(image, layer, "image.remove_layer(layer)")
    assert read(made) == before and list(made.get_offsets())[1:] == [5, 6]
    assert image.get_item_position(made) == 0


def scaled():
    image, layer = photo(False)
    before = read(layer)
    made, = sharpen_while(image, layer, "image.scale(35, 33)")
    assert (made.get_width(), made.get_height()) == (WIDTH, HEIGHT) and above(image, made, layer)
    assert read(made) == before


def converted():
    image, layer = photo()
    made, = sharpen_while(image, layer, "image.convert_precision(Gimp.Precision.FLOAT_LINEAR)")
    assert made.get_image().get_id() == image.get_id() and above(image, made, layer)
    image, layer = photo()
    made, = sharpen_while(image, layer, "image.convert_grayscale()")
    assert made.is_gray() and above(image, made, layer)


def made_indexed():
    image, layer = photo()
    before = read(layer)
    made, = sharpen_while(image, layer, """image.convert_indexed(
        Gimp.ConvertDitherType.NONE, Gimp.ConvertPaletteType.GENERATE, 16, False, False, "")""")
    assert made.get_image().get_id() != image.get_id() and read(made) == before
    assert read(made.get_image().get_layers()[1]) == before


# Closing needs a window: in gimp-console a deleted image lives until the run ends, and GIMP 3.0.4 then crashes when it
# returns layers of it to the caller. The way into a new image is that of made_indexed().


def main():
    failed = 0
    cases = (moved, renamed_and_reordered, painted_on, given_a_mask, deselected, deleted, scaled, converted,
             made_indexed)
    wanted = os.environ.get("CASES", "").split()
    for case in cases:
        if wanted and case.__name__ not in wanted:
            continue
        try:
            case()
            print("ok", case.__name__, flush=True)
        except Exception:
            failed += 1
            print("NOT OK", case.__name__, traceback.format_exc(), flush=True)
        for image in Gimp.get_images():
            image.delete()
    print(f"{len(cases)} cases, {failed} failed", flush=True)
    if failed:
        raise RuntimeError("some cases failed")


main()
