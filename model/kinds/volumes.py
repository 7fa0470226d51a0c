"""Volumes, the claims to them, and what provides them.

Lives here: the strategies of these kinds, nothing else.  See :mod:`.kind` for what they mean.

Source: Kubernetes 1.36, ``pkg/registry/core/{persistentvolume,persistentvolumeclaim}``, ``pkg/registry/storage``;
scenario d-service-lease-others.
"""

from __future__ import annotations

from ..frozen_json import FrozenMap
from .kind import FIXED_BY_STATUS, Kind

_GROUP = "storage.k8s.io"

KINDS: tuple[Kind, ...] = (
    Kind(
        group="",
        version="v1",
        name="PersistentVolume",
        plural="persistentvolumes",
        namespaced=False,
        has_status=True,
        answers_delete_with_object=True,
        initial_status=FrozenMap({"phase": "Pending"}),
    ),
    Kind(
        group="",
        version="v1",
        name="PersistentVolumeClaim",
        plural="persistentvolumeclaims",
        has_status=True,
        answers_delete_with_object=True,
        initial_status=FrozenMap({"phase": "Pending"}),
    ),
    Kind(
        group=_GROUP,
        version="v1",
        name="StorageClass",
        plural="storageclasses",
        namespaced=False,
        answers_delete_with_object=True,
        defaults=(("reclaimPolicy", "Delete"), ("volumeBindingMode", "Immediate")),
    ),
    Kind(
        group=_GROUP,
        version="v1",
        name="VolumeAttributesClass",
        plural="volumeattributesclasses",
        namespaced=False,
        answers_delete_with_object=True,
        immutable=("driverName", "parameters"),
    ),
    Kind(
        group=_GROUP,
        version="v1",
        name="CSIDriver",
        plural="csidrivers",
        namespaced=False,
        answers_delete_with_object=True,
        allow_unconditional_update=False,
    ),
    Kind(
        group=_GROUP,
        version="v1",
        name="CSINode",
        plural="csinodes",
        namespaced=False,
        answers_delete_with_object=True,
        allow_unconditional_update=False,
    ),
    Kind(
        group=_GROUP,
        version="v1",
        name="CSIStorageCapacity",
        plural="csistoragecapacities",
        answers_delete_with_object=True,
        allow_unconditional_update=False,
        immutable=("nodeTopology", "storageClassName"),
    ),
    Kind(
        group=_GROUP,
        version="v1",
        name="VolumeAttachment",
        plural="volumeattachments",
        namespaced=False,
        has_status=True,
        kept_by_status=FIXED_BY_STATUS,
        answers_delete_with_object=True,
        allow_unconditional_update=False,
        immutable=("spec",),
    ),
)
