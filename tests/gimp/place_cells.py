"""Each kind of place that a layer can have, on three kinds of layers: the result is where its source is, dressed as it
is, and the picture does not change. For fidelity_cells.py, inside GIMP.
"""

from kit import *

RGB, GRAY = Gimp.ImageBaseType.RGB, Gimp.ImageBaseType.GRAY
KINDS = (("U8_NON_LINEAR", RGB, False), ("U16_NON_LINEAR", RGB, True), ("FLOAT_LINEAR", GRAY, True))


def offset(image, layer):
    layer.set_offsets(13, 29)


def negative_offset(image, layer):
    layer.set_offsets(-17, -9)


def larger_than_the_canvas(image, layer):
    layer.resize(WIDTH + 60, HEIGHT + 50, 20, 30)


def smaller_than_the_canvas(image, layer):
    layer.resize(31, 23, -8, -6)


def mask(image, layer):
    """From black to white, so that it is soft everywhere."""
    added = layer.create_mask(Gimp.AddMaskType.WHITE)
    layer.add_mask(added)
    size = WIDTH * HEIGHT
    values = [index % WIDTH / (WIDTH - 1) for index in range(size)]
    added.get_buffer().set(rectangle(added), "Y float", struct.pack(f"={size}f", *values))
    added.update(0, 0, WIDTH, HEIGHT)


def mask_not_applied(image, layer):
    mask(image, layer)
    layer.set_apply_mask(False)


def hard_mask(image, layer):
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 10, 10, 40, 40)
    layer.add_mask(layer.create_mask(Gimp.AddMaskType.SELECTION))
    Gimp.Selection.none(image)


def nested_group(image, layer):
    outer, inner = Gimp.GroupLayer.new(image, "outer"), Gimp.GroupLayer.new(image, "inner")
    image.insert_layer(outer, None, 0)
    image.insert_layer(inner, outer, 0)
    inner.set_opacity(60)
    image.reorder_item(layer, inner, 0)


def hidden_group(image, layer):
    nested_group(image, layer)
    layer.get_parent().get_parent().set_visible(False)


def selection(image, layer):
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 2, 3, 30, 20)


def selection_of_a_small_part(image, layer):
    """So small that the box that is sent, with its margin, is not the whole layer."""
    image.scale(2 * WIDTH, 2 * HEIGHT)
    selection(image, layer)


def feathered_selection(image, layer):
    selection(image, layer)
    Gimp.Selection.feather(image, 6)


def selection_and_mask(image, layer):
    mask(image, layer)
    selection(image, layer)


def feathered_selection_and_mask(image, layer):
    mask(image, layer)
    feathered_selection(image, layer)


def feathered_selection_and_hard_mask(image, layer):
    hard_mask(image, layer)
    feathered_selection(image, layer)


def opacity_and_mode(image, layer):
    layer.set_mode(Gimp.LayerMode.MULTIPLY)
    layer.set_blend_space(Gimp.LayerColorSpace.RGB_LINEAR)
    layer.set_composite_mode(Gimp.LayerCompositeMode.CLIP_TO_BACKDROP)
    layer.set_opacity(40)


def selection_and_intersection(image, layer):
    layer.set_composite_mode(Gimp.LayerCompositeMode.INTERSECTION)
    selection_of_a_small_part(image, layer)


def opacity_and_feathered_selection(image, layer):
    opacity_and_mode(image, layer)
    feathered_selection(image, layer)


def effect(image, layer):
    added = Gimp.DrawableFilter.new(layer, "gegl:invert-gamma", "Invert")
    added.set_opacity(0.5)
    layer.append_filter(added)


def effect_that_shows_through(image, layer):
    layer.append_filter(Gimp.DrawableFilter.new(layer, "gegl:color-to-alpha", "Colour to Alpha"))


def selection_and_effect_of_the_whole_layer(image, layer):
    layer.append_filter(Gimp.DrawableFilter.new(layer, "gegl:vignette", "Vignette"))
    selection_of_a_small_part(image, layer)


def selection_and_effect_of_a_group(image, layer):
    group = Gimp.GroupLayer.new(image, "group")
    image.insert_layer(group, None, 0)
    image.reorder_item(layer, group, 0)
    selection_and_effect_of_the_whole_layer(image, group)
    Gimp.Selection.feather(image, 6)
    return group


def selection_and_hidden_effect(image, layer):
    selection_and_effect_of_the_whole_layer(image, layer)
    layer.get_filters()[0].set_visible(False)


def locked(image, layer):
    layer.set_lock_content(True)
    layer.set_lock_position(True)
    layer.set_lock_visibility(True)


def locked_group(image, layer):
    """Of the group around its group: GIMP counts that for all inside."""
    nested_group(image, layer)
    outer = layer.get_parent().get_parent()
    outer.set_lock_content(True)
    outer.set_lock_position(True)


def mask_in_a_locked_group(image, layer):
    mask(image, layer)
    locked_group(image, layer)


def selection_in_a_locked_group(image, layer):
    selection_of_a_small_part(image, layer)
    locked_group(image, layer)


def group_with_a_mask_in_a_locked_group(image, layer):
    group = Gimp.GroupLayer.new(image, "group")
    image.insert_layer(group, None, 0)
    image.reorder_item(layer, group, 0)
    mask(image, group)
    locked_group(image, group)
    return group


def selection_beside_an_effect(image, layer):
    """GIMP confines the effects of a layer that is copied to what is selected then."""
    layer.append_filter(Gimp.DrawableFilter.new(layer, "gegl:pixelize", "Pixelize"))
    selection_of_a_small_part(image, layer)


