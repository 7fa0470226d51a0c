"""What a server warns of in workloads, and in jobs.

Lives here: the warnings that follow from names and templates.  Must not know: requests.

Source: Kubernetes 1.36, ``pkg/registry/{core,apps,batch}/*/strategy.go``.
"""

from __future__ import annotations

from collections.abc import Iterator

from ....frozen_json import as_map
from ....objects import Object
from ..pod_templates.warnings import name_warnings, spec_warnings
from ..reading import maybe_number


def template_warnings(new: Object, existing: Object | None, at: str = "spec.template") -> Iterator[str]:
    """What is odd in the template of a workload that is new or wants something else."""
    if existing is None or new.generation != existing.generation:
        template = new.field(at)
        yield from spec_warnings(as_map(as_map(template).get("spec")), f"{at}.spec")


def named_warnings(new: Object, existing: Object | None) -> Iterator[str]:
    """The same for kinds after which pods are named."""
    if existing is None:
        yield from name_warnings(new.name, "Pod names and hostnames")
    yield from template_warnings(new, existing)


def stateful_set_warnings(new: Object, existing: Object | None) -> Iterator[str]:
    """What is odd in a stateful set."""
    yield from template_warnings(new, existing)
    limit = maybe_number(new.spec, "revisionHistoryLimit")
    if limit is not None and limit < 0:
        why = "a negative value retains all historical revisions; a value >= 0 is recommended"
        yield f"spec.revisionHistoryLimit: {why}"


def cron_job_warnings(new: Object, existing: Object | None) -> Iterator[str]:
    """What is odd in a cron job."""
    if existing is None:
        yield from name_warnings(new.name, "Pod names and hostnames")
    yield from template_warnings(new, existing, "spec.jobTemplate.spec.template")
