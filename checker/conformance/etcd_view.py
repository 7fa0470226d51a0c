"""What etcd itself told while an API server wrote: its events, compared with those of the model's etcd.

Lives here: :func:`event_differences`.  Must not know: how the server came to write.

Compared are, event by event and in their order, what was done to which key, and the key's revisions and version.
Values are not: a real server stores them in a binary form of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from seatrial.model.etcd import Batch, Event

from .correspondence import Correspondence
from .fields import Difference

_ADDRESS: Final = re.compile(r"(/registry/ipaddresses/)(.+)")


def event_differences(
    recorded: Iterable[Mapping[str, Any]], log: Iterable[Batch], known: Correspondence, *, ignore: str
) -> list[Difference]:
    """Where the events of the model's log differ from the recorded ones, from the first recorded one on.

    ``ignore`` is a key of the model's etcd that no real one has.
    """
    theirs = list(recorded)
    if not theirs:
        return []
    start = known.revisions.model(int(theirs[0]["mod_revision"]))
    ours = [event for batch in log if batch.revision >= start for event in batch.events if event.kv.key != ignore]
    keys = [(each["type"], each["key"]) for each in theirs]
    for each, event in zip(theirs, ours, strict=False):
        _bind_address(each["key"], event.kv.key, known)
    told = [(event.kind, known.recorded_text(event.kv.key)) for event in ours]
    if keys != told:
        return [Difference("events", keys, told)]
    return [
        difference
        for index, (each, event) in enumerate(zip(theirs, ours, strict=True))
        for difference in _of_event(each, event, known, f"events[{index}].")
    ]


def _bind_address(recorded: str, model: str, known: Correspondence) -> None:
    """An address that only etcd was ever told of is drawn by lot, too."""
    theirs, ours = _ADDRESS.fullmatch(recorded), _ADDRESS.fullmatch(model)
    if theirs and ours and known.text(theirs[2]) == theirs[2]:
        known.names.bind_anew(theirs[2], ours[2])


def _of_event(recorded: Mapping[str, Any], event: Event, known: Correspondence, place: str) -> Iterable[Difference]:
    for name, ours in (("mod_revision", event.kv.mod_revision), ("create_revision", event.kv.create_revision)):
        theirs = int(recorded.get(name) or 0)
        if bool(theirs) != bool(ours) or (theirs and not known.revisions.bind(theirs, ours)):
            yield Difference(place + name, theirs, ours)
    version = int(recorded.get("version") or 0)
    if version != event.kv.version:
        yield Difference(f"{place}version", version, event.kv.version)
