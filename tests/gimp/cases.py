"""Runs inside GIMP: bad input leaves a clear sentence and an untouched image; results land in their place.

Environment: GIMP_KIT, SERVICE_URL (a service that returns pictures as they came), FAKE_URL (fake_service.py).
"""

import os
import pathlib
import re
import sys

sys.path.insert(0, os.environ["GIMP_KIT"])
from kit import *
from gi.repository import Gio

GOOD = os.environ["SERVICE_URL"]
FAKE = os.environ["FAKE_URL"]
RGB, GRAY = Gimp.ImageBaseType.RGB, Gimp.ImageBaseType.GRAY


def photo(alpha=False, precision="U8_NON_LINEAR", base=RGB):
    image = new_image(base, precision, "none")
    return image, new_layer(image, alpha, precision.split("_")[0].lower(), 7)


def composite(image):
    layer = Gimp.Layer.new_from_visible(image, image, "visible")
    pixels = read(layer, "R'G'B'A u8")
    layer.delete()
    return pixels


def expect_refusal(words, image, layers, status=None, url=GOOD, **arguments):
    before = [layer.get_id() for layer in image.get_layers()]
    pixels = [read(layer) for layer in image.get_layers()]
    try:
        sharpen(image, layers, url, **arguments)
    except Refused as refused:
        assert all(word in refused.sentence for word in words), refused.sentence
        assert status is None or refused.status == status, refused.status
    else:
        raise AssertionError("it was accepted")
    assert before == [layer.get_id() for layer in image.get_layers()]
    assert pixels == [read(layer) for layer in image.get_layers()]


def refuses_words_that_it_does_not_know():
    image, layer = photo()
    wrong = Gimp.PDBStatusType.CALLING_ERROR
    expect_refusal(["Lens Blurr"], image, [layer], wrong, model="Lens Blurr")
    expect_refusal(["face-enhancement", "sometimes"], image, [layer], wrong, face_enhancement="sometimes")
    expect_refusal(["subject-detection"], image, [layer], wrong, subject_detection="cat")
    expect_refusal(["service"], image, [layer], wrong, service="somewhere")
    expect_refusal(["blur", "sideways"], image, [layer], wrong, blur="sideways")
    expect_refusal(["protect-sharp", "maybe"], image, [layer], wrong, protect_sharp="maybe")


def refuses_numbers_that_no_model_takes():
    image, layer = photo()
    wrong = Gimp.PDBStatusType.CALLING_ERROR
    for number in (-0.5, 1.5, float("inf"), float("-inf")):
        expect_refusal(["strength"], image, [layer], wrong, strength=number)
    for number in (-5.0, 0.5, 2.0**31):
        expect_refusal(["seed"], image, [layer], wrong, model="other:Any", seed=number)
    expect_refusal(["max-cost"], image, [layer], wrong, max_cost=-5.0)
    for name in ("strength", "seed", "max_cost"):  # GIMP itself refuses this, without a sentence
        expect_refusal([], image, [layer], wrong, **{name: float("nan")})


def refuses_numbers_for_many_files():
    procedure = Gimp.get_pdb().lookup_procedure("plug-in-remote-sharpen-files")
    for name, number in (("max-cost", -5.0), ("max-cost", -0.5), ("jobs", 0.0), ("jobs", 17.0), ("quality", 101.0)):
        config = procedure.create_config()
        config.set_property("run-mode", Gimp.RunMode.NONINTERACTIVE)
        config.set_property("service-url", GOOD)
        config.set_property(name, number)
        result = procedure.run(config)
        sentence = Gimp.get_pdb().get_last_error()
        assert result.index(0) == Gimp.PDBStatusType.CALLING_ERROR, (name, number, result.index(0))
        assert name in sentence, sentence


