"""Kinds of API objects and the rules in which they differ: one strategy a kind.

Lives here: the table :data:`BUILTIN`, one file a group of kinds, and the look-ups of a kind by what a manifest says
(apiVersion and kind) or by what a URL says (group, version and plural).  Must not know: requests, or how the rules are
applied (``apiserver`` does that); a rule is data here.

A kind that is in no table but whose group contains a dot is taken for a custom resource and gets :func:`custom`.

Source: Kubernetes 1.36, ``pkg/registry/*/strategy.go``; recordings C.4, C.6, C.8, F, G.5.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

from ..errors import BadInput
from . import (
    admission_kinds,
    autoscaling,
    batch,
    certificates,
    coordination,
    core,
    extensions,
    flowcontrol,
    networking,
    nodes,
    pods,
    policy,
    rbac,
    scheduling,
    volumes,
    workloads,
)
from .extensions import custom, custom_kinds
from .kind import Generation, Kind, NameRule, Propagation

__all__ = [
    "BUILTIN",
    "VIEWS",
    "Generation",
    "Kind",
    "NameRule",
    "Propagation",
    "custom",
    "custom_kinds",
    "guess_plural",
    "of_name",
    "of_object",
    "of_url",
]

BUILTIN: tuple[Kind, ...] = (
    *core.KINDS,
    *pods.KINDS,
    *networking.KINDS,
    *workloads.KINDS,
    *batch.KINDS,
    *coordination.KINDS,
    *rbac.KINDS,
    *policy.KINDS,
    *autoscaling.KINDS,
    *scheduling.KINDS,
    *volumes.KINDS,
    *nodes.KINDS,
    *admission_kinds.KINDS,
    *certificates.KINDS,
    *flowcontrol.KINDS,
    *extensions.KINDS,
)
"""The kinds that the model's API server knows."""

VIEWS: Mapping[Kind, Kind] = {
    nodes.EVENT_VIEW: nodes.KINDS[-1],
    autoscaling.SCALER_VIEW: autoscaling.KINDS[-1],
}
"""Kinds that are other versions of kinds in the table, and which: objects are stored as those."""

_BY_OBJECT = {(kind.api_version, kind.name): kind for kind in (*BUILTIN, *VIEWS)}
_BY_URL = {(kind.group, kind.version, kind.plural): kind for kind in (*BUILTIN, *VIEWS)}
_SERVER_GROUP_ENDING = ".k8s.io"


def of_object(api_version: str, name: str) -> Kind:
    """The kind that a manifest names.

    Raises:
        BadInput: for a kind that the model does not know and that cannot be a custom resource.
    """
    found = _BY_OBJECT.get((api_version, name))
    if found is not None:
        return found
    group, _, version = api_version.rpartition("/")
    if "." in group and not group.endswith(_SERVER_GROUP_ENDING) and name and version:
        return custom(group, version, name, guess_plural(name))
    raise BadInput(f"kind {name!r} of apiVersion {api_version!r} is not modelled", remedy=_advice(name))


def of_url(group: str, version: str, plural: str, *, known: Iterable[Kind] = ()) -> Kind | None:
    """The kind that a URL names, or ``None``: a real server answers 404 then.  ``known`` are custom kinds in use."""
    for kind in known:
        if (kind.group, kind.version, kind.plural) == (group, version, plural):
            return kind
    return _BY_URL.get((group, version, plural))


def of_name(name: str, *, known: Iterable[Kind] = ()) -> Kind:
    """The kind that a person names: its kind, plural or singular (``Pod``, ``pods``, ``pod``), or its full name.

    Custom kinds must be named in full: ``Widget.v1.example.com``.
    Source of the full form: Kubernetes 1.36, ``apimachinery/pkg/runtime/schema``, ``ParseKindArg``.

    Raises:
        BadInput: for a name that fits none, with the nearest one.
    """
    wanted = name.lower()
    for kind in (*known, *BUILTIN):
        if wanted in (kind.name.lower(), kind.plural, kind.resource):
            return kind
    parts = name.split(".", 2)
    if len(parts) == len(("kind", "version", "group")):
        return of_object(f"{parts[2]}/{parts[1]}", parts[0])
    raise BadInput(
        f"kind {name!r} is not modelled",
        remedy=f"{_advice(name)}; a custom kind is named in full, {name or 'Widget'}.v1.example.com",
    )


def guess_plural(name: str) -> str:
    """The plural under which a kind is served unless its definition says otherwise, by the rule of Kubernetes' clients.

    Source: Kubernetes 1.36, ``apimachinery/pkg/api/meta``, ``UnsafeGuessKindToResource``.
    """
    singular = name.lower()
    if singular.endswith("endpoints"):
        return singular
    if singular.endswith("s"):
        return f"{singular}es"
    if singular.endswith("y"):
        return f"{singular[:-1]}ies"
    return f"{singular}s"


def _advice(name: str) -> str:
    names = sorted(kind.name for kind in BUILTIN)
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    return f"{hint}modelled are {', '.join(names)}, and custom resources (a group with a dot, such as example.com/v1)"
