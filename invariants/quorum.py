"""What etcd promises when it has several members, of which some crash, lag behind or are cut off.

Judged on what members have on their disks, what they show, and what clients were told.  *The history* is the log as far
as a majority has agreed on it.

Source of the catalogue's sentences: etcd documentation, "KV API guarantees" and "Failure modes"; etcd
``tests/robustness``.
"""

from __future__ import annotations

from seatrial.model.draft import View
from seatrial.model.etcd import FIRST_REVISION, Compact, Member, Range, RangeResponse, TxnResponse, WatchCreate, events
from seatrial.model.etcd.members import Entry, Grow, answer_to, leaders, majority, majority_connected, replayed
from seatrial.model.etcd.members.events import (
    Agreed,
    Answered,
    Applied,
    Brought,
    Confirmed,
    Happened,
    Read,
    WatchCancelled,
    WatchTold,
)
from seatrial.model.faults import BACKUP_RESTORE, LAGGING_MEMBER
from seatrial.model.machine import Step

from .invariant import Parts, always, stepwise

MEMBERS = ("members", "agreed", "founders", "answers")
PAIR = Range("pair/", range_end="pair0")
CHANGES = WatchCreate("pair/", range_end="pair0")
RESTORED = "the cluster is made anew from a backup, and what came after the backup is gone"


def _voters(state: View) -> tuple[str, ...]:
    """Who votes after everything that was agreed on."""
    changes = (each.request for each in state.agreed)
    joined = {each.member for each in changes if isinstance(each, Grow) and each.votes}
    return tuple(sorted({*state.founders, *joined}))


@stepwise(
    on=(Agreed, Confirmed, Answered),
    source="etcd documentation, Failure modes (Majority failure)",
    needs=MEMBERS,
)
def ha_no_quorum_no_write(before: View, step: Step, after: View) -> Parts:
    """While no majority of the members can communicate, no write is agreed on and no linearizable read is answered."""
    connected = majority_connected(before.members, _voters(before))
    if step.emitted(Agreed):
        yield "a write is agreed on while a majority can communicate", connected
    if step.emitted(Confirmed):
        yield "a linearizable read is let through while a majority can communicate", connected
    for each in step.emitted(Answered):
        yield "a write is acknowledged after it was agreed on", each.entry in after.agreed


@always(source="etcd documentation, Failure modes (Network partition)", needs=MEMBERS)
def ha_no_split_brain(state: View) -> Parts:
    """No place in the log ever has two entries: two sides of a partition never both go on."""
    members = state.members
    leading = [members[each].term for each in leaders(members)]
    yield "a term has one leader", len(set(leading)) == len(leading)
    shown = [members[each].shown for each in members]
    for one in shown:
        for other in shown:
            yield "no two members have done different things", one[: len(other)] == other[: len(one)]


@stepwise(
    on=(Answered, Read),
    source="etcd documentation, KV API guarantees (strict serializability, linearizability)",
    limits={
        LAGGING_MEMBER: "a serializable read is answered from what one member has applied, however old that is",
        BACKUP_RESTORE: RESTORED,
    },
    needs=MEMBERS,
)
def etcd_linearizable_kv(before: View, step: Step, after: View) -> Parts:
    """All reads and transactions are as if made one after the other, each between its request and its answer."""
    for each in step.emitted(Answered):
        since = each.revision >= before.answers.floor(each.client) + each.changed
        placed = _is_its_answer(each, after.agreed)
        yield (
            "a write answers what it did at its place in the history, after all that was answered before it",
            (placed and since),
        )
    for each in step.emitted(Read):
        yield "a read shows one state of the history", _is_state(each, after.agreed)
        yield (
            "a read is as new as what was answered before it was asked",
            (each.revision >= before.answers.floor(each.client)),
        )


def _is_its_answer(answered: Answered, history: tuple[Entry, ...]) -> bool:
    if answered.entry not in history:
        return False
    revision, response = answer_to(answered.entry, history)
    succeeded = response.succeeded if isinstance(response, TxnResponse) else True
    return (revision, succeeded) == (answered.revision, answered.succeeded)


def _is_state(read: Read, history: tuple[Entry, ...]) -> bool:
    """Whether what was read is what the store had after some prefix of the history."""
    store = _at(history, read.revision)
    return store is not None and _pair(store) == read.kvs