def refuses_what_is_no_layer():
    image, layer = photo()
    expect_refusal(["No layer"], image, [], Gimp.PDBStatusType.CALLING_ERROR)
    channel = Gimp.Channel.new(image, "channel", WIDTH, HEIGHT, 50, Gegl.Color.new("red"))
    image.insert_channel(channel, None, 0)
    expect_refusal(["channel"], image, [channel])
    group = Gimp.GroupLayer.new(image, "Nothing")
    image.insert_layer(group, None, 0)
    expect_refusal(["Nothing", "empty"], image, [group], Gimp.PDBStatusType.CALLING_ERROR)
    clear = Gimp.Layer.new(image, "Clear", WIDTH, HEIGHT, Gimp.ImageType.RGBA_IMAGE, 100, Gimp.LayerMode.NORMAL)
    image.insert_layer(clear, None, 0)
    expect_refusal(["transparent"], image, [clear], Gimp.PDBStatusType.CALLING_ERROR)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 3, 3, 20, 20)
    Gimp.Selection.float(image, [layer], 0, 0)
    expect_refusal(["floating selection"], image, [layer])


def refuses_a_layer_of_another_image():
    image, layer = photo()
    other, stranger = photo()
    expect_refusal(["not in this image"], image, [stranger])
    expect_refusal(["not in this image"], image, [layer.copy()])


def refuses_indexed():
    image, layer = photo()
    image.convert_indexed(Gimp.ConvertDitherType.NONE, Gimp.ConvertPaletteType.GENERATE, 16, False, False, "")
    expect_refusal(["indexed", "RGB"], image, image.get_layers())


def refuses_a_selection_beside_the_layer():
    image, layer = photo()
    layer.set_offsets(40, 40)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 20, 20)
    expect_refusal(["selection"], image, [layer])


def tells_what_the_service_refused():
    image, layer = photo()
    expect_refusal([], image, [layer], Gimp.PDBStatusType.EXECUTION_ERROR, url="http://127.0.0.1:1")
    for fault, word in (("status-401", "key"), ("status-402", "credits"), ("status-413", "large"),
                        ("status-415", ""), ("empty", ""), ("wrong-size", "")):
        expect_refusal([word], image, [layer], Gimp.PDBStatusType.EXECUTION_ERROR, url=f"{FAKE}/{fault}")


def returns_a_layer_named_after_source_and_model():
    image, layer = photo()
    made, = sharpen(image, [layer], GOOD, model="Standard")
    assert made.get_name() == "source – Standard", made.get_name()
    assert read(made) == read(layer)
    assert image.get_item_position(made) == image.get_item_position(layer) - 1
    note = bytes(made.get_parasite("remote-sharpen-result").get_data()).decode()
    mark = bytes(layer.get_parasite("remote-sharpen-original").get_data()).decode()
    assert f'"source_mark":"{mark}","source_name":"source"' in note, note
    assert not made.get_parasite("remote-sharpen-original"), "a copy is not the original"
    named, = sharpen(image, [layer], GOOD, output_name="Crisp")
    assert named.get_name() == "Crisp"
    again, = sharpen(image, [made], GOOD)
    assert again.get_name() == "source – Standard – Lens Blur V2", again.get_name()


def locks_of(layer):
    return layer.get_lock_content(), layer.get_lock_position(), layer.get_lock_visibility(), layer.get_lock_alpha()


def keeps_place_and_dress(prepare, precision="U8_NON_LINEAR", alpha=False, hides=None):
    image, layer = photo(alpha, precision)
    below = new_layer(image, False, precision.split("_")[0].lower(), 3)
    image.reorder_item(below, None, 1)
    layer = prepare(image, layer) or layer
    before = composite(image)
    opacity, mode, blend = layer.get_opacity(), layer.get_mode(), layer.get_blend_space()
    offsets, parent, visible = layer.get_offsets(), layer.get_parent(), layer.get_visible()
    locks = locks_of(layer)
    made, = sharpen(image, [layer], GOOD)
    assert (parent and parent.get_id()) == (made.get_parent() and made.get_parent().get_id())
    assert image.get_item_position(made) + 1 == image.get_item_position(layer)
    assert list(offsets) == list(made.get_offsets())
    assert (opacity, mode, blend) == (made.get_opacity(), made.get_mode(), made.get_blend_space())
    assert made.get_visible() == visible
    assert locks == locks_of(made) == locks_of(layer)
    assert read(made) == read(layer)
    assert before == composite(image), "the picture changed"
    if hides is not None:
        assert layer.get_visible() != hides
    return image, layer, made


def keeps_offsets():
    keeps_place_and_dress(lambda image, layer: layer.set_offsets(-13, 29) and None, hides=False)
    keeps_place_and_dress(lambda image, layer: layer.scale(30, 20, False) and None)
    keeps_place_and_dress(lambda image, layer: layer.resize(150, 140, 40, 30) and None, hides=True, alpha=True)


