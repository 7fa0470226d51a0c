"""First stage: who asks.

Lives here: from a bearer token to a :class:`~.settings.User`.  Must not know: what users may do.

Source: Kubernetes documentation, "Authenticating"; recordings L, M.1.
"""

from __future__ import annotations

from .answer import Answer
from .http import HttpRequest
from .lookup import Lookup
from .settings import ANONYMOUS, User


def authenticate(http: HttpRequest, lookup: Lookup) -> User | Answer:
    """The user whose token was sent; nobody's token is refused (401), no token is the anonymous user's."""
    if http.token is None:
        return ANONYMOUS
    user = lookup.settings.tokens.get(http.token)
    return user or Answer(401, "Unauthorized", "Unauthorized")
