"""Leases.

Lives here: their strategy.  Must not know: requests, storage.

Source: Kubernetes 1.36, ``pkg/apis/coordination/validation``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ...objects import Object
from ..answer import Cause
from ..causes import invalid_value
from .strategy import Strategy


def _lease(object_: Object) -> Iterator[Cause]:
    for name, least in (("leaseDurationSeconds", 1), ("leaseTransitions", 0)):
        value = object_.spec.get(name)
        if value is not None and value < least:
            yield invalid_value(f"spec.{name}", f"{value}: must be at least {least}")


def _uncoordinated(object_: Object) -> Object:
    """That a server chooses leaders is an option that is off by default: then what is said of it is dropped."""
    for name in ("strategy", "preferredHolder"):
        if name in object_.spec:
            object_ = object_.with_field("spec", object_.spec.without(name))
    return object_


def _update(new: Object, existing: Object, subresource: str) -> Object:
    del existing, subresource
    return _uncoordinated(new)


STRATEGIES: Final[Mapping[str, Strategy]] = {
    "leases": Strategy(prepare_creation=_uncoordinated, prepare_update=_update, validate=_lease)
}
