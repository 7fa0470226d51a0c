"""Kinds of API objects and the rules in which they differ: one strategy a kind.

Lives here: :class:`Kind`, the table :data:`BUILTIN`, and the look-ups of a kind by what a manifest says (apiVersion and
kind) or by what a URL says (group, version and plural).  Must not know: requests, or how the rules are applied
(``apiserver`` does that); a rule is data here.

A kind that is in no table but whose group contains a dot is taken for a custom resource and gets :func:`custom`.

Source: Kubernetes 1.36, ``pkg/registry/*/strategy.go``; recordings C.4, C.6, C.8, F, G.5.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from enum import Enum
from typing import Literal

from attrs import frozen

from .errors import BadInput
from .frozen_json import EMPTY, FrozenMap, Json, freeze_map
from .objects import ObjectKey


class Generation(Enum):
    """What makes ``metadata.generation`` grow by one."""

    NONE = "nothing: the kind has no generation of its own (a client's value is kept)"
    SPEC = "a change of spec"
    SPEC_OR_ANNOTATIONS = "a change of spec or of annotations"
    CONTENT = "a change of anything but metadata and status"


class NameRule(Enum):
    """What ``metadata.name`` may look like."""

    SUBDOMAIN = "a lowercase RFC 1123 subdomain"
    LABEL = "a lowercase RFC 1123 label"
    DNS_1035 = "a DNS-1035 label"


class FieldType(Enum):
    """The JSON type that a field of a built-in kind must have."""

    TEXT = "text"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    OBJECT = "object"
    TEXTS = "list of texts"
    OBJECTS = "list of objects"
    TEXT_MAP = "object of texts"

    def fits(self, value: Json) -> bool:
        """Whether a value has this type."""
        match self:
            case FieldType.TEXT:
                return isinstance(value, str)
            case FieldType.INTEGER:
                return isinstance(value, int) and not isinstance(value, bool)
            case FieldType.BOOLEAN:
                return isinstance(value, bool)
            case FieldType.OBJECT:
                return isinstance(value, FrozenMap)
            case FieldType.TEXTS:
                return isinstance(value, tuple) and all(isinstance(item, str) for item in value)
            case FieldType.OBJECTS:
                return isinstance(value, tuple) and all(isinstance(item, FrozenMap) for item in value)
            case FieldType.TEXT_MAP:
                return isinstance(value, FrozenMap) and all(isinstance(item, str) for item in value.values())


Propagation = Literal["Background", "Orphan"]


@frozen(cache_hash=True, repr=False)
class Kind:
    """The strategy of one kind.

    ``initial_status`` and ``initial_spec`` are what the server sets at creation, ``defaults`` what it fills in where
    a field is absent (only those that decide something in the model).  ``types`` are those of the fields that the
    model reads. ``immutable`` fields may never change; ``sealed_by`` names a field that, once true, makes the
    ``sealed`` ones immutable.  ``optional`` fields are left out of what is stored when they are empty.
    ``kept_by_main`` (besides the status) and ``kept_by_status`` (besides the spec) are fields that a write through
    the main resource, or through /status, leaves as they are (of a custom resource /status changes the status and
    nothing else).  ``answers_delete_with_object``: a DELETE that removes the object answers with it instead of with a
    Status.  ``graceful``: deletion waits for a grace period.
    """

    group: str
    version: str
    name: str
    plural: str
    namespaced: bool = True
    custom: bool = False
    name_rule: NameRule = NameRule.SUBDOMAIN
    generation: Generation = Generation.NONE
    has_status: bool = False
    has_selector: bool = False
    allow_unconditional_update: bool = True
    create_on_update: bool = False
    collection_deletable: bool = True
    graceful: bool = False
    default_propagation: Propagation = "Background"
    answers_delete_with_object: bool = False
    initial_spec: FrozenMap = EMPTY
    initial_status: FrozenMap | None = None
    defaults: tuple[tuple[str, Json], ...] = ()
    immutable: tuple[str, ...] = ()
    sealed_by: str = ""
    sealed: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    types: tuple[tuple[str, FieldType], ...] = ()
    kept_by_main: tuple[str, ...] = ()
    kept_by_status: tuple[str, ...] = ()

    @property
    def api_version(self) -> str:
        """As manifests say it: ``apps/v1``, or ``v1`` for the core group."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def resource(self) -> str:
        """The name of its resource in an :class:`ObjectKey`: the plural; ``<plural>.<group>`` for custom ones."""
        return f"{self.plural}.{self.group}" if self.custom else self.plural

    def key(self, namespace: str, name: str) -> ObjectKey:
        """The key of one object of this kind; the namespace of cluster-wide ones is ignored."""
        return ObjectKey(self.resource, namespace if self.namespaced else "", name)

    def __repr__(self) -> str:
        return f"<Kind {self.name} {self.api_version}>"


