"""Who asks: tokens, service accounts, impersonation; and the reviews that tell it."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from tests.model.apiserver.rights import SETTINGS, Guarded, View, binding, fresh, role, rule

from seatrial.model.apiserver import Answer
from seatrial.model.apiserver.authentication import authenticate, token_of
from seatrial.model.apiserver.http import HttpRequest
from seatrial.model.objects import Object

ACCOUNTS = "/api/v1/namespaces/shop/serviceaccounts"
REVIEWS = "/apis/authorization.k8s.io/v1"
IDENTITIES = "/apis/authentication.k8s.io/v1"
POD = "/api/v1/namespaces/shop/pods/p"


def account_with_token(server: Guarded) -> str:
    """Make a service account and ask for a token of it."""
    assert server.ask("admin", "POST", ACCOUNTS, {"metadata": {"name": "robot"}}).status == 201
    issued = server.ask("admin", "POST", f"{ACCOUNTS}/robot/token", {})
    assert issued.object is not None, issued
    return str(issued.object.status["token"])


def reviewed(server: Guarded, who: str | None, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """The status of a review."""
    answer = server.ask(who, "POST", path, body)
    assert (answer.status, answer.object is not None) == (201, True), answer
    assert answer.object is not None
    status: dict[str, Any] = answer.object.thaw()["status"]
    return status


def test_a_token_tells_who_asks() -> None:
    """Known tokens are users, no token is nobody in particular, any other token is refused for everything."""
    server = fresh()
    who = {name: server.ask(name, "GET", POD) for name in ("alice", None, "guessed")}
    assert 'User "alice"' in who["alice"].message
    assert 'User "system:anonymous"' in who[None].message
    assert (who["guessed"].status, who["guessed"].reason, who["guessed"].details) == (401, "Unauthorized", None)
    assert server.ask("guessed", "GET", "/healthz").status == 401


def test_a_service_accounts_token_goes_with_the_account() -> None:
    """It is good as long as the account that it was issued for is there; another one of its name is another one."""
    server = fresh()
    token = account_with_token(server)
    assert 'User "system:serviceaccount:shop:robot"' in server.ask(token, "GET", POD).message
    assert server.ask("admin", "DELETE", f"{ACCOUNTS}/robot").status == 200
    assert server.ask(token, "GET", POD).status == 401
    other = account_with_token(server)
    assert (server.ask(token, "GET", POD).status, server.ask(other, "GET", POD).status) == (401, 403)


def test_a_server_that_has_not_seen_the_deletion_still_takes_the_token() -> None:
    """What counts is the server's view, which may be old; and tokens that it remembers it does not look up at all."""
    metadata = {"name": "robot", "namespace": "shop", "uid": "u"}
    account = Object.of({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata})
    request = HttpRequest(method="GET", path=POD, token=token_of(account))
    seen = authenticate(request, View((account,)))
    assert not isinstance(seen, Answer)
    assert isinstance(authenticate(request, View(())), Answer)
    remembering = evolve(SETTINGS, tokens={token_of(account): seen})
    assert authenticate(request, View((), remembering)) == seen
    assert seen.groups == ("system:serviceaccounts", "system:serviceaccounts:shop", "system:authenticated")


@pytest.mark.parametrize(
    ("account", "body", "status"),
    [
        ("robot", {"spec": {"expirationSeconds": 600}}, 201),
        ("robot", {"spec": {"expirationSeconds": 599}}, 422),
        ("robot", {"metadata": {"name": "other"}}, 422),
        ("robot", {"metadata": {"namespace": "other"}}, 400),
        ("robot", [], 400),
        ("missing", {}, 404),
    ],
)
def test_a_token_is_issued_for_an_account_that_is_there(account: str, body: object, status: int) -> None:
    """The request must agree with its URL and not ask for too short a life."""
    server = fresh()
    account_with_token(server)
    assert server.ask("admin", "POST", f"{ACCOUNTS}/{account}/token", body).status == status


# --- Impersonation --------------------------------------------------------------------------------------------------


