"""A watch that begins one revision before the watch cache's window loses one change (kubernetes#49956)."""

from __future__ import annotations

from seatrial.model.cluster.copy_events import Forgot
from seatrial.model.cluster.read_events import WatchServed

from .verdicts import broken, happened, kept

NAME = "window-one-early"


def test_one_change_is_lost_in_silence() -> None:
    """The watch is told a later change and no error, but not the one between its start and the window."""
    found = broken(NAME, "window-start=one-early")
    events = happened(found)
    served = [event for event in events if isinstance(event, WatchServed)][-1]
    (forgot,) = (event for event in events if isinstance(event, Forgot) and event.server == served.server)

    assert forgot.revision == served.start + 1
    assert [frame.type for frame in served.frames if frame.type == "ERROR"] == []
    told = [int(frame.object.resource_version) for frame in served.frames if frame.object is not None]
    assert told
    assert min(told) == served.start + 2


def test_at_the_exact_window_nothing_is_lost() -> None:
    """Where the window begins exactly, every watch in the whole scenario is told every change, or that it is gone."""
    found = kept(NAME, "window-start=exact")
    assert (found.verdict.states, found.verdict.transitions, found.verdict.depth) == (19682, 66712, 24)
