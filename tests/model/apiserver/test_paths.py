"""What a server tells of itself, in which form it answers, and what is there from the beginning."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.model.apiserver.rights import Guarded, fresh

from seatrial.model import kinds
from seatrial.model.apiserver import FULL, front
from seatrial.model.apiserver.bootstrap import NAMESPACES, flowcontrol, objects
from seatrial.model.apiserver.chain import serve
from seatrial.model.apiserver.http import HttpRequest
from seatrial.model.apiserver.reads import read_all
from seatrial.model.apiserver.rest import NotModelled
from seatrial.model.etcd import Member
from seatrial.model.frozen_json import freeze

MAPS = "/api/v1/namespaces/shop/configmaps"


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/api", {"kind": "APIVersions", "versions": ["v1"]}),
        ("/apis", {"kind": "APIGroupList"}),
        ("/api/v1", {"kind": "APIResourceList", "groupVersion": "v1"}),
        ("/apis/apps", {"kind": "APIGroup", "name": "apps"}),
        ("/apis/apps/v1", {"kind": "APIResourceList", "groupVersion": "apps/v1"}),
        ("/version", {"major": "1"}),
        ("/apis/apiregistration.k8s.io/v1", {"groupVersion": "apiregistration.k8s.io/v1"}),
        ("/openapi/v3", {}),
        ("/openapi/v3/apis/apps/v1", {}),
        ("/openid/v1/jwks", {}),
    ],
)
def test_discovery_says_what_a_path_is(path: str, fields: dict[str, Any]) -> None:
    """Each document names itself."""
    answer = fresh().ask("admin", "GET", path)
    assert answer.object is not None
    assert {name: answer.object.thaw().get(name) for name in fields} == fields


@pytest.mark.parametrize(
    "path",
    ["/nowhere", "/apis/no.such", "/apis/apps/v9", "/api/v2", "/apis/no.such/v1/x", "/healthz/x", "/openapi/v3/apis/x"],
)
def test_what_nobody_serves_is_not_found_in_plain_text(path: str) -> None:
    """No Status, but the line that a plain server of pages answers."""
    answer = fresh().ask("admin", "GET", path)
    assert (answer.status, answer.reason, answer.text) == (404, "", "404 page not found\n")


def test_health_is_one_word() -> None:
    """A server that answers at all is well; only reading is served."""
    server = fresh()
    assert [server.ask(None, "GET", f"/{name}").text for name in ("healthz", "livez", "readyz")] == ["ok"] * 3
    assert server.ask("admin", "POST", "/api").status == 405


def test_components_can_be_listed_and_read() -> None:
    """Of its fellows a server that stands alone finds only etcd."""
    server = fresh()
    listed = server.ask("admin", "GET", "/api/v1/componentstatuses").items or ()
    healthy = {each.name for each in listed if each.field("conditions")[0]["status"] == "True"}
    assert healthy == {"etcd-0"}
    assert server.ask("admin", "GET", "/api/v1/componentstatuses/etcd-0").status == 200
    assert server.ask("admin", "GET", "/api/v1/componentstatuses/x").status == 404


def partial(suffix: str = "", version: str = "v1") -> str:
    """The media type of objects cut down to their metadata."""
    return f"application/json;as=PartialObjectMetadata{suffix};v={version};g=meta.k8s.io"


@pytest.mark.parametrize(
    ("accept", "status", "kind"),
    [
        ("application/json", 200, "ConfigMap"),
        ("*/*", 200, "ConfigMap"),
        ("text/csv, */*;q=0.1", 200, "ConfigMap"),
        ("text/csv", 406, ""),
        (partial("List"), 200, "PartialObjectMetadata"),
        (f"{partial('List')},application/json", 200, "PartialObjectMetadata"),
        (f"{partial('List')};q=0.5,application/json", 200, "ConfigMap"),
        (partial("List", "v9"), 406, ""),
        (partial(), 406, ""),
    ],
)
def test_a_list_comes_in_a_form_that_is_accepted(accept: str, status: int, kind: str) -> None:
    """Whole, or cut down to metadata; what cannot be served is not acceptable."""
    server = fresh()
    assert server.ask("admin", "POST", MAPS, {"metadata": {"name": "x"}, "data": {"a": "1"}}).status == 201
    answer = server.ask("admin", "GET", MAPS, headers={"Accept": [accept]})
    assert answer.status == status
    assert [each.kind for each in answer.items or ()] == [kind] * bool(kind)
    if kind == "PartialObjectMetadata":
        assert [set(each.thaw()) for each in answer.items or ()] == [{"apiVersion", "kind", "metadata"}]


def test_the_form_of_the_answer_is_settled_before_options_are_read() -> None:
    """What is wrong with the path comes first, then what cannot be served, then parameters that make no sense."""
    server = fresh()
    csv: dict[str, Any] = {"headers": {"Accept": ["text/csv"]}}
    odd: dict[str, Any] = {"query": {"limit": "x"}}
    assert server.ask("admin", "GET", f"{MAPS}s", **csv, **odd).status == 404
    assert server.ask("admin", "PUT", MAPS, **csv, **odd).status == 405
    assert server.ask("admin", "GET", MAPS, **csv, **odd).status == 406
    assert server.ask("admin", "GET", MAPS, **odd).status == 400


def test_tables_are_not_modelled() -> None:
    """What a table's columns say is not known here, so there is no answer."""
    headers = {"Accept": ("application/json;as=Table;v=v1;g=meta.k8s.io",)}
    server = fresh()
    request = HttpRequest(method="GET", path=MAPS, headers=headers, token="admin")  # noqa: S106 - a name
    assert isinstance(serve(server.etcd, request, server.settings), NotModelled)


