"""What becomes of ownership when fields change hands.

Lives here: the rules of an update and of an apply, on sets of fields.  Must not know: requests, or how an object holds
its entries.

An update never fails: what it changes is its own from then on, and nobody else's.  An apply that would change a field
of another manager fails, unless it is forced; what the manager applied before and does not apply now goes, unless
somebody else owns it too.

Source: ``structured-merge-diff``, ``merge/{update,conflict}.go``; Kubernetes 1.36,
``apimachinery/pkg/util/managedfields/internal/{managedfieldsupdater,stripmeta,capmanagers}.go``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from attrs import evolve, frozen

from ...frozen_json import FrozenMap
from ..preparation import NOW
from .comparison import Comparison, compare
from .fields import Fields, Path, in_order, without_below
from .managers import Entry, Managed, Manager
from .merging import fields_given, merged, with_named, without_fields
from .shapes import Shape

NEVER_OWNED: Final[Fields] = frozenset(
    {
        ("f:apiVersion",),
        ("f:kind",),
        ("f:metadata",),
        *(
            ("f:metadata", f"f:{name}")
            for name in (
                "clusterName",
                "creationTimestamp",
                "generation",
                "managedFields",
                "name",
                "namespace",
                "resourceVersion",
                "selfLink",
                "uid",
            )
        ),
    }
)
"""The fields that no entry ever names."""

MOST_UPDATERS: Final = 10
"""How many managers of updates an object has; the fields of the oldest are put together when there are more."""

ANCIENT: Final = "ancient-changes"
"""Who owns what was put together."""


@frozen
class Conflict:
    """A field that an apply would change although another manager owns it."""

    manager: Manager
    path: Path


@frozen
class Writer:
    """Who writes an object: the manager, the type of the object and the apiVersion that names its fields.

    ``ignored`` are the fields that a write through this URL leaves as they are.
    """

    manager: Manager
    shape: Shape
    version: str
    ignored: tuple[Path, ...] = ()


def after_update(writer: Writer, old: FrozenMap, new: FrozenMap, managed: Managed) -> dict[Manager, Entry]:
    """Who owns what once an update has turned one object into another."""
    comparison = compare(writer.shape, old, new).without(writer.ignored)
    after = _handed_over(managed, comparison, writer.version)
    taken = (comparison.modified | comparison.added) - NEVER_OWNED
    if taken:
        previous = after.get(writer.manager)
        fields = taken if previous is None else taken | previous.fields
        after[writer.manager] = Entry(fields, writer.version, NOW)
    return _capped(after)


def _handed_over(managed: Managed, comparison: Comparison, version: str) -> dict[Manager, Entry]:
    """What is left to the managers when somebody changes fields."""
    lost = comparison.modified | comparison.added | comparison.removed
    after: dict[Manager, Entry] = {}
    for manager, entry in managed.items():
        left = entry.without(lost) if entry.version == version else entry
        if left.fields:
            after[manager] = left
    return after


def _capped(managed: dict[Manager, Entry]) -> dict[Manager, Entry]:
    """The oldest managers of updates put together, per version, until there are few enough."""
    updaters = sorted(
        (manager for manager in managed if not manager.applies),
        key=lambda manager: (managed[manager].time is not None, manager),
    )
    count, first = len(updaters), dict[str, Manager]()
    for manager in updaters:
        if count <= MOST_UPDATERS:
            break
        version = managed[manager].version
        if version not in first:
            first[version] = manager
            continue
        bucket = Manager("Update", ANCIENT, version)
        gathered = managed.pop(first[version] if bucket not in managed else bucket)
        joined = managed.pop(manager, gathered)
        managed[bucket] = evolve(joined, fields=joined.fields | gathered.fields)
        count -= 1
    return managed


@frozen
class Applied:
    """What an apply makes of an object: ``None`` where it leaves it as it is, for ownership may change all the same."""

    object: FrozenMap | None
    managed: dict[Manager, Entry]


def after_apply(
    writer: Writer, live: FrozenMap, config: FrozenMap, managed: Managed, *, force: bool
) -> Applied | tuple[Conflict, ...]:
    """The object with a configuration applied and who owns what then; or the conflicts."""
    me, shape, version = writer.manager, writer.shape, writer.version
    last = managed.get(me)
    given = without_below(fields_given(shape, config), writer.ignored)
    claims = {**managed, me: Entry(given, version, None if last is None else last.time)}
    new = _pruned(writer, merged(shape, live, config), claims, last)
    comparison = compare(shape, live, new).without(writer.ignored)
    others = {other: entry for other, entry in claims.items() if other != me}
    conflicts = tuple(_conflicts(others, comparison, version))
    if conflicts and not force:
        return conflicts
    after = _handed_over(others, comparison, version)
    owned = given - NEVER_OWNED
    if owned:
        after[me] = evolve(claims[me], fields=owned, time=claims[me].time if comparison.is_same else NOW)
    return Applied(None if comparison.is_same else new, after)


def _conflicts(others: Managed, comparison: Comparison, version: str) -> Iterator[Conflict]:
    changed = comparison.modified | comparison.added
    for manager in sorted(others):
        if others[manager].version == version:
            yield from (Conflict(manager, path) for path in in_order(others[manager].fields & changed))


def _pruned(writer: Writer, merged_object: FrozenMap, claims: Managed, last: Entry | None) -> FrozenMap:
    """The merged object without what the manager applied before, and nobody owns now."""
    shape, version = writer.shape, writer.version
    if last is None or not last.fields or last.version != version:
        return merged_object
    before = with_named(shape, last.fields)
    pruned = without_fields(shape, merged_object, before)
    everything = with_named(shape, fields_given(shape, merged_object))
    owned = frozenset[Path]().union(*(entry.fields for entry in claims.values() if entry.version == version))
    left = with_named(shape, fields_given(shape, pruned)) | with_named(shape, owned)
    pruned = without_fields(shape, merged_object, everything - left)
    left = with_named(shape, fields_given(shape, pruned))
    return without_fields(shape, merged_object, (everything - left) & before)
