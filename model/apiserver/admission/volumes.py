"""Volumes and the claims to them: their class, their protection, their growth.

Lives here: the plugins ``DefaultStorageClass``, ``StorageObjectInUseProtection`` and ``PersistentVolumeClaimResize``.
Must not know: who provides volumes or takes the protection off (controllers do).

Source: Kubernetes 1.36, ``plugin/pkg/admission/storage``; scenario d-service-lease-others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...objects import Object, ObjectKey
from ...quantities import Quantity
from ..answer import Answer
from ..lookup import Lookup
from .review import Plugin, Review, refuse

_CLAIMS: Final = "persistentvolumeclaims"
_IS_DEFAULT: Final = ("storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class")
_CLASS_ANNOTATION: Final = "volume.beta.kubernetes.io/storage-class"
_PROTECTION: Final[Mapping[str, str]] = {
    _CLAIMS: "kubernetes.io/pvc-protection",
    "persistentvolumes": "kubernetes.io/pv-protection",
}


def class_of(claim: Object) -> str | None:
    """The storage class that a claim names; ``None`` if it names none, not even "no class"."""
    named = claim.annotations.get(_CLASS_ANNOTATION, claim.spec.get("storageClassName"))
    return None if named is None else str(named)


def fill_in_class(review: Review, lookup: Lookup) -> Object:
    """A new claim that names no class gets the default one, the newest if there are several."""
    claim = review.object
    assert claim is not None  # noqa: S101 - deletions are not mutated
    if not review.asks_to(("CREATE",), _CLAIMS) or class_of(claim) is not None:
        return claim
    defaults = sorted((each for each in lookup.list("storageclasses") if _is_default(each)), key=lambda each: each.name)
    if not defaults:
        return claim
    newest = max(defaults, key=lambda each: str(each.metadata.get("creationTimestamp", "")))
    return claim.with_field("spec.storageClassName", newest.name)


def protect(review: Review, lookup: Lookup) -> Object:
    """A new claim or volume with the finalizer that keeps it while it is in use."""
    del lookup
    object_ = review.object
    assert object_ is not None  # noqa: S101 - deletions are not mutated
    finalizer = _PROTECTION.get(review.resource)
    if finalizer is None or not review.asks_to(("CREATE",), review.resource) or finalizer in object_.finalizers:
        return object_
    return object_.with_finalizers((*object_.finalizers, finalizer))


def check_growth(review: Review, lookup: Lookup) -> Answer | None:
    """Refuse (403) to make a claim larger whose class does not let its volumes grow."""
    claim, old = review.object, review.old
    if claim is None or old is None or not review.asks_to(("UPDATE",), _CLAIMS):
        return None
    asked, before = _asked_storage(claim), _asked_storage(old)
    if asked is None or before is None or asked.value <= before.value:
        return None
    if old.status.get("phase") != "Bound":
        return refuse(review, "Only bound persistent volume claims can be expanded")
    storage_class = lookup.get(ObjectKey("storageclasses", "", class_of(old) or ""))
    if storage_class is not None and storage_class.root.get("allowVolumeExpansion") is True:
        return None
    why = "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support"
    return refuse(review, f"{why} resize")


DEFAULT_STORAGE_CLASS: Final = Plugin("DefaultStorageClass", mutate=fill_in_class)
STORAGE_OBJECT_IN_USE_PROTECTION: Final = Plugin("StorageObjectInUseProtection", mutate=protect)
PERSISTENT_VOLUME_CLAIM_RESIZE: Final = Plugin("PersistentVolumeClaimResize", validate=check_growth)


def _is_default(storage_class: Object) -> bool:
    return any(storage_class.annotations.get(annotation) == "true" for annotation in _IS_DEFAULT)


def _asked_storage(claim: Object) -> Quantity | None:
    return Quantity.read(claim.field("spec.resources.requests.storage"))
