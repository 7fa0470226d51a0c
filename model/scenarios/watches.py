"""etcd and those who watch it, with the errors that its releases had.

Lives here: the scenarios.  The system is in :mod:`seatrial.model.rigs.watches`.
"""

from __future__ import annotations

from ..profiles import NEWEST
from ..rigs.watches import REQUESTS, Watches
from ..scenario import Scenario


def watches(writes: int = 3) -> Scenario:
    """One watcher of etcd, with any of several requests, from now, the past or the future; compaction and a break."""
    return Scenario(
        "watches",
        Watches(writes=writes),
        summary="etcd and a watcher: catching up, being a victim, progress, compaction, resuming",
    )


def watch_stream(writes: int = 2) -> Scenario:
    """Two watchers of etcd on one stream, which a progress notification must not mislead."""
    return Scenario(
        "watch-stream",
        Watches(watchers=2, requests=tuple(REQUESTS)[:1], writes=writes, compactions=0, breaks=0),
        summary="etcd and two watchers on one stream: a progress notification waits for both",
    )


def watches_overtaken(writes: int = 2) -> Scenario:
    """A watcher of an etcd whose progress notifications pass events (etcd issue 15220)."""
    return Scenario(
        "watches-overtaken",
        Watches(writes=writes, profile=NEWEST.with_(progress="overtakes")),
        summary="a watcher of an etcd whose progress notifications pass events (before 3.4.25 and 3.5.8)",
    )


def watches_forgetful(writes: int = 3) -> Scenario:
    """A watcher of an etcd that forgets a deletion when it compacts at its revision (etcd issues 18089, 19179)."""
    return Scenario(
        "watches-forgetful",
        Watches(writes=writes, profile=NEWEST.with_(compacted_deletion="lost")),
        summary="a watcher of an etcd that forgets a deletion at which it compacts (3.4.23, 3.5.1)",
    )
