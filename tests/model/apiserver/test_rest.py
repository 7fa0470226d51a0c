"""The REST form of requests: which path, method and query mean what."""

from __future__ import annotations

import pytest

from seatrial.model import kinds
from seatrial.model.apiserver import Answer, Malformed, Options, Request
from seatrial.model.apiserver.rest import NotModelled, parse_request
from seatrial.model.frozen_json import freeze


@pytest.mark.parametrize(
    ("method", "path", "verb", "key", "subresource"),
    [
        ("GET", "/api/v1/namespaces/a/pods/p", "get", "pods/a/p", ""),
        ("GET", "/api/v1/namespaces/a/pods", "list", "pods/a", ""),
        ("GET", "/api/v1/pods", "list", "pods", ""),
        ("POST", "/api/v1/namespaces/a/pods", "create", "pods/a", ""),
        ("PUT", "/apis/apps/v1/namespaces/a/replicasets/r/status", "update", "replicasets/a/r", "status"),
        ("PATCH", "/api/v1/namespaces/a", "patch", "namespaces/a", ""),
        ("PUT", "/api/v1/namespaces/a/status", "update", "namespaces/a", "status"),
        ("DELETE", "/api/v1/namespaces/a/configmaps", "deletecollection", "configmaps/a", ""),
        ("DELETE", "/apis/coordination.k8s.io/v1/namespaces/a/leases/l", "delete", "leases/a/l", ""),
    ],
)
def test_a_path_and_a_method_make_a_request(method: str, path: str, verb: str, key: str, subresource: str) -> None:
    """The route gives the verb, the object and the subresource."""
    request = parse_request(method, path)
    assert isinstance(request, Request)
    assert (request.verb, str(request.key), request.subresource) == (verb, key, subresource)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/namespaces/a/nosuchthings", 404),
        ("GET", "/api/v2/namespaces/a/pods", 404),
        ("GET", "/apis/apps/v1/namespaces/a/pods", 404),
        ("GET", "/api/v1/pods/p", 404),
        ("GET", "/api/v1/namespaces/a/configmaps/x/status", 404),
        ("GET", "/api/v1/namespaces/a/configmaps/x/y/z", 404),
        ("GET", "/api/v1/namespaces/a/namespaces/b", 404),
        ("POST", "/api/v1/namespaces/a/configmaps/x", 405),
        ("PUT", "/api/v1/namespaces/a/configmaps", 405),
        ("POST", "/api/v1/configmaps", 405),
    ],
)
def test_what_leads_nowhere_is_answered_so(method: str, path: str, status: int) -> None:
    """Unknown paths are 404, methods that a path does not have 405."""
    answer = parse_request(method, path)
    assert isinstance(answer, Answer)
    assert answer.status == status


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/api/v1/namespaces/a/pods/p/binding", {}),
        ("/api/v1/pods", {"fieldSelector": "spec.nodeName=n"}),
        ("/api/v1/pods", {"continue": "token"}),
        ("/version", {}),
    ],
)
def test_what_is_not_modelled_is_said(path: str, query: dict[str, str]) -> None:
    """What a real server would do and the model does not is no answer of the model."""
    assert isinstance(parse_request("GET", path, query=query), NotModelled)


def test_options_come_from_the_query_and_a_deletes_body() -> None:
    """A DELETE's options may stand in both; unknown parameters are ignored."""
    body = {"preconditions": {"uid": "u", "resourceVersion": "5"}, "gracePeriodSeconds": 0}
    request = parse_request(
        "DELETE",
        "/api/v1/namespaces/a/pods/p",
        query={"propagationPolicy": "Orphan", "dryRun": "All", "pretty": "true"},
        body=freeze(body),
    )
    assert isinstance(request, Request)
    assert request.body is None
    assert request.options == Options(
        dry_run=("All",),
        propagation_policy="Orphan",
        precondition_uid="u",
        precondition_resource_version="5",
        grace_period_seconds=0,
    )


@pytest.mark.parametrize("body", [[], "x", {"kind": "Pod"}, {"orphanDependents": "yes"}, {"preconditions": {"uid": 1}}])
def test_a_delete_with_something_else_for_options_is_malformed(body: object) -> None:
    """The body of a DELETE must be delete options."""
    request = parse_request("DELETE", "/api/v1/namespaces/a/pods/p", body=freeze(body))
    assert isinstance(request, Request)
    assert isinstance(request.body, Malformed)


def test_custom_resources_are_served_when_they_are_known() -> None:
    """A custom kind has a route only where it was defined."""
    widget = kinds.of_object("example.com/v1", "Widget")
    path = "/apis/example.com/v1/namespaces/a/widgets/w"
    assert isinstance(parse_request("GET", path), Answer)
    request = parse_request("GET", path, known=[widget])
    assert isinstance(request, Request)
    assert request.key.path == "/registry/example.com/widgets/a/w"
