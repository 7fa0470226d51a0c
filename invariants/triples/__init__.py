"""The triples of all promises, one file a group.

Lives here: which scenarios, limits and mutants belong to which promise.  Must not know: engines.
"""

from ..guarantee import Guarantee
from . import of_admission, of_clients, of_objects, of_store, of_writes

__all__ = ["GUARANTEES"]

GUARANTEES: tuple[Guarantee, ...] = (
    *of_store.GUARANTEES,
    *of_writes.GUARANTEES,
    *of_objects.GUARANTEES,
    *of_admission.GUARANTEES,
    *of_clients.GUARANTEES,
)
"""Every promise, from the store upwards."""
