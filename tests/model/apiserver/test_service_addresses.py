"""Services and what they have for themselves: addresses of the cluster, ports of the nodes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.model.apiserver.server import SHOP, Server, fresh_server

from seatrial.model import kinds
from seatrial.model.apiserver import Answer, create, update
from seatrial.model.apiserver.addresses import ADDRESSES, NODE_PORTS, PORTS_KEY, claims_of, ports_in
from seatrial.model.apiserver.reads import read, read_all
from seatrial.model.apiserver.request import ADDRESS, NODE_PORT
from seatrial.model.objects import Object

SERVICES = f"{SHOP}/services"
SERVICE = kinds.of_name("Service")


def spec(*, port: int = 80, **fields: Any) -> dict[str, Any]:
    """The spec of a service with one port."""
    return {"ports": [{"port": port}], **fields}


def body(name: str, **fields: Any) -> dict[str, Any]:
    """A service as it is sent."""
    return {"metadata": {"name": name}, "spec": spec(**fields)}


def post(server: Server, name: str, *, query: dict[str, str] | None = None, **fields: Any) -> Answer:
    """Create a service."""
    return server.ask("POST", SERVICES, body(name, **fields), query=query or {})


def made(server: Server, name: str, **fields: Any) -> Object:
    """A service that can be created."""
    answer = post(server, name, **fields)
    assert answer.status == 201, answer.message
    assert answer.object is not None
    return answer.object


def put(server: Server, name: str, **fields: Any) -> Answer:
    """Replace a service."""
    return server.ask("PUT", f"{SERVICES}/{name}", body(name, **fields))


def taken_addresses(server: Server) -> set[str]:
    """The addresses that are taken, as etcd says."""
    return {stored.object.name for stored in read_all(server.etcd, "ipaddresses")}


def taken_ports(server: Server) -> set[int]:
    """The node ports that are taken, as etcd says."""
    stored = read(server.etcd, PORTS_KEY)
    return set(ports_in(None if stored is None else stored.object))


def used(server: Server) -> tuple[set[str], set[int]]:
    """The addresses and ports that services have, as they say themselves."""
    claims = [claim for stored in read_all(server.etcd, "services") for claim in claims_of(stored.object)]
    addresses = [claim.name for claim in claims if claim.what == ADDRESS]
    ports = [int(claim.name) for claim in claims if claim.what == NODE_PORT]
    assert len(set(addresses)) == len(addresses)
    assert len(set(ports)) == len(ports)
    return set(addresses), set(ports)


def causes(answer: Answer) -> list[str]:
    """The fields that a request is refused for."""
    assert answer.status == 422, answer
    return [cause.field for cause in answer.causes]


def test_address_is_taken_before_the_service_is_stored(server: Server) -> None:
    """The object of an address is older than its service, and names it."""
    service = made(server, "web")
    address = read(server.etcd, kinds.of_name("IPAddress").key("", service.spec["clusterIP"]))
    assert address is not None
    assert address.revision == int(service.resource_version) - 1
    assert address.object.field("spec.parentRef.name") == "web"
    assert address.object.uid


def test_defaults_of_a_service(server: Server) -> None:
    """A service is told everything that it leaves out."""
    service = made(server, "web").thaw()["spec"]
    assert service.pop("clusterIPs") == [service.pop("clusterIP")]
    assert service == {
        "ports": [{"port": 80, "protocol": "TCP", "targetPort": 80}],
        "type": "ClusterIP",
        "sessionAffinity": "None",
        "internalTrafficPolicy": "Cluster",
        "ipFamilies": ["IPv4"],
        "ipFamilyPolicy": "SingleStack",
    }


def test_two_services_never_have_one_address(server: Server) -> None:
    """An address that is taken cannot be chosen, and nothing is left behind by whoever tries."""
    address = made(server, "web").spec["clusterIP"]
    before = server.etcd.revision
    assert causes(post(server, "thief", clusterIP=address)) == ["spec.clusterIPs"]
    assert server.etcd.revision == before
    assert taken_addresses(server) == {address}


def test_address_outside_the_range_is_refused(server: Server) -> None:
    """An address can only be chosen from the range, without its ends."""
    for address in ("10.1.0.5", str(ADDRESSES.network_address), str(ADDRESSES.broadcast_address)):
        assert causes(post(server, "web", clusterIP=address)) == ["spec.clusterIPs"]
    assert causes(post(server, "web", clusterIP="nonsense")) == ["spec.clusterIPs[0]"]
    assert causes(post(server, "web", clusterIP="::1")) == ["spec.clusterIPs[0]"]


def test_refused_service_gives_back_what_was_taken_for_it(server: Server) -> None:
    """An invalid service, and one whose name is taken, leave nothing but a few revisions."""
    made(server, "web")
    before, held = server.etcd.revision, taken_addresses(server)
    invalid = server.ask("POST", SERVICES, {"metadata": {"name": "x"}, "spec": {}})
    assert causes(invalid) == ["spec.ports"]
    assert server.etcd.revision == before + 2
    assert post(server, "web", type="NodePort").reason == "AlreadyExists"
    assert server.etcd.revision == before + 6
    assert (taken_addresses(server), taken_ports(server)) == (held, set())


def test_service_without_a_name_gets_no_address(server: Server) -> None:
    """The object of an address names the service, so its creation fails before anybody says what is wrong."""
    before = server.etcd.revision
    answer = server.ask("POST", SERVICES, {"spec": spec()})
    assert (answer.status, answer.reason) == (500, "InternalError")
    headless = server.ask("POST", SERVICES, {"spec": spec(clusterIP="None")})
    assert causes(headless) == ["metadata.name"]
    assert server.etcd.revision == before


def test_taken_node_port_is_refused(server: Server) -> None:
    """A port that is taken cannot be chosen; the address that was taken already is given back."""
    made(server, "web", type="NodePort", ports=[{"port": 80, "nodePort": 30080}])
    before, held = server.etcd.revision, taken_addresses(server)
    answer = post(server, "thief", type="NodePort", ports=[{"port": 80, "nodePort": 30080}])
    assert causes(answer) == ["spec.ports[0].nodePort"]
    assert server.etcd.revision == before + 2
    assert taken_addresses(server) == held
    outside = post(server, "x", type="NodePort", ports=[{"port": 80, "nodePort": 80}])
    assert causes(outside) == ["spec.ports[0].nodePort"]


@pytest.mark.parametrize(
    ("fields", "has_address"),
    [
        ({"clusterIP": "None"}, False),
        ({"type": "ExternalName", "externalName": "example.com"}, False),
        ({"type": "NodePort"}, True),
        ({"type": "LoadBalancer"}, True),
    ],
)
def test_services_of_some_types_have_an_address(server: Server, fields: dict[str, Any], *, has_address: bool) -> None:
    """Headless services and those that name another place have none, and take none."""
    service = made(server, "web", **fields)
    assert bool(taken_addresses(server)) == has_address
    assert bool(service.spec.get("clusterIP", "None") != "None") == has_address


def test_ports_with_one_number_share_a_node_port(server: Server) -> None:
    """A port for two protocols needs one port of the nodes, two ports need two."""
    ports = [{"name": "t", "port": 53, "protocol": "TCP"}, {"name": "u", "port": 53, "protocol": "UDP"}]
    service = made(server, "dns", type="NodePort", ports=[*ports, {"name": "m", "port": 9153}])
    given_ports = [port["nodePort"] for port in service.spec["ports"]]
    assert given_ports[0] == given_ports[1] != given_ports[2]
    assert taken_ports(server) == set(given_ports)


def test_load_balancer_may_do_without_node_ports(server: Server) -> None:
    """A load balancer that does not want node ports gets none; one with local traffic gets one for its health."""
    made(server, "a", type="LoadBalancer", allocateLoadBalancerNodePorts=False)
    assert taken_ports(server) == set()
    service = made(server, "b", type="LoadBalancer", externalTrafficPolicy="Local")
    assert taken_ports(server) == {service.spec["ports"][0]["nodePort"], service.spec["healthCheckNodePort"]}


def test_put_without_what_the_server_gave_changes_nothing(server: Server) -> None:
    """A client may put again what it once created, without knowing what it was given."""
    service = made(server, "web", type="NodePort")
    answer = put(server, "web", type="NodePort")
    assert answer.object == service


def test_address_may_not_change(server: Server) -> None:
    """Once set, an address stays; so does its absence."""
    made(server, "web")
    made(server, "headless", clusterIP="None", selector={"app": "web"})
    assert causes(put(server, "web", clusterIP="10.0.0.77")) == ["spec.clusterIPs[0]"]
    assert causes(put(server, "web", clusterIP="None")) == ["spec.clusterIPs[0]"]
    assert causes(put(server, "headless", clusterIP="10.0.0.77", selector={"app": "web"})) == ["spec.clusterIPs[0]"]


def test_change_of_type_gives_back_and_takes(server: Server) -> None:
    """What a service needs follows its type; it is given back before the change is stored."""
    made(server, "web", type="NodePort")
    before = server.etcd.revision
    named = put(server, "web", type="ExternalName", externalName="example.com").object
    assert named is not None
    assert (taken_addresses(server), taken_ports(server)) == (set(), set())
    assert int(named.resource_version) == server.etcd.revision == before + 3
    assert "clusterIP" not in named.spec
    assert "ipFamilies" not in named.spec
    again = put(server, "web", type="ClusterIP").object
    assert again is not None
    assert taken_addresses(server) == {again.spec["clusterIP"]}


def test_patch_of_the_type_drops_what_has_become_pointless(server: Server) -> None:
    """A patch to a type without node ports need not say that they go."""
    made(server, "web", type="NodePort")
    patched = server.ask(
        "PATCH", f"{SERVICES}/web", {"spec": {"type": "ClusterIP"}}, media_type="application/merge-patch+json"
    ).object
    assert patched is not None
    assert "nodePort" not in patched.spec["ports"][0]
    assert "externalTrafficPolicy" not in patched.spec
    assert taken_ports(server) == set()


def test_deleted_service_gives_everything_back(server: Server) -> None:
    """The service goes first, then its endpoints, its address and its ports, each in a transaction of its own."""
    made(server, "web", type="NodePort")
    server.make("Endpoints", "web")
    before = server.etcd.revision
    answer = server.ask("DELETE", f"{SERVICES}/web")
    assert answer.revision == before + 1
    assert server.etcd.revision == before + 4
    assert (taken_addresses(server), taken_ports(server)) == (set(), set())
    assert server.read("Endpoints", "web") is None


def test_last_finalizer_gives_everything_back(server: Server) -> None:
    """A service that waited for a finalizer keeps its address until then."""
    server.ask("POST", SERVICES, {"metadata": {"name": "web", "finalizers": ["x/y"]}, "spec": spec()})
    server.ask("DELETE", f"{SERVICES}/web")
    assert taken_addresses(server)
    server.ask(
        "PATCH", f"{SERVICES}/web", {"metadata": {"finalizers": None}}, media_type="application/merge-patch+json"
    )
    assert not taken_addresses(server)


def test_ranges_of_addresses_are_objects(server: Server) -> None:
    """Once there is a range as an object, addresses come from it; when it is full there are none."""
    body = {"metadata": {"name": "small"}, "spec": {"cidrs": ["10.7.0.0/30"]}}
    assert server.ask("POST", "/apis/networking.k8s.io/v1/servicecidrs", body).status == 201
    assert {made(server, name).spec["clusterIP"] for name in ("a", "b")} == {"10.7.0.1", "10.7.0.2"}
    assert post(server, "c").reason == "InternalError"
    assert causes(post(server, "d", clusterIP="10.0.0.9")) == ["spec.clusterIPs"]


def test_dry_run_takes_nothing(server: Server) -> None:
    """A dry run shows an address that nobody has, and refuses a chosen port that is taken."""
    made(server, "web", type="NodePort", ports=[{"port": 80, "nodePort": 30080}])
    before = server.etcd.revision
    shown = post(server, "dry", query={"dryRun": "All"}, type="NodePort").object
    assert shown is not None
    assert shown.spec["clusterIP"] == "10.0.0.0"
    assert shown.spec["ports"][0]["nodePort"] not in NODE_PORTS
    refused = post(server, "dry", query={"dryRun": "All"}, type="NodePort", ports=[{"port": 80, "nodePort": 30080}])
    assert causes(refused) == ["spec.ports[0].nodePort"]
    server.ask("DELETE", f"{SERVICES}/web", query={"dryRun": "All"})
    assert server.etcd.revision == before


def test_address_that_is_lost_to_another_is_exchanged(server: Server) -> None:
    """Whoever finds the address taken that it was about to take takes another; one that was chosen is refused."""
    request = create(SERVICE, Object.of({"metadata": {"name": "web", "namespace": "shop"}, "spec": spec()}))
    answer, _ = server.steps(request, None, meanwhile=lambda: made(server, "quicker"))
    assert answer.status == 201
    used(server)
    chosen = {"name": "late", "namespace": "shop"}
    request = create(SERVICE, Object.of({"metadata": chosen, "spec": spec(clusterIP="10.0.0.9")}))
    answer, _ = server.steps(request, None, meanwhile=lambda: made(server, "first", clusterIP="10.0.0.9"))
    assert causes(answer) == ["spec.clusterIPs"]


def test_lost_update_leaves_what_it_took_to_nobody(server: Server) -> None:
    """A real leak: an address that was taken for an update which then lost is never given back."""
    made(server, "web", type="ExternalName", externalName="example.com")
    copy = server.read("Service", "web")
    assert copy is not None
    sent = Object.of({"metadata": {"name": "web", "namespace": "shop"}, "spec": spec()})
    request = update(SERVICE, sent)

    def meanwhile() -> None:
        server.ask(
            "PATCH",
            f"{SERVICES}/web",
            {"metadata": {"labels": {"a": "b"}}},
            media_type="application/merge-patch+json",
        )

    answer, _ = server.steps(request, copy, meanwhile=meanwhile)
    assert answer.status == 200
    assert len(taken_addresses(server)) == 2
    assert used(server)[0] < taken_addresses(server)


PORTS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"port": st.sampled_from((80, 81)), "name": st.sampled_from(("a", "b"))},
    optional={"nodePort": st.sampled_from((30000, 32767, 80)), "protocol": st.just("UDP")},
)
WISHES: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"type": st.sampled_from(("ClusterIP", "ExternalName", "LoadBalancer", "NodePort"))},
    optional={
        "clusterIP": st.sampled_from(("", "None", "10.0.0.20", "10.0.0.254", "10.9.9.9")),
        "externalName": st.just("example.com"),
        "externalTrafficPolicy": st.sampled_from(("Cluster", "Local")),
        "ports": st.lists(PORTS, max_size=2),
    },
)
"""Specs of services, sensible or not."""

REQUESTS = st.lists(
    st.tuples(st.sampled_from(("POST", "PUT", "DELETE")), st.sampled_from(("a", "b", "c")), WISHES), max_size=12
)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(REQUESTS)
def test_what_is_taken_is_what_services_have(requests: list[tuple[str, str, dict[str, Any]]]) -> None:
    """Whatever is asked, one request after the other: no two services have the same, and nothing is lost or left."""
    server = fresh_server()
    for method, name, wish in requests:
        path = SERVICES if method == "POST" else f"{SERVICES}/{name}"
        sent = None if method == "DELETE" else {"metadata": {"name": name}, "spec": {**spec(), **wish}}
        answer = server.ask(method, path, sent)
        assert answer.status in (200, 201, 404, 409, 422, 500), answer
        assert used(server) == (taken_addresses(server), taken_ports(server))
