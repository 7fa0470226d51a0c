"""Pod security: what the pods of a namespace may do to the node that they run on.

Lives here: the plugin ``PodSecurity``; the labels of a namespace that say which level is enforced, and which only
warned of.  The levels have a file each.  Must not know: what is dangerous (the levels know).

Pods are refused; workloads that would make such pods are only warned of.  Auditing writes a log, which is not modelled.

Source: Kubernetes 1.36, ``pod-security-admission/admission``; scenario o-admission.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from attrs import evolve, frozen

from ....frozen_json import EMPTY, FrozenMap, as_items, as_map
from ....objects import Object, ObjectKey
from ...answer import Answer, Cause, invalid
from ...causes import invalid_value
from ...lookup import Lookup
from ..review import Plugin, Review, refuse
from . import baseline, restricted
from .containers import LATEST, Finding, Pod

LEVELS: Final = ("privileged", "baseline", "restricted")
"""From the level that allows everything to the strictest."""

_PREFIX: Final = "pod-security.kubernetes.io/"
_VERSION: Final = re.compile(r"v1\.([0-9]|[1-9][0-9]*)")
_TEMPLATES: Final[Mapping[str, str]] = {
    "cronjobs": "spec.jobTemplate.spec.template",
    "daemonsets": "spec.template",
    "deployments": "spec.template",
    "jobs": "spec.template",
    "podtemplates": "template",
    "replicasets": "spec.template",
    "replicationcontrollers": "spec.template",
    "statefulsets": "spec.template",
}
"""The kinds that make pods, and where their template is."""

_IGNORED: Final = frozenset({"exec", "attach", "binding", "eviction", "log", "portforward", "proxy", "status"})


@frozen
class Rule:
    """A level, and the minor version of Kubernetes whose rules for it are meant."""

    level: str = "privileged"
    minor: int = LATEST

    @property
    def strictness(self) -> int:
        """The place of the level."""
        return LEVELS.index(self.level)

    def __str__(self) -> str:
        return f"{self.level}:{'latest' if self.minor == LATEST else f'v1.{self.minor}'}"


def rule_of(labels: Mapping[str, str], mode: str) -> Rule:
    """What a namespace's labels say about a mode: ``enforce``, ``warn``.  What cannot be read is the strictest level.

    Without a label of its own, ``warn`` is as strict as what is enforced.
    """
    wanted = labels.get(_PREFIX + mode)
    if mode != "enforce" and wanted not in LEVELS:
        enforced = rule_of(labels, "enforce")
        if wanted is None and labels.get(f"{_PREFIX}enforce") in LEVELS:
            return (
                enforced if f"{_PREFIX}{mode}-version" not in labels else evolve(enforced, minor=_minor(labels, mode))
            )
        return Rule()
    if wanted is None:
        return Rule(minor=_minor(labels, mode))
    return Rule(wanted if wanted in LEVELS else "restricted", _minor(labels, mode))


def _minor(labels: Mapping[str, str], mode: str) -> int:
    version = _VERSION.fullmatch(labels.get(f"{_PREFIX}{mode}-version", ""))
    return LATEST if version is None else int(version[1])


def findings(rule: Rule, pod: Pod) -> list[Finding]:
    """What a level forbids of what a pod does."""
    pod = evolve(pod, minor=rule.minor)
    checks = dict(baseline.CHECKS) if rule.strictness > 0 else {}
    if rule.level == "restricted":
        checks = {name: check for name, check in checks.items() if name not in restricted.REPLACED}
        checks |= restricted.CHECKS
    found = (check(pod) for check in checks.values())
    return [each for each in found if each is not None]


def validate(review: Review, lookup: Lookup) -> Answer | None:
    """Refuse a pod (403) that does what its namespace forbids, and labels of a namespace (422) that say nothing."""
    if review.object is None or review.operation not in ("CREATE", "UPDATE"):
        return None
    if review.resource == "namespaces" and not review.request.subresource:
        return _refuse_labels(review, review.object)
    if review.resource != "pods" or review.request.subresource in _IGNORED or not _is_significant(review):
        return None
    rule = rule_of(_labels(review, lookup), "enforce")
    found = findings(rule, _pod(review.object.annotations, review.object.spec))
    if not found:
        return None
    return refuse(review, f'violates PodSecurity "{rule}": {", ".join(map(str, found))}')


def warn(review: Review, lookup: Lookup) -> tuple[str, ...]:
    """What is admitted although a level speaks against it: workloads, and pods where only a warning is wanted."""
    object_ = review.object
    if object_ is None or review.operation not in ("CREATE", "UPDATE"):
        return ()
    if review.resource == "namespaces":
        return tuple(_about_pods_in(review, object_, lookup))
    pod = _pod_in(review, object_)
    if pod is None:
        return ()
    rule = rule_of(_labels(review, lookup), "warn")
    found = findings(rule, pod)
    return (f'would violate PodSecurity "{rule}": {", ".join(map(str, found))}',) if found else ()


POD_SECURITY: Final = Plugin("PodSecurity", validate=validate, warn=warn)


def _pod_in(review: Review, object_: Object) -> Pod | None:
    """The pod that an object is, or would make."""
    if review.resource == "pods":
        ignored = review.request.subresource in _IGNORED or not _is_significant(review)
        return None if ignored else _pod(object_.annotations, object_.spec)
    path = _TEMPLATES.get(review.resource)
    if path is None or review.request.subresource:
        return None
    template = as_map(object_.field(path))
    return _pod(as_map(as_map(template.get("metadata")).get("annotations")), as_map(template.get("spec")))


def _pod(annotations: FrozenMap, spec: FrozenMap) -> Pod:
    return Pod(annotations, spec)


def _labels(review: Review, lookup: Lookup) -> FrozenMap:
    namespace = lookup.get(ObjectKey("namespaces", "", review.request.namespace))
    return EMPTY if namespace is None else namespace.labels


def _is_significant(review: Review) -> bool:
    """An update is looked at only if it changes what runs: another image, or other containers."""
    new, old = review.object, review.old
    return new is None or old is None or _images(new) != _images(old)


def _images(pod: Object) -> list[list[object]]:
    parts = ("containers", "initContainers", "ephemeralContainers")
    return [[as_map(each).get("image") for each in as_items(pod.spec.get(part))] for part in parts]


def _refuse_labels(review: Review, namespace: Object) -> Answer | None:
    causes = tuple(_wrong_labels(namespace.labels))
    if not causes or (review.old is not None and causes == tuple(_wrong_labels(review.old.labels))):
        return None
    return invalid(review.request.kind, review.name, causes)


def _wrong_labels(labels: FrozenMap) -> Iterator[Cause]:
    for mode in ("enforce", "audit", "warn"):
        key, version_key = _PREFIX + mode, f"{_PREFIX}{mode}-version"
        if key in labels and labels[key] not in LEVELS:
            why = f'"{labels[key]}": must be one of {", ".join(LEVELS)}'
            yield invalid_value(f"metadata.labels[{key}]", why)
        version = labels.get(version_key, "latest")
        if version != "latest" and not _VERSION.fullmatch(version):
            yield invalid_value(f"metadata.labels[{version_key}]", f'"{version}": must be "latest" or "v1.x"')


def _about_pods_in(review: Review, namespace: Object, lookup: Lookup) -> Iterator[str]:
    """The pods that are there already when a namespace becomes stricter: they stay, and are named."""
    if review.old is None or review.request.subresource:
        return
    new, old = rule_of(namespace.labels, "enforce"), rule_of(review.old.labels, "enforce")
    if new == old or new.strictness == 0 or (new.minor == old.minor and new.strictness < old.strictness):
        return
    first: dict[str, str] = {}
    count: Counter[str] = Counter()
    for pod in lookup.list("pods", namespace.name):
        found = findings(new, _pod(pod.annotations, pod.spec))
        if found:
            reasons = ", ".join(each.reason for each in found)
            first.setdefault(reasons, pod.name)
            count[reasons] += 1
    if first:
        yield f'existing pods in namespace "{namespace.name}" violate the new PodSecurity enforce level "{new}"'
    for reasons in sorted(first, key=lambda each: (first[each], each)):
        others = count[reasons] - 1
        more = "" if not others else f" (and {others} other pod{'s' if others > 1 else ''})"
        yield f"{first[reasons]}{more}: {reasons}"
