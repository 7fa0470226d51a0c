"""Comparing answers: every kind of difference is seen, and nothing else is."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from seatrial.checker.conformance.answers import Comparison
from seatrial.checker.conformance.correspondence import Correspondence
from seatrial.model import kinds
from seatrial.model.apiserver import Answer, Cause, Details
from seatrial.model.apiserver.answer import Frame
from seatrial.model.apiserver.http import HttpRequest
from seatrial.model.apiserver.paging import Token, encode_token
from seatrial.model.apiserver.watching import bookmark
from seatrial.model.frozen_json import freeze
from seatrial.model.objects import Object

GET = HttpRequest(method="GET", path="/api/v1/namespaces/a/services")
POST = HttpRequest(method="POST", path="/api/v1/namespaces/a/services", body=freeze({"spec": {}}))


def seen(
    recorded: dict[str, Any], answer: Answer, *, request: HttpRequest = GET, known: Correspondence | None = None
) -> list[str]:
    """The fields in which the two differ."""
    comparison = Comparison(request, known or Correspondence())
    return [each.field for each in comparison.differences({"status": answer.status, **recorded}, answer)]


def service(uid: str, version: str, **spec: object) -> dict[str, Any]:
    """An object as it is recorded."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "s", "namespace": "a", "uid": uid, "resourceVersion": version},
        "spec": spec,
    }


REFUSAL = Answer(
    504,
    "Timeout",
    "m",
    (Cause("ResourceVersionTooLarge", "f"),),
    Details(name="n", group="g", kind="k", uid="uid-2"),
    retry_after_seconds=1,
    warnings=('unknown field "x"',),
)
RECORDED = {
    "status": 504,
    "reason": "Timeout",
    "warnings": ['299 - "unknown field \\"x\\""'],
    "body": {
        "kind": "Status",
        "details": {
            "name": "n",
            "group": "g",
            "kind": "k",
            "uid": "u-9f",
            "retryAfterSeconds": 1,
            "causes": [{"reason": "ResourceVersionTooLarge", "field": "f", "message": "m"}],
        },
    },
}


def test_a_refusal_is_compared_in_all_its_parts() -> None:
    """Alike but for a uid that corresponds: no difference.  Each part that is another is told."""
    known = Correspondence()
    known.uids.bind("u-9f", "uid-2")
    assert seen(RECORDED, REFUSAL, known=known) == []
    others: list[tuple[dict[str, Any], str]] = [
        ({"status": 503}, "status"),
        ({"reason": "Other"}, "reason"),
        ({"causes": ()}, "details.causes"),
        ({"causes": (Cause("ResourceVersionTooLarge", "g"),)}, "details.causes"),
        ({"details": Details(name="n", group="g", kind="k", uid="uid-3")}, "details.uid"),
        ({"details": Details(name="n", group="", kind="k", uid="uid-2")}, "details.group"),
        ({"retry_after_seconds": 0}, "details.retryAfterSeconds"),
        ({"warnings": ()}, "warnings"),
        ({"warnings": ('unknown field "y"',)}, "warnings"),
        ({"continue_token": encode_token(Token(-1, "x"))}, "metadata.continue"),
    ]
    for change, field in others:
        assert seen(RECORDED, evolve(REFUSAL, **change), known=known) == [field]


def test_what_the_server_fills_in_is_compared() -> None:
    """A field too many or too few is a difference, also one that no request wrote; a null is as good as nothing."""
    ours = Answer(200, object=Object.of(service("uid-2", "5", type="ClusterIP")))
    assert seen({"body": service("u", "206", type="ClusterIP", externalName=None)}, ours) == []
    assert seen({"body": service("u", "206")}, ours) == ["spec.type"]
    assert seen({"body": service("u", "206", type="ClusterIP", ports=[])}, ours) == ["spec.ports"]


def test_an_order_that_times_decide_is_not_compared() -> None:
    """The managers of fields stand in the order of times, which differ; what each manages is compared."""
    managers: list[dict[str, Any]] = [
        {"manager": each, "operation": "Update", "time": f"2026-11-23T16:57:4{index}Z", "fieldsV1": {f"f:{each}": {}}}
        for index, each in enumerate("ab")
    ]
    recorded, ours = service("u", "206"), service("uid-2", "5")
    recorded["metadata"]["managedFields"], ours["metadata"]["managedFields"] = managers, managers[::-1]
    assert seen({"body": recorded}, Answer(200, object=Object.of(ours))) == []
    ours["metadata"]["managedFields"] = [managers[1], {**managers[0], "fieldsV1": {"f:b": {}}}]
    assert seen({"body": recorded}, Answer(200, object=Object.of(ours))) == [
        "metadata.managedFields[].fieldsV1.f:a",
        "metadata.managedFields[].fieldsV1.f:b",
    ]


def test_what_is_drawn_by_lot_corresponds() -> None:
    """An address that the server chose may be another in the model, but must stay the same from then on."""
    known = Correspondence()
    ours = Answer(201, object=Object.of(service("uid-2", "5", clusterIP="10.0.0.254")))
    read = evolve(ours, status=200)
    recorded = service("u", "206", clusterIP="10.0.0.7")
    assert seen({"body": recorded}, ours, request=POST, known=known) == []
    assert seen({"body": recorded}, read, known=known) == []
    assert seen({"body": service("u", "206", clusterIP="10.0.0.8")}, read, known=known) == ["spec.clusterIP"]
    assert seen({"body": service("u", "206", clusterIP="None")}, ours, request=POST, known=known) == ["spec.clusterIP"]


