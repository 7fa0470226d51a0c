"""The REST form of requests: which path, method and query mean what."""

from __future__ import annotations

import pytest
from attrs import evolve

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
        ("POST", "/api/v1/namespaces/a/pods/p/eviction", "create", "pods/a/p", "eviction"),
        ("PUT", "/api/v1/namespaces/a/finalize", "update", "namespaces/a", "finalize"),
        ("PATCH", "/apis/apps/v1/namespaces/a/replicasets/r/scale", "patch", "replicasets/a/r", "scale"),
        ("POST", "/api/v1/namespaces/a/serviceaccounts/s/token", "create", "serviceaccounts/a/s", "token"),
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
        ("DELETE", "/api/v1/configmaps", 405),
        ("DELETE", "/api/v1/namespaces", 405),
        ("GET", "/api/v1/namespaces/a/pods/p/binding", 405),
        ("GET", "/apis/authorization.k8s.io/v1/subjectaccessreviews", 405),
        ("POST", "/api/v1/componentstatuses", 405),
        ("GET", "/api/v1/namespaces/a/configmaps/x/scale", 404),
        ("GET", "/apis/no.such/v1/things", 404),
    ],
)
def test_what_leads_nowhere_is_answered_so(method: str, path: str, status: int) -> None:
    """Unknown paths are 404, methods that a path does not have 405."""
    answer = parse_request(method, path)
    assert isinstance(answer, Answer)
    assert answer.status == status


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/namespaces/a/pods/p/exec",
        "/api/v1/namespaces/a/services/s/proxy/some/path",
    ],
)
def test_what_is_not_modelled_is_said(path: str) -> None:
    """What a real server would do and the model does not is no answer of the model."""
    assert isinstance(parse_request("GET", path), NotModelled)


QUERY = {"propagationPolicy": "Orphan", "dryRun": "All", "gracePeriodSeconds": "7", "pretty": "true"}


def test_options_come_from_the_query() -> None:
    """Parameters become options of the verb; unknown ones are ignored."""
    request = parse_request("DELETE", "/api/v1/namespaces/a/pods/p", query=QUERY)
    assert isinstance(request, Request)
    assert request.options == Options(dry_run=("All",), propagation_policy="Orphan", grace_period_seconds=7)


def test_a_deletes_body_makes_its_query_overlooked() -> None:
    """Options of a DELETE stand in its body or in its query, never in both; even an empty body counts."""
    body = {"preconditions": {"uid": "u", "resourceVersion": "5"}, "gracePeriodSeconds": 0}
    request = parse_request("DELETE", "/api/v1/namespaces/a/pods/p", query=QUERY, body=freeze(body))
    assert isinstance(request, Request)
    assert request.body is None
    assert request.options == Options(precondition_uid="u", precondition_resource_version="5", grace_period_seconds=0)
    request = parse_request("DELETE", "/api/v1/namespaces/a/pods/p", query=QUERY, body=freeze({}))
    assert isinstance(request, Request)
    assert request.options == Options()


@pytest.mark.parametrize("text", ["x", "1.5", "-", "9223372036854775808", "1" * 400])
def test_a_number_that_is_none_is_refused(text: str) -> None:
    """Integers in a query are of 64 bits; what is none is a bad request."""
    answer = parse_request("GET", "/api/v1/pods", query={"limit": text})
    assert isinstance(answer, Answer)
    assert (answer.status, answer.reason) == (400, "BadRequest")


@pytest.mark.parametrize(("text", "value"), [("true", True), ("1", True), ("x", True), ("False", False), ("0", False)])
def test_truth_values_are_read_generously(text: str, value: bool) -> None:
    """Everything but false, 0 and nothing is true."""
    request = parse_request("PATCH", "/api/v1/namespaces/a/pods/p", query={"force": text})
    assert isinstance(request, Request)
    assert request.options.force is value


@pytest.mark.parametrize(
    ("path", "query", "selector"),
    [
        ("/api/v1/namespaces/a/pods", {"watch": "true"}, ""),
        ("/api/v1/watch/namespaces/a/pods", {}, ""),
        ("/api/v1/watch/namespaces/a/pods/p", {}, "metadata.name=p"),
        ("/api/v1/watch/namespaces/a/pods/p", {"fieldSelector": "spec.nodeName=n"}, "spec.nodeName=n,metadata.name=p"),
    ],
)
def test_watches_are_asked_for_in_two_ways(path: str, query: dict[str, str], selector: str) -> None:
    """The parameter ``watch`` of a list, and the old paths with ``watch/``, where a name selects one object."""
    request = parse_request("GET", path, query=query)
    assert isinstance(request, Request)
    assert (request.verb, str(request.key), request.options.field_selector) == ("watch", "pods/a", selector)


def test_a_get_of_one_object_is_no_watch() -> None:
    """The parameter ``watch`` means nothing to a request that names an object."""
    request = parse_request("GET", "/api/v1/namespaces/a/pods/p", query={"watch": "true"})
    assert isinstance(request, Request)
    assert request.verb == "get"


def test_a_binding_names_its_pod() -> None:
    """The old collection of bindings binds the pod that the binding is named after."""
    path = "/api/v1/namespaces/a/bindings"
    request = parse_request("POST", path, body=freeze({"metadata": {"name": "p"}}))
    assert isinstance(request, Request)
    assert (str(request), request.name) == ("create pods/a/p/binding", "p")


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


def test_a_custom_resource_lacks_its_subresources_by_name() -> None:
    """What a custom resource does not serve is answered as if the object were missing, unlike for built-in ones."""
    widget = kinds.of_object("example.com/v1", "Widget")
    answer = parse_request("GET", "/apis/example.com/v1/namespaces/a/widgets/w/scale", known=[widget])
    assert isinstance(answer, Answer)
    assert (answer.status, answer.details and answer.details.name) == (404, "w")


def test_an_unknown_group_is_not_found_in_plain_text() -> None:
    """No part of the server knows the path, so nobody makes a Status of it; an unknown resource of a group gets one."""
    nowhere = parse_request("GET", "/apis/no.such/v1/things")
    unknown = parse_request("GET", "/apis/apps/v1/things")
    assert isinstance(nowhere, Answer)
    assert isinstance(unknown, Answer)
    assert (nowhere.status, nowhere.text) == (404, "404 page not found\n")
    assert (unknown.status, unknown.reason, unknown.text) == (404, "NotFound", None)


def test_a_custom_resource_has_a_scale_if_its_definition_says_so() -> None:
    """The paths of its replicas make the subresource."""
    widget = kinds.of_object("example.com/v1", "Widget")
    scalable = evolve(widget, scale=(".spec.replicas", ".status.replicas", ""))
    path = "/apis/example.com/v1/namespaces/a/widgets/w/scale"
    request = parse_request("PATCH", path, known=[scalable])
    assert isinstance(request, Request)
    assert request.subresource == "scale"
    assert isinstance(parse_request("PATCH", path, known=[widget]), Answer)
