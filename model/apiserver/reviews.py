"""Reviews: objects that are created to ask a question, answered at once and never stored.

Lives here: the answers to reviews of rights and tokens, and the issue of service accounts' tokens.  Must not know: how
rights are decided, or who a token belongs to (``authorization`` and ``authentication`` do).

Source: Kubernetes 1.36, ``pkg/registry/authorization``, ``pkg/registry/authentication``,
``pkg/registry/core/serviceaccount/storage/token.go``, ``pkg/apis/authorization/validation``; recordings M.5; scenario
n-rbac.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

from ..frozen_json import EMPTY, FrozenMap, Json, as_items, as_map
from ..kinds import Kind
from ..kinds.reviews import (
    LOCAL_SUBJECT_ACCESS_REVIEW,
    REVIEWS,
    SELF_SUBJECT_ACCESS_REVIEW,
    SELF_SUBJECT_REVIEW,
    SELF_SUBJECT_RULES_REVIEW,
    SUBJECT_ACCESS_REVIEW,
    TOKEN_REQUEST,
    TOKEN_REVIEW,
)
from ..objects import Object, ObjectKey
from . import admission
from .admission import Review
from .answer import Answer, Cause, Details, bad_request, done, invalid
from .authentication import token_of, user_of_token
from .authorization.attributes import Attributes
from .authorization.rbac import aggregate, authorize, rules_for
from .causes import invalid_value
from .decoding import agree_with_url, check_options, decode_body
from .lookup import Lookup
from .ownership import tracked
from .preparation import NOW
from .request import Malformed, Request
from .settings import User

_Answerer: TypeAlias = Callable[[Object, User, Lookup], "Object | Answer"]

AUDIENCE: Final = "https://kubernetes.default.svc"
"""Whom tokens are for, unless somebody says otherwise."""

_LEAST_SECONDS: Final = 600
_BINDABLE: Final[Mapping[str, str]] = {"Node": "nodes", "Pod": "pods", "Secret": "secrets"}
"""The kinds with whose objects a token can go, and their resources."""
_MOST_SECONDS: Final = 1 << 32
_USUAL_SECONDS: Final = 3600


def is_review(kind: Kind) -> bool:
    """Whether a creation of this kind is answered here."""
    return kind in REVIEWS or kind == TOKEN_REQUEST


def review(request: Request, user: User, lookup: Lookup) -> Answer:
    """The answer to a review that a user creates."""
    refusal = check_options(request)
    if refusal is not None:
        return refusal
    asked = decode_body(request)
    if isinstance(asked, Answer):
        return asked
    if request.kind.namespaced:
        asked = agree_with_url(request, asked)
        if isinstance(asked, Answer):
            return asked
    sent = None if isinstance(request.body, Malformed) else request.body
    asked = tracked(request, asked, None, lookup.settings, sent)
    if request.kind == TOKEN_REQUEST:
        return _issue_token(request, asked, lookup)
    answered = _ANSWERERS[request.kind.name](asked, user, lookup)
    return answered if isinstance(answered, Answer) else done(201, answered, 0)


# --- Rights ---------------------------------------------------------------------------------------------------------


def _self_access(asked: Object, user: User, lookup: Lookup) -> Object | Answer:
    causes = (*_attributes_given(asked.spec), *_metadata_empty(asked))
    return _invalid_spec(causes) if causes else _with_decision(asked, user, lookup)


def _access(asked: Object, user: User, lookup: Lookup) -> Object | Answer:
    del user
    causes = (*_attributes_given(asked.spec), *_subject_given(asked.spec), *_metadata_empty(asked))
    return _invalid_spec(causes) if causes else _with_decision(asked, _subject(asked.spec), lookup)


def _local_access(asked: Object, user: User, lookup: Lookup) -> Object | Answer:
    del user
    spec = asked.spec
    causes = [*_attributes_given(spec), *_subject_given(spec)]
    if "resourceAttributes" in spec and as_map(spec["resourceAttributes"]).get("namespace", "") != asked.namespace:
        causes.append(invalid_value("spec.resourceAttributes.namespace", "must match metadata.namespace"))
    if "nonResourceAttributes" in spec:
        causes.append(invalid_value("spec.nonResourceAttributes", "disallowed on this kind of request"))
    return _invalid_spec(tuple(causes)) if causes else _with_decision(asked, _subject(spec), lookup)


def _attributes_given(spec: FrozenMap) -> Iterator[Cause]:
    given = [name for name in ("resourceAttributes", "nonResourceAttributes") if name in spec]
    if len(given) > 1:
        why = "cannot be specified in combination with resourceAttributes"
        yield invalid_value("spec.nonResourceAttributes", why)
    if not given:
        why = "null: exactly one of nonResourceAttributes or resourceAttributes must be specified"
        yield invalid_value("spec.resourceAttributes", why)


def _subject_given(spec: FrozenMap) -> Iterator[Cause]:
    if not spec.get("user") and not spec.get("groups"):
        yield invalid_value("spec.user", '"": at least one of user or group must be specified')


def _metadata_empty(asked: Object) -> Iterator[Cause]:
    if asked.metadata.without("managedFields"):
        yield invalid_value("metadata", "must be empty")


def _invalid_spec(causes: tuple[Cause, ...]) -> Answer:
    """A real server does not know the kind any more when it refuses a review."""
    listed = ", ".join(f"{cause.field}: {cause.message}" for cause in causes)
    listed = listed if len(causes) == 1 else f"[{listed}]"
    group = SUBJECT_ACCESS_REVIEW.group
    return Answer(422, "Invalid", f'.{group} "" is invalid: {listed}', causes, Details(group=group))


def _subject(spec: FrozenMap) -> User:
    groups = tuple(str(group) for group in as_items(spec.get("groups")))
    return User(str(spec.get("user", "")), groups, str(spec.get("uid", "")))


def _with_decision(asked: Object, user: User, lookup: Lookup) -> Object:
    resource, other = as_map(asked.spec.get("resourceAttributes")), as_map(asked.spec.get("nonResourceAttributes"))
    if other:
        wanted = Attributes(user, _text(other, "verb"), path=_text(other, "path"))
    else:
        wanted = Attributes(
            user,
            _text(resource, "verb"),
            group=_text(resource, "group"),
            resource=_text(resource, "resource"),
            subresource=_text(resource, "subresource"),
            namespace=_text(resource, "namespace"),
            name=_text(resource, "name"),
        )
    decision = authorize(wanted, lookup)
    status: dict[str, Json] = {"allowed": decision.allowed}
    if decision.reason:
        status["reason"] = decision.reason
    return asked.with_field("status", FrozenMap(status))


def _self_rules(asked: Object, user: User, lookup: Lookup) -> Object | Answer:
    namespace = _text(asked.spec, "namespace")
    if not namespace:
        return bad_request("no namespace on request")
    rules, unresolved = rules_for(user, namespace, lookup)
    status: dict[str, Json] = {
        "resourceRules": tuple(rule.as_json.without("nonResourceURLs") for rule in rules if rule.resources),
        "nonResourceRules": tuple(
            FrozenMap({"verbs": rule.verbs, "nonResourceURLs": rule.urls}) for rule in rules if rule.urls
        ),
        "incomplete": False,
    }
    if unresolved:
        status["evaluationError"] = aggregate(unresolved)
    return _answer_of(SELF_SUBJECT_RULES_REVIEW, EMPTY, spec=EMPTY, status=FrozenMap(status))


# --- Identities -----------------------------------------------------------------------------------------------------


def _self(asked: Object, user: User, lookup: Lookup) -> Object:
    del asked, lookup
    metadata = FrozenMap({"creationTimestamp": NOW})
    return _answer_of(SELF_SUBJECT_REVIEW, metadata, status=FrozenMap({"userInfo": _user_info(user)}))


def _token(asked: Object, user: User, lookup: Lookup) -> Object | Answer:
    del user
    token = _text(asked.spec, "token")
    if not token:
        return bad_request("token is required for TokenReview in authentication")
    owner = user_of_token(token, lookup)
    wanted = as_items(asked.spec.get("audiences"))
    if owner is None or (wanted and AUDIENCE not in wanted):
        status: dict[str, Json] = {"user": EMPTY, "error": "invalid bearer token"}
    else:
        status = {"authenticated": True, "user": _user_info(owner), "audiences": (AUDIENCE,)}
    return asked.with_field("status", FrozenMap(status))


def _user_info(user: User) -> FrozenMap:
    fields: dict[str, Json] = {"username": user.name, "uid": user.uid, "groups": user.groups}
    return FrozenMap({name: value for name, value in fields.items() if value})


def _issue_token(request: Request, asked: Object, lookup: Lookup) -> Answer:
    """A token for the service account that the URL names, which goes with the account."""
    admitted = admission.mutate(Review("CREATE", request, asked), lookup)
    if isinstance(admitted, Answer):
        return admitted
    if admitted.name not in ("", request.name):
        cause = invalid_value("metadata.name", "must match the service account name if specified")
        return invalid(TOKEN_REQUEST, request.name, (cause,))
    account = lookup.live(ObjectKey("serviceaccounts", request.namespace, request.name))
    if account is None:
        message = f'serviceaccounts "{request.name}" not found'
        return Answer(404, "NotFound", message, details=Details(name=request.name, kind="serviceaccounts"))
    given = admitted.spec.get("expirationSeconds")
    seconds = given if isinstance(given, int) else _USUAL_SECONDS
    causes = list(_duration(seconds))
    if causes:
        return invalid(TOKEN_REQUEST, "", tuple(causes))
    unbound = _bound(request, as_map(admitted.spec.get("boundObjectRef")), lookup)
    if unbound is not None:
        return unbound
    audiences = as_items(admitted.spec.get("audiences")) or (AUDIENCE,)
    spec = {"audiences": audiences, "expirationSeconds": seconds, "boundObjectRef": None, **admitted.spec}
    metadata = {**admitted.metadata, "name": account.name, "namespace": account.namespace, "uid": account.uid}
    issued = _answer_of(
        TOKEN_REQUEST,
        FrozenMap({**metadata, "creationTimestamp": NOW}),
        spec=FrozenMap(spec),
        status=FrozenMap({"token": token_of(account), "expirationTimestamp": NOW}),
    )
    return done(201, issued, 0)


def _bound(request: Request, reference: FrozenMap, lookup: Lookup) -> Answer | None:
    """Why a token cannot go with the object that a request names, if it names one."""
    kind, name, uid = (_text(reference, field) for field in ("kind", "name", "uid"))
    if not reference:
        return None
    if _text(reference, "apiVersion") != "v1" or kind not in _BINDABLE:
        return bad_request(f"cannot bind token to object of type {_text(reference, 'apiVersion')}, Kind={kind}")
    resource = _BINDABLE[kind]
    found = lookup.live(ObjectKey(resource, "" if kind == "Node" else request.namespace, name))
    if found is None:
        details = Details(name=name, kind=resource)
        return Answer(404, "NotFound", f'{resource} "{name}" not found', details=details)
    if kind == "Pod" and found.spec.get("serviceAccountName") != request.name:
        why = "to pod running with different serviceaccount name."
        return bad_request(f'cannot bind token for serviceaccount "{request.name}" {why}')
    if uid and uid != found.uid:
        why = f"the UID in the bound object reference ({uid}) does not match the UID in record"
        message = f'Operation cannot be fulfilled on {kind} "{name}": {why}'
        return Answer(409, "Conflict", message, details=Details(name=name, kind=kind))
    return None


def _duration(seconds: int) -> Iterator[Cause]:
    if seconds < _LEAST_SECONDS:
        yield invalid_value("spec.expirationSeconds", f"{seconds}: may not specify a duration less than 10 minutes")
    if seconds > _MOST_SECONDS:
        why = f"{seconds}: may not specify a duration larger than 2^32 seconds"
        yield invalid_value("spec.expirationSeconds", why)


def _answer_of(kind: Kind, metadata: FrozenMap, **fields: FrozenMap) -> Object:
    return Object(FrozenMap({"apiVersion": kind.api_version, "kind": kind.name, "metadata": metadata, **fields}))


def _text(fields: FrozenMap, name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


_ANSWERERS: Final[Mapping[str, _Answerer]] = {
    SELF_SUBJECT_ACCESS_REVIEW.name: _self_access,
    SUBJECT_ACCESS_REVIEW.name: _access,
    LOCAL_SUBJECT_ACCESS_REVIEW.name: _local_access,
    SELF_SUBJECT_RULES_REVIEW.name: _self_rules,
    SELF_SUBJECT_REVIEW.name: _self,
    TOKEN_REVIEW.name: _token,
}
