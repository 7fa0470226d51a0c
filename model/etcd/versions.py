"""In what the releases of etcd differ, as far as the model can tell.

Lives here: one knob a difference, with the releases that have it.  The newest release is the default
everywhere.

Source: observed behaviour of etcd 3.4.23, 3.5.1, 3.5.16 and 3.6.8, recordings A.17; etcd issues 15220, 19179 and 20221
(the repairs are in 3.4.25 and 3.5.8, in 3.5.16 and 3.6.0, and in 3.5.22 and 3.6.2).
"""

from __future__ import annotations

from typing import Final

from attrs import evolve, frozen


@frozen
class Version:
    """A release of etcd and how it behaves.

    ``keeps_deletion_at_compaction``: a watch that starts at the compacted revision gets the deletions made
    there. Before it was repaired (etcd issue 19179) they were silently lost.

    ``progress_waits``: a client that asks for the progress of its watches is told only once they all have come to the
    present. Before it was repaired (etcd issue 15220) it was told the present at once, so that events from before could
    follow.

    ``progress_respects_start``: a watch from a revision that does not exist yet is told of no progress before that
    revision. Before it was repaired (etcd issue 20221) it was.

    ``checks_puts_first``: within a transaction all puts are checked before all ranges; later releases check
    the operations in their order.  It decides which of two reasons a doubly wrong transaction is refused
    with.
    """

    name: str
    keeps_deletion_at_compaction: bool = True
    progress_waits: bool = True
    progress_respects_start: bool = True
    checks_puts_first: bool = False


ETCD_3_6_8: Final = Version("3.6.8")
ETCD_3_5_16: Final = Version("3.5.16", progress_respects_start=False, checks_puts_first=True)
ETCD_3_5_1: Final = evolve(ETCD_3_5_16, name="3.5.1", keeps_deletion_at_compaction=False, progress_waits=False)
ETCD_3_4_23: Final = evolve(ETCD_3_5_1, name="3.4.23")

NEWEST: Final = ETCD_3_6_8
VERSIONS: Final = {each.name: each for each in (ETCD_3_4_23, ETCD_3_5_1, ETCD_3_5_16, ETCD_3_6_8)}
"""The releases that were observed, oldest first."""


def nearest(name: str) -> Version:
    """The newest observed release that is not newer than the named one, such as ``3.5.20``; else the oldest.

    Raises:
        ValueError: the name is not made of numbers and dots.
    """
    not_newer = [each for each in VERSIONS.values() if _numbers(each.name) <= _numbers(name)]
    return not_newer[-1] if not_newer else ETCD_3_4_23


def _numbers(name: str) -> tuple[int, ...]:
    return tuple(int(part) for part in name.split("."))
