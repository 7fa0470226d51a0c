"""API objects as frozen values.

Lives here: :class:`Object` (an API object with the accessors that the model and reconcilers read),
:class:`OwnerReference` and :class:`ObjectKey` (where an object lives).  Must not know: kinds and their rules,
requests, etcd.

Every field is kept, known or not, so that real manifests and patches work on any of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self, TypeAlias, cast

from attrs import frozen

from .errors import BadInput
from .frozen_json import FrozenMap, Json, as_items, as_map, freeze, freeze_map, thaw

Path: TypeAlias = str | Sequence[str]
"""Where a field is: ``"spec.replicas"``; or its parts, for parts with dots (``("metadata", "labels", "a.b/c")``)."""


@frozen(order=True, cache_hash=True)
class ObjectKey:
    """Where an object lives: its resource, namespace (empty for cluster-wide ones) and name.

    ``resource`` is the plural (``pods``); of a custom kind it is ``<plural>.<group>`` (``widgets.example.com``).
    """

    resource: str
    namespace: str
    name: str

    @property
    def path(self) -> str:
        """The key in etcd: ``/registry/<resource>/<namespace>/<name>``, with the exceptions that real servers make.

        Source: observed behaviour of kube-apiserver 1.36, recordings B.1.
        """
        return resource_prefix(self.resource, self.namespace) + self.name

    @classmethod
    def parse(cls, path: str) -> Self:
        """The key that has this :attr:`path`.

        Raises:
            BadInput: when no object can have it.
        """
        parts = path.split("/")
        if parts[:2] != ["", "registry"] or not all(parts[1:]):
            raise BadInput(
                f"{path!r} is not the etcd key of an API object",
                remedy="expected /registry/<resource>/[<namespace>/]<name>",
            )
        resource, rest = _split_resource(parts[2:])
        if len(rest) not in (1, 2):
            raise BadInput(
                f"{path!r} is not the etcd key of an API object",
                remedy="expected /registry/<resource>/[<namespace>/]<name>",
            )
        return cls(resource, rest[0] if len(rest) == 2 else "", rest[-1])  # noqa: PLR2004 - namespace and name

    def __str__(self) -> str:
        return "/".join(part for part in (self.resource, self.namespace, self.name) if part)


_STORED_ELSEWHERE = {
    "services": "services/specs",
    "endpoints": "services/endpoints",
    "nodes": "minions",
    "ingresses": "ingress",
    "replicationcontrollers": "controllers",
    "customresourcedefinitions": "apiextensions.k8s.io/customresourcedefinitions",
}


def resource_prefix(resource: str, namespace: str = "") -> str:
    """What the etcd keys of a resource (in one namespace, if given) begin with; ends with a slash."""
    plural, _, group = resource.partition(".")
    folder = f"{group}/{plural}" if group else _STORED_ELSEWHERE.get(resource, resource)
    return f"/registry/{folder}/{namespace}/" if namespace else f"/registry/{folder}/"


def _split_resource(parts: list[str]) -> tuple[str, list[str]]:
    """The resource that the parts of a key begin with, and the rest.  Groups of custom resources contain a dot."""
    for resource, folder in _STORED_ELSEWHERE.items():
        depth = folder.count("/") + 1
        if parts[:depth] == folder.split("/"):
            return resource, parts[depth:]
    if "." in parts[0]:
        return f"{'.'.join(parts[1:2])}.{parts[0]}", parts[2:]
    return parts[0], parts[1:]


@frozen(cache_hash=True)
class OwnerReference:
    """An entry of ``metadata.ownerReferences``: which object this one belongs to."""

    api_version: str
    kind: str
    name: str
    uid: str
    controller: bool = False
    block_owner_deletion: bool = False

    @classmethod
    def of(cls, entry: FrozenMap) -> Self:
        """Read one entry; what is missing or of a wrong type counts as empty."""
        return cls(
            api_version=_text(entry.get("apiVersion")),
            kind=_text(entry.get("kind")),
            name=_text(entry.get("name")),
            uid=_text(entry.get("uid")),
            controller=entry.get("controller") is True,
            block_owner_deletion=entry.get("blockOwnerDeletion") is True,
        )

    @property
    def as_json(self) -> FrozenMap:
        """The entry as it stands in an object."""
        entries: dict[str, Json] = {
            "apiVersion": self.api_version,
            "kind": self.kind,
            "name": self.name,
            "uid": self.uid,
        }
        if self.controller:
            entries["controller"] = True
        if self.block_owner_deletion:
            entries["blockOwnerDeletion"] = True
        return FrozenMap(entries)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


@frozen
class Object:
    """An API object.  ``root`` is all of it; the accessors read the fields that every kind has.

    Accessors never fail: a field that is missing or of a wrong type reads as empty.  Updates give a new object.

    >>> pod = Object.of({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "labels": {"app": "web"}}})
    >>> pod.labels.get("app"), pod.with_field("spec.nodeName", "n1").spec["nodeName"]
    ('web', 'n1')
    """

    root: FrozenMap

    @classmethod
    def of(cls, value: Mapping[str, object]) -> Self:
        """An object from plain (or frozen) JSON.

        Raises:
            BadInput: when it is not JSON.
        """
        return cls(freeze_map(value))

    def thaw(self) -> dict[str, Any]:
        """The object as plain JSON."""
        return cast("dict[str, Any]", thaw(self.root))

    @property
    def api_version(self) -> str:
        """``apiVersion``: group and version, or the version alone for the core group."""
        return _text(self.root.get("apiVersion"))

    @property
    def kind(self) -> str:
        """``kind``."""
        return _text(self.root.get("kind"))

    @property
    def metadata(self) -> FrozenMap:
        """``metadata``."""
        return as_map(self.root.get("metadata"))

    @property
    def spec(self) -> FrozenMap:
        """``spec``: what is wanted."""
        return as_map(self.root.get("spec"))

    @property
    def status(self) -> FrozenMap:
        """``status``: what was last observed."""
        return as_map(self.root.get("status"))

    @property
    def name(self) -> str:
        """``metadata.name``."""
        return _text(self.metadata.get("name"))

    @property
    def generate_name(self) -> str:
        """``metadata.generateName``: the prefix from which the server makes a name when none is given."""
        return _text(self.metadata.get("generateName"))

    @property
    def namespace(self) -> str:
        """``metadata.namespace``; empty for cluster-wide objects."""
        return _text(self.metadata.get("namespace"))

    @property
    def uid(self) -> str:
        """``metadata.uid``: tells incarnations of one name apart."""
        return _text(self.metadata.get("uid"))

    @property
    def resource_version(self) -> str:
        """``metadata.resourceVersion``; empty when there is none."""
        return _text(self.metadata.get("resourceVersion"))

    @property
    def generation(self) -> int | None:
        """``metadata.generation``: counts changes of what is wanted; ``None`` for kinds that have none."""
        return _number(self.metadata.get("generation"))

    @property
    def labels(self) -> FrozenMap:
        """``metadata.labels``."""
        return as_map(self.metadata.get("labels"))

    @property
    def annotations(self) -> FrozenMap:
        """``metadata.annotations``."""
        return as_map(self.metadata.get("annotations"))

    @property
    def finalizers(self) -> tuple[str, ...]:
        """``metadata.finalizers``: who must agree before a deleted object goes."""
        return tuple(item for item in as_items(self.metadata.get("finalizers")) if isinstance(item, str))

    @property
    def owner_references(self) -> tuple[OwnerReference, ...]:
        """``metadata.ownerReferences``."""
        entries = as_items(self.metadata.get("ownerReferences"))
        return tuple(OwnerReference.of(entry) for entry in entries if isinstance(entry, FrozenMap))

    @property
    def deletion_timestamp(self) -> str | None:
        """``metadata.deletionTimestamp``: present once deletion has begun."""
        return _text(self.metadata.get("deletionTimestamp")) or None

    @property
    def is_terminating(self) -> bool:
        """Whether deletion has begun."""
        return self.deletion_timestamp is not None

    @property
    def deletion_grace_period_seconds(self) -> int | None:
        """``metadata.deletionGracePeriodSeconds``."""
        return _number(self.metadata.get("deletionGracePeriodSeconds"))

    def controller_ref(self) -> OwnerReference | None:
        """The owner that controls this object, if any."""
        return next((reference for reference in self.owner_references if reference.controller), None)

    def as_owner(self, *, controller: bool = True, block_owner_deletion: bool = True) -> OwnerReference:
        """A reference to this object, for the objects that belong to it."""
        return OwnerReference(self.api_version, self.kind, self.name, self.uid, controller, block_owner_deletion)

    def field(self, path: Path, default: Any = None) -> Any:
        """The value at a path, or the default where there is none."""
        value: Any = self.root
        for part in _parts(path):
            if not isinstance(value, FrozenMap) or part not in value:
                return default
            value = value[part]
        return value

    def with_field(self, path: Path, value: object) -> Self:
        """The object with the field at a path set; maps on the way are made where they are missing."""
        return type(self)(_set(self.root, _parts(path), freeze(value)))

    def without_field(self, path: Path) -> Self:
        """The object without the field at a path."""
        return type(self)(_remove(self.root, _parts(path)))

    def with_metadata(self, **fields: object) -> Self:
        """The object with fields of its metadata set, named as in JSON: ``with_metadata(labels=…, generation=…)``."""
        frozen_fields = {name: freeze(value) for name, value in fields.items()}
        return type(self)(self.root.set("metadata", FrozenMap({**self.metadata, **frozen_fields})))

    def without_metadata(self, *names: str) -> Self:
        """The object without the named fields of its metadata."""
        metadata = self.metadata.without(*names)
        return self if metadata is self.metadata else type(self)(self.root.set("metadata", metadata))

    def with_finalizers(self, finalizers: Sequence[str]) -> Self:
        """The object with exactly these finalizers; the field goes when there are none."""
        return self.with_metadata(finalizers=tuple(finalizers)) if finalizers else self.without_metadata("finalizers")

    def __repr__(self) -> str:
        return f"Object({thaw(self.root)!r})"


def _parts(path: Path) -> tuple[str, ...]:
    return tuple(path.split(".")) if isinstance(path, str) else tuple(path)


def _set(root: FrozenMap, parts: tuple[str, ...], value: Json) -> FrozenMap:
    first, rest = parts[0], parts[1:]
    return root.set(first, _set(as_map(root.get(first)), rest, value) if rest else value)


def _remove(root: FrozenMap, parts: tuple[str, ...]) -> FrozenMap:
    first, rest = parts[0], parts[1:]
    if not rest:
        return root.without(first)
    inner = root.get(first)
    return root.set(first, _remove(inner, rest)) if isinstance(inner, FrozenMap) else root
