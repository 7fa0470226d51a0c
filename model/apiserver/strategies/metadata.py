"""Metadata that objects and templates have alike.

Lives here: the rule for annotations (that for labels is :func:`..forms.labels`).  Must not know: objects.

Source: Kubernetes 1.36, ``apimachinery/pkg/api/validation/objectmeta.go``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...frozen_json import as_map
from ..answer import Cause
from ..causes import too_long
from ..forms import as_texts, complaints, qualified_name

_MOST_BYTES: Final = 256 * 1024


def annotation_causes(field: str, values: object) -> Iterator[Cause]:
    """What is wrong with annotations: their keys are qualified names, and all together are not too long."""
    size = 0
    for key, value in as_texts(as_map(values)):
        yield from complaints(field, key.lower(), qualified_name)
        size += len(key.encode("utf-8", "replace")) + len(value.encode("utf-8", "replace"))
    if size > _MOST_BYTES:
        yield too_long(field, _MOST_BYTES)