def keeps_mode_and_opacity():
    def dress(image, layer):
        layer.set_mode(Gimp.LayerMode.MULTIPLY)
        layer.set_blend_space(Gimp.LayerColorSpace.RGB_LINEAR)
        layer.set_opacity(40)
    keeps_place_and_dress(dress, hides=True)


def keeps_the_mask():
    def dress(image, layer):
        mask = layer.create_mask(Gimp.AddMaskType.COPY)
        layer.add_mask(mask)
        layer.set_edit_mask(True)
    image, layer, made = keeps_place_and_dress(dress, hides=True, precision="U16_NON_LINEAR")
    assert read(made.get_mask()) == read(layer.get_mask())
    assert made.get_apply_mask() and not made.get_edit_mask()
    sharpen(image, [layer.get_mask()], GOOD, above=[layer])
    assert read(result_above(image, layer)) == read(layer)


def keeps_the_group():
    def dress(image, layer):
        outer, inner = Gimp.GroupLayer.new(image, "outer"), Gimp.GroupLayer.new(image, "inner")
        image.insert_layer(outer, None, 0)
        image.insert_layer(inner, outer, 0)
        image.reorder_item(layer, inner, 0)
        outer.set_visible(False)
    keeps_place_and_dress(dress, hides=False)


def keeps_locks():
    def dress(image, layer):
        layer.set_lock_alpha(True)
        layer.set_lock_content(True)
        layer.set_lock_position(True)
        layer.set_lock_visibility(True)
    keeps_place_and_dress(dress, hides=False)
    keeps_place_and_dress(dress, hides=True, alpha=True)


def keeps_effects():
    def dress(image, layer):
        effect = Gimp.DrawableFilter.new(layer, "gegl:invert-gamma", "Invert")
        effect.set_opacity(0.5)
        layer.append_filter(effect)
    image, layer, made = keeps_place_and_dress(dress)
    assert [effect.get_operation_name() for effect in made.get_filters()] == ["gegl:invert-gamma"]


def hides_the_source_only_where_doubling_shows():
    image, layer = photo(alpha=True)
    sharpen(image, [layer], GOOD, keep_source_visible=True)
    assert layer.get_visible()
    sharpen(image, [layer], GOOD)
    assert not layer.get_visible()


def sends_only_the_selection():
    image = Gimp.Image.new(400, 300, RGB)
    layer = Gimp.Layer.new(image, "wide", 380, 280, Gimp.ImageType.RGB_IMAGE, 100, Gimp.LayerMode.NORMAL)
    image.insert_layer(layer, None, 0)
    layer.set_offsets(10, 5)
    layer.fill(Gimp.FillType.WHITE)
    image.select_ellipse(Gimp.ChannelOps.REPLACE, 200, 100, 50, 40)
    Gimp.Selection.feather(image, 10)
    _, has, left, top, right, bottom = Gimp.Selection.bounds(image)
    before = composite(image)
    made, = sharpen(image, [layer], GOOD)
    assert (made.get_width(), made.get_height()) == (right - left + 128, bottom - top + 128)
    assert list(made.get_offsets())[1:] == [left - 64, top - 64]
    selected = image.get_selection().get_buffer().get(
        Gegl.Rectangle.new(left - 64, top - 64, made.get_width(), made.get_height()), 1.0, "Y u8", Gegl.AbyssPolicy.NONE)
    assert read(made.get_mask(), "Y u8") == selected
    assert layer.get_visible() and before == composite(image)


def multiplies_selection_and_mask():
    image, layer = photo()
    layer.add_mask(layer.create_mask(Gimp.AddMaskType.BLACK))
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 30, 30)
    made, = sharpen(image, [layer], GOOD)
    assert not any(read(made.get_mask(), "Y u8"))
    assert any(read(image.get_selection(), "Y u8"))


def sharpens_text_and_groups_as_pixels():
    image, layer = photo()
    group = Gimp.GroupLayer.new(image, "group")
    image.insert_layer(group, None, 0)
    inside = new_layer(image, True, "u8", 5)
    image.reorder_item(inside, group, 0)
    before = composite(image)
    made, = sharpen(image, [group], GOOD)
    assert made.get_parent() is None and not made.is_group()
    assert read(made) == read(group)
    assert before == composite(image)


