"""How one API server is set up: what does not change while it runs.

Lives here: :class:`Settings` and the users that a server can tell by their tokens.  Must not know: requests.

A small cluster (:data:`SMALL`) runs without what its scenario does not need, as a real server is started without some
admission plugins: fewer looks at other objects, fewer states.  :data:`FULL` is what a real server does by default.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal

from attrs import field, frozen

from ..frozen_json import FrozenMap, Json

MASTERS: Final = "system:masters"
"""The group that may do everything."""

AUTHENTICATED: Final = "system:authenticated"
UNAUTHENTICATED: Final = "system:unauthenticated"

Expressions = Callable[[str, FrozenMap], Json]
"""Evaluates an expression of a policy: its text and the variables (object, oldObject, request, params, …) to a value.

Raises:
    ValueError: the expression cannot be evaluated.
"""


@frozen(cache_hash=True)
class User:
    """Who asks."""

    name: str
    groups: tuple[str, ...] = (AUTHENTICATED,)
    uid: str = ""


ANONYMOUS: Final = User("system:anonymous", (UNAUTHENTICATED,))
"""Who asks without a token."""

ADMIN: Final = User("admin", (MASTERS, AUTHENTICATED))


def no_expressions(expression: str, variables: FrozenMap) -> Json:
    """A server that cannot evaluate policies.

    Raises:
        ValueError: always.
    """
    del variables
    raise ValueError(f"nobody supplied an evaluator of expressions for {expression!r}")


@frozen(eq=False)
class Settings:
    """The set-up of a server.

    ``plugins`` are the admission plugins that run, by the names that a real server gives them; ``tokens`` the users by
    their bearer tokens; ``tracks_ownership`` whether managedFields are kept; ``expressions`` evaluates policies.
    """

    plugins: frozenset[str] = frozenset({"NamespaceLifecycle"})
    authorization: Literal["AlwaysAllow", "RBAC"] = "AlwaysAllow"
    tokens: Mapping[str, User] = field(factory=dict[str, User])
    tracks_ownership: bool = False
    expressions: Expressions = no_expressions


SMALL: Final = Settings()
"""A server of a small scenario: everybody may do everything, and namespaces have a life."""

FULL: Final = Settings(
    plugins=frozenset(
        {
            "DefaultTolerationSeconds",
            "LimitRanger",
            "MutatingAdmissionPolicy",
            "MutatingAdmissionWebhook",
            "NamespaceLifecycle",
            "PodSecurity",
            "Priority",
            "ResourceQuota",
            "ServiceAccount",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionWebhook",
        }
    ),
    authorization="RBAC",
    tracks_ownership=True,
)
"""What a real server does by default; only its users and the evaluation of expressions must be supplied."""
