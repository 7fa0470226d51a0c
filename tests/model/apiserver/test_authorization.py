"""Who may do what: the rules of roles, bindings, and what a refusal says."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.model.apiserver.rights import ALICE, API, View, binding, fresh, role, rule

from seatrial.model.apiserver import Settings, User
from seatrial.model.apiserver.authorization import Attributes, attributes_of, authorize
from seatrial.model.apiserver.authorization.rules import rules_of
from seatrial.model.apiserver.http import HttpRequest
from seatrial.model.frozen_json import freeze
from seatrial.model.objects import Object

PODS = "/api/v1/namespaces/shop/pods"


def wanted(method: str, path: str, **query: str) -> Attributes:
    """What a request of alice wants."""
    return attributes_of(HttpRequest(method=method, path=path, query=query), ALICE)


@pytest.mark.parametrize(
    ("method", "path", "query", "words"),
    [
        ("GET", f"{PODS}/p", {}, 'get resource "pods" in API group "" in the namespace "shop"'),
        ("HEAD", f"{PODS}/p", {}, 'get resource "pods" in API group "" in the namespace "shop"'),
        ("GET", PODS, {}, 'list resource "pods" in API group "" in the namespace "shop"'),
        ("GET", PODS, {"watch": "1"}, 'watch resource "pods" in API group "" in the namespace "shop"'),
        ("GET", PODS, {"watch": "false"}, 'list resource "pods" in API group "" in the namespace "shop"'),
        ("GET", "/api/v1/watch/pods", {}, 'watch resource "pods" in API group "" at the cluster scope'),
        ("POST", PODS, {}, 'create resource "pods" in API group "" in the namespace "shop"'),
        ("POST", f"{PODS}/p/binding", {}, 'create resource "pods/binding" in API group "" in the namespace "shop"'),
        ("DELETE", PODS, {}, 'deletecollection resource "pods" in API group "" in the namespace "shop"'),
        ("GET", "/api/v1/namespaces/shop", {}, 'get resource "namespaces" in API group "" in the namespace "shop"'),
        (
            "PUT",
            "/api/v1/namespaces/shop/status",
            {},
            'update resource "namespaces/status" in API group "" in the namespace "shop"',
        ),
        ("GET", "/apis/no.such/v1/x", {}, 'list resource "x" in API group "no.such" at the cluster scope'),
        ("GET", "/apis/apps/v1", {}, 'get path "/apis/apps/v1"'),
        ("GET", "/api/v1", {}, 'get path "/api/v1"'),
        ("POST", "/healthz", {}, 'post path "/healthz"'),
    ],
)
def test_what_is_wanted_is_read_off_the_path(method: str, path: str, query: dict[str, str], words: str) -> None:
    """Verb, resource and place come from the form of the request alone."""
    assert str(wanted(method, path, **query)) == f'User "alice" cannot {words}'


@pytest.mark.parametrize(
    ("granted", "method", "path", "allowed"),
    [
        (rule("get", "pods"), "GET", f"{PODS}/p", True),
        (rule("get", "pods"), "GET", PODS, False),
        (rule("get", "pods"), "GET", f"{PODS}/p/status", False),
        (rule("get", "pods/status"), "GET", f"{PODS}/p/status", True),
        (rule("get", "*/status"), "GET", f"{PODS}/p/status", True),
        (rule("get", "*/status"), "GET", f"{PODS}/p", False),
        (rule("get", "*"), "GET", f"{PODS}/p/status", True),
        (rule("*", "pods"), "DELETE", PODS, True),
        (rule("delete", "pods"), "DELETE", PODS, False),
        (rule("get", "pods", groups="apps"), "GET", f"{PODS}/p", False),
        (rule("get", "pods", groups="*"), "GET", f"{PODS}/p", True),
        (rule("get", "pods", names="p,q"), "GET", f"{PODS}/q", True),
        (rule("get", "pods", names="p,q"), "GET", f"{PODS}/r", False),
        (rule("*", "pods", names="p"), "POST", PODS, False),
        (rule("*", "pods", names="p"), "GET", PODS, False),
        (rule("get", urls="/metrics"), "GET", "/metrics", True),
        (rule("get", urls="/metrics"), "GET", "/metrics/slis", False),
        (rule("get", urls="/metrics/*"), "GET", "/metrics/slis", True),
        (rule("get", urls="*"), "GET", f"{PODS}/p", False),
        (rule("*", "*", groups="*"), "GET", "/metrics", False),
    ],
)
def test_a_rule_allows_what_it_names(granted: dict[str, object], method: str, path: str, allowed: bool) -> None:
    """Verbs, groups, resources with subresources, names and URLs must all fit; a star is all of them."""
    view = View((role("r", granted), binding("b", "ClusterRole/r", "User/alice")))
    assert authorize(wanted(method, path), view).allowed is allowed


@pytest.mark.parametrize(
    ("selector", "allowed"),
    [
        ("metadata.name=p", True),
        ("metadata.name==p", True),
        ("spec.nodeName=n,metadata.name=p", True),
        ("metadata.name=q", False),
        ("metadata.name!=p", False),
        ("", False),
    ],
)
def test_a_list_is_about_one_object_if_it_selects_its_name(selector: str, allowed: bool) -> None:
    """A rule with names allows to list just what selects one of them exactly."""
    view = View((role("r", rule("list", "pods", names="p")), binding("b", "ClusterRole/r", "User/alice")))
    assert authorize(wanted("GET", PODS, fieldSelector=selector), view).allowed is allowed


@pytest.mark.parametrize(
    ("subject", "user", "allowed"),
    [
        ("User/alice", ALICE, True),
        ("User/bob", ALICE, False),
        ("Group/dev", ALICE, True),
        ("Group/alice", ALICE, False),
        ("ServiceAccount/robot", User("system:serviceaccount:shop:robot"), True),
        ("ServiceAccount/robot/depot", User("system:serviceaccount:shop:robot"), False),
        ("ServiceAccount/robot/depot", User("system:serviceaccount:depot:robot"), True),
        ("User/system:serviceaccount:shop:robot", User("system:serviceaccount:shop:robot"), True),
        ("Robot/alice", ALICE, False),
    ],
)
def test_a_binding_is_for_its_subjects(subject: str, user: User, allowed: bool) -> None:
    """Users and groups by name, service accounts by name and namespace (the binding's, unless another is said)."""
    view = View(
        (
            role("r", rule("get", "pods"), namespace="shop"),
            binding("b", "Role/r", subject, namespace="shop"),
        )
    )
    asked = Attributes(user, "get", resource="pods", namespace="shop", name="p")
    assert authorize(asked, view).allowed is allowed


def test_a_binding_in_a_namespace_counts_there_only() -> None:
    """A cluster's role bound in a namespace gives its rights in that namespace."""
    view = View((role("r", rule("get", "pods")), binding("b", "ClusterRole/r", "User/alice", namespace="shop")))
    places = {place: Attributes(ALICE, "get", resource="pods", namespace=place) for place in ("shop", "depot", "")}
    assert {place: authorize(asked, view).allowed for place, asked in places.items()} == {
        "shop": True,
        "depot": False,
        "": False,
    }


def test_masters_and_servers_without_rules_allow_everything() -> None:
    """The group system:masters needs no binding; a server may be set up to ask nobody."""
    asked = Attributes(User("root", ("system:masters",)), "get", path="/metrics")
    assert authorize(asked, View(())).allowed
    assert authorize(Attributes(ALICE, "get", path="/metrics"), View((), Settings())).allowed


def test_reasons_name_the_binding() -> None:
    """Who is allowed is told by which binding; who is not, which roles could not be found."""
    view = View(
        (role("r", rule("get", "pods"), namespace="shop"), binding("b", "Role/r", "User/alice", namespace="shop"))
    )
    decision = authorize(wanted("GET", f"{PODS}/p"), view)
    assert decision.reason == 'RBAC: allowed by RoleBinding "b/shop" of Role "r" to User "alice"'
    dangling = View(
        (
            binding("b", "Role/r", "User/alice", namespace="shop"),
            binding("a", "ClusterRole/c", "Group/dev"),
        )
    )
    refusal = wanted("GET", f"{PODS}/p").forbidden(authorize(wanted("GET", f"{PODS}/p"), dangling).reason)
    assert refusal.message == (
        'pods "p" is forbidden: User "alice" cannot get resource "pods" in API group "" in the namespace "shop": RBAC: '
        '[clusterrole.rbac.authorization.k8s.io "c" not found, role.rbac.authorization.k8s.io "r" not found]'
    )


def test_forbidden_comes_before_everything_but_a_bad_token() -> None:
    """Missing objects, namespaces and resources, bad bodies and options: who may not ask is told none of it."""
    server = fresh()
    for method, path, more in (
        ("GET", f"{PODS}/missing", {}),
        ("POST", "/api/v1/namespaces/missing/pods", {}),
        ("GET", "/api/v1/namespaces/shop/nosuch", {}),
        ("GET", "/apis/no.such/v1/x", {}),
        ("POST", PODS, {"body": ["no pod"], "media_type": "text/csv"}),
        ("GET", PODS, {"query": {"limit": "x", "labelSelector": "a b"}}),
        ("PUT", PODS, {}),
        ("GET", PODS, {"headers": {"Accept": ["text/csv"]}}),
    ):
        answer = server.ask("alice", method, path, **more)
        assert (answer.status, answer.reason) == (403, "Forbidden"), path
        assert server.ask("nobody's", method, path, **more).status == 401
        assert server.ask("admin", method, path, **more).status != 403


def test_an_update_that_creates_needs_the_right_to_create() -> None:
    """It is asked for once the new object is known to be valid, and not at all if there is an object to update."""
    server = fresh()
    leases = "/apis/coordination.k8s.io/v1/namespaces/shop/leases/l"
    update = rule("update", "leases", groups="coordination.k8s.io")
    server.load((role("r", update, namespace="shop"), binding("b", "Role/r", "User/alice", namespace="shop")))
    lease = {"metadata": {"name": "l"}}
    refused = server.ask("alice", "PUT", leases, lease)
    assert (refused.status, refused.details and refused.details.name) == (403, "l")
    assert "cannot create" in refused.message
    invalid = {**lease, "spec": {"leaseDurationSeconds": 0}}
    assert server.ask("alice", "PUT", leases, invalid).status == 422
    stored = server.ask("admin", "PUT", leases, lease)
    assert stored.status == 201
    assert stored.object is not None
    version = {"name": "l", "resourceVersion": stored.object.resource_version, "labels": {"a": "b"}}
    assert server.ask("alice", "PUT", leases, {"metadata": version}).status == 200


VERBS, GROUPS, RESOURCES, NAMES = (
    ("get", "list", "*"),
    ("", "apps", "*"),
    ("pods", "pods/status", "*", "*/status"),
    ("p",),
)
RULES = st.fixed_dictionaries(
    {
        "verbs": st.lists(st.sampled_from(VERBS), min_size=1, max_size=2),
        "apiGroups": st.lists(st.sampled_from(GROUPS), min_size=1, max_size=2),
        "resources": st.lists(st.sampled_from(RESOURCES), min_size=1, max_size=2),
        "resourceNames": st.lists(st.sampled_from(NAMES), max_size=1),
    }
)
ASKED = st.builds(
    Attributes,
    st.just(ALICE),
    st.sampled_from(("get", "list", "delete")),
    group=st.sampled_from(("", "apps", "batch")),
    resource=st.sampled_from(("pods", "jobs")),
    subresource=st.sampled_from(("", "status")),
    namespace=st.sampled_from(("", "shop", "depot")),
    name=st.sampled_from(("", "p", "q")),
)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Object, ...]:
    """Some roles, and bindings of which some are for alice and some dangle."""
    roles = [role(f"r{number}", *draw(st.lists(RULES, max_size=2))) for number in range(draw(st.integers(0, 2)))]
    bindings = [
        binding(
            f"b{number}",
            f"ClusterRole/r{draw(st.integers(0, 2))}",
            draw(st.sampled_from(("User/alice", "User/bob", "Group/dev"))),
            namespace=draw(st.sampled_from(("", "shop"))),
        )
        for number in range(draw(st.integers(0, 3)))
    ]
    return (*roles, *bindings)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(worlds(), ASKED, st.data())
