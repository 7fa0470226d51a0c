"""Informers, over everything that can happen to their watches.

Lives here: the scenarios; the machine is :mod:`seatrial.model.rigs.informers`.
"""

from __future__ import annotations

from ..faults import API_SWITCH, COMPACTION, WATCH_BREAK, WATCH_SILENT
from ..profiles import Profile
from ..rigs.informers import NO_TIMEOUT, Informers
from ..scenario import Scenario


def informers(writes: int = 3) -> Scenario:
    """One object is created, changed, deleted and made anew, while the watch of an informer breaks or is too old."""
    return Scenario(
        "informers",
        Informers(writes, ("a",), 1, others=1),
        summary="an informer from end to end: its watch breaks, or is too old and it lists again",
        faults={WATCH_BREAK: 1, COMPACTION: 1},
    )


def informers_late(writes: int = 3) -> Scenario:
    """Two objects, and a second handler that registers at any time."""
    return Scenario(
        "informers-late",
        Informers(writes, ("a", "b"), 1, late=True),
        summary="the same with two objects, and a second handler that registers at any time",
        faults={WATCH_BREAK: 1, COMPACTION: 1},
    )


def informers_switch(writes: int = 3) -> Scenario:
    """Two servers, whose caches follow etcd on their own, and an informer that turns from one to the other."""
    return Scenario(
        "informers-switch",
        Informers(writes, ("a",), 2),
        summary="the same with two API servers, between which the informer changes",
        faults={API_SWITCH: 1, WATCH_BREAK: 1, COMPACTION: 1},
    )


def informers_breaks(writes: int = 3) -> Scenario:
    """Watches break, servers change, but every server remembers enough for a watch to go on."""
    return Scenario(
        "informers-breaks",
        Informers(writes, ("a",), 2, resyncs=1),
        summary="the same with two API servers that lose no history: the informer lists once only",
        faults={API_SWITCH: 1, WATCH_BREAK: 1},
    )


def informers_legacy(writes: int = 3) -> Scenario:
    """Two objects and an older client: its first list is whatever the server has, its queue goes object by object."""
    return Scenario(
        "informers-legacy",
        Informers(writes, ("a", "b"), 1, profile=Profile(first_read="any", informer_order="per-key")),
        summary="the same with two objects and an older client, whose queue goes object by object",
        faults={WATCH_BREAK: 1, COMPACTION: 1},
    )


def informers_silent(writes: int = 2) -> Scenario:
    """A watch goes silent; the client gives up on it after some minutes."""
    return Scenario(
        "informers-silent",
        Informers(writes, ("a",), 1),
        summary="an informer whose watch goes silent, and which gives up on it after a while",
        faults={WATCH_SILENT: 1},
    )


def informers_frozen(writes: int = 2) -> Scenario:
    """A watch goes silent, and the client waits for ever: its store is frozen, though it has synced."""
    return Scenario(
        "informers-frozen",
        Informers(writes, ("a",), 1, timeout=False),
        summary="the same with an informer that waits for ever",
        faults={WATCH_SILENT: 1},
        hazards=(NO_TIMEOUT,),
    )