def test_masters_may_ask_in_anybodys_name() -> None:
    """The request is then judged as that user's, with the groups that are said or go without saying."""
    server = fresh()
    refused = server.ask("admin", "GET", POD, headers={"impersonate-user": ["bob"]})
    assert (refused.status, 'User "bob"' in refused.message) == (403, True)
    server.load((role("r", rule("get", "pods")), binding("b", "ClusterRole/r", "Group/crew")))
    for groups, status in ((["crew"], 404), (["other", "crew"], 404), (["other"], 403)):
        headers = {"Impersonate-User": ["bob"], "Impersonate-Group": groups}
        assert server.ask("admin", "GET", POD, headers=headers).status == status
    assert server.ask("admin", "GET", POD, headers={"Impersonate-Group": ["crew"]}).status == 400


def test_others_are_told_the_first_thing_that_they_lack() -> None:
    """The narrow mode is tried first, so its refusal is shown."""
    answer = fresh().ask("alice", "GET", POD, headers={"Impersonate-User": ["bob"]})
    assert answer.message == (
        'pods "p" is forbidden: User "alice" cannot impersonate-on:user-info:get resource "pods" in API group "" '
        'in the namespace "shop"'
    )


@pytest.mark.parametrize(
    ("rights", "wanted", "refused"),
    [
        ([rule("impersonate", "users")], {"Impersonate-User": ["bob"]}, False),
        ([rule("impersonate", "users", names="carol")], {"Impersonate-User": ["bob"]}, True),
        ([rule("impersonate", "users")], {"Impersonate-User": ["bob"], "Impersonate-Group": ["crew"]}, True),
        ([rule("impersonate", "users,groups")], {"Impersonate-User": ["bob"], "Impersonate-Group": ["crew"]}, False),
        ([rule("impersonate", "users")], {"Impersonate-User": ["system:serviceaccount:shop:robot"]}, True),
        ([rule("impersonate", "serviceaccounts")], {"Impersonate-User": ["system:serviceaccount:shop:robot"]}, False),
        (
            [
                rule("impersonate:user-info", "users", groups="authentication.k8s.io"),
                rule("impersonate-on:user-info:get", "pods"),
            ],
            {"Impersonate-User": ["bob"]},
            False,
        ),
        ([rule("impersonate:user-info", "users", groups="authentication.k8s.io")], {"Impersonate-User": ["bob"]}, True),
        ([rule("impersonate-on:user-info:get", "pods")], {"Impersonate-User": ["bob"]}, True),
    ],
)
def test_one_may_be_whom_one_may_impersonate(
    rights: list[dict[str, Any]], wanted: dict[str, Any], refused: bool
) -> None:
    """The old verb covers identities alone; a narrow mode wants the identity and the request allowed."""
    server = fresh().load((role("r", *rights), binding("b", "ClusterRole/r", "User/alice")))
    answer = server.ask("alice", "GET", POD, headers=wanted)
    assert ('User "alice"' in answer.message) is refused


# --- Reviews --------------------------------------------------------------------------------------------------------


def test_a_review_tells_what_the_authorizer_says() -> None:
    """Of oneself anybody may ask, of others who has the right; resources that do not exist are judged like any."""
    server = fresh().load(
        (
            role("r", rule("get", "pods"), namespace="shop"),
            binding("b", "Role/r", "User/alice", namespace="shop"),
        )
    )
    asked = {"resourceAttributes": {"namespace": "shop", "verb": "get", "resource": "pods"}}
    other = {"resourceAttributes": {"namespace": "shop", "verb": "get", "resource": "unicorns"}}
    reason = 'RBAC: allowed by RoleBinding "b/shop" of Role "r" to User "alice"'
    own = f"{REVIEWS}/selfsubjectaccessreviews"
    assert reviewed(server, "alice", own, {"spec": asked}) == {"allowed": True, "reason": reason}
    assert reviewed(server, "alice", own, {"spec": other}) == {"allowed": False}
    assert reviewed(server, "admin", own, {"spec": other}) == {"allowed": True}
    whose = {"spec": {**asked, "user": "alice"}}
    assert reviewed(server, "admin", f"{REVIEWS}/subjectaccessreviews", whose) == {"allowed": True, "reason": reason}
    local = f"{REVIEWS}/namespaces/shop/localsubjectaccessreviews"
    assert reviewed(server, "admin", local, whose) == {"allowed": True, "reason": reason}
    url = {"spec": {"nonResourceAttributes": {"path": "/healthz", "verb": "get"}}}
    assert reviewed(server, "alice", own, url)["allowed"] is True
    assert server.ask("alice", "POST", f"{REVIEWS}/subjectaccessreviews", whose).status == 403


