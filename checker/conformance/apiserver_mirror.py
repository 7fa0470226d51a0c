"""The model's side of a replay: its cluster, and what is not known for sure about it.

Lives here: :class:`Mirror`, which can be copied, so that a guess can be tried and taken back; writes that may have
taken effect or not (:class:`Pending`), and stretches of revisions in which somebody did what is not recorded
(:class:`Gap`).  Must not know: lines, or how answers are compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from attrs import Factory, define, evolve, frozen

from seatrial.model.apiserver.front import EtcdLookup, commit
from seatrial.model.apiserver.storage import Attempt
from seatrial.model.etcd import DeleteRange, Member, Put
from seatrial.model.kinds import Kind
from seatrial.model.objects import Object, resource_prefix

from .apiserver_past import free_revisions, happened
from .apiserver_world import OTHER_WRITERS_KEY, World
from .correspondence import Correspondence
from .fields import as_fields
from .filling import Filling

_IDENTITY: Final = ("uid", "name", "namespace")
"""Metadata that no write changes."""


@frozen
class Shown:
    """An object that an answer shows as it was at a (recorded) revision; ``gone`` if it was deleted there."""

    key: str
    kind: Kind
    version: int
    fields: Mapping[str, Any]
    gone: bool = False


@frozen(eq=False)
class Pending:
    """A write whose server did not hear what became of it: one transaction that etcd may have got, or may yet get."""

    attempt: Attempt
    server: str
    after: int
    """The revision of etcd when it was tried."""

    @property
    def key(self) -> str:
        """What it writes."""
        return self.attempt.key.path


@frozen
class Gap:
    """A stretch of the model's revisions that unrecorded steps may have made: after ``begin``, up to ``end``."""

    begin: int
    end: int | None = None

    def holds(self, revision: int) -> bool:
        """Whether a revision lies in it."""
        return self.begin < revision and (self.end is None or revision <= self.end)


@define
class Mirror:
    """The model's cluster as far as it is known, and the doubts about it."""

    world: World
    known: Correspondence = Factory(Correspondence)
    filling: Filling = Factory(Filling)
    pending: tuple[Pending, ...] = ()
    gaps: tuple[Gap, ...] = ()
    _settled: dict[str, int] = Factory(dict[str, int])
    """How many gaps were over when it was seen what there is at a key, or at all keys with a prefix (it ends in /)."""

    def copy(self) -> Mirror:
        """The same, which goes its own way."""
        return Mirror(
            self.world.copy(), self.known.copy(), self.filling.copy(), self.pending, self.gaps, dict(self._settled)
        )

    @property
    def etcd(self) -> Member:
        """The model's etcd."""
        return self.world.etcd

    # --- Unrecorded steps ---------------------------------------------------------------------------------------

    def open_gap(self) -> None:
        """From now on things happen that are not recorded, as long as nobody writes whose request is."""
        self.gaps = (*self.gaps, Gap(self.etcd.revision))

    def close_gap(self, end: int) -> None:
        """The unrecorded steps were over when etcd was at a revision."""
        self.gaps = tuple(evolve(each, end=max(end, each.begin)) if each.end is None else each for each in self.gaps)

    def settle(self, place: str) -> None:
        """Of a key, or all with a prefix, it was seen what is there now: earlier steps have nothing more to show."""
        self._settled[place] = len(self.gaps)

    def learn(self, shown: Iterable[Shown]) -> bool:
        """Take over what unrecorded steps made of the objects that an answer shows; whether there was anything."""
        learned = [self._learn(each) for each in sorted(shown, key=lambda each: each.version)]
        return any(learned)

    def _learn(self, shown: Shown) -> bool:
        revision = self.known.revisions.model(shown.version)
        free = revision in free_revisions(self.etcd, revision - 1, OTHER_WRITERS_KEY)
        settled = max((gaps for place, gaps in self._settled.items() if _covers(place, shown.key)), default=0)
        if not free or not any(gap.holds(revision) for gap in self.gaps[settled:]):
            return False
        if shown.gone:
            return happened(self.etcd, revision, shown.key, lambda then: then.serve(DeleteRange(shown.key)))
        object_ = self._as_stored(shown)
        before = self.etcd.keys.get(shown.key)
        if before is not None and not _same_object(before.value, object_):
            return False
        return happened(
            self.etcd, revision, shown.key, lambda then: then.serve(Put(shown.key, object_)), overwritten=True
        )

    def _as_stored(self, shown: Shown) -> Object:
        whole = {"apiVersion": shown.kind.api_version, "kind": shown.kind.name, **shown.fields}
        translated = as_fields(self.known.body(whole)) or {}
        return Object.of(translated).without_metadata("resourceVersion")

    # --- Writes that got no answer ------------------------------------------------------------------------------

    def try_late(self, pending: Pending, shown: Iterable[Shown]) -> bool:
        """Let a pending write have taken effect; whether it can have.

        It did so at the revision at which an answer shows its object; or, if none does, at the first one since it was
        tried of which nothing is known.
        """
        versions = [each.version for each in shown if each.key == pending.key]
        first = next(free_revisions(self.etcd, pending.after, OTHER_WRITERS_KEY), self.etcd.revision + 1)
        revisions = [self.known.revisions.model(version) for version in versions] or [first]
        self.pending = tuple(each for each in self.pending if each is not pending)
        return any(self._commit(pending, revision) for revision in revisions if revision > pending.after)

    def _commit(self, pending: Pending, revision: int) -> bool:
        now = self.etcd.revision + 1
        if revision != now and revision not in free_revisions(self.etcd, pending.after, OTHER_WRITERS_KEY):
            return False

        def change(then: Member) -> None:
            commit(then, pending.attempt, EtcdLookup(then, self.world.settings))

        return happened(self.etcd, revision, pending.key, change)

    def forget_pending(self, place: str, *, servers: Iterable[str]) -> None:
        """A fresh read of a key, or all with a prefix, did not show what some servers had tried: it was for nothing."""
        free = frozenset(servers)
        self.pending = tuple(each for each in self.pending if not (each.server in free and _covers(place, each.key)))

    def prune(self) -> None:
        """Forget pending writes that cannot take effect any more: others have written there."""
        self.pending = tuple(each for each in self.pending if self._mod_revision(each.key) == each.attempt.expected)

    def _mod_revision(self, key: str) -> int:
        found = self.etcd.keys.get(key)
        return 0 if found is None else found.mod_revision

    def last_change_of(self, resource: str, until: int) -> int:
        """The revision of the last change of any object of a resource, up to a revision; 0 if none is remembered."""
        prefix = resource_prefix(resource)
        changes = (each.revision for each in reversed(self.etcd.log) if each.events[0].kv.key.startswith(prefix))
        return next((revision for revision in changes if revision <= until), 0)


def _covers(place: str, key: str) -> bool:
    return key.startswith(place) if place.endswith("/") else key == place


def _same_object(before: object, after: Object) -> bool:
    if not isinstance(before, Object):
        return False
    return all(before.field(f"metadata.{name}") == after.field(f"metadata.{name}") for name in _IDENTITY)