def _at(history: tuple[Entry, ...], revision: int) -> Member | None:
    stores = (replayed(history[:length]) for length in range(len(history) + 1))
    return next((store for store in stores if store.revision == revision), None)


def _pair(store: Member) -> tuple[object, ...]:
    found = store.serve(PAIR)
    return found.kvs if isinstance(found, RangeResponse) else ()


@stepwise(
    on=(Read, Applied, Brought, Happened),
    source="etcd documentation, KV API guarantees; etcd API, Range (serializable)",
    limits={BACKUP_RESTORE: RESTORED},
    needs=MEMBERS,
)
def etcd_serializable_is_prefix(before: View, step: Step, after: View) -> Parts:
    """A serializable read shows the store after a part of the history; while its member runs, that part only grows."""
    for each in step.emitted(Read):
        if not each.linearizable:
            yield "a serializable read shows one state of the history", _is_state(each, after.agreed)
    for name in before.members:
        old, new = before.members[name], after.members[name]
        if old.up and new.up and old.applied:
            yield "what a member shows only grows", new.shown[: old.applied] == old.shown


@stepwise(
    on=(Agreed, Applied, Happened),
    source="etcd documentation, KV API guarantees (durability, revision)",
    limits={BACKUP_RESTORE: RESTORED},
    needs=MEMBERS,
)
def etcd_history_immutable(before: View, step: Step, after: View) -> Parts:
    """A revision means the same for ever and at every member: the history is only added to."""
    if before.agreed and not step.emitted(Applied):
        yield "what was agreed on stays as it is", after.agreed[: len(before.agreed)] == before.agreed
    for each in step.emitted(Applied):
        shown = after.members[each.member].shown
        yield "what a member shows is the history", after.agreed[: len(shown)] == shown


@always(
    source="etcd documentation, KV API guarantees (durability); Failure modes",
    limits={BACKUP_RESTORE: RESTORED},
    needs=MEMBERS,
)
def etcd_durability(state: View) -> Parts:
    """A write that was acknowledged is never lost, whichever members crash, as long as a majority's disks are whole."""
    disks = [state.members[each].log for each in _voters(state)]
    for entry in sorted(state.answers.acknowledged, key=_by_name):
        yield "it stays in the history", entry in state.agreed
        yield "no majority is without it on disk", not majority(sum(entry not in log for log in disks), len(disks))


@always(source="etcd tests/robustness (README, model/history.go); KV API guarantees", needs=MEMBERS)
def etcd_error_is_ambiguous(state: View) -> Parts:
    """A write that ended in an error may be carried out all the same, also later, but once at most."""
    for entry in sorted(state.answers.failed, key=_by_name):
        times = state.agreed.count(entry)
        if times:
            yield "what failed for its client is carried out once at most", times == 1


def _by_name(entry: Entry) -> str:
    return entry.name


@stepwise(
    on=(Read, WatchTold, WatchCancelled),
    source="etcd documentation, KV API guarantees; etcd API guarantees, Watch (ordered, unique, reliable)",
    limits={BACKUP_RESTORE: RESTORED},
    needs=(*MEMBERS, "watches", "heard"),
)
def ha_lagging_member_safe(before: View, step: Step, after: View) -> Parts:
    """Who asks a member that lags behind is told of changes late, but of all, in order, once, and reads what is new."""
    for each in step.emitted(WatchTold):
        changes = events(_uncompacted(after), CHANGES, _heard(before, each.watcher) + 1)
        yield (
            "a watch tells the next change of the history",
            isinstance(changes, tuple) and changes[:1] == (each.batch,),
        )
    for each in step.emitted(WatchCancelled):
        lost = _heard(before, each.watcher) + 1 < replayed(after.agreed).compacted
        yield "a watch is cancelled only if what it has to tell is compacted away", lost
    for each in step.emitted(Read):
        if each.linearizable:
            yield (
                "a linearizable read is as new as any answer before it",
                (each.revision >= before.answers.floor(each.client)),
            )


def _heard(state: View, watcher: str) -> int:
    """Up to which revision a watcher has been told."""
    told: dict[str, int] = dict(state.heard)
    return told.get(watcher, FIRST_REVISION)


def _uncompacted(state: View) -> Member:
    """The store with everything that ever happened in it."""
    return replayed(each for each in state.agreed if not isinstance(each.request, Compact))
