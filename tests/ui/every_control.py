"""What a page owes to those who use the keyboard or a screen reader."""

import subprocess
import time

from gi.repository import Atspi
from gimp_window import Failure, has_state, is_shown, role_of, until, walk

CONTROLS = {"button", "check box", "combo box", "entry", "menu button", "password text", "radio button",
            "slider", "spin button", "text", "toggle button", "drawing area"}


def controls(window):
    for node in walk(window.node):
        if role_of(node) in CONTROLS and is_shown(node):
            yield node


def labelled(node):
    return any(relation.get_relation_type() == Atspi.RelationType.LABELLED_BY for relation in node.get_relation_set())


def check_names(window):
    """Fails on a control that a screen reader has no name for."""
    nameless = []
    for node in controls(window):
        parent = node.get_parent()
        # The entry inside a combo box or a spin button speaks with its parent's name.
        if not node.get_name() and not labelled(node) and not (parent and parent.get_name()):
            nameless.append(f"{role_of(node)} below “{parent.get_name() if parent else ''}”")
    if nameless:
        raise Failure("controls without a name: " + ", ".join(nameless))


def mnemonic_of(node):
    action = node.get_action_iface()
    key = action.get_key_binding(0) if action and action.get_n_actions() else ""
    return key if key.startswith("<Alt>") else ""


def check_mnemonics(window):
    """Fails on two controls that share a key."""
    owners = {}
    for node in controls(window):
        if key := mnemonic_of(node):
            owners.setdefault(key, set()).add(node.get_name())
    shared = {key: names for key, names in owners.items() if len(names) > 1}
    if shared:
        raise Failure(f"keys with more than one meaning: {shared}")


def focused(window):
    """What has the focus. GTK 3 hides the button inside a combo box: that is None."""
    return next((node for node in walk(window.node) if has_state(node, Atspi.StateType.FOCUSED)), None)


def press_tab(window):
    before = focused(window)
    subprocess.run(["xdotool", "key", "Tab"], check=True)
    try:
        until(f"Tab to leave “{before and name_of(before)}”", lambda: focused(window) != before, 10 if before else 2)
    except Failure:
        if before:  # else from one combo box to the next
            raise
    for _ in range(4):  # on its way from one control to the next the focus is nowhere, too
        if stop := focused(window):
            return stop
        time.sleep(0.1)
    return None


def tab_stops(window, limit=80):
    """What has the focus from one press of Tab to the next, until it comes round."""
    stops = []
    while len(stops) < limit:
        stop = press_tab(window)
        if stops and stop == stops[0]:
            return stops
        if stops or stop:
            stops.append(stop)
    raise Failure(f"Tab never comes round: {[stop and name_of(stop) for stop in stops]}")


def name_of(node):
    return node.get_name() or node.get_parent().get_name()


def check_tab(session, window):
    """Fails on a usable control that Tab does not reach. Of radio buttons one is enough."""
    session.focus(window)
    stops = tab_stops(window)
    hidden = [name_of(stop) for stop in stops
              if stop and stop.get_component_iface().get_extents(Atspi.CoordType.SCREEN).width <= 1]
    if hidden:
        raise Failure(f"Tab goes through {hidden}, which nobody sees")
    reached = [name_of(stop) for stop in stops if stop]
    usable = [node for node in controls(window)
              if has_state(node, Atspi.StateType.SENSITIVE) and has_state(node, Atspi.StateType.FOCUSABLE)]
    missed = [node.get_name() for node in usable
              if role_of(node) not in ("combo box", "radio button") and node.get_name() and node.get_name() not in reached]
    if missed:
        raise Failure(f"Tab does not reach {missed}, only {reached}")
    boxes = [node for node in controls(window) if role_of(node) == "combo box" and has_state(node, Atspi.StateType.SENSITIVE)]
    if stops.count(None) < len(boxes):
        raise Failure(f"Tab reaches {stops.count(None)} of {len(boxes)} combo boxes")


def check_page(session, window):
    check_names(window)
    check_mnemonics(window)
    check_tab(session, window)
