"""What leader election promises, and what it does not: it elects, it does not fence.

Lives here: the promises.  They judge the Lease as the store has it, and who works when; what an elector believes is
nobody's business but its own.
"""

from __future__ import annotations

from seatrial.model.draft import View
from seatrial.model.faults import PAUSE, SLOW_ANSWER
from seatrial.model.machine import Step
from seatrial.model.machinery.lease_lock import KEY, record_of
from seatrial.model.rigs.leader_events import LeaseWritten, WorkWritten
from seatrial.model.scenarios.leaders import TIGHT, UNCHECKED

from .invariant import Parts, always, stepwise

ELECTION = ("electors", "clocks", "paused", "working")
CLIENT_GO = "client-go tools/leaderelection/leaderelection.go"


@stepwise(
    on=LeaseWritten,
    source=f"{CLIENT_GO}, tryAcquireOrRenew; resourcelock/leaselock.go; Kubernetes documentation, Leases",
    needs=ELECTION,
)
def le_store_single_holder(before: View, step: Step, after: View) -> Parts:
    """The Lease passes from one holder to another only when the old one's time is over.

    That is judged by the new holder: on its own clock it has seen this very record unchanged for the record's duration,
    or the record named nobody.  Each passing begins a new term.
    """
    del before, after
    for written in step.emitted(LeaseWritten):
        old, new = written.before, written.after
        if old is None or new.holder in ("", old.holder):
            continue
        seen = written.watched is not None and written.watched >= old.duration
        yield "the new holder has watched the old record for its duration, or it named nobody", seen or not old.holder
        yield "the term grows by one", new.transitions == old.transitions + 1


@always(
    source=f"{CLIENT_GO}, package comment; the bound follows from its loops",
    needs=ELECTION,
    limits={
        PAUSE: "a leader that was paused goes on where it was, and does not know that its time is over; no lease "
        "duration is long enough",
        SLOW_ANSWER: "a leader counts its time from the answer, the others from the renewal; an answer that takes "
        "longer than was reckoned with uses up the difference",
        TIGHT: "the durations are valid for client-go, which asks only that the renew deadline be shorter than the "
        "lease, but longest answer + retry period + renew deadline + time to stop is longer than the lease",
    },
)
def le_overlap_bounded(state: View) -> bool | None:
    """No two leaders work at the same time, if the lease is long enough.

    That is: longest answer + (retry period + renew deadline) / (1 - drift) + longest time to stop are not more than
    lease duration / (1 + drift).  How far wall clocks are apart does not matter.  One may begin at the moment at which
    the other has to end.
    """
    acting = [name for name in state.working if not state.paused[name] and not _ends_now(state, name)]
    return len(acting) == 1 if acting else None


def _ends_now(state: View, name: str) -> bool:
    """Whether a leader must give up, or its work must have ended, at this very moment."""
    ends, until = state.working[name].ends, state.electors[name].until
    if ends is not None:
        return bool(ends <= state.now)
    return until is not None and state.clocks[name].moment(until) <= state.now


@always(
    source=f"{CLIENT_GO}, renew",
    needs=("config", *ELECTION),
    limits={PAUSE: "a paused leader takes no step, not even the one to stop; once it goes on it is late"},
)
def le_stops_eventually(state: View) -> bool | None:
    """A leader that cannot renew its Lease gives up in time, on its own clock.

    That is within retry period + renew deadline of its last success, whatever it has read meanwhile.
    """
    leading = [name for name in state.working if not state.paused[name] and state.electors[name].phase == "leader"]
    return all(state.now <= _latest_end(state, name) for name in leading) if leading else None


def _latest_end(state: View, name: str) -> int:
    """When a leader gives up at the latest, in true time: it sleeps, then tries; both timers fire at whole seconds."""
    clock, config = state.clocks[name], state.config
    awake = clock.moment(state.electors[name].renewed_at + config.retry_period)
    latest: int = clock.moment(clock.monotonic(awake) + config.renew_deadline)
    return latest


@always(source=f"{CLIENT_GO}, acquire; wait.JitterUntil", needs=("config", "response", "keys", *ELECTION))
def le_acquire_live(state: View) -> bool | None:
    """A Lease whose holder is no more is taken over, while candidates live and are served.

    It takes no longer than the lease duration, twice the longest sleep between attempts, and four answers.
    """
    record = record_of(state.keys[KEY.path].value)
    if not record.holder or record.holder in state.electors:
        return None
    longest = record.duration + 2 * state.config.longest_retry + 4 * state.response
    return bool(state.now <= record.renewed + longest)


@stepwise(
    on=LeaseWritten,
    source=f"{CLIENT_GO}, release; pull requests 132849 and 137988",
    needs=ELECTION,
    limits={
        UNCHECKED: "a leader that gives up reads the Lease once more, but asks its own old observation whether it "
        "leads: if somebody else has taken over, it empties the Lease of that one"
    },
)
def le_holder_is_not_emptied_by_others(before: View, step: Step, after: View) -> Parts:
    """Nobody but its holder gives a Lease up."""
    del before, after
    for written in step.emitted(LeaseWritten):
        if written.before is not None and not written.after.holder:
            yield "who empties the Lease holds it", written.before.holder in ("", written.by)


@stepwise(
    on=LeaseWritten,
    source=f"{CLIENT_GO}, LeaderElectionConfig.ReleaseOnCancel",
    needs=ELECTION,
    limits={
        PAUSE: "a leader whose renewals failed releases the Lease before the library tells its work to stop",
        SLOW_ANSWER: "a leader whose renewals failed releases the Lease before the library tells its work to stop",
    },
)
def le_release_only_after_stop(before: View, step: Step, after: View) -> Parts:
    """A leader whose owner lets its work end before it ends the leader gives the Lease up only after its work."""
    del before, after
    for written in step.emitted(LeaseWritten):
        if not written.after.holder:
            yield "its work has ended", not written.working


@stepwise(
    on=WorkWritten,
    source=f"{CLIENT_GO}, package comment (a.k.a. fencing); kubernetes issue 44887",
    needs=("to_write", *ELECTION),
    limits={
        PAUSE: "a leader that was paused writes when it goes on, as if it still led",
        SLOW_ANSWER: "a write that was sent in time is committed late; a Lease fences nothing",
        TIGHT: "two leaders that work at the same time write in any order",
    },
)
def le_no_write_after_successor(before: View, step: Step, after: View) -> Parts:
    """No write of a leader is committed after one of its successor, if leaders do not overlap and no write is late."""
    del before, after
    for written in step.emitted(WorkWritten):
        yield "no later term has written before", written.replaced <= written.term


@stepwise(
    on=WorkWritten,
    source="the remedy: compare the term, in a write that is conditional on what was compared; etcd documentation, Why "
    "etcd, Notes on the usage of lock and lease",
    needs=("to_write", *ELECTION),
)
def fenced_write_safe(before: View, step: Step, after: View) -> Parts:
    """A write whose leader has compared the terms, and that is conditional on what it read, never comes too late."""
    del before, after
    for written in step.emitted(WorkWritten):
        if written.fenced:
            yield "no later term has written before", written.replaced <= written.term
