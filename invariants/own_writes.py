"""What keeps a controller from acting twice, and what it sees when it looks.

Source of the catalogue's sentences: Kubernetes, ``pkg/controller/controller_utils.go``; KEP-5647.
"""

from __future__ import annotations

from seatrial.model.draft import View
from seatrial.model.faults import EXPECTATIONS_EXPIRE, LOST_ANSWER, STALE_CACHE
from seatrial.model.machine import Step
from seatrial.model.rigs.own_writes import CONTROLLER, PODS, SETS, Looked, Write, missed, pods, wanted

from .invariant import Parts, at_rest, stepwise

OWN = ("log", "seen", "expectations", "todo", "stale")
_FORGETFUL = "the controller forgets what it did, and its first list may be older than that"
_UNSURE = "the controller takes what it did for failed, and does not wait to see it"
_TIRED = "the controller stops waiting after five minutes, though its informer has not come further"


@stepwise(
    on=Looked,
    source="pkg/controller/controller_utils.go (ControllerExpectations)",
    needs=OWN,
    limits={EXPECTATIONS_EXPIRE: _TIRED, LOST_ANSWER: _UNSURE, "first-read=any": _FORGETFUL},
)
def exp_block_until_observed(before: View, step: Step, after: View) -> Parts:
    """What a controller created or deleted it sees before it decides again."""
    del after
    for event in step.emitted(Looked):
        if event.create or event.delete:
            own = [each for each in missed(before.log, PODS, before.seen[PODS]) if each.who == CONTROLLER]
            yield "it has seen what it created", not any(each.there for each in own)
            yield "it has seen what it deleted", all(each.there for each in own)


@stepwise(
    on=Write,
    source="kubernetes issue 129795; pkg/controller/replicaset/replica_set.go",
    needs=OWN,
    limits={EXPECTATIONS_EXPIRE: _TIRED, LOST_ANSWER: _UNSURE, "first-read=any": _FORGETFUL},
)
def exp_no_surplus(before: View, step: Step, after: View) -> bool | None:
    """A controller that expects what it did never creates more than were ever wanted."""
    del before
    return _no_more_than_wanted(step, after)


@stepwise(
    on=Write,
    source="KEP-5647; kubernetes issue 129795",
    needs=(*OWN, "own"),
    limits={LOST_ANSWER: "a write whose answer is lost has no revision to wait for", "first-read=any": _FORGETFUL},
)
def consistency_no_surplus(before: View, step: Step, after: View) -> bool | None:
    """A controller that waits for the revision of its last write never creates more than were ever wanted."""
    del before
    return _no_more_than_wanted(step, after)


def _no_more_than_wanted(step: Step, after: View) -> bool | None:
    """Whether, once the controller has created a pod, there are no more than a user ever wanted."""
    if not any(each.who == CONTROLLER and each.there for each in step.emitted(Write)):
        return None
    newest = len(after.log)
    most = max(wanted(after.log, revision) for revision in range(1, newest + 1))
    return len(pods(after.log, newest)) <= most


@at_rest(source="pkg/controller/controller_utils.go (ExpectationsTimeout)", needs=OWN)
def exp_never_stuck(state: View) -> bool:
    """No controller waits for ever for what it did: in the end there is what is wanted."""
    newest = len(state.log)
    return len(pods(state.log, newest)) == wanted(state.log, newest)


@stepwise(
    on=Looked,
    source="KEP-5647; pkg/controller/util/consistency",
    needs=(*OWN, "own"),
    limits={LOST_ANSWER: "a write whose answer is lost has no revision to wait for", "first-read=any": _FORGETFUL},
)
def consistency_read_your_writes(before: View, step: Step, after: View) -> bool:
    """A controller that waits for the revision of its last write sees, whenever it looks, all that it created."""
    del step, after
    unseen = missed(before.log, PODS, before.seen[PODS])
    return not any(each.who == CONTROLLER and each.there for each in unseen)


@stepwise(
    on=Looked,
    source="Kubernetes documentation, Controllers; KEP-5647 (motivation)",
    needs=OWN,
    limits={STALE_CACHE: "each informer follows on its own: children may be newer than their owner, or older"},
)
def inf_no_cross_kind_snapshot(before: View, step: Step, after: View) -> bool:
    """What informers of several resources show together was there at one revision only if none of them lags."""
    del step, after
    newest = max(before.seen[SETS], before.seen[PODS])
    return not any(
        write.revision <= newest
        for resource in (SETS, PODS)
        for write in missed(before.log, resource, before.seen[resource])
    )