def pass_through_group(image, layer):
    group = Gimp.GroupLayer.new(image, "group")
    image.insert_layer(group, None, 0)
    image.reorder_item(layer, group, 0)
    group.set_mode(Gimp.LayerMode.PASS_THROUGH)
    return group


PLACES = (offset, negative_offset, larger_than_the_canvas, smaller_than_the_canvas, mask, mask_not_applied, hard_mask,
          nested_group, hidden_group, selection, selection_of_a_small_part, feathered_selection, selection_and_mask,
          feathered_selection_and_mask, feathered_selection_and_hard_mask, opacity_and_mode,
          opacity_and_feathered_selection, selection_and_intersection, effect, effect_that_shows_through,
          selection_and_effect_of_the_whole_layer, selection_and_effect_of_a_group, selection_and_hidden_effect,
          selection_beside_an_effect, locked, locked_group, mask_in_a_locked_group, selection_in_a_locked_group,
          group_with_a_mask_in_a_locked_group, pass_through_group)


def composite(image):
    layer = Gimp.Layer.new_from_visible(image, image, "visible")
    pixels = memoryview(read(layer, "R'G'B'A u16")).cast("H")
    layer.delete()
    return pixels


def dress(layer):
    """All that is not pixels, place or mask."""
    parent, mode = layer.get_parent(), layer.get_mode()
    if mode == Gimp.LayerMode.PASS_THROUGH:  # no layer but a group can have it
        mode = Gimp.LayerMode.NORMAL
    return (parent and parent.get_id(), mode, layer.get_opacity(), layer.get_blend_space(),
            layer.get_composite_mode(), layer.get_composite_space(), Babl.get_name(layer.get_format()),
            [effect.get_operation_name() for effect in layer.get_filters()], layer.get_lock_content(),
            layer.get_lock_position(), layer.get_lock_visibility())


def part_of(drawable, left, top, width, height, format_name=None):
    return drawable.get_buffer().get(Gegl.Rectangle.new(left, top, width, height), 1.0,
                                     format_name or Babl.get_name(drawable.get_format()), Gegl.AbyssPolicy.NONE)


def close(one, other):
    return len(one) == len(other) and max(map(lambda a, b: abs(a - b), one, other), default=0) <= 1


def expected_mask(image, layer, box, selected):
    """The result's mask in 16 bits: the source's, the selection, or their product; None without."""
    own = layer.get_mask() and memoryview(part_of(layer.get_mask(), *box, "Y u16")).cast("H")
    if not selected:
        return own
    offsets = layer.get_offsets()
    chosen = memoryview(part_of(image.get_selection(), box[0] + offsets.offset_x, box[1] + offsets.offset_y, *box[2:],
                                "Y u16")).cast("H")
    return [round(a * b / 65535) for a, b in zip(own, chosen)] if own else chosen


def differences(image, layer, url):
    """What is not as it should be, in words."""
    chosen = read(image.get_selection())
    before, look, visible = composite(image), dress(layer), layer.get_visible()
    selected = not Gimp.Selection.is_empty(image)
    made, = sharpen(image, [layer], url)
    whole = (0, 0, layer.get_width(), layer.get_height())
    replaced = visible and not layer.get_visible()
    box = whole
    if selected and not replaced:
        _, left, top, right, bottom = layer.mask_bounds()[:5]
        left, top = max(0, left - 64), max(0, top - 64)
        box = left, top, min(whole[2], right + 64) - left, min(whole[3], bottom + 64) - top
    offsets, lies = layer.get_offsets(), made.get_offsets()
    if (lies.offset_x - offsets.offset_x, lies.offset_y - offsets.offset_y, made.get_width(), made.get_height()) != box:
        yield "place"
    if dress(made) != look:
        yield "dress"
    if image.get_item_position(made) + 1 != image.get_item_position(layer):
        yield "position"
    if part_of(layer, *box) != read(made):
        yield "pixels"
    wanted = expected_mask(image, layer, box, selected and not replaced)
    found = made.get_mask() and memoryview(read(made.get_mask(), "Y u16")).cast("H")
    if (wanted is None) != (found is None) or (found is not None and not close(wanted, found)):
        yield "mask"
    if found is not None and not selected and made.get_apply_mask() != layer.get_apply_mask():
        yield "applied mask"
    if read(image.get_selection()) != chosen or image.get_channels():
        yield "selection"
    if [item.get_id() for item in image.get_selected_layers()] != [made.get_id()]:
        yield "selected layer"
    if not close(before, composite(image)):
        yield "composite"


def kind_name(precision, base, alpha):
    return f"{precision} {'gray' if base == GRAY else 'RGB'}{'+alpha' if alpha else ''}"


def every_place(url, kinds=KINDS):
    for precision, base, alpha in kinds:
        kind = precision.split("_")[0].lower()
        for place in PLACES:
            image = new_image(base, precision, "none")
            layer = new_layer(image, alpha, kind, 7)
            below = new_layer(image, False, kind, 3)
            image.reorder_item(below, None, 1)
            layer = place(image, layer) or layer
            wrong = list(differences(image, layer, url))
            name, place_name = kind_name(precision, base, alpha), place.__name__.replace("_", " ")
            yield {"cell": f"{name}, {place_name}", "precision": name, "place": place_name, "equal": not wrong,
                   "error": float("inf") if "pixels" in wrong else 0.0, "ok": not wrong, "wrong": wrong}
            image.delete()
