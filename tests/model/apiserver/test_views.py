"""Kinds that are served in two versions: what is written through one is seen through the other."""

from __future__ import annotations

from typing import Any

import pytest
from tests.model.apiserver.server import SHOP, Server

from seatrial.model import kinds
from seatrial.model.apiserver import Answer, Request
from seatrial.model.apiserver.chain import in_version
from seatrial.model.apiserver.rest import parse_request
from seatrial.model.apiserver.views import in_store, viewed
from seatrial.model.objects import Object

EVENTS = f"{SHOP}/events"
EVENTS_VIEW = "/apis/events.k8s.io/v1/namespaces/shop/events"
SCALERS = "/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers"
SCALERS_VIEW = "/apis/autoscaling/v1/namespaces/shop/horizontalpodautoscalers"
TARGET = {"kind": "Deployment", "name": "web"}
MERGE = "application/merge-patch+json"


def ask(server: Server, method: str, path: str, body: object = None, **more: Any) -> Answer:
    """A request, answered in the version that it asks for."""
    route = parse_request(method, path)
    assert isinstance(route, Request)
    return in_version(server.ask(method, path, body, **more), route.kind)


def shown(server: Server, path: str) -> dict[str, Any]:
    """An object as it is seen through a URL, without what all have alike."""
    answer = ask(server, "GET", path)
    assert answer.object is not None, answer
    return {name: part for name, part in answer.object.thaw().items() if name not in ("metadata", "apiVersion", "kind")}


def test_event_is_seen_under_both_names_of_its_fields(server: Server) -> None:
    """What one API calls a note the other calls a message."""
    body = {
        "metadata": {"name": "e"},
        "regarding": {"namespace": "shop", "name": "p"},
        "note": "it fell",
        "reason": "Fell",
        "type": "Normal",
        "action": "Falling",
        "eventTime": "2026-01-01T00:00:00.000000Z",
        "reportingController": "example.com/watcher",
        "reportingInstance": "watcher-1",
    }
    made = ask(server, "POST", EVENTS_VIEW, body)
    assert made.status == 201, made.message
    assert shown(server, f"{EVENTS_VIEW}/e")["note"] == "it fell"
    stored = shown(server, f"{EVENTS}/e")
    assert (stored["message"], stored["involvedObject"]["name"]) == ("it fell", "p")
    assert stored["reportingComponent"] == "example.com/watcher"
    assert "note" not in stored


def test_event_can_be_patched_through_either_name(server: Server) -> None:
    """A patch is read in the version that it is sent to, and changes one object."""
    server.ask("POST", EVENTS, {"metadata": {"name": "e"}, "involvedObject": {"namespace": "shop"}, "message": "a"})
    before = server.etcd.revision
    assert ask(server, "PATCH", f"{EVENTS_VIEW}/e", {"note": "b"}, media_type=MERGE).ok
    assert server.etcd.revision == before + 1
    assert shown(server, f"{EVENTS}/e")["message"] == "b"
    assert ask(server, "PATCH", f"{EVENTS_VIEW}/e", {"note": "b"}, media_type=MERGE).ok
    assert server.etcd.revision == before + 1


def test_scaler_shows_its_share_of_the_cpu_to_old_clients(server: Server) -> None:
    """The one metric of the older version is one of the metrics of the newer."""
    body = {"metadata": {"name": "s"}, "spec": {"scaleTargetRef": TARGET, "maxReplicas": 2}}
    assert ask(server, "POST", SCALERS_VIEW, body).status == 201
    assert shown(server, f"{SCALERS_VIEW}/s")["spec"] == {
        "scaleTargetRef": TARGET,
        "minReplicas": 1,
        "maxReplicas": 2,
        "targetCPUUtilizationPercentage": 80,
    }
    metrics = shown(server, f"{SCALERS}/s")["spec"]["metrics"]
    assert [metric["resource"]["target"]["averageUtilization"] for metric in metrics] == [80]


def test_what_the_older_version_cannot_say_stays(server: Server) -> None:
    """A write through the older version leaves the other metrics as they were."""
    memory = {
        "type": "Resource",
        "resource": {"name": "memory", "target": {"type": "Utilization", "averageUtilization": 5}},
    }
    amount = {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "AverageValue", "averageValue": "1"}}}
    spec = {"scaleTargetRef": TARGET, "maxReplicas": 2, "metrics": [memory, amount]}
    assert ask(server, "POST", SCALERS, {"metadata": {"name": "s"}, "spec": spec}).status == 201
    assert ask(server, "PATCH", f"{SCALERS_VIEW}/s", {"spec": {"maxReplicas": 5}}, media_type=MERGE).ok
    after = shown(server, f"{SCALERS}/s")["spec"]
    assert (after["maxReplicas"], after["metrics"]) == (5, [memory, amount])


@pytest.mark.parametrize(("path", "group"), [(EVENTS_VIEW, ""), (SCALERS_VIEW, "autoscaling")])
def test_what_is_missing_is_told_by_the_store(server: Server, path: str, group: str) -> None:
    """A refusal by the store names the group in which objects are stored."""
    answer = ask(server, "GET", f"{path}/none")
    assert answer.details is not None
    assert (answer.status, answer.details.group) == (404, group)


@pytest.mark.parametrize("view", sorted(kinds.VIEWS, key=repr), ids=repr)
def test_seen_and_stored_again_is_the_same(view: kinds.Kind) -> None:
    """An object that is seen through another version and sent back as it is changes nothing."""
    stored = kinds.VIEWS[view]
    fields: dict[str, Any] = {
        "events": {"involvedObject": {"name": "p"}, "message": "m", "count": 3, "source": {"component": "c"}},
        "horizontalpodautoscalers": {
            "spec": {
                "scaleTargetRef": TARGET,
                "minReplicas": 1,
                "maxReplicas": 2,
                "metrics": [
                    {
                        "type": "Resource",
                        "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}},
                    }
                ],
            },
            "status": {"desiredReplicas": 1, "currentReplicas": 1},
        },
    }
    metadata = {"name": "x", "namespace": "shop"}
    original = Object.of(
        {"apiVersion": stored.api_version, "kind": stored.name, "metadata": metadata, **fields[view.plural]}
    )
    request = Request(verb="update", kind=view, namespace="shop", name="x")
    once = in_store(request, viewed(view, original), original)[1]
    again = in_store(request, viewed(view, once), once)[1]
    assert again == once
    assert once.field("message") == original.field("message")
    assert once.field("spec.metrics") == original.field("spec.metrics")
