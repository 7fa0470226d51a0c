"""After authentication: somebody asks in another one's name.

Lives here: the request headers ``Impersonate-…``, and who may use them.  Must not know: what the impersonated user may
do (authorization follows).

There are modes, tried in this order until one allows: for a node, a service account or any other user the request
itself must be allowed under the verb ``impersonate-on:<mode>:<verb>``, and the identity under ``impersonate:<mode>``;
last the old mode, which asks for the verb ``impersonate`` on the identity alone.  If none allows, the first refusal is
answered.  (Not modelled: the mode for the node that a service account's pod runs on, and extra fields of users.)

Source: Kubernetes 1.36, ``apiserver/pkg/endpoints/filters/impersonation``; scenario n-rbac.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from attrs import evolve, frozen

from .answer import Answer, bad_request
from .authentication import groups_of, service_account_of
from .authorization.attributes import Attributes, attributes_of
from .authorization.rbac import authorize
from .http import HttpRequest
from .lookup import Lookup
from .settings import ANONYMOUS, AUTHENTICATED, MASTERS, UNAUTHENTICATED, User

_GROUP: Final = "authentication.k8s.io"
_NODE_PREFIX: Final = "system:node:"
_NODES: Final = "system:nodes"
_LEGACY: Final = "impersonate"


@frozen
class _Mode:
    """One way to be allowed: the verb on identities, their group, and the verb prefix on the request itself."""

    verb: str
    group: str
    on: str = ""


_OLD: Final = _Mode(_LEGACY, "")


def impersonated(http: HttpRequest, user: User, lookup: Lookup) -> User | Answer:
    """In whose name a request is to be carried out: the user's own, unless its headers ask for another's."""
    name = next(iter(http.header("Impersonate-User")), "")
    uid = next(iter(http.header("Impersonate-Uid")), "")
    groups = http.header("Impersonate-Group")
    if not name:
        return bad_request("requested groups or a uid without impersonating a user name") if uid or groups else user
    wanted = User(name, groups, uid)
    request = attributes_of(http, user)
    refusals: list[Answer] = []
    for mode in _modes(wanted):
        refusal = _refusal(mode, wanted, request, lookup)
        if refusal is None:
            return _completed(mode, wanted)
        refusals.append(refusal)
    return refusals[0]


def _modes(wanted: User) -> Iterator[_Mode]:
    only_named = not wanted.groups and not wanted.uid
    if wanted.name.startswith(_NODE_PREFIX):
        name = "arbitrary-node" if only_named else ""
    elif service_account_of(wanted.name):
        name = "serviceaccount" if only_named else ""
    else:
        name = "user-info"
    if name:
        yield _Mode(f"{_LEGACY}:{name}", _GROUP, on=f"{_LEGACY}-on:{name}:")
    yield _OLD


def _refusal(mode: _Mode, wanted: User, request: Attributes, lookup: Lookup) -> Answer | None:
    asked = list(_identities(mode, wanted, request.user))
    if mode.on:
        asked.insert(0, evolve(request, verb=mode.on + request.verb))
        if MASTERS in wanted.groups:
            identity = Attributes(request.user, mode.verb, mode.group, "groups", name=MASTERS)
            return identity.forbidden("impersonating the system:masters group is not allowed")
    for each in asked:
        decision = authorize(each, lookup)
        if not decision.allowed:
            return each.forbidden(decision.reason)
    return None


def _identities(mode: _Mode, wanted: User, user: User) -> Iterator[Attributes]:
    """What one must be allowed to be: the user, the uid, each group."""
    account = service_account_of(wanted.name)
    if account is not None:
        yield Attributes(user, mode.verb, mode.group, "serviceaccounts", namespace=account[0], name=account[1])
    elif mode.on and wanted.name.startswith(_NODE_PREFIX):
        yield Attributes(user, mode.verb, mode.group, "nodes", name=wanted.name.removeprefix(_NODE_PREFIX))
    else:
        yield Attributes(user, mode.verb, mode.group, "users", name=wanted.name)
    if wanted.uid:
        yield Attributes(user, mode.verb, _GROUP, "uids", name=wanted.uid)
    for group in wanted.groups:
        yield Attributes(user, mode.verb, mode.group, "groups", name=group)


def _completed(mode: _Mode, wanted: User) -> User:
    """The user with the groups that nobody has to name."""
    groups = wanted.groups
    account = service_account_of(wanted.name)
    if account is not None and not groups:
        groups = groups_of(account[0])
    elif mode.on and wanted.name.startswith(_NODE_PREFIX):
        groups = (_NODES,)
    if wanted.name == ANONYMOUS.name:
        general = UNAUTHENTICATED
    else:
        general = AUTHENTICATED if UNAUTHENTICATED not in groups else UNAUTHENTICATED
    return evolve(wanted, groups=groups if general in groups else (*groups, general))