def places_several_layers_together():
    image, first = photo()
    second = new_layer(image, True, "u8", 9)
    made = sharpen(image, [first, second], GOOD)
    assert len(image.get_layers()) == 4
    assert [read(layer) for layer in made] == [read(first), read(second)]


def keeps_what_was_paid_for_if_another_layer_fails():
    image, wide = photo()
    narrow = new_layer(image, False, "u8", 9)
    narrow.scale(30, 20, False)
    request = pathlib.Path(os.environ["FAKE_REQUEST"])
    try:
        sharpen(image, [wide, narrow], f"{FAKE}/no-wide")
        raise AssertionError("one was refused")
    except Refused as refused:
        assert "too wide" in refused.sentence and "does not pay" in refused.sentence, refused.sentence
    assert len(image.get_layers()) == 3 and read(result_above(image, narrow)) == read(narrow)
    # A script would have lost the image; the same layer again costs nothing.
    request.unlink()
    made, = sharpen(image, [narrow], f"{FAKE}/no-wide")
    assert read(made) == read(narrow) and not request.exists(), "it was sent again"
    made, = sharpen(image, [narrow], f"{FAKE}/no-wide")
    assert read(made) == read(narrow) and not request.exists(), "it was paid again, and no image was saved"


def says_that_eight_bits_came_back():
    image, layer = photo(precision="U16_NON_LINEAR")
    assert "answered with 8 bits" in told_while(lambda: sharpen(image, [layer], f"{FAKE}/eight"))
    old, new = (memoryview(read(drawable)).cast("H") for drawable in (layer, result_above(image, layer)))
    assert max(abs(a - b) for a, b in zip(old, new)) <= 257
    image, layer = photo(precision="U8_LINEAR")  # it travels with 16 bits, but has 8
    assert told_while(lambda: sharpen(image, [layer], f"{FAKE}/eight")) == ""


def takes_an_answer_with_an_unusable_profile_as_what_was_sent():
    for fault in ("bad-profile", "bad-chunk"):
        image, layer = photo(precision="U16_NON_LINEAR")
        assert "profile that cannot be used" in told_while(lambda: sharpen(image, [layer], f"{FAKE}/{fault}"))
        assert read(result_above(image, layer)) == read(layer), fault


def takes_a_gray_answer_for_a_colour_layer():
    for precision in ("U8_NON_LINEAR", "U16_NON_LINEAR", "U16_LINEAR", "FLOAT_LINEAR", "FLOAT_NON_LINEAR"):
        image, layer = photo(precision=precision)
        layer.desaturate(Gimp.DesaturateMode.VALUE)
        assert "no colours" in told_while(lambda: sharpen(image, [layer], f"{FAKE}/gray")), precision
        assert worst_difference(layer, result_above(image, layer)) == 0, precision
    image, layer = photo(base=Gimp.ImageBaseType.GRAY)
    assert told_while(lambda: sharpen(image, [layer], f"{FAKE}/gray")) == ""


def names_a_format_that_it_does_not_read():
    image, layer = photo()
    expect_refusal(["WebP", "PNG"], image, [layer], Gimp.PDBStatusType.EXECUTION_ERROR, url=f"{FAKE}/webp")


def says_that_values_were_clipped():
    for precision, fault, said in (("FLOAT_LINEAR", "flip", True), ("FLOAT_LINEAR", "good", False),
                                   ("U16_LINEAR", "flip", False)):
        image, layer = photo(precision=precision)
        told = told_while(lambda: sharpen(image, [layer], f"{FAKE}/{fault}"))
        assert ("were clipped" in told) == said and (said or not told), told


def says_what_becomes_of_a_pass_through_group():
    image, layer = photo()
    for mode, said in ((Gimp.LayerMode.NORMAL, False), (Gimp.LayerMode.PASS_THROUGH, True)):
        group = Gimp.GroupLayer.new(image, "group")
        image.insert_layer(group, None, 0)
        image.reorder_item(new_layer(image, False, "u8", 5), group, 0)
        group.set_mode(mode)
        told = told_while(lambda: sharpen(image, [group], GOOD))
        assert ("by itself" in told) == said and "CRITICAL" not in told, told


