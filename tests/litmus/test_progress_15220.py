"""A progress notification overtakes a change, and a consistent list misses a committed write (etcd#15220)."""

from __future__ import annotations

from seatrial.model.cluster.read_events import ListServed

from .verdicts import broken, end_of, happened, kept, told

NAME = "progress-overtakes-event"


def test_the_list_misses_a_committed_write() -> None:
    """Where progress can overtake, a list that was asked for after a write claims its revision and lacks its change."""
    found = broken(NAME, "progress=overtakes")
    served = [event for event in happened(found) if isinstance(event, ListServed)]
    present = end_of(found).keys

    assert found.invariant.id == "list-fresh-unset"
    assert served[-1].revision == end_of(found).revision
    shown = {f"/registry/configmaps/default/{each.object.name}": each.revision for each in served[-1].items}
    assert shown != {path: present[path].mod_revision for path in present if path in shown}


def test_what_happened_can_be_told() -> None:
    """The story has the write, the question for the present revision, and the list that lacks the write."""
    (written,) = (line for line in told(broken(NAME, "progress=overtakes")) if "stores" in line)
    assert "author" in written


def test_in_order_nothing_is_missed() -> None:
    """Where progress never overtakes, no list in the whole scenario misses a write."""
    found = kept(NAME, "progress=in-order")
    assert (found.verdict.states, found.verdict.transitions, found.verdict.depth) == (18242, 61415, 25)
