"""Roles and bindings.

Lives here: the strategies of these kinds, nothing else.  See :mod:`.kind` for what they mean.
"""

from __future__ import annotations

from .kind import Kind, NameRule

_GROUP = "rbac.authorization.k8s.io"

KINDS: tuple[Kind, ...] = (
    Kind(
        group=_GROUP,
        version="v1",
        name="Role",
        plural="roles",
        name_rule=NameRule.PATH_SEGMENT,
        create_on_update=True,
    ),
    Kind(
        group=_GROUP,
        version="v1",
        name="RoleBinding",
        plural="rolebindings",
        name_rule=NameRule.PATH_SEGMENT,
        create_on_update=True,
    ),
    Kind(
        group=_GROUP,
        version="v1",
        name="ClusterRole",
        plural="clusterroles",
        namespaced=False,
        name_rule=NameRule.PATH_SEGMENT,
        create_on_update=True,
    ),
    Kind(
        group=_GROUP,
        version="v1",
        name="ClusterRoleBinding",
        plural="clusterrolebindings",
        namespaced=False,
        name_rule=NameRule.PATH_SEGMENT,
        create_on_update=True,
    ),
)
