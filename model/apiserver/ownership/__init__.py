"""Ownership of fields: ``metadata.managedFields``, and server-side apply, which works by it.

Lives here, a file each:

    fields      sets of fields, and their form in ``fieldsV1``
    shapes      types: what is merged part by part, and what is owned as a whole
    comparison  what differs between two objects
    merging     configurations merged into objects, and taken out again
    managers    the entries of ``managedFields``
    owned       what becomes of ownership when fields change hands
    tracking    the ``managedFields`` of what is created, put or patched
    applying    what an apply makes of an object

Must not know: how the result is checked further, or stored.

Source: ``structured-merge-diff``; Kubernetes 1.36, ``apimachinery/pkg/util/managedfields``; recordings E.
"""

from .applying import applied
from .tracking import manager_name, tracked, with_times_kept

__all__ = ["applied", "manager_name", "tracked", "with_times_kept"]
