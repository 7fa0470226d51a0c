"""What a server fills in where jobs say nothing.

Lives here: the defaults of jobs and cron jobs, and the selector and the labels that are made from a job's name and
uid.  Must not know: validity.

Source: Kubernetes 1.36, ``pkg/apis/batch/v1/{defaults,conversion}.go``, ``pkg/registry/batch/job/strategy.go``;
scenarios d-service-lease-others, s-generation.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from ....frozen_json import FrozenMap, as_map
from ....objects import Object
from ..pod_templates import default_template, labels_of
from ..reading import part, replaced, with_defaults, with_pointer_defaults

UID_LABELS: Final = ("controller-uid", "batch.kubernetes.io/controller-uid")
"""The labels of a job's pods that hold its uid: the one of old, and the one that its selector is about."""

NAME_LABELS: Final = ("job-name", "batch.kubernetes.io/job-name")
"""The labels of a job's pods that hold its name."""

_ONE: Final = FrozenMap({"completions": 1, "parallelism": 1})
_OF_JOB: Final = FrozenMap({"parallelism": 1, "completionMode": "NonIndexed", "suspend": False})
_OF_NEW_JOB: Final = FrozenMap({"manualSelector": False})
_OF_CRON_JOB: Final = FrozenMap({"suspend": False, "successfulJobsHistoryLimit": 3, "failedJobsHistoryLimit": 1})
_CONCURRENT: Final = FrozenMap({"concurrencyPolicy": "Allow"})
_TRIES: Final = 6
_ENDLESS: Final = 2**31 - 1


def job(object_: Object) -> Object:
    """A job with its defaults; one without labels has those of its pods."""
    spec = _job(object_.spec)
    labels = labels_of(as_map(spec.get("template")))
    if labels and not object_.labels:
        object_ = object_.with_metadata(labels=labels)
    root = replaced(object_.root, "spec", spec)
    return object_ if root is object_.root else Object(root)


@lru_cache(maxsize=1024)
def _job(spec: FrozenMap) -> FrozenMap:
    if spec.get("completions") is None and spec.get("parallelism") is None:
        spec = with_pointer_defaults(spec, _ONE)
    spec = with_pointer_defaults(spec, _OF_JOB)
    if spec.get("backoffLimit") is None:
        spec = spec.set("backoffLimit", _TRIES if spec.get("backoffLimitPerIndex") is None else _ENDLESS)
    if spec.get("podReplacementPolicy") is None:
        waits = part(spec, "podFailurePolicy") is not None
        spec = spec.set("podReplacementPolicy", "Failed" if waits else "TerminatingOrFailed")
    if spec.get("manualSelector") is None:
        spec = with_pointer_defaults(spec, _OF_NEW_JOB)
    return replaced(spec, "template", default_template(as_map(spec.get("template"))))


def cron_job(object_: Object) -> Object:
    """A cron job with its defaults.  The jobs that it makes get theirs when they are made."""
    spec = with_defaults(with_pointer_defaults(object_.spec, _OF_CRON_JOB), _CONCURRENT)
    jobs = as_map(spec.get("jobTemplate"))
    job_spec = as_map(jobs.get("spec"))
    template = default_template(as_map(job_spec.get("template")))
    spec = replaced(spec, "jobTemplate", replaced(jobs, "spec", replaced(job_spec, "template", template)))
    root = replaced(object_.root, "spec", spec)
    return object_ if root is object_.root else Object(root)


def identified(object_: Object) -> Object:
    """A new job that selects its own pods by its uid, unless it wants to select by hand.

    Labels that somebody has set are left alone: if they do not fit, the job is not valid.
    """
    spec = object_.spec
    if spec.get("manualSelector") is True:
        return object_
    template = as_map(spec.get("template"))
    metadata = as_map(template.get("metadata"))
    generated = {
        **dict.fromkeys(NAME_LABELS, object_.name),
        **dict.fromkeys(UID_LABELS, object_.uid),
        **labels_of(template),
    }
    selector = as_map(spec.get("selector"))
    selected = FrozenMap({UID_LABELS[1]: object_.uid, **as_map(selector.get("matchLabels"))})
    labelled = template.set("metadata", metadata.set("labels", FrozenMap(generated)))
    spec = spec.set("template", labelled).set("selector", selector.set("matchLabels", selected))
    return job(Object(object_.root.set("spec", spec)))