@pytest.mark.parametrize(
    ("path", "spec", "field"),
    [
        ("selfsubjectaccessreviews", {}, "spec.resourceAttributes"),
        (
            "selfsubjectaccessreviews",
            {"resourceAttributes": {"verb": "get"}, "nonResourceAttributes": {"path": "/"}},
            "spec.nonResourceAttributes",
        ),
        ("subjectaccessreviews", {"resourceAttributes": {"verb": "get"}}, "spec.user"),
        (
            "namespaces/shop/localsubjectaccessreviews",
            {"user": "bob", "resourceAttributes": {"verb": "get", "namespace": "other"}},
            "spec.resourceAttributes.namespace",
        ),
    ],
)
def test_a_review_must_ask_one_thing(path: str, spec: dict[str, Any], field: str) -> None:
    """What is asked must be clear; the refusal names no kind."""
    answer = fresh().ask("admin", "POST", f"{REVIEWS}/{path}", {"spec": spec})
    assert (answer.status, [cause.field for cause in answer.causes]) == (422, [field])
    assert answer.details is not None
    assert (answer.details.kind, answer.details.group) == ("", "authorization.k8s.io")


def test_a_user_can_list_his_rights() -> None:
    """All rules that he has in a namespace, those of resources and of URLs apart, and what could not be resolved."""
    server = fresh().load(
        (
            role("r", rule("get", "pods", names="p"), namespace="shop"),
            binding("b", "Role/r", "User/alice", namespace="shop"),
            binding("c", "Role/missing", "User/alice", namespace="shop"),
        )
    )
    path = f"{REVIEWS}/selfsubjectrulesreviews"
    status = reviewed(server, "alice", path, {"spec": {"namespace": "shop"}})
    own = {"verbs": ["get"], "apiGroups": [""], "resources": ["pods"], "resourceNames": ["p"]}
    assert own in status["resourceRules"]
    assert all("nonResourceURLs" in each for each in status["nonResourceRules"])
    assert status["nonResourceRules"]
    assert status["evaluationError"] == 'role.rbac.authorization.k8s.io "missing" not found'
    elsewhere = reviewed(server, "alice", path, {"spec": {"namespace": "depot"}})
    assert own not in elsewhere["resourceRules"]
    assert server.ask("alice", "POST", path, {"spec": {}}).status == 400


def test_a_user_can_ask_who_he_is() -> None:
    """By a review of oneself; whose a token is needs a right."""
    server = fresh()
    info = {"username": "alice", "uid": "u-alice", "groups": ["dev", "system:authenticated"]}
    assert reviewed(server, "alice", f"{IDENTITIES}/selfsubjectreviews", {}) == {"userInfo": info}
    path = f"{IDENTITIES}/tokenreviews"
    good = reviewed(server, "admin", path, {"spec": {"token": "alice"}})
    assert (good["authenticated"], good["user"]) == (True, info)
    bad = reviewed(server, "admin", path, {"spec": {"token": "guessed"}})
    assert bad == {"user": {}, "error": "invalid bearer token"}
    assert server.ask("alice", "POST", path, {"spec": {"token": "admin"}}).status == 403
    assert server.ask("admin", "POST", path, {"spec": {}}).status == 400


def test_reviews_store_nothing() -> None:
    """A review, like a token that is issued, is an answer and no object."""
    server = fresh()
    account_with_token(server)
    before = server.etcd.revision
    reviewed(server, "alice", f"{IDENTITIES}/selfsubjectreviews", {})
    server.ask("admin", "POST", f"{ACCOUNTS}/robot/token", {})
    assert server.etcd.revision == before
