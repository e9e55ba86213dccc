"""What the tests that run inside GIMP (python-fu-eval) share: small layers, their samples, the plug-in's call."""

import os
import pathlib
import random
import struct
import traceback

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("Gegl", "0.4")
from gi.repository import Babl, Gegl, Gimp

import icc

WIDTH, HEIGHT = 70, 66  # both cross a border of GIMP's tiles
TYPES = {"u8": ("B", 255), "u16": ("H", 65535), "u32": ("I", 2**32 - 1), "half": ("e", 0), "float": ("f", 0), "double": ("d", 0)}


def load_profile(name):
    if name == "sRGB":
        return Gimp.ColorProfile.new_rgb_srgb()
    if name == "Adobe RGB":
        return Gimp.ColorProfile.new_rgb_adobe()
    if name == "gray":
        return Gimp.ColorProfile.new_d50_gray_lab_trc()
    return Gimp.ColorProfile.new_from_icc_profile(icc.profile(name))


def new_image(base, precision, profile):
    image = Gimp.Image.new_with_precision(WIDTH, HEIGHT, base, getattr(Gimp.Precision, precision))
    if profile != "none":
        found = load_profile(profile)
        image.set_color_profile(found.new_linear_from_color_profile() if precision.endswith("_LINEAR") and
                                not precision.endswith("NON_LINEAR") else found)
    return image


def new_layer(image, alpha, kind, seed):
    gray = image.get_base_type() == Gimp.ImageBaseType.GRAY
    layer_type = (Gimp.ImageType.GRAYA_IMAGE if alpha else Gimp.ImageType.GRAY_IMAGE) if gray else (
        Gimp.ImageType.RGBA_IMAGE if alpha else Gimp.ImageType.RGB_IMAGE)
    layer = Gimp.Layer.new(image, "source", WIDTH, HEIGHT, layer_type, 100, Gimp.LayerMode.NORMAL)
    image.insert_layer(layer, None, 0)
    write(layer, samples(kind, (1 if gray else 3) + alpha, alpha, seed))
    return layer


def samples(kind, channels, alpha, seed):
    """Noise over the whole range; float layers also have values outside 0…1; alpha has 0 and 1 too."""
    code, top = TYPES[kind]
    dice = random.Random(seed)
    values = []
    for index in range(WIDTH * HEIGHT * channels):
        if alpha and index % channels == channels - 1:
            value = dice.choice((0, 0, 1, 1, dice.random()))
        elif top:
            value = dice.random()
        else:
            value = dice.choice((dice.random(), dice.random(), dice.random() * 0.01, -0.2, 1.7))
        values.append(round(value * top) if top else value)
    return struct.pack(f"={len(values)}{code}", *values)


def rectangle(layer):
    return Gegl.Rectangle.new(0, 0, layer.get_width(), layer.get_height())


def write(layer, data):
    buffer = layer.get_buffer()
    buffer.set(rectangle(layer), Babl.get_name(layer.get_format()), data)
    buffer.flush()
    layer.update(0, 0, layer.get_width(), layer.get_height())


def read(layer, format_name=None):
    return layer.get_buffer().get(rectangle(layer), 1.0, format_name or Babl.get_name(layer.get_format()),
                                  Gegl.AbyssPolicy.NONE)


class Refused(Exception):
    """The plug-in's status and sentence."""

    def __init__(self, status, sentence):
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


def sharpen(image, layers, url, above=None, **arguments):
    procedure = Gimp.get_pdb().lookup_procedure("plug-in-remote-sharpen")
    config = procedure.create_config()
    config.set_property("run-mode", Gimp.RunMode.NONINTERACTIVE)
    config.set_property("image", image)
    config.set_core_object_array("drawables", layers)
    config.set_property("service", "own-server")
    config.set_property("service-url", url)
    for name, value in arguments.items():
        config.set_property(name.replace("_", "-"), value)
    values = procedure.run(config)
    if values.index(0) != Gimp.PDBStatusType.SUCCESS:
        raise Refused(values.index(0), Gimp.get_pdb().get_last_error())
    return [result_above(image, layer) for layer in (layers if above is None else above)]


def told_while(work):
    """What GIMP printed meanwhile, as a user without a window reads it. That a plug-in ended is no news."""
    log = pathlib.Path(os.environ["GIMP_LOG"])
    start = len(log.read_bytes())
    work()
    lines = log.read_bytes()[start:].decode().splitlines()
    return "\n".join(line for line in lines if line and "gimp_flush(): error: Broken pipe" not in line)


def result_above(image, layer):
    """The result lies directly above its source (and Python cannot read the array that is returned)."""
    parent = layer.get_parent()
    siblings = parent.get_children() if parent else image.get_layers()
    return siblings[[item.get_id() for item in siblings].index(layer.get_id()) - 1]


def travelling(layer):
    """Numbers as the layer's picture should carry them: as they are, linear ones on sRGB's curve. babl is not asked."""
    name = Babl.get_name(layer.get_format()).partition("-space-")[0]
    code, top = TYPES[name.split()[1]]
    data = read(layer)
    values = [value / (top or 1) for value in struct.unpack(f"={len(data) // struct.calcsize(code)}{code}", data)]
    if "'" in name or "~" in name:
        return values
    channels = 1 if name.startswith("Y") else 3
    step = channels + layer.has_alpha()
    return [value if index % step == channels else srgb_curve(value) for index, value in enumerate(values)]


def srgb_curve(value):
    return 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055


def error_in_steps(source, result):
    """Largest difference in steps of 16 encoded bits; infinite if alpha differs."""
    worst = 0.0
    alpha = source.has_alpha()
    channels = 1 if source.is_gray() else 3
    before, after = travelling(source), travelling(result)
    for start in range(0, len(before), channels + alpha):
        if alpha and before[start + channels] != after[start + channels]:
            return float("inf")
        if alpha and before[start + channels] == 0:
            continue
        for old, new in zip(before[start : start + channels], after[start : start + channels]):
            worst = max(worst, abs(min(max(old, 0), 1) - min(max(new, 0), 1)) * 65535)
    return worst


def sharpen_while(image, layer, code):
    """Sharpens at the slow service; meanwhile `code` is run with `image` and `layer`, by the plug-in of meanwhile/.
    Returns the new layers.
    """
    orders = pathlib.Path(os.environ["MEANWHILE"])
    pathlib.Path(os.environ["FAKE_RELEASE"]).unlink(missing_ok=True)
    draft = orders.with_suffix(".draft")
    draft.write_text(f"image = Gimp.Image.get_by_id({image.get_id()})\n"
                     f"layer = Gimp.Layer.get_by_id({layer.get_id()})\n{code}\n")
    draft.rename(orders)
    known = {item.get_id() for item in every_layer()}
    sharpen(image, [layer], os.environ["FAKE_URL"] + "/slow", above=[])
    assert not orders.exists() and not orders.with_suffix(".failed").exists(), "it was not done meanwhile"
    return [item for item in every_layer() if item.get_id() not in known and
            item.get_parasite("remote-sharpen-result")]


def every_layer(images=None):
    """Of some images, or of all."""
    def below(layers):
        for layer in layers:
            yield layer
            if layer.is_group():
                yield from below(layer.get_children())
    return [layer for image in images or Gimp.get_images() for layer in below(image.get_layers())]


def run_cases(cases):
    """Runs those that $CASES names, or all; raises if one failed."""
    wanted = os.environ.get("CASES", "").split()
    failed = 0
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
