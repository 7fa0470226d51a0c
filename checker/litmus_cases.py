"""The litmus tests: real bugs, each with the settings under which it happens and does not.

Lives here: values only; :mod:`.litmus` runs and shows them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from attrs import field, frozen


@frozen
class Setting:
    """A way in which the scenario of a litmus is run, and whether the promise breaks then.

    ``profile`` (as on the command line), ``parameters`` and ``faults`` change the scenario; a fault that happens 0
    times cannot happen.
    """

    profile: str = ""
    parameters: Mapping[str, Any] = field(factory=dict[str, Any])
    faults: Mapping[str, int] = field(factory=dict[str, int])
    breaks: bool = field(kw_only=True)

    @property
    def text(self) -> str:
        """What is set, as one writes it."""
        return self.profile or ", ".join(
            f"{name}={value}" for name, value in {**self.parameters, **self.faults}.items()
        )


@frozen
class Litmus:
    """A real bug.

    Attributes:
        id: in tests and in the document.
        source: where it was found, and what was done about it.
        story: what happened.
        scenario: in which it happens.
        promise: that breaks.
        settings: what makes the difference; first those under which it breaks.
    """

    id: str
    source: str
    story: str
    scenario: str
    promise: str
    settings: tuple[Setting, ...]


def _happens(fault: str) -> tuple[Setting, ...]:
    return Setting(faults={fault: 1}, breaks=True), Setting(faults={fault: 0}, breaks=False)


def _flips(knob: str, broken: str, repaired: str) -> tuple[Setting, ...]:
    return Setting(f"{knob}={broken}", breaks=True), Setting(f"{knob}={repaired}", breaks=False)


CASES: Final[tuple[Litmus, ...]] = (
    Litmus(
        "stale-kubelet-restart",
        "kubernetes#59848",
        "A pod of a StatefulSet has moved to another node. The kubelet that had stopped it restarts, lists with "
        "resourceVersion 0 from a server that has not heard of all that, and starts it again: one identity runs "
        "twice.",
        "drain",
        "pod-runs-once",
        _flips("first-read", "any", "consistent"),
    ),
    Litmus(
        "stale-controller-restart",
        "kubernetes#54096 (of the DaemonSet controller)",
        "A controller has made its pods and restarts: what it expected is forgotten. It lists from a server that "
        "has not heard of the pods, and makes them again.",
        "replicaset-stale-restart",
        "rs-no-over-creation",
        _flips("first-read", "any", "consistent"),
    ),
    Litmus(
        "cached-copy-decides",
        "kubernetes#77619, repaired in 1.15",
        "A DELETE is decided on a server's cached copy of an object. The copy does not have the finalizer that was "
        "added before, and the object is removed at once.",
        "held-first",
        "obj-finalizer-blocks-removal",
        _flips("update-retry", "conflict", "any-error"),
    ),
    Litmus(
        "orphan-of-a-namespace",
        "kubernetes#36891, #37431 and #131421",
        "A namespace is emptied and removed while a second server, whose cache still shows it alive, admits an "
        "object into it. Kubernetes waits some seconds before it empties a namespace, which makes this rare and not "
        "impossible; the repaired setting waits until every server knows, and until earlier writes are over.",
        "teardown-settled",
        "ns-no-orphans",
        _flips("namespace-check", "cached", "settled"),
    ),
    Litmus(
        "expectations-expire",
        "kubernetes#129795; KEP-5647",
        "A ReplicaSet's controller has waited for five minutes to see a pod that it made, and makes another one. "
        "One that remembers the revision of its last write waits for as long as it takes.",
        "replicaset-expiry",
        "rs-no-over-creation",
        _flips("own-writes", "expectations", "own-revisions"),
    ),
    Litmus(
        "claim-in-use",
        "kubernetes#76703, repaired by #80492",
        "The controller that protects claims sees a claim's deletion before it sees the pod that uses it, and lets "
        "the claim go under the pod.",
        "claim-in-use",
        "pvc-in-use-stays",
        _flips("live-get", "no", "yes"),
    ),
    Litmus(
        "claim-of-the-successor",
        "zookeeper-operator#312, cass-operator#412, casskop#316, K8SPSMDB-430",
        "A database was deleted and made anew. Its operator restarts on a server that still shows the deletion, and "
        "deletes the claim by its name: the data of the new database is gone.",
        "database-anew",
        "pvc-goes-with-its-owner",
        (*_flips("deletes", "by-name", "by-uid"), Setting("deletes=by-name,first-read=consistent", breaks=False)),
    ),
    Litmus(
        "two-jobs-for-a-tick",
        "kubernetes#62772, argo-workflows#2694",
        "A job is made, the answer is lost, and the controller tries again. With a name that is made up each time "
        "there are two; with one that follows from the tick the second is refused.",
        "tick",
        "job-once-for-each-tick",
        _flips("names", "generated", "deterministic"),
    ),
    Litmus(
        "finalizer-lost-in-a-patch",
        "kubermatic#6759",
        "Two controllers read an object and each sends a merge patch with its finalizer added to the list. The "
        "second patch replaces the list, and the first finalizer is gone. No fault is needed.",
        "two-seals",
        "obj-finalizer-taken-off-by-owner",
        _flips("patches", "blind", "with-version"),
    ),
    Litmus(
        "handled-twice",
        "kopf#641, #844",
        "An operator handles an object and notes that on it. Before the note comes back to it, somebody else's "
        "change does: the operator sees an object that it has not handled, and handles it again.",
        "letters",
        "operator-acts-once",
        _flips("own-patch", "window", "awaited"),
    ),
    Litmus(
        "assumed-no-longer",
        "kubernetes#106361, repaired by #110925",
        "A scheduler has bound a pod and, half a minute later, has not seen it bound yet. It forgets it, and gives "
        "the place to another pod.",
        "one-place",
        "sched-no-overcommit",
        _flips("assumed-pods", "expire", "stay"),
    ),
    Litmus(
        "progress-overtakes-event",
        "etcd#15220, repaired in 3.4.25 and 3.5.8",
        "A watch cache asks etcd how far its watch has come, so that it may answer a list that must not be stale. The "
        "notification overtakes a change that is on its way: the cache takes itself for up to date, and the list "
        "misses a write that was committed long before.",
        "readers",
        "list-fresh-unset",
        _flips("progress", "overtakes", "in-order"),
    ),
    Litmus(
        "window-one-early",
        "kubernetes#49956, repaired by #49992 in 1.8",
        "A watch cache that has forgotten all changes up to a revision lets a watch begin one revision earlier. The "
        "change that lies between is told to nobody, and nobody is told that it is missing.",
        "watchers",
        "watch-gap-free-or-told",
        _flips("window-start", "one-early", "exact"),
    ),
    Litmus(
        "resumed-from-an-object",
        "kubernetes_asyncio#135, kubernetes-client/python#819, kopf#42",
        "A client lists and then watches from the resourceVersion of the last object in the list. That says when "
        "this object was changed, not what the list shows: the client hears of changes that it has seen, and its "
        "handlers run again.",
        "resumption",
        "client-hears-nothing-twice",
        (
            Setting(parameters={"resume_from": "item"}, breaks=True),
            Setting(parameters={"resume_from": "list"}, breaks=False),
        ),
    ),
    Litmus(
        "lost-deletion",
        "etcd#18089 and #19179",
        "A deletion is compacted away with everything before it. A watch that begins at that very revision is allowed, "
        "and is never told of the deletion.",
        "watches-forgetful",
        "ew-reliable",
        _flips("compacted-deletion", "lost", "told"),
    ),
    Litmus(
        "list-object-by-object",
        "client-go before 1.36 (DeltaFIFO, RealFIFO without atomic events)",
        "An informer's queue hands a list out object by object. In between, its store shows some objects as they are "
        "and others as they were: a state that never was.",
        "informers-late",
        "inf-store-is-a-snapshot",
        _flips("informer-order", "in-order", "atomic"),
    ),
    Litmus(
        "watch-from-an-old-state",
        "Kubernetes before 1.31; documentation, Kubernetes API Concepts (Semantics for watch)",
        "A client watches without a resourceVersion, and is shown first what there is: not what there is now, but what "
        "the server's watch cache has.",
        "streams",
        "watch-unset-is-fresh",
        _flips("consistent-lists", "etcd", "cache"),
    ),
    Litmus(
        "two-leaders-by-a-pause",
        "client-go tools/leaderelection (no fencing); kubernetes#23731",
        "A leader is paused, by its garbage collector or its virtual machine, for longer than its lease. Somebody else "
        "takes over, and when the first one goes on it does not know.",
        "leaders",
        "le-overlap-bounded",
        _happens("pause"),
    ),
    Litmus(
        "two-leaders-by-a-slow-answer",
        "client-go tools/leaderelection; openshift/origin#7845",
        "A renewal is answered late. The leader counts its time from the answer, the others count theirs from the "
        "renewal.",
        "leaders",
        "le-overlap-bounded",
        _happens("slow-answer"),
    ),
)
"""All of them."""