def takes_an_answer_without_a_profile_as_what_was_sent():
    for precision, base, profile in (("U8_NON_LINEAR", GRAY, "gray"), ("U8_PERCEPTUAL", GRAY, "gray"),
                                     ("U16_NON_LINEAR", GRAY, "gray"), ("U8_NON_LINEAR", RGB, "ProPhoto RGB"),
                                     ("U16_PERCEPTUAL", RGB, "Adobe RGB")):
        image = new_image(base, precision, profile)
        layer = new_layer(image, base == GRAY, precision.split("_")[0].lower(), 7)
        if base == RGB:
            layer.desaturate(Gimp.DesaturateMode.VALUE)
        made, = sharpen(image, [layer], f"{FAKE}/recolour")
        assert read(made) == read(layer), (precision, base, worst_difference(layer, made))
        made, = sharpen(image, [layer], f"{FAKE}/flip-bare")
        step = 257 if precision.startswith("U8") else 1
        assert round(error_in_steps(layer, made)) == step, (precision, base, error_in_steps(layer, made))


def converts_an_answer_from_its_own_profile():
    expected = new_image(RGB, "U8_NON_LINEAR", "none")
    expected.set_color_profile(Gimp.ColorProfile.new_from_icc_profile(icc.profile("sRGB")))
    wanted = new_layer(expected, False, "u8", 7)
    image = new_image(RGB, "U8_NON_LINEAR", "Adobe RGB")
    layer = new_layer(image, False, "u8", 7)
    expected.convert_color_profile(image.get_color_profile(), Gimp.ColorRenderingIntent.RELATIVE_COLORIMETRIC, False)
    made, = sharpen(image, [layer], f"{FAKE}/relabel")
    assert worst_difference(made, wanted) <= 1 < worst_difference(made, layer), worst_difference(made, wanted)

    image = new_image(GRAY, "U8_NON_LINEAR", "gray")
    layer = new_layer(image, False, "u8", 7)
    made, = sharpen(image, [layer], f"{FAKE}/relabel")
    wanted = [round(255 * lightness(linear_light(value / 255))) for value in read(layer)]
    assert max(abs(a - b) for a, b in zip(read(made), wanted)) <= 1


def worst_difference(one, other):
    code = TYPES[Babl.get_name(one.get_format()).partition("-space-")[0].split()[1]][0]
    return max(abs(a - b) for a, b in zip(memoryview(read(one)).cast(code), memoryview(read(other)).cast(code)))


def linear_light(value):
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def lightness(light):
    """CIE L*, 0…1: the curve of GIMP's gray profile."""
    return 1.16 * light ** (1 / 3) - 0.16 if light > (6 / 29) ** 3 else light * (29 / 3) ** 3 / 100


def lets_only_pixels_leave():
    image, layer = photo()
    image.set_file(Gio.File.new_for_path("/home/secret-person/secret-file.xcf"))
    layer.set_name("secret-layer")
    image.attach_parasite(Gimp.Parasite.new("gimp-comment", Gimp.PARASITE_PERSISTENT, b"secret-comment"))
    tags = ("Exif.Image.Artist", "Exif.GPSInfo.GPSAreaInformation", "Xmp.dc.creator", "Iptc.Application2.Byline")
    metadata = Gimp.Metadata.deserialize('<?xml version="1.0" encoding="UTF-8"?><metadata>' + "".join(
        f'<tag name="{tag}">secret-person</tag>' for tag in tags) + "</metadata>")
    image.set_metadata(metadata)
    sharpen(image, [layer], f"{FAKE}/good")
    request = pathlib.Path(os.environ["FAKE_REQUEST"]).read_bytes()
    assert request.count(b"\x89PNG") == 1 and b"secret" not in request.lower()
    assert image.get_metadata().serialize().count("secret-person") == len(tags), "there was nothing to leave"
    png, kinds, position = request[request.index(b"\x89PNG"):], [], 8
    while kinds[-1:] != [b"IEND"]:
        length, kind = struct.unpack(">I4s", png[position : position + 8])
        kinds.append(kind)
        position += 12 + length
    assert set(kinds) == {b"IHDR", b"iCCP", b"IDAT", b"IEND"}, kinds
    fields = set(re.findall(rb'[; ]name="([^"]*)"', request))
    assert fields <= {b"model", b"image", b"output_format", b"strength", b"face_enhancement", b"output_width",
                      b"output_height", b"crop_to_fill", b"faceEnhancement"}, fields


