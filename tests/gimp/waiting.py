"""Runs inside GIMP: what becomes of a result when the user goes on working (the table of docs/while-waiting.md).

The plug-in in meanwhile/ does what the user does. Environment: GIMP_KIT, FAKE_URL (fake_service.py), MEANWHILE (the
file with what is to be done), FAKE_RELEASE (the file that lets the slow job end).
"""

import os
import sys

sys.path.insert(0, os.environ["GIMP_KIT"])
from kit import *

URL = os.environ["FAKE_URL"] + "/slow"
RGB = Gimp.ImageBaseType.RGB


def photo(alpha=True):
    image = new_image(RGB, "U8_NON_LINEAR", "none")
    return image, new_layer(image, alpha, "u8", 7)


def above(image, made, layer):
    return image.get_item_position(made) + 1 == image.get_item_position(layer)


def nothing_done():
    image, layer = photo()
    made, = sharpen_while(image, layer, "pass")
    assert above(image, made, layer) and made.get_offsets() == layer.get_offsets()


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


def given_another_look():
    image, layer = photo()
    made, = sharpen_while(image, layer, """layer.set_mode(Gimp.LayerMode.MULTIPLY)
layer.set_opacity(40)
effect = Gimp.DrawableFilter.new(layer, "gegl:invert-gamma", "Invert")
effect.update()
layer.append_filter(effect)""")
    assert made.get_mode() == Gimp.LayerMode.MULTIPLY and abs(made.get_opacity() - 40) < 0.01
    assert [effect.get_operation_name() for effect in made.get_filters()] == ["gegl:invert-gamma"]


def deselected():
    image, layer = photo(False)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 5, 5, 10, 10)
    made, = sharpen_while(image, layer, "Gimp.Selection.none(image)")
    assert sum(read(made.get_mask())) == 100 * 255


def worked_elsewhere():
    """What the user works on stays chosen; else the result is, as any new layer."""
    image, layer = photo()
    other = layer.copy()
    image.insert_layer(other, None, 0)
    channel = Gimp.Channel.new(image, "channel", WIDTH, HEIGHT, 50, Gegl.Color.new("red"))
    image.insert_channel(channel, None, 0)
    for choose, wanted in ((f"layers([Gimp.Layer.get_by_id({other.get_id()})])", other),
                           (f"channels([Gimp.Channel.get_by_id({channel.get_id()})])", channel), ("", None)):
        image.set_selected_layers([layer])
        made, = sharpen_while(image, layer, "image.set_selected_" + choose if choose else "pass")
        assert [item.get_id() for item in image.get_selected_drawables()] == [(wanted or made).get_id()], choose


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
    assert read(made) == before and layer.get_visible()


def scaled_with_another_look():
    """Where two layers would show more than one, the source is hidden, whatever its size."""
    for alpha, mode, operation in ((False, Gimp.LayerMode.MULTIPLY, None), (True, Gimp.LayerMode.NORMAL, None),
                                   (False, Gimp.LayerMode.NORMAL, "gegl:invert-gamma")):
        image, layer = photo(alpha)
        layer.set_mode(mode)
        if operation:
            layer.append_filter(Gimp.DrawableFilter.new(layer, operation, "effect"))
        made, = sharpen_while(image, layer, "image.scale(35, 33)")
        assert not layer.get_visible() and made.get_visible() and made.get_mode() == mode
        assert [effect.get_operation_name() for effect in made.get_filters()] == [operation] * bool(operation)
    image, layer = photo()
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 5, 5, 10, 10)
    sharpen_while(image, layer, "image.scale(35, 33)")
    assert layer.get_visible(), "what was not selected is nowhere else"


def flipped():
    image, layer = photo(False)
    before = read(layer)
    made, = sharpen_while(image, layer, "image.flip(Gimp.OrientationType.HORIZONTAL)")
    assert read(made) == before and above(image, made, layer)


def flattened():
    image, layer = photo()
    made, = sharpen_while(image, layer, "layer.flatten()")
    assert not made.has_alpha() and above(image, made, layer)


def given_another_profile():
    """Assigned, not converted: the colours that were sent are in the new profile now."""
    image, layer = photo(False)
    before = read(layer)
    made, = sharpen_while(image, layer, """image.set_color_profile(
    Gimp.ColorProfile.new_rgb_adobe())""")
    assert made.get_format() == layer.get_format() and read(made) != before == read(layer)


def cropped():
    """What was sent goes where the crop left the rest of it, which its pixels tell."""
    crop, part = "image.crop(40, 50, 10, 5)", (150, 140, 20, 20)  # and 64 pixels around it
    for alpha, selected, code, offsets in (
            (False, None, crop, (-10, -5)), (True, None, crop, (-10, -5)),
            (True, part, "image.crop(200, 210, 60, 50)", (26, 26)), (False, part, "image.crop(90, 80, 100, 110)", (-14, -34)),
            (False, None, "image.resize(90, 80, 4, 6); layer.resize_to_image_size()", (4, 6)),
            (False, None, f"layer.fill(Gimp.FillType.WHITE); {crop}", (0, 0)),
            (False, None, "layer.resize(20, 20, -10, -10)", (0, 0))):
        image, layer = photo(alpha)
        if selected:
            image.scale(300, 280)
            image.select_rectangle(Gimp.ChannelOps.REPLACE, *selected)
        before = read(layer)
        made, = sharpen_while(image, layer, code)
        assert above(image, made, layer) and tuple(made.get_offsets())[1:] == offsets, (code, tuple(made.get_offsets()))
        assert (made.get_width(), made.get_height()) == ((148, 148) if selected else (WIDTH, HEIGHT))
        assert selected or read(made) == before


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


run_cases((nothing_done, moved, renamed_and_reordered, painted_on, given_a_mask, given_another_look, deselected,
           worked_elsewhere, deleted, scaled, scaled_with_another_look, cropped, flipped, flattened,
           given_another_profile, converted, made_indexed))
