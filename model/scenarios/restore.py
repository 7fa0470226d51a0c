"""etcd replaced by a backup of itself, under a reader that goes on where it was.

Lives here: the scenarios.  The system is in :mod:`seatrial.model.rigs.restore`.
"""

from __future__ import annotations

from ..faults import BACKUP_RESTORE
from ..rigs.restore import Restoring, bumped
from ..scenario import Scenario


def restore(changes: int = 3) -> Scenario:
    """An etcd is restored from a backup as it was; its reader goes on from the revision that it had come to."""
    return Scenario(
        "restore",
        Restoring(changes),
        faults={BACKUP_RESTORE: 1},
        summary="etcd is replaced by an older backup, while a reader watches from where it was",
        hazards=("revision-not-bumped",),
    )


def restore_bumped(changes: int = 3) -> Scenario:
    """An etcd is restored from a backup with a higher revision, below which all is marked as compacted."""
    return Scenario(
        "restore-bumped",
        Restoring(changes, bumped),
        faults={BACKUP_RESTORE: 1},
        summary="etcd is replaced by an older backup, whose revision is raised and marked as compacted",
    )
