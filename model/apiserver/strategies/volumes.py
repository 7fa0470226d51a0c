"""Volumes, claims and storage classes.

Lives here: their strategies.  Must not know: requests, storage in etcd, what keeps a volume in use (admission does).

Source: Kubernetes 1.36, ``pkg/apis/core/{v1/defaults.go,validation/validation.go}``,
``pkg/registry/core/{persistentvolume,persistentvolumeclaim}/strategy.go``,
``pkg/apis/storage/{v1/defaults.go,validation/validation.go}``; scenario d-service-lease-others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ...frozen_json import FrozenMap, as_items, as_map
from ...objects import Object
from ...quantities import Quantity
from ..answer import Cause
from ..causes import duplicate, forbidden_value, invalid_value, not_supported, required
from ..times import NOW
from .checks import choice_causes, qualified_causes, selector_causes, subdomain_causes
from .pod_templates.paths import no_backsteps
from .pod_templates.volumes import source_causes
from .strategy import Strategy, UpdateCheck

_MODES: Final = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")
_ONE_POD: Final = "ReadWriteOncePod"
_VOLUME_MODES: Final = ("Block", "Filesystem")
_POLICIES: Final = ("Delete", "Recycle", "Retain")
_NOT_SOURCES: Final = frozenset(
    {
        "accessModes",
        "capacity",
        "claimRef",
        "mountOptions",
        "nodeAffinity",
        "persistentVolumeReclaimPolicy",
        "storageClassName",
        "volumeAttributesClassName",
        "volumeMode",
    }
)
_STORAGE: Final = ("resources", "requests", "storage")


def _mode_causes(modes: tuple[object, ...], why: str = "") -> Iterator[Cause]:
    if not modes:
        yield required("spec.accessModes", why)
    for mode in modes:
        if mode not in _MODES:
            yield not_supported("spec.accessModes", mode, _MODES)
    if _ONE_POD in modes and set(modes) & set(_MODES) != {_ONE_POD}:
        yield forbidden_value("spec.accessModes", "may not use ReadWriteOncePod with other access modes")


def _positive(value: object, at: str) -> Iterator[Cause]:
    quantity = Quantity.read(value)
    if quantity is not None and quantity.value <= 0:
        yield invalid_value(at, f"{value}: must be greater than zero")


def _class_causes(spec: FrozenMap) -> Iterator[Cause]:
    if spec.get("storageClassName"):
        yield from subdomain_causes(str(spec["storageClassName"]), "spec.storageClassName")
    if spec.get("volumeMode") not in (None, *_VOLUME_MODES):
        yield not_supported("spec.volumeMode", spec["volumeMode"], _VOLUME_MODES)


# --- volumes --------------------------------------------------------------------------------------------------------


def _volume_default(volume: Object) -> Object:
    defaults = FrozenMap({"persistentVolumeReclaimPolicy": "Retain", "volumeMode": "Filesystem"})
    spec = FrozenMap({**defaults, **volume.spec})
    path = spec.get("hostPath")
    if isinstance(path, FrozenMap) and "type" not in path:
        spec = spec.set("hostPath", path.set("type", ""))
    return volume.with_field("spec", spec)


def _new_volume(volume: Object) -> Object:
    return volume.with_field("status.lastPhaseTransitionTime", NOW)


def _volume_update(new: Object, existing: Object, subresource: str) -> Object:
    """When a volume comes into another phase is told by the server, unless the client does."""
    if subresource != "status" or new.status.get("phase") == existing.status.get("phase"):
        return new
    same = new.status.get("lastPhaseTransitionTime") == existing.status.get("lastPhaseTransitionTime")
    return new.with_field("status.lastPhaseTransitionTime", NOW) if same else new


def _volume(volume: Object) -> Iterator[Cause]:
    spec = volume.spec
    yield from _mode_causes(as_items(spec.get("accessModes")))
    capacity = as_map(spec.get("capacity"))
    if not capacity:
        yield required("spec.capacity")
    if set(capacity) != {"storage"}:
        yield not_supported("spec.capacity", dict(capacity), ("storage",))
    policy = spec.get("persistentVolumeReclaimPolicy")
    if policy not in (None, "", *_POLICIES):
        yield not_supported("spec.persistentVolumeReclaimPolicy", policy, _POLICIES)
    for name, value in capacity.items():
        yield from _positive(value, f"spec.capacity[{name}]")
    sources = sorted(name for name in spec if name not in _NOT_SOURCES)
    for name in sources[1:]:
        yield forbidden_value(f"spec.{name}", "may not specify more than 1 volume type")
    if not sources:
        yield required("spec", "must specify a volume type")
    if sources:
        yield from _source_causes(as_map(spec[sources[0]]), sources[0], f"spec.{sources[0]}")
    if as_map(spec.get("hostPath")).get("path") == "/" and policy == "Recycle":
        yield forbidden_value("spec.persistentVolumeReclaimPolicy", "may not be 'recycle' for a hostPath mount of '/'")
    if "local" in sources and "nodeAffinity" not in spec:
        yield required("spec.nodeAffinity", "Local volume requires node affinity")
    yield from _class_causes(spec)


def _source_causes(source: FrozenMap, name: str, at: str) -> Iterator[Cause]:
    """What a volume must say of where it is: the same as one of a pod, but for what claims hide from pods."""
    if name == "local":
        if not source.get("path"):
            yield required(f"{at}.path")
        else:
            yield from no_backsteps(str(source["path"]), f"{at}.path")
    elif name == "csi":
        yield from source_causes("csi", source, at)
        if not source.get("volumeHandle"):
            yield required(f"{at}.volumeHandle")
    elif name != "glusterfs":
        yield from source_causes(name, source, at)


def _volume_change(new: Object, existing: Object, subresource: str) -> Iterator[Cause]:
    if subresource:
        return
    if _source(new) != _source(existing):
        yield forbidden_value("spec.persistentvolumesource", "spec.persistentvolumesource is immutable after creation")
    if new.spec.get("volumeMode") != existing.spec.get("volumeMode"):
        yield invalid_value("volumeMode", "field is immutable")
    affinity = existing.spec.get("nodeAffinity")
    if affinity is not None and new.spec.get("nodeAffinity") != affinity:
        yield invalid_value("spec.nodeAffinity", "field is immutable, except for updating from beta label to GA")


def _warn_of_volume(volume: Object, existing: Object | None) -> Iterator[str]:
    del existing
    if volume.spec.get("persistentVolumeReclaimPolicy") == "Recycle":
        why = "Instead, the recommended approach is to use dynamic provisioning."
        yield f"spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. {why}"


def _source(volume: Object) -> FrozenMap:
    return volume.spec.without(*_NOT_SOURCES)


# --- claims ---------------------------------------------------------------------------------------------------------


def _claim_default(claim: Object) -> Object:
    return claim if claim.spec.get("volumeMode") else claim.with_field("spec.volumeMode", "Filesystem")


def _claim(claim: Object) -> Iterator[Cause]:
    spec = claim.spec
    yield from _mode_causes_of_claim(as_items(spec.get("accessModes")), spec)
    storage = claim.field(("spec", *_STORAGE))
    if storage is None:
        yield required("spec.resources[storage]")
    else:
        yield from _positive(storage, "spec.resources[storage]")
    yield from _class_causes(spec)


def _mode_causes_of_claim(modes: tuple[object, ...], spec: FrozenMap) -> Iterator[Cause]:
    """A claim's selector is looked at between whether it names modes and which."""
    if not modes:
        yield required("spec.accessModes", "at least 1 access mode is required")
    if "selector" in spec:
        yield from selector_causes(as_map(spec["selector"]), "spec.selector")
    if modes:
        yield from _mode_causes(modes)


