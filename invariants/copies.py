"""What informers and watch caches promise about the past that they show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from seatrial.model.cluster.copy_events import Applied, Listed, Refilled
from seatrial.model.cluster.events import ETCD, Crashed, server
from seatrial.model.cluster.state import reader
from seatrial.model.draft import View
from seatrial.model.machine import Step
from seatrial.model.machinery.informer import change_of
from seatrial.model.objects import resource_prefix

from .invariant import Parts, stepwise
from .pasts import stored_at


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


@stepwise(
    on=(Applied, Refilled, Crashed),
    source="apiserver/pkg/storage/cacher/{cacher,watch_cache}.go; KEP-2340, KEP-4988 (consistency check)",
    needs=("copies", "positions", "windows", "log", "keys"),
)
def cache_is_prefix(before: View, step: Step, after: View) -> Parts:
    """An API server's watch cache has exactly what was stored at its revision, also when it begins anew."""
    for who in _followed(before, step):
        prefix = resource_prefix(who.partition("/")[2])
        stored = stored_at(after, prefix, after.positions[who])
        yield "it has what was stored at its revision", dict(after.copies[who].items) == stored
        yield "it is no older than it was", after.positions[who] >= before.positions[who]


def _followed(before: View, step: Step) -> Iterator[str]:
    """The watch caches that took something over, or began anew."""
    for event in step.emitted(Applied):
        if event.source == ETCD:
            yield reader(event.holder, event.resource)
    for event in step.emitted(Refilled):
        yield reader(event.server, event.resource)
    for event in step.emitted(Crashed):
        yield from (who for who in before.windows if server(who.partition("/")[0]) == event.who)
