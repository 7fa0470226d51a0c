"""What of a job may change.

Lives here: the rules for writes through the job itself.  Must not know: status, but whether the job has started.

Source: Kubernetes 1.36, ``pkg/apis/batch/validation/validation.go``, ``pkg/registry/batch/job/strategy.go``; scenario
d-service-lease-others.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ....frozen_json import FrozenMap, as_map
from ....objects import Object
from ...answer import Cause
from ...causes import invalid_value
from ..reading import maybe_number, text

_FIXED: Final = ("completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy")
_DIRECTIVES: Final = ("nodeSelector", "tolerations", "schedulingGates")
_IMMUTABLE: Final = "field is immutable"


def job(new: Object, existing: Object, subresource: str) -> Iterator[Cause]:
    """What is wrong with a job that is to replace another."""
    del subresource
    spec, old = new.spec, existing.spec
    yield from _completions(spec, old)
    if spec.get("selector") != old.get("selector"):
        yield invalid_value("spec.selector", _IMMUTABLE)
    before = as_map(old.get("template"))
    if _may_be_placed_anew(existing):
        before = _with_directives(before, as_map(spec.get("template")))
    if spec.get("template") != before:
        yield invalid_value("spec.template", _IMMUTABLE)
    for name in _FIXED:
        if spec.get(name) != old.get(name):
            yield invalid_value(f"spec.{name}", _IMMUTABLE)


def _completions(spec: FrozenMap, old: FrozenMap) -> Iterator[Cause]:
    """How many pods must succeed is fixed, but for numbered ones together with how many run at once."""
    wanted = maybe_number(spec, "completions")
    if wanted == maybe_number(old, "completions"):
        return
    if text(spec, "completionMode") != "Indexed":
        yield invalid_value("spec.completions", _IMMUTABLE)
    elif wanted is not None and wanted != maybe_number(spec, "parallelism"):
        yield invalid_value("spec.completions", "can only be modified in tandem with spec.parallelism")


def _may_be_placed_anew(existing: Object) -> bool:
    """A job that is suspended and has not started may still be told where to run."""
    return existing.spec.get("suspend") is True and existing.status.get("startTime") is None


def _with_directives(before: FrozenMap, wanted: FrozenMap) -> FrozenMap:
    """The old template with what the new one says of where pods may run."""
    spec, wanted_spec = as_map(before.get("spec")), as_map(wanted.get("spec"))
    for name in _DIRECTIVES:
        spec = spec.set(name, wanted_spec[name]) if name in wanted_spec else spec.without(name)
    affinity, node = as_map(spec.get("affinity")), as_map(wanted_spec.get("affinity")).get("nodeAffinity")
    affinity = affinity.without("nodeAffinity") if node is None else affinity.set("nodeAffinity", node)
    is_there = affinity or "affinity" in wanted_spec
    spec = spec.set("affinity", affinity) if is_there else spec.without("affinity")
    metadata, wanted_metadata = as_map(before.get("metadata")), as_map(wanted.get("metadata"))
    for name in ("labels", "annotations"):
        known = name in wanted_metadata
        metadata = metadata.set(name, wanted_metadata[name]) if known else metadata.without(name)
    return before.set("spec", spec).set("metadata", metadata)