def test_rights_only_add_up(world: tuple[Object, ...], asked: Attributes, data: st.DataObject) -> None:
    """What is allowed stays allowed when bindings are added; no binding takes a right away."""
    fewer = tuple(each for each in world if not each.kind.endswith("Binding") or data.draw(st.booleans()))
    if authorize(asked, View(fewer)).allowed:
        assert authorize(asked, View(world)).allowed


@settings(derandomize=True, max_examples=150, deadline=None)
@given(worlds(), ASKED)
def test_rights_come_from_bindings(world: tuple[Object, ...], asked: Attributes) -> None:
    """Something is allowed just if a rule of a role allows it, to which a binding that counts there binds the user."""
    rules = {each.name: rules_of(each.field("rules")) for each in world if each.kind == "ClusterRole"}
    subjects = (("User", "alice"), ("Group", "dev"))
    expected = any(
        allowing.allows(asked)
        for each in world
        if each.kind.endswith("Binding") and each.namespace in ("", asked.namespace)
        if (each.field("subjects")[0]["kind"], each.field("subjects")[0]["name"]) in subjects
        for allowing in rules.get(each.field("roleRef.name"), ())
    )
    assert authorize(asked, View(world)).allowed is expected


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(("verbs", "resources", "apiGroups", "kind", "name")), inner, max_size=3)
        ),
        max_leaves=8,
    )
)
@settings(derandomize=True, max_examples=80, deadline=None)
def test_no_role_however_formed_breaks_the_authorizer(anything: object) -> None:
    """Whatever is stored as rules, subjects or roleRef: the authorizer gives an answer."""
    odd = Object.of({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "r"}})
    bound = binding("b", "ClusterRole/r", "User/alice")
    asked = Attributes(ALICE, "get", resource="pods", namespace="shop")
    for each in (
        (odd.with_field("rules", freeze(anything)), bound),
        (odd, bound.with_field("subjects", freeze(anything))),
        (odd, bound.with_field("roleRef", freeze(anything))),
    ):
        assert not authorize(asked, View(each)).allowed or anything


