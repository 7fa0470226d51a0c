"""Jobs, and what makes them in time.

Lives here: their strategies, a file a part of them:

    defaults      what is filled in, and what is made from a job's identity
    jobs          which jobs are valid
    policies      what counts as failure and as success
    changes       what of a job may change
    statuses      what a status may say
    cron          which cron jobs are valid
    schedules     when they run

Must not know: requests, storage.

Source: Kubernetes 1.36, ``pkg/registry/batch/*/strategy.go``; recordings F; scenarios d-service-lease-others,
s-generation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..strategy import Strategy, UpdateCheck
from ..workloads.warnings import cron_job_warnings, named_warnings
from . import changes, cron, defaults, jobs, statuses

STRATEGIES: Final[Mapping[str, Strategy]] = {
    "jobs": Strategy(
        default=defaults.job,
        identify=defaults.identified,
        validate_identity=jobs.generated,
        validate=jobs.job,
        validate_new=jobs.new_job,
        validate_change=changes.job,
        validate_status=statuses.job,
        warn=named_warnings,
        on_update=UpdateCheck.TWICE,
    ),
    "cronjobs": Strategy(
        default=defaults.cron_job,
        validate=cron.cron_job,
        validate_new=cron.new_cron_job,
        validate_status=statuses.cron_job,
        warn=cron_job_warnings,
    ),
}
