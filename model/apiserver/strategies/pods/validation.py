"""Which pods are valid.

Lives here: what pods must fulfil besides their specification, which is in :mod:`..pod_templates`.  Must not know: what
may change.

Source: Kubernetes 1.36, ``pkg/apis/core/validation/validation.go``, ``validatePodMetadataAndSpec``,
``ValidatePodCreate``; scenario b-pod.
"""

from __future__ import annotations

from collections.abc import Iterator

from ....objects import Object
from ...answer import Cause
from ...causes import forbidden_value
from ..pod_templates import annotations_of_pods, spec_causes
from ..pod_templates.containers import image_without_spaces
from ..reading import part, parts, text


def pod_causes(pod: Object) -> Iterator[Cause]:
    """What is wrong with a pod, new or not, apart from the metadata that every kind has."""
    spec = pod.spec
    yield from annotations_of_pods(pod.annotations, spec, "metadata.annotations")
    needs_name = any(part(volume, "ephemeral") is not None for volume in parts(spec, "volumes"))
    yield from spec_causes(spec, "spec", pod.name if needs_name else "", of_pod=True)
    if not text(spec, "serviceAccountName"):
        yield from _tokens_of_nobody(pod)
    for name in ("containers", "initContainers"):
        for index, container in enumerate(parts(spec, name)):
            yield from image_without_spaces(container, f"spec.{name}[{index}]")


def _tokens_of_nobody(pod: Object) -> Iterator[Cause]:
    for index, volume in enumerate(parts(pod.spec, "volumes")):
        projected = part(volume, "projected")
        for place, source in enumerate(() if projected is None else parts(projected, "sources")):
            if part(source, "serviceAccountToken") is not None:
                field = f"spec.volumes[{index}].projected.sources[{place}].serviceAccountToken"
                yield forbidden_value(field, "must not be specified when serviceAccountName is not set")


def new_pod_causes(pod: Object) -> Iterator[Cause]:
    """What is wrong with a pod only because it is new."""
    spec = pod.spec
    if spec.get("ephemeralContainers"):
        yield forbidden_value("spec.ephemeralContainers", "cannot be set on create")
    if text(spec, "nodeName") and spec.get("schedulingGates"):
        yield forbidden_value("spec.nodeName", "cannot be set until all schedulingGates have been cleared")
