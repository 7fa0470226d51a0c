"""The faults that a scenario may contain, each with its budget.

``faults=[faults.crash(1), faults.stale_cache(2)]`` says: at most one crash in any one behaviour, and copies may be read
while they miss up to two changes.  A fault that is not named does not happen.

Lives here: names and budgets.  What a fault does is written in :mod:`seatrial.model.cluster.faults`, and in each rig.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, cast

from attrs import frozen

from .errors import BadInput

STALE_CACHE: Final = "stale-cache"
CRASH: Final = "crash"
CRASH_SERVER: Final = "crash-server"
LOST_ANSWER: Final = "lost-answer"
LATE_COMMIT: Final = "late-commit"
API_SWITCH: Final = "api-switch"
COMPACTION: Final = "compaction"
WATCH_BREAK: Final = "watch-break"
WATCH_SILENT: Final = "watch-silent"
EXPECTATIONS_EXPIRE: Final = "expectations-expire"
CRASH_ETCD: Final = "crash-etcd"
LEADER_CHANGE: Final = "leader-change"
PARTITION: Final = "partition"
LAGGING_MEMBER: Final = "lagging-member"
BACKUP_RESTORE: Final = "backup-restore"
PAUSE: Final = "pause"
SLOW_ANSWER: Final = "slow-answer"
CLOCK_OFFSET: Final = "clock-offset"
CLOCK_RATE: Final = "clock-rate"
CLOCK_JUMP: Final = "clock-jump"

MEANING: Final[Mapping[str, str]] = {
    STALE_CACHE: "a watch cache or an informer may be read while it misses this many changes",
    CRASH: "a controller stops and starts again with an empty memory; what it had sent may still be carried out",
    CRASH_SERVER: "an API server stops and starts again; requests on it get no answer",
    LOST_ANSWER: "a request is carried out, but its answer does not arrive",
    LATE_COMMIT: "a process gives up waiting while its request is on its way; it is carried out later, or never",
    API_SWITCH: "a process turns to another API server, whose watch cache may be older",
    COMPACTION: "etcd, or an API server's watch cache, forgets its history up to now",
    WATCH_BREAK: "a watch ends, and its reader asks again",
    WATCH_SILENT: "nothing comes on a watch any more, and nobody says so",
    EXPECTATIONS_EXPIRE: "five minutes pass, and a controller no longer waits to see what it did",
    CRASH_ETCD: "a member of etcd stops and starts again from its disk; requests on it get no answer",
    LEADER_CHANGE: "another member of etcd becomes the leader; what was not agreed on is dropped or agreed on later",
    PARTITION: "one member of etcd is cut off from the others",
    LAGGING_MEMBER: "a member of etcd is read or watched while it has not applied up to so many entries agreed on",
    BACKUP_RESTORE: "etcd is replaced by one that is made from an older backup",
    PAUSE: "a process takes no steps for a while, and does not know; its clocks go on",
    SLOW_ANSWER: "a request is served and answered later than requests are",
    CLOCK_OFFSET: "a process begins with a wall clock that is ahead, or behind",
    CLOCK_RATE: "a process has clocks that are too slow, or too fast, by as much as clocks may be",
    CLOCK_JUMP: "somebody sets a process's wall clock forward, or back",
}


@frozen
class Fault:
    """A fault and how often it may happen in one behaviour (for ``stale-cache``: how many changes may be missed)."""

    name: str
    budget: int


def crash(times: int = 1) -> Fault:
    """A controller stops and starts again with an empty memory."""
    return Fault(CRASH, times)


def crash_server(times: int = 1) -> Fault:
    """An API server stops and starts again."""
    return Fault(CRASH_SERVER, times)


def lost_answer(times: int = 1) -> Fault:
    """The answer to a request that was carried out is lost."""
    return Fault(LOST_ANSWER, times)


def late_commit(times: int = 1) -> Fault:
    """A process gives up waiting; its request may be carried out later."""
    return Fault(LATE_COMMIT, times)


def api_switch(times: int = 1) -> Fault:
    """A process turns to another API server."""
    return Fault(API_SWITCH, times)


def stale_cache(changes: int = 1) -> Fault:
    """Copies may be read while they miss up to this many changes."""
    return Fault(STALE_CACHE, changes)


def compaction(times: int = 1) -> Fault:
    """Etcd, or a server's watch cache, forgets its history."""
    return Fault(COMPACTION, times)


