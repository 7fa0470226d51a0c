"""What a DELETE does to an object: its preconditions, its grace, the finalizers that it adds or takes off.

Lives here: the decisions, each a pure function of the object and the options.  Must not know: in which transactions
they are carried out (``storage`` does).

Source: Kubernetes 1.36, ``apiserver/pkg/registry/rest/delete.go``, ``…/generic/registry/store.go``,
``pkg/registry/core/{pod,namespace}``; recordings G, I.2.
"""

from __future__ import annotations

from typing import Final

from ..kinds import Kind
from ..objects import Object
from .answer import Answer, conflict, conflict_before_deletion
from .preparation import marked
from .request import Options, Request

ORPHAN: Final = "orphan"
FOREGROUND: Final = "foregroundDeletion"
_COLLECTORS = (ORPHAN, FOREGROUND)
_ORPHANS_JOBS: Final = (
    "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set "
    "propagationPolicy=Orphan to suppress this warning"
)
_WITHOUT_DEPENDENTS = ("events",)
_ALWAYS_MARKED = ("customresourcedefinitions", "namespaces")


def check_preconditions_first(request: Request, object_: Object) -> Answer | None:
    """Refuse a DELETE (409) whose preconditions do not hold on the first look; uid before resourceVersion."""
    why = _broken_precondition(object_, request.options.precondition_uid, request.options.precondition_resource_version)
    if why is None:
        return None
    refuse = conflict if request.kind.resource == "namespaces" else conflict_before_deletion
    return refuse(request.kind, object_.name, why)


def check_preconditions(kind: Kind, object_: Object, uid: str | None, resource_version: str | None) -> Answer | None:
    """Refuse (409) to touch an object that is not the one meant: the check of the storage, on each of its tries."""
    why = _broken_precondition(object_, uid, resource_version)
    return None if why is None else conflict(kind, object_.name, why)


def _broken_precondition(object_: Object, uid: str | None, resource_version: str | None) -> str | None:
    if uid not in (None, object_.uid):
        return f"the UID in the precondition ({uid}) does not match the UID in record ({object_.uid})"
    if resource_version not in (None, object_.resource_version):
        has = object_.resource_version
        return f"the ResourceVersion in the precondition ({resource_version}) does not match that in record ({has})"
    return None


def finalizers_after(kind: Kind, object_: Object, options: Options) -> tuple[str, ...]:
    """The finalizers that an object has once a DELETE has put or taken those of the garbage collector.

    The policy asked for decides; without one, a collector's finalizer that is there already; without that, the kind.
    So a later DELETE may exchange them even after deletion has begun.  Their order is kept where nothing changes.
    """
    others = tuple(finalizer for finalizer in object_.finalizers if finalizer not in _COLLECTORS)
    wanted = _collector_wanted(kind, object_, options)
    finalizers = (*others, wanted) if wanted else others
    return object_.finalizers if set(finalizers) == set(object_.finalizers) else finalizers


def _collector_wanted(kind: Kind, object_: Object, options: Options) -> str:
    if kind.resource in _WITHOUT_DEPENDENTS:
        return ""
    if options.orphan_dependents is not None:
        return ORPHAN if options.orphan_dependents else ""
    match options.propagation_policy:
        case "Orphan":
            return ORPHAN
        case "Foreground":
            return FOREGROUND
        case "Background":
            return ""
        case _:
            present = next((finalizer for finalizer in object_.finalizers if finalizer in _COLLECTORS), "")
            return present or (ORPHAN if kind.default_propagation == "Orphan" else "")


def deletion_warnings(request: Request) -> tuple[str, ...]:
    """What a DELETE is warned of: that it leaves pods behind which nobody asked it to leave.

    Source: Kubernetes 1.36, ``pkg/registry/batch/job/storage/storage.go``; scenario d-service-lease-others.
    """
    options = request.options
    says_how = options.propagation_policy is not None or options.orphan_dependents is not None
    return () if says_how or request.kind.resource != "jobs" else (_ORPHANS_JOBS,)


def is_pending(kind: Kind, object_: Object, options: Options) -> bool:
    """Whether deletion has begun and this DELETE can only wait for it: then it changes nothing.

    It does not shorten the grace period of a pod, or a namespace is not empty yet.  A pod whose grace is over waits for
    nothing but its finalizers, as any other object does.
    """
    if kind.resource == "namespaces" and object_.is_terminating:
        return bool(object_.spec.get("finalizers"))
    grace = object_.deletion_grace_period_seconds
    if not kind.graceful or not object_.is_terminating or not grace:
        return False
    asked = _asked_grace(options)
    return asked is None or asked >= grace


def must_be_marked(kind: Kind, object_: Object, options: Options) -> bool:
    """Whether a DELETE must change an object before it may remove it; otherwise it goes at once."""
    return (
        bool(object_.finalizers)
        or grace_period(kind, object_, options) is not None
        or finalizers_after(kind, object_, options) != object_.finalizers
        or (kind.resource in _ALWAYS_MARKED and not object_.is_terminating)
    )


def grace_period(kind: Kind, object_: Object, options: Options) -> int | None:
    """The grace that this DELETE gives; ``None`` for kinds (or marks) without.  0 means: mark, then remove.

    A pod on no node, or one that has ended, gets none to wait for.
    """
    if not kind.graceful:
        return None
    asked = _asked_grace(options)
    if object_.is_terminating:
        return asked if object_.deletion_grace_period_seconds else None
    if not object_.spec.get("nodeName") or object_.status.get("phase") in ("Succeeded", "Failed"):
        return 0
    own = object_.spec.get("terminationGracePeriodSeconds", 0)
    period = own if asked is None else asked
    return 1 if period < 0 else period


def _asked_grace(options: Options) -> int | None:
    """Negative means one second."""
    asked = options.grace_period_seconds
    return 1 if asked is not None and asked < 0 else asked


def namespace_marked(namespace: Object, options: Options) -> Object:
    """A namespace whose deletion begins: it is Terminating, and what is in it goes before it does."""
    finalizers = tuple(name for name in namespace.finalizers if name not in _COLLECTORS)
    wanted = {"Orphan": ORPHAN, "Foreground": FOREGROUND}.get(options.propagation_policy or "", "")
    kept = tuple(name for name in namespace.finalizers if name in _COLLECTORS) if not options.propagation_policy else ()
    everything = (*finalizers, *kept, *((wanted,) if wanted else ()))
    return marked(namespace, None).with_field("status.phase", "Terminating").with_finalizers(everything)


def is_held(kind: Kind, object_: Object) -> bool:
    """Whether something still keeps an object: its finalizers, or those of what is in a namespace."""
    return bool(object_.finalizers) or (kind.resource == "namespaces" and bool(object_.spec.get("finalizers")))


def ends_by_update(kind: Kind, new: Object, existing: Object) -> bool:
    """Whether an update lets go of an object that only waited for it: then it is removed instead of stored."""
    waited = existing.is_terminating and existing.deletion_grace_period_seconds in (None, 0)
    return waited and not is_held(kind, new)
