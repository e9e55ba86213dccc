"""Runs inside GIMP, twice: a run is killed while its job is at the service, later it is fetched.

Environment: GIMP_KIT, FAKE_URL (fake_service.py), PART (kill, same, or other: in the same GIMP or in another one;
kill-one, then again: the same script in another GIMP; together: two GIMPs at once; arguments: of the recovery).
"""

import os
import pathlib
import signal
import sqlite3
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.environ["GIMP_KIT"])
from gi.repository import Gio
from kit import *

SUBMITTED, RELEASE = pathlib.Path(os.environ["FAKE_SUBMITTED"]), pathlib.Path(os.environ["FAKE_RELEASE"])


def is_alive(process):
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def kill_when_submitted():
    """As GIMP's own Cancel does, but at a known moment; GIMP hears of it before it is over."""
    while not SUBMITTED.exists():
        time.sleep(0.05)
    for status in pathlib.Path("/proc").glob("[0-9]*/exe"):
        try:
            if os.readlink(status) == os.environ["PLUG_IN"]:
                os.kill(int(status.parent.name), signal.SIGKILL)
                while is_alive(status.parent):
                    time.sleep(0.01)
        except OSError:
            pass


def run_recover(**arguments):
    procedure = Gimp.get_pdb().lookup_procedure("plug-in-remote-sharpen-recover")
    config = procedure.create_config()
    for name, value in arguments.items():
        config.set_property(name.replace("_", "-"), value)
    return procedure.run(config).index(0), Gimp.get_pdb().get_last_error()


def recover(**arguments):
    RELEASE.touch()
    status, sentence = run_recover(**arguments)
    assert status == Gimp.PDBStatusType.SUCCESS, sentence


def killed_run(kind="u8", precision="U8_NON_LINEAR", alpha=True, select=None, scale=1, profile="Adobe RGB",
               seed=7):
    RELEASE.unlink(missing_ok=True)
    SUBMITTED.unlink(missing_ok=True)  # here, not after the kill: a last answer may be on its way then
    image = new_image(Gimp.ImageBaseType.RGB, precision, profile)
    layer = new_layer(image, alpha, kind, seed)
    if scale > 1:
        image.scale(WIDTH * scale, HEIGHT * scale)
    layer.set_offsets(4, 3)
    if select:
        image.select_rectangle(Gimp.ChannelOps.REPLACE, *select)
        Gimp.Selection.feather(image, 3)
    killer = threading.Thread(target=kill_when_submitted, daemon=True)
    killer.start()
    try:
        sharpen(image, [layer], os.environ["FAKE_URL"] + "/slow", above=[])
        raise AssertionError("it was not killed")
    except Refused as refused:
        killer.join(timeout=10)
        assert not killer.is_alive(), f"it ended by itself: {refused}"
    return image, layer


def recovered_where_the_layer_is(select):
    image, layer = killed_run(alpha=False, select=select, scale=SCALE)
    layer.set_offsets(14, -7)
    recover()
    made = result_above(image, layer)
    (_, x, y), (_, left, top) = made.get_offsets(), layer.get_offsets()
    part = Gegl.Rectangle.new(x - left, y - top, made.get_width(), made.get_height())
    assert (made.get_width() < layer.get_width()) == bool(select)
    there = layer.get_buffer().get(part, 1.0, Babl.get_name(layer.get_format()), Gegl.AbyssPolicy.NONE)
    assert read(made) == there, "it is not above what was sent"
    assert (left, top) == (14, -7)


def recovered_without_a_layer_of_that_size(select):
    image, layer = killed_run(alpha=False, select=select, scale=SCALE)
    layer.resize(layer.get_width() + 20, layer.get_height() + 20, 10, 10)
    known = {other.get_id() for other in Gimp.get_images()}
    recover()
    assert len(image.get_layers()) == 1
    other, = (other for other in Gimp.get_images() if other.get_id() not in known)
    assert len(other.get_layers()) == 2


def another_size_is_a_new_image():
    image = new_image(Gimp.ImageBaseType.RGB, "U8_NON_LINEAR", "Adobe RGB")
    layer = new_layer(image, False, "u8", 8)
    try:
        sharpen(image, [layer], os.environ["FAKE_URL"] + "/wrong-size")
        raise AssertionError("it fits into no layer")
    except Refused as refused:
        assert "new image" in refused.sentence, refused.sentence
    known = {other.get_id() for other in Gimp.get_images()}
    recover()
    other, = (other for other in Gimp.get_images() if other.get_id() not in known)
    alone, = other.get_layers()
    assert (alone.get_width(), alone.get_height()) == (WIDTH, HEIGHT - 1)
    assert len(image.get_layers()) == 1


def jobs_not_ready_are_left():
    """A short time limit, while the service is at work; then the job is fetched after all."""
    image, layer = killed_run(alpha=False, seed=13)
    SUBMITTED.write_bytes(b"")
    status, sentence = run_recover(time_limit=1)
    assert status == Gimp.PDBStatusType.EXECUTION_ERROR and "The service is still working." in sentence, sentence
    # At the beginning and at the limit, and perhaps by the run that was killed. By default it is asked for a minute.
    asked = len(SUBMITTED.read_bytes())
    assert 1 <= asked <= 3, f"it was asked for {asked} times"
    assert len(image.get_layers()) == 1
    recover()
    assert read(result_above(image, layer)) == read(layer)
    return image, layer