def watch_break(times: int = 1) -> Fault:
    """A watch ends, and its reader asks again."""
    return Fault(WATCH_BREAK, times)


def watch_silent(times: int = 1) -> Fault:
    """Nothing comes on a watch any more, and nobody says so."""
    return Fault(WATCH_SILENT, times)


def crash_etcd(times: int = 1) -> Fault:
    """A member of etcd stops and starts again from its disk."""
    return Fault(CRASH_ETCD, times)


def leader_change(times: int = 1) -> Fault:
    """Another member of etcd becomes the leader."""
    return Fault(LEADER_CHANGE, times)


def partition(times: int = 1) -> Fault:
    """A member of etcd is cut off from the others."""
    return Fault(PARTITION, times)


def lagging_member(entries: int = 1) -> Fault:
    """A member of etcd is read or watched while it has not applied up to this many entries."""
    return Fault(LAGGING_MEMBER, entries)


def backup_restore(times: int = 1) -> Fault:
    """Etcd is replaced by an older backup of it."""
    return Fault(BACKUP_RESTORE, times)


def expectations_expire(times: int = 1) -> Fault:
    """A controller does not wait any more to see what it created and deleted."""
    return Fault(EXPECTATIONS_EXPIRE, times)


def pause(times: int = 1) -> Fault:
    """A process takes no steps for a while."""
    return Fault(PAUSE, times)


def slow_answer(times: int = 1) -> Fault:
    """A request is served and answered late."""
    return Fault(SLOW_ANSWER, times)


def clock_offset(times: int = 1) -> Fault:
    """A process begins with a wrong wall clock."""
    return Fault(CLOCK_OFFSET, times)


def clock_rate(times: int = 1) -> Fault:
    """A process has clocks that are slow, or fast."""
    return Fault(CLOCK_RATE, times)


def clock_jump(times: int = 1) -> Fault:
    """Somebody sets a process's wall clock."""
    return Fault(CLOCK_JUMP, times)


def check_possible(scenario: str, faults: Iterable[str], possible: Sequence[str] = ()) -> None:
    """See to it that a scenario has no other faults than those that its system can have.

    Raises:
        BadInput: it has another one.
    """
    for fault in faults:
        if not possible:
            raise BadInput(f"scenario {scenario!r} has no faults", remedy="leave --fault out")
        if fault not in possible:
            raise BadInput(f"scenario {scenario!r} has no fault {fault!r}", remedy=f"it has {', '.join(possible)}")


def budgets(faults: Iterable[Fault] | Mapping[str, int]) -> dict[str, int]:
    """The budget of each fault by name, without those that cannot happen.

    Raises:
        BadInput: a budget is negative or no number.
    """
    given: dict[str, Any] = as_given(faults)
    for name, budget in given.items():
        if isinstance(budget, bool) or not isinstance(budget, int) or budget < 0:
            remedy = "a budget is how often it may happen: 0, 1, 2, …"
            raise BadInput(f"fault {name}: {budget!r} is no budget", remedy=remedy)
    return {name: budget for name, budget in given.items() if budget}


def as_given(faults: Iterable[Fault] | Mapping[str, int]) -> dict[str, int]:
    """The budget of each fault by name, as it was given."""
    if isinstance(faults, Mapping):
        return dict(cast("Mapping[str, int]", faults))
    return {each.name: each.budget for each in faults}
