"""Which jobs are valid.

Lives here: the rules for a job, and for what a cron job makes.  Must not know: status, changes.

Source: Kubernetes 1.36, ``pkg/apis/batch/validation/validation.go``; scenario d-service-lease-others.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ....frozen_json import FrozenMap, as_map
from ....objects import Object
from ...answer import Cause
from ...causes import invalid_value, not_supported, required, too_long
from ...forms import dns_label
from ...label_selectors import is_selector
from ...selectors import selector_of
from ..checks import prefixed_causes
from ..pod_templates import labels_of, selector_causes, selects_own, template_causes
from ..reading import maybe_number, nonnegative, part, text
from .defaults import NAME_LABELS, UID_LABELS
from .policies import failure_policy, success_policy

_MODES: Final = ("NonIndexed", "Indexed")
_REPLACEMENTS: Final = ("Failed", "TerminatingOrFailed")
_RESTARTS: Final = ("OnFailure", "Never")
_NUMBERS: Final = (
    "parallelism",
    "completions",
    "activeDeadlineSeconds",
    "backoffLimit",
    "ttlSecondsAfterFinished",
    "backoffLimitPerIndex",
    "maxFailedIndexes",
)
_MOST_AT_ONCE: Final = 100_000
_MANY: Final = 100_000
_MOST_OF_MANY: Final = 10_000
_LONGEST_MANAGER: Final = 63


def job(object_: Object) -> Iterator[Cause]:
    """What is wrong with a job's specification."""
    spec = object_.spec
    yield from job_spec(spec, "spec")
    yield from selector_causes(spec)
    yield from selects_own(spec)


def new_job(object_: Object) -> Iterator[Cause]:
    """The pods of a job that numbers them must be able to have names."""
    spec = object_.spec
    completions = maybe_number(spec, "completions")
    if text(spec, "completionMode") == "Indexed" and completions is not None and completions > 0:
        last = f"{object_.name}-{completions - 1}"
        if dns_label(last):
            yield invalid_value("metadata.name", f"will not able to create pod with invalid DNS label: {last}")


def generated(object_: Object) -> Iterator[Cause]:
    """Labels and selector are as made from the job's identity, unless it selects by hand."""
    spec = object_.spec
    selector = part(spec, "selector")
    if spec.get("manualSelector") is True or selector is None:
        return
    labels = labels_of(as_map(spec.get("template")))
    expected = FrozenMap({**dict.fromkeys(UID_LABELS, object_.uid), **dict.fromkeys(NAME_LABELS, object_.name)})
    for key in (UID_LABELS[0], NAME_LABELS[0], UID_LABELS[1], NAME_LABELS[1]):
        field, why = f"spec.template.metadata.labels[{key}]", f"must be '{expected[key]}'"
        if key not in labels:
            yield required(field, why)
        elif labels[key] != expected[key]:
            yield invalid_value(field, why)
    if is_selector(selector) and not selector_of(selector).admits(expected):
        yield invalid_value("spec.selector", "`selector` not auto-generated")


def job_spec(spec: FrozenMap, at: str) -> Iterator[Cause]:
    """What is wrong with a specification, of a job or of what a cron job makes."""
    for name in _NUMBERS:
        yield from nonnegative(f"{at}.{name}", maybe_number(spec, name))
    if spec.get("maxFailedIndexes") is not None and spec.get("backoffLimitPerIndex") is None:
        yield required(f"{at}.backoffLimitPerIndex", "when maxFailedIndexes is specified")
    yield from _manager(spec, f"{at}.managedBy")
    yield from _mode(spec, at)
    if part(spec, "podFailurePolicy") is not None:
        yield from failure_policy(spec, f"{at}.podFailurePolicy")
    if part(spec, "successPolicy") is not None:
        if text(spec, "completionMode") != "Indexed":
            yield invalid_value(f"{at}.successPolicy", "requires indexed completion mode")
        else:
            yield from success_policy(spec, f"{at}.successPolicy")
    yield from _replacement(spec, f"{at}.podReplacementPolicy")
    template = as_map(spec.get("template"))
    yield from template_causes(template, f"{at}.template")
    yield from _restart_policy(spec, as_map(template.get("spec")), f"{at}.template.spec.restartPolicy")


def _manager(spec: FrozenMap, at: str) -> Iterator[Cause]:
    """A controller of somebody else's is named with a domain."""
    manager = spec.get("managedBy")
    if not isinstance(manager, str):
        return
    if not manager:
        yield required(at)
    else:
        yield from prefixed_causes(manager, at)
    if len(manager) > _LONGEST_MANAGER:
        yield too_long(at, _LONGEST_MANAGER)


def _mode(spec: FrozenMap, at: str) -> Iterator[Cause]:
    """Pods are numbered, or one is as good as another; what counts by number needs numbers."""
    mode = text(spec, "completionMode")
    if mode and mode not in _MODES:
        yield not_supported(f"{at}.completionMode", mode, _MODES)
    if mode == "Indexed":
        yield from _indexed(spec, at)
    if mode in ("", "NonIndexed"):
        for name in ("backoffLimitPerIndex", "maxFailedIndexes"):
            if spec.get(name) is not None:
                yield invalid_value(f"{at}.{name}", f"{spec[name]}: requires indexed completion mode")


def _indexed(spec: FrozenMap, at: str) -> Iterator[Cause]:
    """A job whose pods are numbered knows how many it needs, and does not have too many at once."""
    completions, parallelism = maybe_number(spec, "completions"), maybe_number(spec, "parallelism")
    failed = maybe_number(spec, "maxFailedIndexes")
    if completions is None:
        yield required(f"{at}.completions", "when completion mode is Indexed")
    if parallelism is not None and parallelism > _MOST_AT_ONCE:
        yield invalid_value(f"{at}.parallelism", f"{parallelism}: must be less than or equal to {_MOST_AT_ONCE}")
    if completions is not None and failed is not None and failed > completions:
        yield invalid_value(f"{at}.maxFailedIndexes", f"{failed}: must be less than or equal to completions")
    if failed is not None and failed > _MOST_AT_ONCE:
        yield invalid_value(f"{at}.maxFailedIndexes", f"{failed}: must be less than or equal to {_MOST_AT_ONCE}")
    if completions is None or completions <= _MANY or spec.get("backoffLimitPerIndex") is None:
        return
    if failed is None:
        yield required(f"{at}.maxFailedIndexes", f"must be specified when completions is above {_MANY}")
    for name, value in (("parallelism", parallelism), ("maxFailedIndexes", failed)):
        if value is not None and value > _MOST_OF_MANY:
            yield invalid_value(f"{at}.{name}", f"{value}: must be less than or equal to {_MOST_OF_MANY}")


def _replacement(spec: FrozenMap, at: str) -> Iterator[Cause]:
    policy = spec.get("podReplacementPolicy")
    known = ("Failed",) if part(spec, "podFailurePolicy") is not None else _REPLACEMENTS
    if policy is not None and policy not in known:
        yield not_supported(at, policy, known)


def _restart_policy(spec: FrozenMap, pods: FrozenMap, at: str) -> Iterator[Cause]:
    """The pods of a job come to an end.  What is filled in where nothing is said does not fit."""
    policy = text(pods, "restartPolicy")
    if policy in ("", "Always"):
        yield required(at, 'valid values: "OnFailure", "Never"')
    elif policy not in _RESTARTS:
        yield not_supported(at, policy, _RESTARTS)
    elif part(spec, "podFailurePolicy") is not None and policy != "Never":
        yield invalid_value(at, f'"{policy}": only "Never" is supported when podFailurePolicy is specified')
