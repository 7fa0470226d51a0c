"""Templates of pods, in the objects that make pods of them.

Lives here: the rules for templates, and whether a selector selects what is made of one.  Must not know: which objects
have templates.

Source: Kubernetes 1.36, ``pkg/apis/core/validation/validation.go``, ``ValidatePodTemplateSpec``,
``pkg/apis/apps/validation/validation.go``; scenarios c-replicaset-deployment, i-validation.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from ....frozen_json import FrozenMap, as_map
from ...answer import Cause
from ...causes import forbidden_value, invalid_value, not_supported, required
from ...forms import labels
from ...label_selectors import is_empty, is_selector, label_selector
from ...selectors import selector_of
from ..metadata import annotation_causes
from ..reading import part, text
from .spec import annotations_of_pods, spec_causes

_ALWAYS: Final = ("Always",)


@lru_cache(maxsize=2048)
def template_causes(template: FrozenMap, at: str) -> tuple[Cause, ...]:
    """What is wrong with a template, whoever has it."""
    return tuple(_template(template, at))


def _template(template: FrozenMap, at: str) -> Iterator[Cause]:
    metadata, spec = as_map(template.get("metadata")), as_map(template.get("spec"))
    yield from labels(f"{at}.labels", metadata.get("labels"))
    yield from annotation_causes(f"{at}.annotations", metadata.get("annotations"))
    yield from annotations_of_pods(as_map(metadata.get("annotations")), spec, f"{at}.annotations")
    yield from spec_causes(spec, f"{at}.spec")
    if spec.get("ephemeralContainers"):
        yield forbidden_value(f"{at}.spec.ephemeralContainers", "ephemeral containers not allowed in pod template")


def labels_of(template: FrozenMap) -> FrozenMap:
    """The labels of the pods that are made of a template."""
    return as_map(as_map(template.get("metadata")).get("labels"))


def selection(spec: FrozenMap) -> Iterator[Cause]:
    """What is wrong with the selector of a workload, and whether it selects the workload's own pods."""
    yield from selector_causes(spec)
    selector = part(spec, "selector")
    if selector is not None and is_empty(selector):
        yield invalid_value("spec.selector", "empty selector is invalid")
    if selector is not None and not is_selector(selector):
        yield invalid_value("spec.selector", "invalid label selector")
    yield from selects_own(spec)


def selector_causes(spec: FrozenMap) -> Iterator[Cause]:
    """What is wrong with a selector that must be there."""
    selector = part(spec, "selector")
    if selector is None:
        yield required("spec.selector")
    else:
        yield from label_selector(selector, "spec.selector")


def selects_own(spec: FrozenMap) -> Iterator[Cause]:
    """A selector must select the pods that are made of the template.

    One that is missing selects nothing, so not those either; one that means nothing is complained about elsewhere.
    """
    selector, template = part(spec, "selector"), as_map(spec.get("template"))
    if selector is not None and (not is_selector(selector) or selector_of(selector).admits(labels_of(template))):
        return
    yield invalid_value("spec.template.metadata.labels", "`selector` does not match template `labels`")


def runs_for_ever(template: FrozenMap, at: str) -> Iterator[Cause]:
    """The pods of a workload that keeps them running are always restarted, and have no deadline."""
    spec = as_map(template.get("spec"))
    if text(spec, "restartPolicy") != "Always":
        yield not_supported(f"{at}.spec.restartPolicy", text(spec, "restartPolicy"), _ALWAYS)
    if spec.get("activeDeadlineSeconds") is not None:
        yield forbidden_value(f"{at}.spec.activeDeadlineSeconds", "activeDeadlineSeconds is not supported here")
