"""What well-made programs promise: not to undo what others did, not to destroy what is in use, not to act twice.

Nothing in an API server keeps a program from breaking these; they are kept by how it names, patches, deletes and waits.
Where that differs between programs, or has changed, a knob says how.
"""

from __future__ import annotations

from collections import Counter

from seatrial.model.cluster.events import Committed
from seatrial.model.draft import View
from seatrial.model.machine import Step
from seatrial.model.nodes.kubelet import ENDED
from seatrial.model.scenarios.claims import used_by
from seatrial.model.scenarios.ticks import ANSWERED, SCHEDULED

from .clusters import CLUSTER, stored
from .invariant import Parts, always, stepwise


@stepwise(
    on=Committed,
    source="Kubernetes documentation, Finalizers; kubermatic issue 6759 (a merge patch replaces a list as a whole)",
    limits={"patches=blind": "a merge patch of the list of finalizers undoes what others added since it was read"},
    needs=(*CLUSTER, "works"),
)
def obj_finalizer_taken_off_by_owner(before: View, step: Step, after: View) -> Parts:
    """A finalizer that is named after a process is taken off an object by that process, and nobody else."""
    del after
    for commit in step.emitted(Committed):
        old, new = commit.before, commit.after
        if old is None or new is None:
            continue
        for finalizer in old.finalizers:
            owner = finalizer.rpartition("/")[2]
            if owner in before.works and commit.process != owner:
                yield "that of another is still there", finalizer in new.finalizers


@stepwise(
    on=Committed,
    source="Kubernetes documentation, Storage Object in Use Protection; kubernetes issue 76703, pull request 80492",
    limits={"live-get=no": "the pod is not in the informer's copy yet: a claim that seems unused is let go"},
    needs=CLUSTER,
)
def pvc_in_use_stays(before: View, step: Step, after: View) -> Parts:
    """A claim is not removed while a pod that has not ended uses it."""
    del after
    for commit in step.emitted(Committed):
        claim = commit.before
        if claim is not None and commit.after is None and claim.kind == "PersistentVolumeClaim":
            pods = (each for each in stored(before, "pods") if each.status.get("phase") not in ENDED)
            users = (each for each in pods if each.namespace == claim.namespace and claim.name in used_by(each))
            yield "no pod uses it", next(users, None) is None


@stepwise(
    on=Committed,
    source="zookeeper-operator issue 312, cass-operator issue 412; kubernetes issue 20572",
    limits={
        "deletes=by-name": "an old state of the owner is taken for its successor of the same name, and so its claim"
    },
    needs=(*CLUSTER, "queues"),
)
def pvc_goes_with_its_owner(before: View, step: Step, after: View) -> Parts:
    """A controller deletes a claim only if the object that it belongs to is gone, or is being deleted."""
    del after
    for commit in step.emitted(Committed):
        claim = commit.before
        if claim is None or claim.kind != "PersistentVolumeClaim" or commit.request.verb != "delete":
            continue
        reference = claim.controller_ref()
        if commit.process in before.queues and reference is not None:
            objects = (before.keys[path].value for path in before.keys)
            owner = next((each for each in objects if each.uid == reference.uid), None)
            yield "its owner is no more, or is going", owner is None or owner.is_terminating


@always(
    source="Kubernetes documentation, CronJob (Job creation); pkg/controller/cronjob; kubernetes issue 62772",
    limits={"names=generated": "a creation whose answer was lost is tried again, and gets another name"},
    needs=("keys", "calls"),
)
def job_once_for_each_tick(state: View) -> Parts:
    """There is at most one job for each moment at which one was scheduled."""
    jobs = Counter(each.annotations.get(SCHEDULED) for each in stored(state, "jobs"))
    for tick, count in jobs.items():
        if tick is not None:
            yield "one job for it", count <= 1


@always(
    source="kopf documentation, Configuration (Consistency); kopf issue 641, pull request 844",
    limits={
        "own-patch=window": "the operator takes an older state for news, while its own note is on its way to it",
        "crash": "what was done and not noted yet is done again: a handler has to expect that",
        "lost-answer": "what got no answer is tried again, though it was carried out",
    },
    needs=("keys", "queues"),
)
def operator_acts_once(state: View) -> Parts:
    """An operator acts at most once on what is wanted of it, that is on each generation of an object."""
    acts = Counter(each.annotations.get(ANSWERED) for each in stored(state, "configmaps"))
    for order, count in acts.items():
        if order is not None:
            yield "one act for it", count <= 1
