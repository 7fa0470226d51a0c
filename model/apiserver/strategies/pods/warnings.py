"""What a server warns of in pods.

Lives here: the warnings of a new pod; of a changed one there are none.  Must not know: requests.

Source: Kubernetes 1.36, ``pkg/registry/core/pod/strategy.go``.
"""

from __future__ import annotations

from collections.abc import Iterator

from ....objects import Object
from ..pod_templates.warnings import name_warnings, spec_warnings


def pod_warnings(new: Object, existing: Object | None) -> Iterator[str]:
    """What is odd in a new pod."""
    if existing is None:
        yield from name_warnings(new.name, "the Pod's hostname")
        yield from spec_warnings(new.spec, "spec")