def test_a_fresh_cluster_has_namespaces_roles_and_bindings() -> None:
    """All can be created as they stand, namespaces first; every binding's role is there."""
    server = fresh()
    names = [each.name for each in objects()[: len(NAMESPACES)]]
    assert names == ["default", "kube-node-lease", "kube-public", "kube-system"]
    roles = {(each.kind, each.namespace, each.name) for each in objects() if each.kind.endswith("Role")}
    for each in objects():
        if each.kind.endswith("Binding"):
            kind = each.field("roleRef.kind")
            place = each.namespace if kind == "Role" else ""
            assert (kind, place, each.field("roleRef.name")) in roles
    listed = server.ask("admin", "GET", "/apis/rbac.authorization.k8s.io/v1/clusterroles").items or ()
    assert {each.name for each in listed} == {name for kind, _, name in roles if kind == "ClusterRole"}


def test_every_object_of_a_fresh_cluster_has_a_kind() -> None:
    """What is there from the beginning can be asked for."""
    assert {kinds.of_object(each.api_version, each.kind).name for each in objects()} >= {"Namespace", "ClusterRole"}


def test_a_log_that_no_kubelet_has_is_answered() -> None:
    """A pod without a node has printed nothing; a node that is missing is said to be; else a kubelet is needed."""
    server = fresh()
    accounts = "/api/v1/namespaces/shop/serviceaccounts"
    assert server.ask("admin", "POST", accounts, {"metadata": {"name": "default"}}).status == 201
    pods = "/api/v1/namespaces/shop/pods"
    containers = [{"name": "c", "image": "i"}]
    for name, more in (("waiting", {}), ("placed", {"nodeName": "n"})):
        body = {"metadata": {"name": name}, "spec": {"containers": containers, **more}}
        assert server.ask("admin", "POST", pods, body).status == 201
    assert server.ask("admin", "GET", f"{pods}/missing/log").status == 404
    assert server.ask("admin", "GET", f"{pods}/waiting/log").text == ""
    lost = server.ask("admin", "GET", f"{pods}/placed/log")
    assert (lost.status, lost.details and lost.details.name) == (404, "n")


