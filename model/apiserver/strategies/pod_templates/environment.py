"""Environment variables of containers, and references to fields of the pod.

Lives here: the rules for ``env`` and ``envFrom``, and for ``fieldRef`` and ``resourceFieldRef``, which volumes have
too.  Must not know: whether what is referred to exists.

Source: Kubernetes 1.36, ``pkg/apis/core/validation/validation.go``, ``pkg/apis/core/pods/helpers.go``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final

from ....frozen_json import FrozenMap
from ....quantities import Quantity
from ...answer import Cause
from ...causes import invalid_value, not_supported, required
from ...forms import complaints, config_key, dns_subdomain, environment_name, qualified_name
from ..reading import part, parts, text

FIELDS_IN_ENVIRONMENT: Final = (
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
)
FIELDS_IN_VOLUMES: Final = (
    "metadata.annotations",
    "metadata.labels",
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
)
_FIELDS_OF_PODS: Final = frozenset(
    (*FIELDS_IN_ENVIRONMENT, *FIELDS_IN_VOLUMES, "spec.restartPolicy", "spec.schedulerName", "status.phase")
)
_WITH_KEYS: Final = ("metadata.annotations", "metadata.labels")
_SUBSCRIPTED: Final = re.compile(r"(?s)([^\[\]]*)\['(.+)'\]")
_RESOURCES: Final = (
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
)
_HUGE_PAGES: Final = ("limits.hugepages-", "requests.hugepages-")
_DIVISORS_OF_CPU: Final = ("1m", "1")
_DIVISORS: Final = ("1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei")


def environment(container: FrozenMap, at: str) -> Iterator[Cause]:
    """What is wrong with single variables."""
    for index, variable in enumerate(parts(container, "env")):
        name = text(variable, "name")
        if not name:
            yield required(f"{at}[{index}].name")
        else:
            yield from complaints(f"{at}[{index}].name", name, environment_name)
        source = part(variable, "valueFrom")
        if source is not None:
            yield from _source(variable, source, f"{at}[{index}].valueFrom")


def _source(variable: FrozenMap, source: FrozenMap, at: str) -> Iterator[Cause]:
    field, resource = part(source, "fieldRef"), part(source, "resourceFieldRef")
    if field is not None:
        yield from field_reference(field, FIELDS_IN_ENVIRONMENT, f"{at}.fieldRef")
    if resource is not None:
        yield from resource_reference(resource, f"{at}.resourceFieldRef", names_container=False)
    keys = [(name, part(source, name)) for name in ("configMapKeyRef", "secretKeyRef")]
    for name, reference in keys:
        if reference is not None:
            yield from _key_reference(reference, f"{at}.{name}")
    others = part(source, "fileKeyRef") is not None
    count = sum(each is not None for each in (field, resource, *(reference for _, reference in keys))) + others
    if count == 0:
        why = "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"
        yield invalid_value(at, f'"": {why}')
    elif text(variable, "value"):
        yield invalid_value(at, '"": may not be specified when `value` is not empty')
    elif count > 1:
        yield invalid_value(at, '"": may not have more than one field specified at a time')


def _key_reference(reference: FrozenMap, at: str) -> Iterator[Cause]:
    yield from complaints(f"{at}.name", text(reference, "name"), dns_subdomain)
    key = text(reference, "key")
    if not key:
        yield required(f"{at}.key")
    else:
        yield from complaints(f"{at}.key", key, config_key)


def environment_from(container: FrozenMap, at: str) -> Iterator[Cause]:
    """What is wrong with variables that a config map or secret brings."""
    for index, source in enumerate(parts(container, "envFrom")):
        prefix = text(source, "prefix")
        if prefix:
            yield from complaints(f"{at}[{index}].prefix", prefix, environment_name)
        references = [(name, part(source, name)) for name in ("configMapRef", "secretRef")]
        for name, reference in references:
            if reference is None:
                continue
            if not text(reference, "name"):
                yield required(f"{at}[{index}].{name}.name")
            else:
                yield from complaints(f"{at}[{index}].{name}.name", text(reference, "name"), dns_subdomain)
        count = sum(reference is not None for _, reference in references)
        if count == 0:
            yield invalid_value(at, '"": must specify one of: `configMapRef` or `secretRef`')
        elif count > 1:
            yield invalid_value(at, '"": may not have more than one field specified at a time')


def field_reference(reference: FrozenMap, known: Collection[str], at: str) -> Iterator[Cause]:
    """What is wrong with a reference to a field of the pod."""
    version, path = text(reference, "apiVersion"), text(reference, "fieldPath")
    if not version:
        yield required(f"{at}.apiVersion")
        return
    if not path:
        yield required(f"{at}.fieldPath")
        return
    subscripted = _SUBSCRIPTED.fullmatch(path)
    plain = path if subscripted is None else subscripted[1]
    if version != "v1" or (plain not in _WITH_KEYS if subscripted else path not in _FIELDS_OF_PODS):
        yield invalid_value(f"{at}.fieldPath", f'"{path}": error converting fieldPath: field label not supported')
    elif subscripted is not None:
        key = subscripted[2].lower() if plain == "metadata.annotations" else subscripted[2]
        yield from complaints(at, key, qualified_name)
    elif path not in known:
        yield not_supported(f"{at}.fieldPath", path, tuple(sorted(known)))


def resource_reference(reference: FrozenMap, at: str, *, names_container: bool) -> Iterator[Cause]:
    """What is wrong with a reference to the resources of a container."""
    resource = text(reference, "resource")
    if names_container and not text(reference, "containerName"):
        yield required(f"{at}.containerName")
    elif not resource:
        yield required(f"{at}.resource")
    elif resource not in _RESOURCES and not resource.startswith(_HUGE_PAGES):
        yield not_supported(f"{at}.resource", resource, _RESOURCES)
    divisor = Quantity.read(reference.get("divisor"))
    if divisor is None or not divisor.value:
        return
    known = _DIVISORS_OF_CPU if resource.endswith(".cpu") else _DIVISORS
    is_known = resource in _RESOURCES or resource.startswith(_HUGE_PAGES)
    if is_known and str(divisor) not in known:
        yield invalid_value(f"{at}.divisor", f'"{resource}": only divisor\'s values {", ".join(known)} are supported')