_WORKLOAD_TYPES = (
    ("spec.replicas", FieldType.INTEGER),
    ("spec.selector", FieldType.OBJECT),
    ("spec.selector.matchLabels", FieldType.TEXT_MAP),
    ("spec.selector.matchExpressions", FieldType.OBJECTS),
    ("spec.template", FieldType.OBJECT),
    ("spec.template.metadata", FieldType.OBJECT),
    ("spec.template.metadata.labels", FieldType.TEXT_MAP),
    ("spec.template.spec", FieldType.OBJECT),
    ("spec.template.spec.containers", FieldType.OBJECTS),
)


def _workload(
    name: str,
    plural: str,
    *,
    generation: Generation,
    status: dict[str, object],
    kept_by_status: tuple[str, ...] = (),
) -> Kind:
    """A kind of ``apps/v1`` that keeps pods of a template running."""
    return Kind(
        group="apps",
        version="v1",
        name=name,
        plural=plural,
        generation=generation,
        has_status=True,
        has_selector=True,
        initial_status=freeze_map(status),
        defaults=(("spec.replicas", 1),),
        immutable=("spec.selector",),
        types=_WORKLOAD_TYPES,
        kept_by_status=kept_by_status,
    )


BUILTIN: tuple[Kind, ...] = (
    Kind(
        group="",
        version="v1",
        name="Namespace",
        plural="namespaces",
        namespaced=False,
        name_rule=NameRule.LABEL,
        has_status=True,
        collection_deletable=False,
        answers_delete_with_object=True,
        initial_spec=FrozenMap({"finalizers": ("kubernetes",)}),
        initial_status=FrozenMap({"phase": "Active"}),
        types=(("spec.finalizers", FieldType.TEXTS),),
        kept_by_main=("spec.finalizers",),
    ),
    Kind(
        group="",
        version="v1",
        name="ServiceAccount",
        plural="serviceaccounts",
        answers_delete_with_object=True,
        optional=("secrets", "imagePullSecrets"),
    ),
    Kind(
        group="",
        version="v1",
        name="ConfigMap",
        plural="configmaps",
        sealed_by="immutable",
        sealed=("immutable", "data", "binaryData"),
        optional=("data", "binaryData"),
        types=(
            ("data", FieldType.TEXT_MAP),
            ("binaryData", FieldType.TEXT_MAP),
            ("immutable", FieldType.BOOLEAN),
        ),
    ),
    Kind(
        group="",
        version="v1",
        name="Secret",
        plural="secrets",
        defaults=(("type", "Opaque"),),
        immutable=("type",),
        sealed_by="immutable",
        sealed=("immutable", "data"),
        optional=("data", "stringData"),
        types=(
            ("data", FieldType.TEXT_MAP),
            ("stringData", FieldType.TEXT_MAP),
            ("immutable", FieldType.BOOLEAN),
            ("type", FieldType.TEXT),
        ),
    ),
    Kind(
        group="",
        version="v1",
        name="Pod",
        plural="pods",
        generation=Generation.SPEC,
        has_status=True,
        graceful=True,
        answers_delete_with_object=True,
        initial_status=FrozenMap({"phase": "Pending"}),
        defaults=(("spec.terminationGracePeriodSeconds", 30),),
        types=(
            ("spec.nodeName", FieldType.TEXT),
            ("spec.containers", FieldType.OBJECTS),
            ("spec.initContainers", FieldType.OBJECTS),
            ("spec.tolerations", FieldType.OBJECTS),
            ("spec.terminationGracePeriodSeconds", FieldType.INTEGER),
            ("spec.activeDeadlineSeconds", FieldType.INTEGER),
            ("status.phase", FieldType.TEXT),
        ),
        kept_by_status=("metadata.ownerReferences",),
    ),
    Kind(
        group="",
        version="v1",
        name="Service",
        plural="services",
        name_rule=NameRule.DNS_1035,
        has_status=True,
        create_on_update=True,
        answers_delete_with_object=True,
        initial_status=FrozenMap({"loadBalancer": EMPTY}),
    ),
    _workload("ReplicaSet", "replicasets", generation=Generation.SPEC, status={"replicas": 0}),
    _workload(
        "Deployment",
        "deployments",
        generation=Generation.SPEC_OR_ANNOTATIONS,
        status={},
        kept_by_status=("metadata.labels",),
    ),
    Kind(
        group="coordination.k8s.io",
        version="v1",
        name="Lease",
        plural="leases",
        allow_unconditional_update=False,
        create_on_update=True,
        types=(
            ("spec.holderIdentity", FieldType.TEXT),
            ("spec.leaseDurationSeconds", FieldType.INTEGER),
            ("spec.leaseTransitions", FieldType.INTEGER),
        ),
    ),
)
"""The kinds that the model's API server knows."""

_BY_OBJECT = {(kind.api_version, kind.name): kind for kind in BUILTIN}
_BY_URL = {(kind.group, kind.version, kind.plural): kind for kind in BUILTIN}
_SERVER_GROUP_ENDING = ".k8s.io"


def custom(group: str, version: str, name: str, plural: str, *, namespaced: bool = True) -> Kind:
    """The strategy of a custom resource whose definition says nothing unusual: with a status subresource.

    A PUT must carry a resourceVersion; generation counts every change but those of metadata and status.
    Source: Kubernetes 1.36, ``apiextensions-apiserver/pkg/registry/customresource``; recordings N.
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
