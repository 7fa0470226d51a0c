"""What a server warns of in pods and templates that are valid all the same.

Lives here: some of the warnings about a specification, and those about names.  Must not know: objects, requests.

Not modelled: warnings of deprecated annotations, volumes and affinities, and of what is there twice but variables.

Source: Kubernetes 1.36, ``pkg/api/pod/warnings.go``, ``pkg/registry/{core,apps,batch}/*/strategy.go``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ....frozen_json import FrozenMap, as_map
from ...forms import dns_label, dns_subdomain
from ..reading import number, parts, quantities, text

_DEPRECATED_LABELS: Final = {
    "beta.kubernetes.io/arch": 'deprecated since v1.14; use "kubernetes.io/arch" instead',
    "beta.kubernetes.io/os": 'deprecated since v1.14; use "kubernetes.io/os" instead',
    "failure-domain.beta.kubernetes.io/region": 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
    "failure-domain.beta.kubernetes.io/zone": 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
    "beta.kubernetes.io/instance-type": 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
}
_IN_BYTES: Final = ("memory", "ephemeral-storage")
_LONGEST_LABEL: Final = 63


def name_warnings(name: str, used_in: str) -> Iterator[str]:
    """A name that is no label of DNS makes a strange name of a host."""
    if not dns_label(name):
        return
    why = [f"must be no more than {_LONGEST_LABEL} characters"] if len(name) > _LONGEST_LABEL else []
    if "." in name and not dns_subdomain(name):
        why.append("must not contain dots")
    yield (
        f"metadata.name: this is used in {used_in}, which can result in surprising behavior; a DNS label is "
        f"recommended: [{' '.join(why)}]"
    )


def spec_warnings(spec: FrozenMap, at: str) -> Iterator[str]:
    """What is odd in a specification."""
    for label in as_map(spec.get("nodeSelector")):
        if label in _DEPRECATED_LABELS:
            yield f"{at}.nodeSelector[{label}]: {_DEPRECATED_LABELS[label]}"
    for name in ("initContainers", "containers"):
        for index, container in enumerate(parts(spec, name)):
            yield from _container_warnings(container, f"{at}.{name}[{index}]")
    if number(spec, "terminationGracePeriodSeconds") < 0:
        why = "must be >= 0; negative values are invalid and will be treated as 1"
        yield f"{at}.terminationGracePeriodSeconds: {why}"


def _container_warnings(container: FrozenMap, at: str) -> Iterator[str]:
    resources = as_map(container.get("resources"))
    for name in _IN_BYTES:
        for what in ("limits", "requests"):
            quantity = quantities(resources, what).get(name)
            if quantity is not None and quantity.value.denominator != 1:
                field = f"{at}.resources.{what}[{name}]"
                yield f'{field}: fractional byte value "{quantity}" is invalid, must be an integer'
    seen: set[str] = set()
    for index, variable in enumerate(parts(container, "env")):
        name, value = text(variable, "name"), text(variable, "value")
        itself = f"$({name})"
        extends = variable.get("valueFrom") is None and value != itself and itself in value
        if name in seen and not extends:
            yield f'{at}.env[{index}]: hides previous definition of "{name}", which may be dropped when using apply'
        seen.add(name)