def test_everybody_may_look_for_what_there_is() -> None:
    """On a fresh cluster users read discovery and health, anonymous ones health only, and neither metrics."""
    server = fresh()
    allowed = {
        path: tuple(server.ask(who, "GET", path).status for who in ("alice", None))
        for path in ("/api", "/apis/apps/v1", "/healthz", "/readyz", "/version", "/metrics")
    }
    assert allowed == {
        "/api": (200, 403),
        "/apis/apps/v1": (200, 403),
        "/healthz": (200, 200),
        "/readyz": (200, 200),
        "/version": (200, 200),
        "/metrics": (403, 403),
    }


def test_a_changed_binding_counts_as_soon_as_it_is_seen() -> None:
    """The authorizer asks the server's view each time: a right comes and goes with the binding."""
    server = fresh()
    server.load([role("r", rule("get", "pods"))])
    assert server.ask("alice", "GET", f"{PODS}/p").status == 403
    body = binding("b", "ClusterRole/r", "User/alice").thaw()
    assert server.ask("admin", "POST", f"{API}/clusterrolebindings", body).status == 201
    assert server.ask("alice", "GET", f"{PODS}/p").status == 404
    assert server.ask("admin", "DELETE", f"{API}/clusterrolebindings/b").status == 200
    assert server.ask("alice", "GET", f"{PODS}/p").status == 403
