"""Ownership of the fields of an object, from one write to the next.

Lives here: who a request's manager is, and the ``managedFields`` of an object that was created, put or patched.  Must
not know: how ownership changes in detail (``owned`` does), or what is stored.

A server that does not track ownership from the beginning (:attr:`~..settings.Settings.tracks_ownership`) begins with
the first apply of an object, as real servers once did; until then nothing is looked at.

Source: Kubernetes 1.36, ``apimachinery/pkg/util/managedfields/internal/{fieldmanager,skipnonapplied}.go``,
``apiserver/pkg/endpoints/handlers/{create,update,patch}.go``; recordings C.2, E; scenario g-apply.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from attrs import evolve

from ...frozen_json import EMPTY, FrozenMap, Json, as_map
from ...kinds import Kind
from ...objects import Object
from ...schema import known_kinds
from ..decoding import finished
from ..preparation import CLIENTS_MAY_NOT_SET
from ..request import Body, Request
from ..settings import Settings
from ..subresources.scale import replicas_path
from .comparison import with_empties
from .fields import Path, field_element
from .managers import Entry, Managed, Manager, is_reset, read_managed, without_times, written_managed
from .owned import Writer, after_update
from .shapes import shape_of

LONGEST_MANAGER: Final = 128
"""How many bytes of a User-Agent name a manager."""

FIRST: Final = "before-first-apply"
"""Who owns what was there when ownership began to be tracked."""

_RESET_BY_SUBRESOURCE: Final = {"pods/status": (("f:metadata", "f:deletionTimestamp"),)}


def manager_name(request: Request) -> str:
    """Who owns what a request changes: whom it names, else the client's program, else the user."""
    if request.options.field_manager:
        return request.options.field_manager
    printable = "".join(filter(str.isprintable, request.agent.partition("/")[0]))
    return printable.encode()[:LONGEST_MANAGER].decode(errors="ignore") or request.user


def tracked(request: Request, new: Object, existing: Object | None, settings: Settings, sent: Body = None) -> Object:
    """The object that a write (no apply) wants, with its ``managedFields``; ``sent`` is what it was decoded from."""
    there = None if existing is None else existing.metadata.get("managedFields")
    if not settings.tracks_ownership and there is None:
        return new.without_metadata("managedFields")
    managed = _managed_before(request, new, there, sent)
    if existing is not None and not managed:
        return new.without_metadata("managedFields")
    if request.subresource == "scale" and not _is_scale_owned(request.kind, managed):
        return with_managed(new, managed)
    shape = shape_of(request.kind)
    unowned = ("managedFields",) if existing is not None else ("managedFields", *CLIENTS_MAY_NOT_SET)
    bare = with_empties(shape, new.without_metadata(*unowned).root, as_map(sent))
    old = zero_of(request.kind) if existing is None else existing.without_metadata("managedFields").root
    manager = Manager("Update", manager_name(request), request.kind.api_version, request.subresource)
    after = after_update(writer(request, manager), old, bare, managed)
    return with_managed(new, with_times_of(managed, after) if request.subresource == "scale" else after)


def _is_scale_owned(kind: Kind, managed: Managed) -> bool:
    """Whether somebody owns the replicas.  If not, the ``Scale`` has no owner, and whoever changes it owns nothing."""
    path = tuple(map(field_element, replicas_path(kind).split(".")))
    return any(path in entry.fields for entry in managed.values())


def _managed_before(request: Request, new: Object, there: Json, sent: Body) -> Managed:
    """Who owns what before the write: as the client says, if that can be understood, else as it is stored."""
    if not request.subresource:
        said = new.metadata.get("managedFields")
        if is_reset(said) or as_map(as_map(sent).get("metadata")).get("managedFields") == ():
            return {}
        managed = readable(request.kind, said)
        if managed:
            return managed
    return readable(request.kind, there)


def readable(kind: Kind, written: Json) -> Managed:
    """The entries of ``managedFields``; none if one of them cannot be read.

    Entries in versions that nobody serves are forgotten.
    """
    try:
        managed = read_managed(written)
    except ValueError:
        return {}
    return {manager: entry for manager, entry in managed.items() if _is_served(kind, entry.version)}


def _is_served(kind: Kind, version: str) -> bool:
    if version == kind.api_version:
        return True
    group, _, number = version.rpartition("/")
    return (group, number, kind.name) in known_kinds()


def with_managed(object_: Object, managed: Managed) -> Object:
    """The object with these ``managedFields``."""
    if not managed:
        return object_.without_metadata("managedFields")
    return object_.with_metadata(managedFields=written_managed(managed))


def with_times_of(before: Managed, after: Managed) -> Managed:
    """What a change of the scale makes of ownership: nobody's time moves, and who is new has none."""
    return {
        manager: evolve(entry, time=before[manager].time if manager in before else None)
        for manager, entry in after.items()
    }


def with_times_kept(new: Object, existing: Object) -> Object:
    """The object as it was, if nothing but times of ``managedFields`` would change: then nothing is written."""
    news, olds = new.metadata.get("managedFields"), existing.metadata.get("managedFields")
    if news is None or news == olds or without_times(news) != without_times(olds):
        return new
    if new.without_metadata("managedFields", "resourceVersion") != existing.without_metadata(
        "managedFields", "resourceVersion"
    ):
        return new
    return new.with_metadata(managedFields=olds)


@cache
def zero_of(kind: Kind) -> FrozenMap:
    """An object of a kind of which nothing is said, as a real server has it in memory."""
    root = FrozenMap({"apiVersion": kind.api_version, "kind": kind.name, "metadata": EMPTY})
    return finished(kind, Object(root)).root


def writer(request: Request, manager: Manager) -> Writer:
    """A manager as the one who carries out a request."""
    return Writer(manager, shape_of(request.kind), request.kind.api_version, _reset_fields(request))


def _reset_fields(request: Request) -> tuple[Path, ...]:
    """The fields that a write through this URL does not change, and so does not own.

    Source: ``GetResetFields`` of the strategies.
    """
    kind = request.kind
    if request.subresource == "scale":
        return ()
    if request.subresource != "status":
        return (("f:status",),) if kind.has_status else ()
    if kind.custom or kind.resource == "customresourcedefinitions":
        return (("f:metadata",), ("f:spec",))
    kept = (tuple(map(field_element, path.split("."))) for path in ("spec", *kind.kept_by_status))
    return (*kept, *_RESET_BY_SUBRESOURCE.get(f"{kind.plural}/status", ()))


def begun(request: Request, existing: Object, managed: Managed) -> dict[Manager, Entry]:
    """Who owns what when an object is applied for the first time: what was there is owned by :data:`FIRST`."""
    if managed:
        return dict(managed)
    first = Manager("Update", FIRST, request.kind.api_version, request.subresource)
    bare = existing.without_metadata("managedFields").root
    return after_update(writer(request, first), zero_of(request.kind), bare, {})
