"""How one API server is set up: what does not change while it runs.

Lives here: :class:`Settings` and the users that a server can tell by their tokens.  Must not know: requests.

A small cluster (:data:`SMALL`) runs without what its scenario does not need, as a real server is started without some
admission plugins: fewer looks at other objects, fewer states.  :data:`FULL` is what a real server does by default.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, Literal

from attrs import field, frozen

from ..frozen_json import FrozenMap, Json

if TYPE_CHECKING:
    from .admission.review import Review

MASTERS: Final = "system:masters"
"""The group that may do everything."""

AUTHENTICATED: Final = "system:authenticated"
UNAUTHENTICATED: Final = "system:unauthenticated"

Expressions = Callable[[str, FrozenMap], Json]
"""Evaluates an expression: its text and the variables to a value.

Of a policy the variables are ``object``, ``oldObject``, ``request``, ``params``, …; of a rule in the schema of a
definition of custom resources ``self`` and ``oldSelf``.

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
class Policy:
    """A rule of one's own for what may be written, as Python: the short form of a ValidatingAdmissionPolicy.

    ``admits`` gets the review (``operation``, ``request``, ``object``, ``old``) of each write that is valid, and says
    ``True``, or ``False``, or why not.  It must be a pure function.  A server asks it only if the plugin
    ``ValidatingAdmissionPolicy`` runs.

    >>> no_secrets = Policy("no-secrets", lambda review: review.request.kind.name != "Secret" or "keep them elsewhere")
    """

    name: str
    admits: Callable[[Review], bool | str]


@frozen(kw_only=True)
class Verdict:
    """The answer of a webhook: whether it admits, and if not how it refuses; ``patch`` is a JSON patch."""

    allowed: bool = True
    status: int = 403
    reason: str = "Forbidden"
    message: str = ""
    patch: tuple[FrozenMap, ...] = ()
    warnings: tuple[str, ...] = ()


Failure = Literal["slow", "unreachable"]
"""How a webhook may give no answer: it takes longer than its timeout, or nobody listens."""

Webhook = Callable[["Review"], "Verdict | Failure"]
"""What a webhook says to a review: an oracle that stands for a server outside.  It must be a pure function."""


@frozen(eq=False)
class Settings:
    """The set-up of a server.

    ``plugins`` are the admission plugins that run, by the names that a real server gives them; ``tokens`` the users by
    their bearer tokens; ``tracks_ownership`` whether managedFields are kept; ``watch_cache`` whether reads go
    through caches; ``expressions`` evaluates policies, and rules in schemas.  ``policies`` are rules of one's own;
    ``webhooks`` are the webhooks that can be reached, by the names that they have in their configurations (which are
    objects like others).
    ``settles`` is whether the controllers inside the server have done all that is to do before each request; if not,
    whoever runs the server lets them work (:func:`~.definition_controllers.settle`).
    ``heard_first`` is the ValidatingAdmissionPolicy, if any, that is told of before others where several refuse: a real
    server goes through them in the order of a hash table.
    """

    plugins: frozenset[str] = frozenset({"NamespaceLifecycle"})
    authorization: Literal["AlwaysAllow", "RBAC"] = "AlwaysAllow"
    tokens: Mapping[str, User] = field(factory=dict[str, User])
    tracks_ownership: bool = False
    watch_cache: bool = True
    expressions: Expressions = no_expressions
    policies: tuple[Policy, ...] = ()
    webhooks: Mapping[str, Webhook] = field(factory=dict[str, Webhook])
    settles: bool = True
    heard_first: str = ""


SMALL: Final = Settings()
"""A server of a small scenario: everybody may do everything, and namespaces have a life."""

FULL: Final = Settings(
    plugins=frozenset(
        {
            "DefaultIngressClass",
            "DefaultStorageClass",
            "DefaultTolerationSeconds",
            "LimitRanger",
            "MutatingAdmissionPolicy",
            "MutatingAdmissionWebhook",
            "NamespaceLifecycle",
            "PersistentVolumeClaimResize",
            "PodSecurity",
            "PodTopologyLabels",
            "Priority",
            "ResourceQuota",
            "RuntimeClass",
            "ServiceAccount",
            "StorageObjectInUseProtection",
            "TaintNodesByCondition",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionWebhook",
        }
    ),
    authorization="RBAC",
    tracks_ownership=True,
)
"""What a real server does by default; only its users and the evaluation of expressions must be supplied."""
