"""Who sends the requests of a recording, and what a real server had before the first of them.

Lives here: the users and their tokens, the settings of the recorded servers, and the objects of a fresh cluster.  Must
not know: what is asked, or how answers are compared.
"""

from __future__ import annotations

from typing import Final

from attrs import evolve

from seatrial.model.apiserver import FULL, User
from seatrial.model.apiserver.bootstrap import objects
from seatrial.model.apiserver.settings import AUTHENTICATED, MASTERS
from seatrial.model.objects import Object

from . import cel

_USERS: Final = (
    User("admin", (MASTERS, AUTHENTICATED), "u-admin"),
    User("alice", ("dev", AUTHENTICATED), "u-alice"),
    User("bob", ("dev", AUTHENTICATED), "u-bob"),
)
"""The users of the recordings.  Who has no token is called anonymous there, and who has a bad one badtoken."""

SETTINGS: Final = evolve(FULL, tokens={f"{user.name}-token": user for user in _USERS}, expressions=cel.evaluate)
"""A server that is set up as the recorded ones were."""

_PUBLIC_INFO: Final = "system:openshift:public-info-viewer"
_OF_THE_DISTRIBUTION: Final = (
    Object.of(
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRole",
            "metadata": {"name": _PUBLIC_INFO},
            "rules": [{"verbs": ["get"], "nonResourceURLs": ["/.well-known", "/.well-known/*"]}],
        }
    ),
    Object.of(
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": _PUBLIC_INFO},
            "subjects": [
                {"kind": "Group", "name": f"system:{group}"} for group in ("authenticated", "unauthenticated")
            ],
            "roleRef": {"kind": "ClusterRole", "name": _PUBLIC_INFO},
        }
    ),
)
"""What the recorded servers, a distribution's build, had besides."""


def fresh_objects() -> tuple[Object, ...]:
    """What a recorded server had before the first request."""
    return (*objects(), *_OF_THE_DISTRIBUTION)