def _claim_change(new: Object, existing: Object, subresource: str) -> Iterator[Cause]:
    """A claim stays as it is, but for the volume that it is given once, and the storage that a bound one asks for."""
    if subresource:
        return
    changeable = ["volumeAttributesClassName"]
    if not existing.spec.get("volumeName"):
        changeable.append("volumeName")
    old, rest = existing.spec.without(*changeable), new.spec.without(*changeable)
    if new.status.get("phase") == "Bound":
        old, rest = (Object(spec).without_field(_STORAGE).root for spec in (old, rest))
    if old.get("storageClassName") is None and rest.get("storageClassName") is not None:
        rest = rest.without("storageClassName")
    if old != rest:
        why = (
            "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"
        )
        yield forbidden_value("spec", why)
    before, after = _asked_storage(existing), _asked_storage(new)
    size = Quantity.read(as_map(existing.status.get("capacity")).get("storage"))
    shrinks = before is not None and after is not None and after.value < before.value
    if shrinks and (size is None or (after is not None and after.value <= size.value)):
        yield forbidden_value("spec.resources.requests.storage", "field can not be less than status.capacity")
    if new.spec.get("volumeMode") != existing.spec.get("volumeMode"):
        yield invalid_value("volumeMode", "field is immutable")


def _asked_storage(claim: Object) -> Quantity | None:
    return Quantity.read(claim.field(("spec", *_STORAGE)))


# --- classes --------------------------------------------------------------------------------------------------------


def _class(class_: Object) -> Iterator[Cause]:
    provisioner = str(class_.field("provisioner", ""))
    if not provisioner:
        yield required("provisioner")
    else:
        yield from qualified_causes(provisioner.lower(), "provisioner")
    if "" in as_map(class_.field("parameters")):
        yield invalid_value("parameters", "field can not be empty.")
    policy = class_.field("reclaimPolicy")
    if policy not in (None, "", "Delete", "Retain"):
        yield not_supported("reclaimPolicy", policy, ("Delete", "Retain"))
    yield from choice_causes(
        class_.field("volumeBindingMode"), ("Immediate", "WaitForFirstConsumer"), "volumeBindingMode"
    )