def placed_results_come_if_asked_for(image, layer):
    known = {other.get_id() for other in Gimp.get_images()}
    recover(placed=False)
    assert {other.get_id() for other in Gimp.get_images()} == known and len(image.get_layers()) == 2
    for turn in range(2):  # it stays placed
        recover(placed=True)
        new = [other for other in Gimp.get_images() if other.get_id() not in known]
        known |= {other.get_id() for other in new}
        alone = [made for other in new for made in other.get_layers() if read(made) == read(layer)]
        assert len(alone) == 1, f"{len(new)} new images, {len(alone)} of them with the result"
    assert len(image.get_layers()) == 2


def paint_over(layer):
    write(layer, bytes(len(read(layer))))


def spooled():
    return [file.name for file in (pathlib.Path(os.environ["GIMP3_DIRECTORY"]) / "remote-sharpen" / "spool").iterdir()]


def jobs():
    return sqlite3.connect(pathlib.Path(os.environ["GIMP3_DIRECTORY"]) / "remote-sharpen" / "jobs.sqlite")


# What 16 bits without alpha cannot hold: alpha, the colours beneath it, values outside 0…1.
KINDS = (("u8", "U8_NON_LINEAR"), ("float", "FLOAT_LINEAR"))
SCALE = 6  # so that a selection in the middle is sent with less than the whole layer around it
IN_THE_MIDDLE = (200, 190, 30, 20)
part = os.environ["PART"]
if part == "same":
    for kind, precision in KINDS:
        image, layer = killed_run(kind, precision)
        sent = read(layer)
        paint_over(layer)
        recover()
        made = result_above(image, layer)
        assert len(image.get_layers()) == 2 and made.has_alpha() and read(made) == sent, f"{precision}: not what was sent"
        assert list(made.get_offsets()) == list(layer.get_offsets())
        recover()
        assert len(image.get_layers()) == 2, "it was fetched twice"
    image, layer = killed_run(alpha=False, select=(10, 11, 12, 13))
    box = Gegl.Rectangle.new(4, 3, WIDTH, HEIGHT)  # its offsets; the margin of the selection covers all of it
    selected = image.get_selection().get_buffer().get(box, 1.0, "Y u8", Gegl.AbyssPolicy.NONE)
    Gimp.Selection.none(image)
    recover()
    made = result_above(image, layer)
    assert read(made.get_mask()) == selected, "its selection is lost"
    assert read(made) == read(layer)
    another_size_is_a_new_image()
    for select in (None, IN_THE_MIDDLE):
        recovered_where_the_layer_is(select)
        recovered_without_a_layer_of_that_size(select)
    assert not spooled(), f"left behind: {spooled()}"
if part == "kill":
    for kind, precision in KINDS:
        killed_run(kind, precision)
    with jobs() as table:
        # A preview that was paid for, and a job that the service does not find.
        table.execute("UPDATE jobs SET preview = 1 WHERE id = (SELECT min(id) FROM jobs)")
        table.execute("CREATE TEMP TABLE lost AS SELECT * FROM jobs LIMIT 1")
        table.execute("UPDATE lost SET id = 1000, upload_name = 'lost', process_id = '', original_file = ''")
        table.execute("INSERT INTO jobs SELECT * FROM lost")
if part == "other":
    recover()  # what came is not held back by what did not
    with jobs() as table:
        assert table.execute("SELECT upload_name FROM jobs WHERE step != 'placed'").fetchall() == [("lost",)]
    images = {image.get_precision(): image for image in Gimp.get_images()}
    assert len(images) == len(KINDS) == len(Gimp.get_images())
    for kind, precision in KINDS:
        image = images[getattr(Gimp.Precision, precision)]
        assert "Adobe" in image.get_color_profile().get_label() or "RGB" in image.get_color_profile().get_label()
        made, beneath = image.get_layers()
        assert (made.get_name(), beneath.get_name()) == ("source – Lens Blur V2", "source")
        sent = samples(kind, 4, True, 7)
        assert made.has_alpha() and beneath.has_alpha(), f"{precision}: the alpha is lost"
        assert read(made) == sent and read(beneath) == sent, f"{precision}: not what was sent"
    assert not spooled(), f"left behind: {spooled()}"
if part == "kill-one":
    killed_run(profile="none")  # GIMP makes one, with the time of its process in it
if part == "together":
    image = new_image(Gimp.ImageBaseType.RGB, "U8_NON_LINEAR", "none")
    layer = new_layer(image, True, "u8", 11)
    made, = sharpen(image, [layer], os.environ["FAKE_URL"] + "/slow")
    assert read(made) == read(layer)
if part == "arguments":
    with jobs() as table:
        table.execute("DELETE FROM jobs WHERE upload_name = 'lost'")
    placed_results_come_if_asked_for(*jobs_not_ready_are_left())
if part in ("again", "save"):
    for turn in range(3 if part == "save" else 1):
        RELEASE.touch()
        image = new_image(Gimp.ImageBaseType.RGB, "U8_NON_LINEAR", "none")
        layer = new_layer(image, True, "u8", 7)
        file = Gio.File.new_for_path(str(pathlib.Path(os.environ["GIMP3_DIRECTORY"]) / f"saved-{turn}.xcf"))
        image.set_file(file)  # as File > Save does; Gimp.file_save alone leaves no trace in the image
        made, = sharpen(image, [layer], os.environ["FAKE_URL"] + "/slow")
        assert read(made) == read(layer)
        assert not spooled(), f"left behind: {spooled()}"
        with jobs() as table:
            assert table.execute("SELECT count(*) FROM jobs WHERE step = 'placed'").fetchone() >= (1,)
        if part == "save" and turn == 0:  # which ends what this picture has cost
            assert Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, image, file, None)
        if part == "save" and turn == 1:  # as a script can say that it has saved the image itself
            image.clean_all()
print("recovering:", part, "ok", flush=True)
