"""Core kinds that hold configuration and divide a cluster: namespaces, service accounts, config maps, secrets.

Lives here: the strategies of these kinds, nothing else.  See :mod:`.kind` for what they mean.
"""

from __future__ import annotations

from ..frozen_json import FrozenMap
from .kind import Kind, NameRule

KINDS: tuple[Kind, ...] = (
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
        initial_status=FrozenMap({"phase": "Active"}),
        kept_by_main=("spec.finalizers",),
    ),
    Kind(
        group="",
        version="v1",
        name="ServiceAccount",
        plural="serviceaccounts",
        answers_delete_with_object=True,
    ),
    Kind(
        group="",
        version="v1",
        name="ConfigMap",
        plural="configmaps",
        sealed_by="immutable",
        sealed=("immutable", "data", "binaryData"),
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
    ),
)
