"""Runs inside GIMP: the whole plug-in on one layer beside GIMP's own export and load of the same layer.

Environment: GIMP_KIT, SERVICE_URL, MEGAPIXELS (a list), KINDS_MEGAPIXELS (size of other kinds of layers, of which only
our side is measured; 0: none), REPEATS, FOLDER (for GIMP's files), OUT.
"""

import json
import os
import pathlib
import sys
import time

sys.path.insert(0, os.environ["GIMP_KIT"])
from kit import *
from gi.repository import Gio

FOLDER = pathlib.Path(os.environ["FOLDER"])
SERVICE = os.environ["SERVICE_URL"]


KINDS = [(precision, alpha) for precision in ("U8_NON_LINEAR", "U16_NON_LINEAR", "U16_LINEAR", "FLOAT_LINEAR")
         for alpha in (False, True)][1:]


def photograph(megapixels, precision="U8_NON_LINEAR", alpha=False):
    """Smooth colours with grain: compresses about as badly as a photograph."""
    width = round((megapixels * 1e6 * 1.5) ** 0.5)
    height = round(width / 1.5)
    image = Gimp.Image.new_with_precision(width, height, Gimp.ImageBaseType.RGB, getattr(Gimp.Precision, precision))
    layer = Gimp.Layer.new(image, "photograph", width, height, Gimp.ImageType.RGB_IMAGE, 100, Gimp.LayerMode.NORMAL)
    image.insert_layer(layer, None, 0)
    for operation, settings in (("gegl:plasma", {"turbulence": 2.0}), ("gegl:noise-rgb", {"red": 0.05, "green": 0.05, "blue": 0.05})):
        effect = Gimp.DrawableFilter.new(layer, operation, operation)
        for name, value in settings.items():
            effect.get_config().set_property(name, value)
        layer.merge_filter(effect)
    if alpha:  # later, since plasma leaves it as it is: transparent
        layer.add_alpha()
    image.undo_disable()
    return image, layer


def seconds(action):
    start = time.monotonic()
    action()
    return time.monotonic() - start


def ours(image, layer):
    sharpen(image, [layer], SERVICE)
    image.remove_layer(result_above(image, layer))


def gimps(image, layer, compression):
    file = Gio.File.new_for_path(str(FOLDER / "layer.png"))
    procedure = Gimp.get_pdb().lookup_procedure("file-png-export")
    config = procedure.create_config()
    for name, value in (("run-mode", Gimp.RunMode.NONINTERACTIVE), ("image", image), ("file", file)):
        config.set_property(name, value)
    if compression is not None:
        config.set_property("compression", compression)
    assert procedure.run(config).index(0) == Gimp.PDBStatusType.SUCCESS, Gimp.get_pdb().get_last_error()
    loaded = Gimp.file_load_layer(Gimp.RunMode.NONINTERACTIVE, image, file)
    image.insert_layer(loaded, None, 0)
    image.remove_layer(loaded)


def row_of(megapixels):
    image, layer = photograph(megapixels)
    # Only the median of several runs is told for small pictures; a large one takes long enough by itself.
    repeats = int(os.environ["REPEATS"]) if megapixels < 50 else 1
    middle = lambda action: sorted(seconds(action) for _ in range(repeats))[repeats // 2]
    row = {"megapixels": megapixels, "ours_s": middle(lambda: ours(image, layer))}
    row["peak_anonymous_mb"] = peak_anonymous()
    row["gimp_s"] = middle(lambda: gimps(image, layer, None))
    row["gimp_fast_s"] = middle(lambda: gimps(image, layer, 1))
    row["ratio"] = row["gimp_s"] / row["ours_s"]
    image.delete()
    return row


def kind_of_layer(megapixels, precision, alpha):
    image, layer = photograph(megapixels, precision, alpha)
    if alpha:  # a transparent border, to be filled
        image.select_ellipse(Gimp.ChannelOps.REPLACE, 0, 0, layer.get_width(), layer.get_height())
        Gimp.Selection.feather(image, 200)
        Gimp.Selection.invert(image)
        layer.edit_clear()
        Gimp.Selection.none(image)
    figures = {"kind": f"{precision} {'RGBA' if alpha else 'RGB'}", "megapixels": megapixels,
               "ours_s": seconds(lambda: ours(image, layer)), "peak_anonymous_mb": peak_anonymous()}
    image.delete()
    return figures


def peak_anonymous():
    """What the sampler beside GIMP saw of the plug-in's process since it was asked last, in MB."""
    peak = pathlib.Path(os.environ["PEAK"])
    value = float(peak.read_text() or 0)
    peak.with_suffix(".reset").touch()
    return value


def main():
    found = {"rows": [], "kinds": []}

    def add(name, figures):
        found[name].append(figures)
        print(figures, flush=True)
        pathlib.Path(os.environ["OUT"]).write_text(json.dumps(found))

    for megapixels in map(float, filter(None, os.environ["MEGAPIXELS"].split(","))):
        add("rows", row_of(megapixels))
    for megapixels in map(float, filter(None, os.environ["KINDS_MEGAPIXELS"].split(","))):
        # 16 bits of so many pixels are more than a service takes.
        kinds = KINDS if megapixels < 50 else KINDS[:1]
        for precision, alpha in kinds:
            add("kinds", kind_of_layer(megapixels, precision, alpha))


main()
