"""Runs inside GIMP: the picture that is sent looks as the layer does, and so does the small one of the dialog.

Environment: GIMP_KIT, FAKE_URL (fake_service.py), FAKE_REQUEST (what it got last).
"""

import os
import pathlib
import sys

sys.path.insert(0, os.environ["GIMP_KIT"])
from gi.repository import Gio
from kit import *

RGB, GRAY = Gimp.ImageBaseType.RGB, Gimp.ImageBaseType.GRAY
# Few: babl takes the longer the more spaces it has seen, and the longest for a plain gamma.
PROFILES = ((RGB, ("Display P3", "none")), (GRAY, ("gray", "none")))
PRECISIONS = ("U8_LINEAR", "U8_NON_LINEAR", "U16_NON_LINEAR", "FLOAT_LINEAR")


def in_range(values):
    return [min(max(value, 0), 1) for value in values]


def seen(layer, format_name):
    """What the layer shows, in sRGB and 0…1."""
    data = layer.get_buffer().get(rectangle(layer), 1.0, format_name, Gegl.AbyssPolicy.NONE)
    return in_range(memoryview(data).cast("f"))


def small_pictures(layers, max_side):
    procedure = Gimp.get_pdb().lookup_procedure("test-small-pictures")
    config = procedure.create_config()
    config.set_core_object_array("drawables", layers)
    config.set_property("max-side", max_side)
    values = procedure.run(config)
    assert values.index(0) == Gimp.PDBStatusType.SUCCESS
    return values.index(1).get_data()


def ramp(layer):
    """From black to white, every colour otherwise; the left half is see-through, the first column erased."""
    pixels = []
    for index in range(WIDTH * HEIGHT):
        x, y = index % WIDTH, index // WIDTH
        pixels += [x / WIDTH, y / HEIGHT, 1 - x / WIDTH, 0 if x == 0 else 0.5 if x < WIDTH / 2 else 1]
    layer.get_buffer().set(rectangle(layer), "R'G'B'A float", struct.pack(f"={len(pixels)}f", *pixels))
    layer.update(0, 0, WIDTH, HEIGHT)


def painted(rgba):
    """What a pixel adds to the paper below it, and how much of that shows through: what is invisible may have any colour."""
    return [rgba[i + c] * rgba[i + 3] / 255 if c < 3 else rgba[i + 3] for i in range(0, len(rgba), 4) for c in range(4)]


def ramps():
    """A layer of each kind with its precision."""
    for base, profiles in PROFILES:
        for precision in PRECISIONS:
            for profile, alpha in zip(profiles, (True, False)):
                layer = new_layer(new_image(base, precision, profile), alpha, precision.split("_")[0].lower(), 7)
                ramp(layer)
                yield precision, layer


def the_small_picture_shows_the_layer():
    layers = [layer for _, layer in ramps()]
    show_themselves(layers)
    assert len(small_pictures(layers, 35)) == len(layers) * 35 * 33 * 4


def the_small_picture_shows_no_effects():
    """They are not sent; where there are any, the layer's own tiles are read."""
    layers = [layer for precision, layer in ramps() if precision == "U16_NON_LINEAR"]
    for layer in layers:
        layer.append_filter(Gimp.DrawableFilter.new(layer, "gegl:invert-gamma", "Inverted"))
    show_themselves(layers)


def show_themselves(layers):
    shown = small_pictures(layers, 100)
    size = WIDTH * HEIGHT * 4
    assert len(shown) == len(layers) * size
    for index, layer in enumerate(layers):
        want = painted([value * 255 for value in seen(layer, "R'G'B'A float")])
        got = painted(shown[index * size : (index + 1) * size])
        worst = max(abs(a - b) for a, b in zip(got, want, strict=True))
        assert worst < 2, f"{Babl.get_name(layer.get_format())}: {worst}"


def as_it_was_sent():
    """The picture of the last submit as GIMP opens it: its numbers, in the profile that is embedded."""
    request = pathlib.Path(os.environ["FAKE_REQUEST"])
    body, picture = request.read_bytes(), request.with_suffix(".png")
    start = body.index(b"\x89PNG")
    png = body[start : body.index(b"IEND", start) + 8]
    assert b"iCCP" in png, "no profile is embedded"
    picture.write_bytes(png)
    return Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path(str(picture))).get_layers()[0]


def what_is_sent_shows_the_layer():
    for base, (profile, _) in PROFILES:
        for precision in ("U8_NON_LINEAR", "U16_PERCEPTUAL", "FLOAT_LINEAR"):
            image = new_image(base, precision, profile)
            layer = new_layer(image, False, precision.split("_")[0].lower(), 7)
            ramp(layer)
            sharpen(image, [layer], os.environ["FAKE_URL"] + "/good")
            pairs = zip(seen(layer, "R'G'B' float"), seen(as_it_was_sent(), "R'G'B' float"), strict=True)
            worst = max(abs(a - b) for a, b in pairs) * 255
            # A profile holds a curve in 16 bits; the wide ones stretch that error.
            assert worst < 0.2, f"{precision} {profile}: {worst}"


run_cases([what_is_sent_shows_the_layer, the_small_picture_shows_the_layer, the_small_picture_shows_no_effects])
