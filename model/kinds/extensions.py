"""Definitions of custom resources, and the kinds that they define.

Lives here: the strategy of CustomResourceDefinition, and :func:`custom_kinds`: from a definition to the kinds that are
served because of it.  See :mod:`.kind` for what the fields mean.  Must not know: who makes a definition established
(``apiserver.definitions`` does).

Source: Kubernetes 1.36, ``apiextensions-apiserver/pkg/registry/{customresourcedefinition,customresource}``;
``apiextensions-apiserver/pkg/apiserver/customresource_handler.go``; recordings N.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from ..frozen_json import EMPTY, FrozenMap, as_items, as_map
from ..objects import Object
from .kind import Generation, Kind

GROUP: Final = "apiextensions.k8s.io"
ESTABLISHED: Final = "Established"
NAMES_ACCEPTED: Final = "NamesAccepted"
TERMINATING: Final = "Terminating"

_MOST_DEFINITIONS: Final = 256

KINDS: tuple[Kind, ...] = (
    Kind(
        group=GROUP,
        version="v1",
        name="CustomResourceDefinition",
        plural="customresourcedefinitions",
        namespaced=False,
        generation=Generation.SPEC,
        has_status=True,
        allow_unconditional_update=False,
        answers_delete_with_object=True,
    ),
)


def custom(group: str, version: str, name: str, plural: str, *, namespaced: bool = True) -> Kind:
    """The strategy of a custom resource whose definition says nothing unusual: with a status subresource.

    Nothing is known of its content, so everything is kept, and valid.  A PUT must carry a resourceVersion; generation
    counts every change but those of metadata and status.
    """
    return Kind(
        group=group,
        version=version,
        name=name,
        plural=plural,
        namespaced=namespaced,
        custom=True,
        generation=Generation.CONTENT,
        has_status=True,
        allow_unconditional_update=False,
    )


def has_condition(definition: Object, type_: str) -> bool:
    """Whether a condition of a definition is true."""
    conditions = as_items(definition.field("status.conditions"))
    return any(as_map(item).get("type") == type_ and as_map(item).get("status") == "True" for item in conditions)


@lru_cache(maxsize=_MOST_DEFINITIONS)
def custom_kinds(definition: Object) -> tuple[Kind, ...]:
    """The kinds that are served because of a definition, one for each served version; none until it is established."""
    return tuple(_kinds(definition)) if has_condition(definition, ESTABLISHED) else ()


def _kinds(definition: Object) -> Iterator[Kind]:
    for version in map(as_map, as_items(definition.spec.get("versions"))):
        if version.get("served") is not True:
            continue
        subresources = as_map(version.get("subresources"))
        yield Kind(
            group=str(definition.spec.get("group")),
            version=str(version.get("name")),
            name=str(definition.field("spec.names.kind")),
            plural=str(definition.field("spec.names.plural")),
            namespaced=definition.spec.get("scope") == "Namespaced",
            custom=True,
            generation=Generation.CONTENT,
            has_status="status" in subresources,
            allow_unconditional_update=False,
            definition=as_map(as_map(version.get("schema")).get("openAPIV3Schema", EMPTY)),
            scale=_scale(subresources),
        )


def _scale(subresources: FrozenMap) -> tuple[str, str, str] | None:
    if "scale" not in subresources:
        return None
    scale = as_map(subresources["scale"])
    wanted, present, selector = (
        str(scale.get(name, "")).removeprefix(".")
        for name in ("specReplicasPath", "statusReplicasPath", "labelSelectorPath")
    )
    return wanted, present, selector