def test_what_the_client_chose_is_not_drawn_by_lot() -> None:
    """An address that the request names must be the very same."""
    asked = evolve(POST, body=freeze({"spec": {"clusterIP": "10.0.0.7"}}))
    ours = Answer(201, object=Object.of(service("uid-2", "5", clusterIP="10.0.0.254")))
    assert seen({"body": service("u", "206", clusterIP="10.0.0.7")}, ours, request=asked) == ["spec.clusterIP"]


def test_the_server_may_tell_more_of_itself() -> None:
    """A document without metadata, such as the version, may hold more than the model knows, but nothing else."""
    ours = Answer(200, object=Object.of({"major": "1"}))
    assert seen({"body": {"major": "1", "gitCommit": "98b"}}, ours) == []
    assert seen({"body": {"major": "2", "gitCommit": "98b"}}, ours) == ["major"]


def listed(version: str, *names: str, **metadata: object) -> dict[str, Any]:
    """A list as it is recorded."""
    items = [{"metadata": {"name": name, "uid": f"u-{name}", "resourceVersion": "206"}} for name in names]
    return {"body": {"kind": "ServiceList", "metadata": {"resourceVersion": version, **metadata}, "items": items}}


def test_pages_are_compared() -> None:
    """Items, version, how many remain, and where the token leads; in which form it says so does matter."""
    item = Object.of(
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a", "uid": "uid-a", "resourceVersion": "5"}}
    )
    ours = Answer(200, items=(item,), revision=6, continue_token=encode_token(Token(6, "/a\0")), remaining=3)
    token = encode_token(Token(207, "/a\0"))
    assert seen(listed("207", "a", **{"continue": token}, remainingItemCount=3), ours) == []
    assert seen(listed("207", "a", **{"continue": token}), ours) == ["metadata.remainingItemCount"]
    assert seen(listed("207", "a", remainingItemCount=3), ours) == ["metadata.continue"]
    elsewhere = encode_token(Token(207, "/b\0"))
    assert seen(listed("207", "a", **{"continue": elsewhere}, remainingItemCount=3), ours) == ["metadata.continue"]
    earlier = encode_token(Token(206, "/a\0"))
    assert seen(listed("207", "a", **{"continue": earlier}, remainingItemCount=3), ours) == ["metadata.continue"]
    assert seen(listed("207", "b", **{"continue": token}, remainingItemCount=3), ours) == ["items"]


def frames(*told: tuple[str, str]) -> dict[str, Any]:
    """A watch as it is recorded: the type and version of each frame."""
    body = [
        {
            "type": each,
            "object": {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"resourceVersion": version, **({} if each == "BOOKMARK" else {"name": "s"})},
            },
        }
        for each, version in told
    ]
    return {"body": body}


def added(version: str) -> Frame:
    """A frame of the model."""
    root = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "s", "resourceVersion": version}}
    return Frame("ADDED", Object.of(root))


def test_frames_are_compared_one_by_one() -> None:
    """Types, order and objects.  A bookmark that time made may stand anywhere, if it says what a bookmark says."""
    ours = Answer(200, frames=(added("5"), added("6")))
    assert seen(frames(("ADDED", "206"), ("ADDED", "207")), ours) == []
    assert seen(frames(("ADDED", "206"), ("BOOKMARK", "206"), ("ADDED", "207")), ours) == []
    assert seen(frames(("ADDED", "206")), ours) == ["frames"]
    assert seen(frames(("ADDED", "206"), ("DELETED", "207")), ours) == ["frames"]
    assert seen(frames(("ADDED", "207"), ("ADDED", "206")), ours) == ["frames[1].metadata.resourceVersion"]
    spoilt = frames(("ADDED", "206"), ("BOOKMARK", "206"), ("ADDED", "207"))
    spoilt["body"][1]["object"]["data"] = {"a": "1"}
    assert seen(spoilt, ours) == ["frames[1].data"]


def test_the_end_of_initial_events_must_be_told() -> None:
    """A bookmark with the annotation is no matter of time."""
    recorded = frames(("ADDED", "206"), ("BOOKMARK", "207"))
    recorded["body"][1]["object"]["metadata"]["annotations"] = {"k8s.io/initial-events-end": "true"}
    ended = bookmark(kinds.of_name("ConfigMap"), 6, ends_initial_events=True)
    assert seen(recorded, Answer(200, frames=(added("5"), ended))) == []
    assert seen(recorded, Answer(200, frames=(added("5"),))) == ["frames"]


@pytest.mark.parametrize(("code", "reason", "expected"), [(410, "Expired", []), (500, "Expired", ["frames[0].code"])])
def test_error_frames_are_compared_as_refusals(code: int, reason: str, expected: list[str]) -> None:
    """Code and reason of the Status in the frame."""
    status = {"kind": "Status", "code": code, "reason": reason}
    ours = Answer(200, frames=(Frame("ERROR", error=Answer(410, "Expired")),))
    assert seen({"body": [{"type": "ERROR", "object": status}]}, ours) == expected
