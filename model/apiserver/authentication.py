"""First stage: who asks.

Lives here: from a bearer token to a :class:`~.settings.User`, and the tokens of service accounts.  Must not know: what
users may do.

A service account's token names the account and its uid.  It is good as long as the server's cache has that account, so
one that was deleted goes on asking for a moment, and an account of the same name made later is another one.  (A real
server also remembers for ten seconds that a token was good; whoever composes a server and has a clock may put what it
remembers among the tokens of its settings.)

Source: Kubernetes documentation, "Authenticating", "Managing Service Accounts"; Kubernetes 1.36,
``pkg/serviceaccount/claims.go``; recordings L, M.1, M.3; scenario n-rbac.
"""

from __future__ import annotations

import re
from typing import Final

from ..objects import Object, ObjectKey
from .answer import Answer
from .http import HttpRequest
from .lookup import Lookup
from .settings import ANONYMOUS, AUTHENTICATED, User

SERVICE_ACCOUNTS: Final = "system:serviceaccounts"
"""The group of all service accounts."""

_PREFIX: Final = "system:serviceaccount:"
_USER_NAME: Final = re.compile(r"system:serviceaccount:([^:/]+):([^:/]+)")
_TOKEN: Final = re.compile(r"system:serviceaccount:([^:/]+):([^:/]+)/(.+)")


def authenticate(http: HttpRequest, lookup: Lookup) -> User | Answer:
    """The user whose token was sent; nobody's token is refused (401), no token is the anonymous user's."""
    if http.token is None:
        return ANONYMOUS
    return user_of_token(http.token, lookup) or Answer(401, "Unauthorized", "Unauthorized")


def user_of_token(token: str, lookup: Lookup) -> User | None:
    """Whose token it is; ``None`` if nobody's."""
    known = lookup.settings.tokens.get(token)
    if known is not None:
        return known
    bound = _TOKEN.fullmatch(token)
    if bound is None:
        return None
    namespace, name, uid = bound.groups()
    account = lookup.get(ObjectKey("serviceaccounts", namespace, name))
    if account is None or account.uid != uid:
        return None
    return User(service_account_name(namespace, name), (*groups_of(namespace), AUTHENTICATED), uid)


def token_of(account: Object) -> str:
    """The token of a service account.  A real one is signed; nobody in the model forges any."""
    return f"{service_account_name(account.namespace, account.name)}/{account.uid}"


def service_account_name(namespace: str, name: str) -> str:
    """The user name of a service account."""
    return f"{_PREFIX}{namespace}:{name}"


def service_account_of(user_name: str) -> tuple[str, str] | None:
    """The namespace and name of the service account that has this user name, if it is one's."""
    found = _USER_NAME.fullmatch(user_name)
    return (found[1], found[2]) if found else None


def groups_of(namespace: str) -> tuple[str, ...]:
    """The groups of the service accounts of a namespace."""
    return (SERVICE_ACCOUNTS, f"{SERVICE_ACCOUNTS}:{namespace}")
