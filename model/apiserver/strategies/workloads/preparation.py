"""What the server owns of a daemon set: it counts its templates.

Lives here: the counter, which is an annotation to the outside.  Must not know: validity.

Source: Kubernetes 1.36, ``pkg/registry/apps/daemonset/strategy.go``, ``pkg/apis/apps/v1/conversion.go``; scenarios
d-service-lease-others, s-generation.
"""

from __future__ import annotations

import re
from typing import Final

from ....objects import Object
from .defaults import TEMPLATES

_NUMBER: Final = re.compile(r"[0-9]{1,18}")


def new_daemon_set(object_: Object) -> Object:
    """A new one has its first template."""
    return _counted(object_, max(_count(object_), 1))


def changed_daemon_set(new: Object, existing: Object, subresource: str) -> Object:
    """Another template counts; nobody else may."""
    count = _count(existing)
    is_another = not subresource and new.spec.get("template") != existing.spec.get("template")
    return _counted(new, count + is_another)


def _count(object_: Object) -> int:
    text = object_.annotations.get(TEMPLATES, "")
    return int(text) if _NUMBER.fullmatch(text) else 0


def _counted(object_: Object, count: int) -> Object:
    if object_.annotations.get(TEMPLATES) == str(count):
        return object_
    return object_.with_metadata(annotations=object_.annotations.set(TEMPLATES, str(count)))
