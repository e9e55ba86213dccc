"""Runs inside GIMP, twice: a run is killed while its job is at the service, later it is fetched.

Environment: GIMP_KIT, FAKE_URL (fake_service.py), PART (kill, same, or other: in the same GIMP or in another one).
"""

import os
import pathlib
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.environ["GIMP_KIT"])
from kit import *

SUBMITTED, RELEASE = pathlib.Path(os.environ["FAKE_SUBMITTED"]), pathlib.Path(os.environ["FAKE_RELEASE"])


def kill_when_submitted():
    """As GIMP's own Cancel does, but at a known moment."""
    while not SUBMITTED.exists():
        time.sleep(0.05)
    for status in pathlib.Path("/proc").glob("[0-9]*/exe"):
        try:
            if os.readlink(status) == os.environ["PLUG_IN"]:
                os.kill(int(status.parent.name), signal.SIGKILL)
        except OSError:
            pass
    SUBMITTED.unlink()


def recover():
    RELEASE.touch()
    procedure = Gimp.get_pdb().lookup_procedure("plug-in-remote-sharpen-recover")
    values = procedure.run(procedure.create_config())
    assert values.index(0) == Gimp.PDBStatusType.SUCCESS, Gimp.get_pdb().get_last_error()


def killed_run(alpha=True, select=False):
    RELEASE.unlink(missing_ok=True)
    image = new_image(Gimp.ImageBaseType.RGB, "U8_NON_LINEAR", "Adobe RGB")
    layer = new_layer(image, alpha, "u8", 7)
    layer.set_offsets(4, 3)
    if select:
        image.select_rectangle(Gimp.ChannelOps.REPLACE, 10, 11, 12, 13)
        Gimp.Selection.feather(image, 3)
    killer = threading.Thread(target=kill_when_submitted)
    killer.start()
    try:
        sharpen(image, [layer], os.environ["FAKE_URL"] + "/slow", above=[])
        raise AssertionError("it was not killed")
    except Refused:
        pass
    killer.join()
    return image, layer


part = os.environ["PART"]
if part == "same":
    image, layer = killed_run()
    recover()
    made = result_above(image, layer)
    assert len(image.get_layers()) == 2 and read(made) == read(layer)
    assert list(made.get_offsets()) == list(layer.get_offsets())
    recover()
    assert len(image.get_layers()) == 2, "it was fetched twice"
    image, layer = killed_run(alpha=False, select=True)
    box = Gegl.Rectangle.new(4, 3, WIDTH, HEIGHT)  # its offsets; the margin of the selection covers all of it
    selected = image.get_selection().get_buffer().get(box, 1.0, "Y u8", Gegl.AbyssPolicy.NONE)
    Gimp.Selection.none(image)
    recover()
    assert read(result_above(image, layer).get_mask()) == selected, "its selection is lost"
if part == "kill":
    killed_run()
if part == "other":
    recover()
    image, = Gimp.get_images()
    assert [item.get_name() for item in image.get_layers()] == ["source – Lens Blur V2", "source"]
    assert "Adobe" in image.get_color_profile().get_label() or "RGB" in image.get_color_profile().get_label()
    assert read(image.get_layers()[0]) == read(image.get_layers()[1])
print("recovering:", part, "ok", flush=True)
