"""Runs inside a GIMP with a window: one step of the undo history takes a run back, and closing the image meanwhile
loses nothing.

Environment: GIMP_KIT, SERVICE_URL (a service that returns pictures as they came), FAKE_URL, and what waiting.py wants.
"""

import hashlib
import os
import subprocess
import sys
import time

sys.path.insert(0, os.environ["GIMP_KIT"])
from kit import *
from place_cells import KINDS, PLACES

SERVICE = os.environ["SERVICE_URL"]


def until(what, condition, seconds=20):
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, f"waited {seconds} s for {what}"
        time.sleep(0.02)


def xdotool(*arguments):
    return subprocess.run(["xdotool", *arguments], check=True, capture_output=True, text=True).stdout.split()


def press(key):
    xdotool("windowfocus", "--sync", xdotool("search", "--onlyvisible", "--name", " – GIMP$")[0])
    xdotool("key", "--clearmodifiers", key)


def digest(drawable):
    return drawable and hashlib.sha1(read(drawable)).hexdigest()


def state_of(layer):
    parent, mask = layer.get_parent(), layer.get_mask()
    offsets = layer.get_offsets()
    return {
        "id": layer.get_id(), "name": layer.get_name(), "parent": parent and parent.get_id(), "pixels": digest(layer),
        "mask": digest(mask), "applied": bool(mask) and layer.get_apply_mask(), "visible": layer.get_visible(),
        "mode": layer.get_mode(), "opacity": layer.get_opacity(), "at": (offsets.offset_x, offsets.offset_y),
        "locks": (layer.get_lock_content(), layer.get_lock_position(), layer.get_lock_visibility(), layer.get_lock_alpha()),
        "parasites": sorted(layer.get_parasite_list()), "effects": len(layer.get_filters()),
    }


def state(image):
    return {"layers": [state_of(layer) for layer in every_layer([image])], "selection": digest(image.get_selection()),
            "parasites": sorted(image.get_parasite_list())}


def expect(image, wanted, when):
    found = state(image)
    wrong = [pair for pair in zip(found["layers"], wanted["layers"]) if pair[0] != pair[1]]
    assert found == wanted, f"{when}: {wrong or found}"


def shown(image):
    display = Gimp.Display.new(image)
    Gimp.displays_flush()
    return display


def one_step_back(image, layers, redo=True):
    """Sharpens, then undoes and redoes once."""
    display = shown(image)
    image.undo_disable()  # which forgets what was done so far
    image.undo_enable()
    before = state(image)
    sharpen(image, layers, SERVICE)
    after = state(image)
    assert len(after["layers"]) == len(before["layers"]) + len(layers)
    assert sum("remote-sharpen-result" in layer["parasites"] for layer in after["layers"]) == len(layers)
    press("ctrl+z")
    until("one step back", lambda: len(every_layer([image])) == len(before["layers"]))
    expect(image, before, "after one step back")
    if redo:
        press("ctrl+y")
        until("one step forth", lambda: len(every_layer([image])) == len(after["layers"]))
        expect(image, after, "after one step forth")
    display.delete()


def undoes_each_kind_of_place():
    precision, base, alpha = KINDS[1]
    for place in PLACES:
        image = new_image(base, precision, "none")
        layer = new_layer(image, alpha, "u16", 7)
        layer = place(image, layer) or layer
        try:
            # GIMP 3.0 loses the effects of any layer whose insertion is undone and redone.
            one_step_back(image, [layer], redo=not layer.get_filters())
        except AssertionError as error:
            raise AssertionError(place.__name__) from error


def undoes_several_layers_at_once():
    image = new_image(Gimp.ImageBaseType.RGB, "U8_NON_LINEAR", "none")
    layers = [new_layer(image, alpha, "u8", 7) for alpha in (True, False, True)]
    one_step_back(image, layers)


def undoes_a_group():
    image = new_image(Gimp.ImageBaseType.RGB, "U8_NON_LINEAR", "none")
    group = Gimp.GroupLayer.new(image, "group")
    image.insert_layer(group, None, 0)
    image.reorder_item(new_layer(image, True, "u8", 5), group, 0)
    one_step_back(image, [group])


def keeps_the_result_of_a_closed_image():
    """Its window is closed, and with it the image. (Another one stays open: the last window would stay, empty.)"""
    image = max(Gimp.get_images(), key=lambda image: image.get_width())
    layer = new_layer(image, True, "u8", 7)
    before = read(layer)
    made, = sharpen_while(image, layer, f"Gimp.Display.get_by_id({Gimp.default_display().get_id()}).delete()")
    assert made.get_image().get_id() != image.get_id() and not image.is_valid()
    assert [read(item) for item in made.get_image().get_layers()] == [before, before]


# The first one needs the window that GIMP was started with.
run_cases((keeps_the_result_of_a_closed_image, undoes_each_kind_of_place, undoes_several_layers_at_once, undoes_a_group))
