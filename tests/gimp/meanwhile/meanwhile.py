#!/usr/bin/env python3
"""A plug-in for tests that stays in GIMP and does what a user may do while another plug-in waits.

As soon as the file $FAKE_SUBMITTED is there, it runs the code in $MEANWHILE once and lets the service end the job.
"""

import os
import pathlib
import sys
import traceback

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp, GLib

CODE, SUBMITTED, RELEASE = (pathlib.Path(os.environ.get(name, "/nowhere"))
                            for name in ("MEANWHILE", "FAKE_SUBMITTED", "FAKE_RELEASE"))


def look():
    if not (CODE.exists() and SUBMITTED.exists()):
        return True
    try:
        exec(CODE.read_text(), {"Gimp": Gimp})
    except Exception:
        traceback.print_exc()
        CODE.with_suffix(".failed").touch()
    CODE.unlink()
    SUBMITTED.unlink()
    RELEASE.touch()
    return True


class Meanwhile(Gimp.PlugIn):
    def do_set_i18n(self, name):
        return False

    def do_query_procedures(self):
        return ["test-meanwhile"]

    def do_create_procedure(self, name):
        return Gimp.Procedure.new(self, name, Gimp.PDBProcType.PERSISTENT, self.stay, None)

    def stay(self, procedure, config, data):
        procedure.persistent_ready()
        self.persistent_enable()
        GLib.timeout_add(20, look)
        GLib.MainLoop().run()
        return procedure.new_return_values(Gimp.PDBStatusType.SUCCESS, GLib.Error())


Gimp.main(Meanwhile.__gtype__, sys.argv)