def sends_a_blur_by_hand_to_an_own_server_alone():
    image, layer = photo()
    request = pathlib.Path(os.environ["FAKE_REQUEST"])
    by_hand = {"blur": "defocus", "blur_size": 2.2, "blur_edge": 0.5, "protect_sharp": "off", "keep_grain": 0.25}
    sharpen(image, [layer], f"{FAKE}/good", **by_hand)
    fields = dict(re.findall(rb'; name="([^"]*)"\r\n\r\n([^\r]*)\r\n', request.read_bytes()))
    for name, value in by_hand.items():
        expected = "false" if value == "off" else str(value)
        assert fields[name.encode()] == expected.encode(), fields
    assert b"blur_angle" not in fields, fields
    request.unlink()
    expect_refusal(["Topaz Labs", "blur"], image, [layer], url=f"{FAKE}/good", service="topaz", **by_hand)
    expect_refusal(["blur-size", "0.3"], image, [layer], blur="defocus", blur_size=0.2)
    expect_refusal(["blur-size", "no effect"], image, [layer], blur_size=2.2)
    assert not request.exists()


def takes_no_server_from_a_picture():
    """libgimp leaves a run's settings on the image, in its file too, and prefers them to those of the last run."""
    image, layer = photo()
    left = f'(service "own-server")\n(service-url "{FAKE}/good")\n(output-name "theirs")\n\0'.encode()
    name = "GimpProcedureConfigRun-plug-in-remote-sharpen-last"
    image.attach_parasite(Gimp.Parasite.new(name, 1, left))
    request = pathlib.Path(os.environ["FAKE_REQUEST"])
    request.unlink(missing_ok=True)
    sharpen(image, [layer], "", run_mode=Gimp.RunMode.WITH_LAST_VALS)
    # This computer was asked, and finds it sharp already.
    names = [item.get_name() for item in image.get_layers()]
    assert not request.exists() and names == ["source"], names


def writes_pngs_that_gimp_reads():
    for width, height, precision, base in ((1, 1, "U8_NON_LINEAR", RGB), (32000, 3, "U8_NON_LINEAR", RGB),
                                           (32000, 2, "U16_NON_LINEAR", GRAY), (3, 5000, "U16_NON_LINEAR", RGB)):
        image, layer = photo(False, precision, base)
        layer.scale(width, height, False)
        sharpen(image, [layer], f"{FAKE}/good")
        request = pathlib.Path(os.environ["FAKE_REQUEST"])
        data = request.read_bytes()
        start = data.index(b"\x89PNG")
        file = request.with_suffix(".png")
        file.write_bytes(data[start : data.index(b"IEND", start) + 8])
        loaded = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path(str(file)))
        assert read(loaded.get_layers()[0]) == read(layer), (width, height)


def sharpens_text_as_pixels():
    image, layer = photo()
    text = Gimp.TextLayer.new(image, "Sharp", Gimp.context_get_font(), 20, Gimp.Unit.pixel())
    image.insert_layer(text, None, 0)
    before = composite(image)
    for select in (False, True):
        if select:
            image.select_rectangle(Gimp.ChannelOps.REPLACE, 3, 3, 20, 10)
        made, = sharpen(image, [text], GOOD)
        assert type(made) is Gimp.Layer and text.get_text() == "Sharp" and any(read(made))
        assert read(made) == read(text) and before == composite(image)
        text.set_visible(True)
        image.remove_layer(made)


def sends_gray_as_rgb_if_gray_is_refused():
    for precision in ("U8_NON_LINEAR", "U16_LINEAR"):
        image, layer = photo(True, precision, GRAY)
        made, = sharpen(image, [layer], f"{FAKE}/no-gray")
        assert made.is_gray() and read(made) == read(layer)


def main():
    run_cases([value for name, value in globals().items()
               if getattr(value, "__module__", None) == __name__ and getattr(value, "__code__", None)
               and value.__code__.co_argcount == 0 and name != "main"])


main()
