"""Which cron jobs are valid.

Lives here: their rules.  Must not know: status.

Source: Kubernetes 1.36, ``pkg/apis/batch/validation/validation.go``; scenario d-service-lease-others.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ....frozen_json import FrozenMap, as_map
from ....objects import Object
from ...answer import Cause
from ...causes import invalid_value, not_supported, required
from ..reading import maybe_number, nonnegative, one_of, text
from .jobs import job_spec
from .schedules import is_schedule, is_zone

_POLICIES: Final = ("Allow", "Forbid", "Replace")
_LONGEST_NAME: Final = 52
_JOBS: Final = "spec.jobTemplate.spec"


def cron_job(object_: Object) -> Iterator[Cause]:
    """What is wrong with a cron job."""
    spec = object_.spec
    yield from _schedule(spec)
    yield from nonnegative("spec.startingDeadlineSeconds", maybe_number(spec, "startingDeadlineSeconds"))
    yield from _zone(spec)
    yield from one_of("spec.concurrencyPolicy", text(spec, "concurrencyPolicy"), _POLICIES)
    jobs = as_map(as_map(spec.get("jobTemplate")).get("spec"))
    yield from job_spec(jobs, _JOBS)
    if jobs.get("selector") is not None:
        yield invalid_value(f"{_JOBS}.selector", "`selector` will be auto-generated")
    if jobs.get("manualSelector") is True:
        yield not_supported(f"{_JOBS}.manualSelector", value=True, supported=("nil", "false"))
    for name in ("successfulJobsHistoryLimit", "failedJobsHistoryLimit"):
        yield from nonnegative(f"spec.{name}", maybe_number(spec, name))


def new_cron_job(object_: Object) -> Iterator[Cause]:
    """The name of a new one leaves room for the time that is added to those of its jobs."""
    if len(object_.name) > _LONGEST_NAME:
        yield invalid_value("metadata.name", f"must be no more than {_LONGEST_NAME} characters")


def _schedule(spec: FrozenMap) -> Iterator[Cause]:
    schedule = text(spec, "schedule")
    if not schedule:
        yield required("spec.schedule")
        return
    if not is_schedule(schedule):
        yield invalid_value("spec.schedule", f'"{schedule}" is no schedule')
    if "TZ" in schedule:
        why = "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"
        yield invalid_value("spec.schedule", f'"{schedule}": {why}')


def _zone(spec: FrozenMap) -> Iterator[Cause]:
    zone = spec.get("timeZone")
    if not isinstance(zone, str):
        return
    if not zone:
        yield invalid_value("spec.timeZone", '"": timeZone must be nil or non-empty string')
    elif not is_zone(zone):
        yield invalid_value("spec.timeZone", f'"{zone}": unknown time zone {zone}')
    elif zone.lower() == "local":
        why = "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones"
        yield invalid_value("spec.timeZone", f'"{zone}": {why}')
