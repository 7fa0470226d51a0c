"""What informers and watch caches promise about the past that they show."""

from __future__ import annotations

from typing import Any

from seatrial.model.cluster.events import Applied, Listed
from seatrial.model.cluster.state import reader
from seatrial.model.draft import View
from seatrial.model.machine import Step
from seatrial.model.machinery.informer import change_of

from .invariant import Parts, stepwise


@stepwise(
    on=(Applied, Listed),
    source="Kubernetes client-go tools/cache/reflector.go; documentation, Kubernetes API Concepts (watches)",
    needs=("copies", "positions", "log", "keys"),
)
def inf_object_subsequence(before: View, step: Step, after: View) -> Parts:
    """What an informer shows of an object was stored once, and while its process lives it never goes back in time."""
    for event in step.emitted(Applied):
        who = reader(event.holder, event.resource)
        known = before.copies[who].get(event.path)
        yield "the change was made in etcd", _was_made(event, before.log)
        yield "it is newer than the copy", event.revision > before.positions[who]
        yield "it is newer than the object in the copy", known is None or event.revision > known.revision
        yield "the copy then shows what was stored", after.copies[who].get(event.path) == event.new
    for event in step.emitted(Listed):
        who = reader(event.holder, event.resource)
        yield "a list is no older than what was shown before", event.revision >= before.positions.get(who, 0)
        yield "every listed object was stored", all(_was_stored(path, each, before) for path, each in event.items)
        yield "the copy then shows what was listed", after.copies[who].items == event.items


def _was_made(event: Applied, log: Any) -> bool:
    """Whether the log holds the very change."""
    made = (change_of(each) for batch in log if batch.revision == event.revision for each in batch.events)
    return any((each.path, each.old, each.new) == (event.path, event.old, event.new) for each in made)


def _was_stored(path: str, stored: Any, state: View) -> bool:
    """Whether a key had this value at this revision: it has it now, or the log shows that it was replaced."""
    current = state.keys.get(path)
    if current is not None and current.mod_revision == stored.revision:
        return bool(current.value == stored.value)
    replaced = (event.previous for batch in state.log for event in batch.events if event.kv.key == path)
    return any(
        each is not None and each.mod_revision == stored.revision and each.value == stored.value for each in replaced
    )
