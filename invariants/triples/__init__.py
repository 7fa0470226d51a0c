"""The triples of all promises, one file a group.

Lives here: which scenarios, limits and mutants belong to which promise.  Must not know: engines.
"""

from ..guarantee import Guarantee
from . import (
    of_admission,
    of_clients,
    of_leaders,
    of_leases,
    of_machinery,
    of_members,
    of_objects,
    of_programs,
    of_reads,
    of_store,
    of_watches,
    of_writes,
)

__all__ = ["GUARANTEES"]

GUARANTEES: tuple[Guarantee, ...] = (
    *of_store.GUARANTEES,
    *of_members.GUARANTEES,
    *of_watches.GUARANTEES,
    *of_leases.GUARANTEES,
    *of_writes.GUARANTEES,
    *of_objects.GUARANTEES,
    *of_admission.GUARANTEES,
    *of_machinery.GUARANTEES,
    *of_leaders.GUARANTEES,
    *of_clients.GUARANTEES,
    *of_programs.GUARANTEES,
    *of_reads.GUARANTEES,
)
"""Every promise, from the store upwards."""
