"""What the status of a job may say.

Lives here: the rules for writes through ``status``.  Must not know: what of the specification may change.

Source: Kubernetes 1.36, ``pkg/apis/batch/validation/validation.go``, ``pkg/registry/batch/job/strategy.go``, which asks
for most of it only where something changes; scenario s-generation.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ....frozen_json import FrozenMap, as_map
from ....objects import Object
from ...answer import Cause
from ...causes import duplicate, invalid_value, required
from ..reading import maybe_number, nonnegative, number, parts, text, texts
from .policies import count_of

_CONDITIONS: Final = "status.conditions"
_UNCOUNTED: Final = "uncountedTerminatedPods"


def cron_job(new: Object, existing: Object) -> Iterator[Cause]:
    """What a cron job's status says is not looked at."""
    del new, existing
    return iter(())


def job(new: Object, existing: Object) -> Iterator[Cause]:
    """What is wrong with a job's status that is to replace another."""
    status, before = new.status, existing.status
    for name in ("active", "succeeded", "failed", "ready", "terminating"):
        yield from nonnegative(f"status.{name}", maybe_number(status, name))
    yield from _uncounted(status)
    yield from _conditions(status, before)
    yield from _finished(status)
    yield from _indexes(status, new.spec)
    if number(status, "ready") > number(status, "active") and status.get("ready") != before.get("ready"):
        yield invalid_value("status.ready", "cannot set more ready pods than active")
    yield from _history(status, before, new.spec)


def _is(status: FrozenMap, *kinds: str) -> bool:
    """Whether one of these conditions is true."""
    return any(
        text(condition, "type") in kinds and text(condition, "status") == "True"
        for condition in parts(status, "conditions")
    )


def _uncounted(status: FrozenMap) -> Iterator[Cause]:
    seen: set[str] = set()
    for name in ("succeeded", "failed"):
        for index, uid in enumerate(texts(as_map(status.get(_UNCOUNTED)), name)):
            field = f"status.{_UNCOUNTED}.{name}[{index}]"
            if not uid:
                yield invalid_value(field, "must not be empty")
            elif uid in seen:
                yield duplicate(field, uid)
            seen.add(uid)


def _conditions(status: FrozenMap, before: FrozenMap) -> Iterator[Cause]:
    """A job is complete or has failed; it says beforehand which of the two it will be."""
    complete, failed = _is(status, "Complete"), _is(status, "Failed")
    completed, started = status.get("completionTime"), status.get("startTime")
    changed = (complete, failed) != (_is(before, "Complete"), _is(before, "Failed"))
    if complete and failed:
        yield invalid_value(_CONDITIONS, "cannot set Complete=True and Failed=true conditions")
    if complete and _is(status, "FailureTarget"):
        yield invalid_value(_CONDITIONS, "cannot set Complete=True and FailureTarget=true conditions")
    if completed is not None and not complete:
        why = "cannot set completionTime when there is no Complete=True condition"
        yield invalid_value("status.completionTime", why)
    if completed is None and complete:
        yield required("status.completionTime", "completionTime is required for Complete jobs")
    if isinstance(completed, str) and isinstance(started, str) and completed < started:
        yield invalid_value("status.completionTime", "completionTime cannot be set before startTime")
    if failed and changed and not _is(status, "FailureTarget"):
        yield invalid_value(_CONDITIONS, "cannot set Failed=True condition without the FailureTarget=true condition")
    if complete and changed and not _is(status, "SuccessCriteriaMet"):
        why = "cannot set Complete=True condition without the SuccessCriteriaMet=true condition"
        yield invalid_value(_CONDITIONS, why)


def _finished(status: FrozenMap) -> Iterator[Cause]:
    """A job that has come to an end has nothing running, nor anything to count."""
    if not _is(status, "Complete", "Failed"):
        return
    if number(status, "active") > 0:
        yield invalid_value("status.active", "active>0 is invalid for finished job")
    if status.get("startTime") is None:
        yield required("status.startTime", "startTime is required for finished job")
    uncounted = as_map(status.get(_UNCOUNTED))
    if texts(uncounted, "succeeded") or texts(uncounted, "failed"):
        yield invalid_value(f"status.{_UNCOUNTED}", "uncountedTerminatedPods needs to be empty for finished job")


def _indexes(status: FrozenMap, spec: FrozenMap) -> Iterator[Cause]:
    completions = maybe_number(spec, "completions")
    completed, failed = text(status, "completedIndexes"), status.get("failedIndexes")
    if completions is not None and count_of(completed, completions) is None:
        yield invalid_value("status.completedIndexes", "error parsing completedIndexes")
    per_index = spec.get("backoffLimitPerIndex") is not None
    if completions is not None and per_index and isinstance(failed, str) and count_of(failed, completions) is None:
        yield invalid_value("status.failedIndexes", "error parsing failedIndexes")
    if completed and text(spec, "completionMode") != "Indexed":
        why = "cannot set non-empty completedIndexes when non-indexed completion mode"
        yield invalid_value("status.completedIndexes", why)
    if failed is not None and not per_index:
        why = "cannot set non-null failedIndexes when backoffLimitPerIndex is null"
        yield invalid_value("status.failedIndexes", why)
    if number(status, "terminating") > 0 and _is(status, "Complete", "Failed"):
        yield invalid_value("status.terminating", "terminating>0 is invalid for finished job")


def _history(status: FrozenMap, before: FrozenMap, spec: FrozenMap) -> Iterator[Cause]:
    """What has happened has happened."""
    for kind in ("Failed", "Complete", "FailureTarget"):
        if _is(before, kind) and not _is(status, kind):
            yield invalid_value(_CONDITIONS, f"cannot disable the terminal {kind}=True condition")
    for name in ("failed", "succeeded"):
        if number(status, name) < number(before, name):
            yield invalid_value(f"status.{name}", f"cannot decrease the {name} counter")
    completed, started = before.get("completionTime"), before.get("startTime")
    if completed is not None and status.get("completionTime") not in (None, completed):
        yield invalid_value("status.completionTime", "completionTime cannot be mutated")
    if started not in (None, status.get("startTime")) and spec.get("suspend") is not True:
        yield required("status.startTime", "startTime cannot be removed for unsuspended job")
    if _is(before, "SuccessCriteriaMet") and not _is(status, "SuccessCriteriaMet"):
        yield invalid_value(_CONDITIONS, "cannot disable the SuccessCriteriaMet=True condition")