STARTED = fresh()
PUBLIC = ("healthz", "livez", "readyz", "version")
WORDS = st.sampled_from(
    [
        "api",
        "apis",
        "v1",
        "apps",
        "coordination.k8s.io",
        "authorization.k8s.io",
        "no.such",
        "namespaces",
        "shop",
        "pods",
        "p",
        "status",
        "binding",
        "log",
        "watch",
        "configmaps",
        "leases",
        "scale",
        "finalize",
        "token",
        "serviceaccounts",
        "selfsubjectaccessreviews",
        "componentstatuses",
        "healthz",
    ]
)
PATHS = st.lists(WORDS | st.text(max_size=2), max_size=8).map("/".join).map("/".__add__)
QUERIES = st.dictionaries(
    st.sampled_from(("watch", "limit", "fieldSelector", "labelSelector", "resourceVersion", "continue", "dryRun", "x")),
    st.sampled_from(("", "true", "0", "1", "-1", "x", "metadata.name=p", "a in (b)", "All", "99999999999999999999")),
    max_size=3,
)
HEADERS = st.dictionaries(
    st.sampled_from(("Accept", "Impersonate-User", "Impersonate-Group", "Impersonate-Uid", "X")),
    st.lists(
        st.sampled_from(("", "*/*", "text/csv", ";;=,q", "system:serviceaccount:a:b", "system:node:n")), max_size=2
    ).map(tuple),
    max_size=2,
)
BODIES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(("metadata", "name", "spec", "kind", "token", "user")), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.sampled_from(("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "x")), PATHS, QUERIES, HEADERS, BODIES)
def test_whatever_is_asked_is_answered(
    method: str, path: str, query: dict[str, str], headers: dict[str, tuple[str, ...]], body: object
) -> None:
    """Paths, parameters, headers and bodies of any form get an answer; strangers learn but health and version."""
    for who in ("admin", None, "guessed"):
        server = Guarded(STARTED.etcd.copy())
        request = HttpRequest(method=method, path=path, query=query, headers=headers, body=freeze(body), token=who)
        answer = serve(server.etcd, request, server.settings)
        if isinstance(answer, NotModelled):
            assert who == "admin"
        elif who is None:
            assert answer.status in (400, 403) or path.strip("/").split("/")[0] in PUBLIC
        elif who == "guessed":
            assert answer.status == 401
        else:
            assert 200 <= answer.status < 600


REVIEWS = (
    "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
    "/apis/authorization.k8s.io/v1/subjectaccessreviews",
    "/apis/authorization.k8s.io/v1/namespaces/shop/localsubjectaccessreviews",
    "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
    "/apis/authentication.k8s.io/v1/selfsubjectreviews",
    "/apis/authentication.k8s.io/v1/tokenreviews",
    "/api/v1/namespaces/default/serviceaccounts/robot/token",
    "/apis/rbac.authorization.k8s.io/v1/clusterroles",
    "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
)
FIELDS = st.sampled_from(
    [
        *(
            "spec",
            "user",
            "groups",
            "token",
            "audiences",
            "resourceAttributes",
            "nonResourceAttributes",
            "verb",
            "path",
        ),
        *("namespace", "expirationSeconds", "rules", "verbs", "resources", "subjects", "roleRef", "kind", "name"),
    ]
)
FORMS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(FIELDS, inner, max_size=4),
    max_leaves=10,
)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.sampled_from(REVIEWS), st.dictionaries(FIELDS, FORMS, max_size=3))
def test_questions_of_any_form_are_answered(path: str, body: object) -> None:
    """A body in which fields have other types than they should is refused, or its fields are overlooked."""
    server = Guarded(STARTED.etcd.copy())
    assert server.ask("admin", "POST", path, body).status in (201, 400, 404, 422)


def test_every_request_waits_somewhere_from_the_beginning() -> None:
    """A fresh server can make its flow schemas, each for a priority level that is there, and says so of each."""
    etcd = Member()
    answers = [front.handle(etcd, request, FULL) for request in flowcontrol.requests()]
    assert {answer.status for answer in answers} == {200, 201}
    there = {stored.object.name for stored in read_all(etcd, "prioritylevelconfigurations")}
    schemas = [stored.object for stored in read_all(etcd, "flowschemas")]
    assert {schema.field("spec.priorityLevelConfiguration.name") for schema in schemas} <= there
    assert {schema.field("status.conditions")[0]["status"] for schema in schemas} == {"False"}
