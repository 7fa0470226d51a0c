"""Gaps in what etcd tells of a key, found without knowing what happened.

Lives here: what the versions of a key say.  Every put of a key raises its version by one, the put that brings it into
being makes it 1, and between two of these lies a deletion.  So whoever is told of versions 1 and 3 has missed an event.

Source: etcd documentation, "Data model" (key versions).
"""

from __future__ import annotations

from seatrial.model.etcd import Event, Filter, WatchCreate

from .heard import Change
from .rules import Moment


def gaps_in_versions(moment: Moment[WatchCreate]) -> list[str]:
    """For each event that can be held against what was told before: how something is missing, or an empty text."""
    within, found = dict[str, Change](), list[str]()
    filters = () if moment.request is None else moment.request.filters
    for change in moment.changes:
        event, before = change.body, within.get(change.key) or moment.latest.get(change.key)
        within[change.key] = change
        if not isinstance(event, Event) or (event.kind == "PUT" and not event.kv.version):
            continue
        if before is not None and isinstance(before.body, Event):
            hidden = (moment.request is None) or bool(filters)
            found.append(_missing_between(before.body, event, change, hidden=hidden))
        elif event.kind == "PUT" and _began_within(moment, event) and Filter.NOPUT not in filters:
            found.append(
                f"{change} is version {event.kv.version}, and nothing was told before" * (event.kv.version > 1)
            )
    return found


def _began_within(moment: Moment[WatchCreate], event: Event) -> bool:
    """Whether the key came into being after the watch began."""
    start = moment.position.start
    return start is not None and not moment.position.resumed and event.kv.create_revision >= start


def _missing_between(before: Event, event: Event, change: Change, *, hidden: bool) -> str:
    """What is missing between two events of a key; with ``hidden``, some kinds of events may have been left out."""
    if before.kv.mod_revision >= event.kv.mod_revision:
        return ""
    if event.kind == "DELETE":
        lost = before.kind == "DELETE" and not hidden
        return f"before {change} the key was deleted already: a put was left out" if lost else ""
    alive = before.kind == "PUT" and before.kv.create_revision == event.kv.create_revision
    expected = before.kv.version + 1 if alive else 1
    if event.kv.version > expected:
        return f"{change} is version {event.kv.version}, after version {expected - 1}: a put was left out"
    if before.kind == "PUT" and not alive and not hidden:
        return f"{change} brings the key into being again: a deletion was left out"
    return ""