def _class_change(new: Object, existing: Object, subresource: str) -> Iterator[Cause]:
    del subresource
    for name in ("parameters", "provisioner", "reclaimPolicy"):
        if new.field(name) != existing.field(name):
            yield forbidden_value(name, f"updates to {name} are forbidden.")
    if new.field("volumeBindingMode") != existing.field("volumeBindingMode"):
        yield invalid_value("volumeBindingMode", "field is immutable")


def _attributes_class(class_: Object) -> Iterator[Cause]:
    if not class_.field("driverName"):
        yield required("driverName")
    if not class_.field("parameters"):
        yield required("parameters", "must contain at least one key/value pair")


def _driver_default(driver: Object) -> Object:
    defaults = FrozenMap(
        {
            "attachRequired": True,
            "fsGroupPolicy": "ReadWriteOnceWithFSType",
            "podInfoOnMount": False,
            "requiresRepublish": False,
            "seLinuxMount": False,
            "storageCapacity": False,
            "volumeLifecycleModes": ("Persistent",),
        }
    )
    return driver.with_field("spec", FrozenMap({**defaults, **driver.spec}))


_FILE_GROUP_POLICIES: Final = ("File", "None", "ReadWriteOnceWithFSType")
_LIFECYCLES: Final = ("Ephemeral", "Persistent")


def _driver(driver: Object) -> Iterator[Cause]:
    policy = driver.spec.get("fsGroupPolicy")
    if policy not in (None, *_FILE_GROUP_POLICIES):
        yield not_supported("spec.fsGroupPolicy", policy, _FILE_GROUP_POLICIES)
    for mode in as_items(driver.spec.get("volumeLifecycleModes")):
        if mode not in _LIFECYCLES:
            yield not_supported("spec.volumeLifecycleModes", mode, _LIFECYCLES)


def _driver_change(new: Object, existing: Object, subresource: str) -> Iterator[Cause]:
    """How volumes are attached stays; the first of the fields is told as misspelt upstream."""
    del subresource
    for name, told in (("attachRequired", "attachedRequired"), ("volumeLifecycleModes", "volumeLifecycleModes")):
        if new.spec.get(name) != existing.spec.get(name):
            yield invalid_value(f"spec.{told}", "field is immutable")


def _drivers_of_node(node: Object) -> Iterator[Cause]:
    seen = set[str]()
    for index, item in enumerate(as_items(node.spec.get("drivers"))):
        at, name = f"spec.drivers[{index}]", str(as_map(item).get("name", ""))
        if not name:
            yield required(f"{at}.name")
        else:
            yield from subdomain_causes(name.lower(), f"{at}.name")
        if not as_map(item).get("nodeID"):
            yield required(f"{at}.nodeID")
        if name in seen:
            yield duplicate(f"{at}.name", name)
        seen.add(name)


def _capacity(capacity: Object) -> Iterator[Cause]:
    return subdomain_causes(str(capacity.field("storageClassName", "")), "storageClassName")


def _attachment(attachment: Object) -> Iterator[Cause]:
    for name in ("attacher", "nodeName"):
        if not attachment.spec.get(name):
            yield required(f"spec.{name}")
    if not attachment.field("spec.source.persistentVolumeName") and not attachment.field(
        "spec.source.inlineVolumeSpec"
    ):
        yield required("spec.source", "must specify either inlineVolumeSpec and persistentVolumeName")


def _no_status_causes(new: Object, existing: Object) -> Iterator[Cause]:
    """The status of a volume or claim is what its controller says."""
    del new, existing
    return iter(())


STRATEGIES: Final[Mapping[str, Strategy]] = {
    "persistentvolumes": Strategy(
        default=_volume_default,
        prepare_creation=_new_volume,
        prepare_update=_volume_update,
        validate=_volume,
        validate_change=_volume_change,
        warn=_warn_of_volume,
        validate_status=_no_status_causes,
        on_update=UpdateCheck.WHOLE,
    ),
    "persistentvolumeclaims": Strategy(
        default=_claim_default,
        validate=_claim,
        validate_change=_claim_change,
        validate_status=_no_status_causes,
        on_update=UpdateCheck.WHOLE,
    ),
    "storageclasses": Strategy(validate_new=_class, validate_change=_class_change),
    "volumeattributesclasses": Strategy(validate=_attributes_class),
    "csidrivers": Strategy(default=_driver_default, validate=_driver, validate_change=_driver_change),
    "csinodes": Strategy(validate=_drivers_of_node),
    "csistoragecapacities": Strategy(validate=_capacity),
    "volumeattachments": Strategy(validate=_attachment, validate_status=_no_status_causes),
}
