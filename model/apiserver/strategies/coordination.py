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


STRATEGIES: Final[Mapping[str, Strategy]] = {"leases": Strategy(validate=_lease)}
