"""Fields that a kind does not have: dropped, warned of, or refused.

Source: Kubernetes 1.36 recording, scenarios i-validation and f-patch; recordings M.7.
"""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from tests.model.apiserver.server import SHOP, Server

from seatrial.model.apiserver import JSON_PATCH, MERGE_PATCH, Answer, Request, front
from seatrial.model.apiserver.rest import parse_request
from seatrial.model.frozen_json import freeze

MAPS = f"{SHOP}/configmaps"
PODS = f"{SHOP}/pods"
POD: dict[str, Any] = {
    "metadata": {"name": "p"},
    "spec": {"containers": [{"name": "c", "image": "i", "colour": "red"}]},
}


@pytest.mark.parametrize(("validation", "warned"), [(None, True), ("Warn", True), ("Ignore", False)])
def test_an_unknown_field_is_dropped(server: Server, validation: str | None, *, warned: bool) -> None:
    """What the kind does not have is not stored; the client is warned, unless it asked not to be."""
    query = {} if validation is None else {"fieldValidation": validation}
    answer = server.ask("POST", MAPS, {"metadata": {"name": "x", "nosuch": 1}, "Data": {}}, query=query)
    assert answer.status == 201
    assert answer.object is not None
    assert "Data" not in answer.object.root
    assert "nosuch" not in answer.object.metadata
    assert answer.warnings == (('unknown field "Data"', 'unknown field "metadata.nosuch"') if warned else ())


def test_a_strict_request_is_refused_for_what_others_are_warned_of(server: Server) -> None:
    """Strict: 400, with the path of each field, and nothing is stored."""
    before = server.etcd.revision
    answer = server.ask("POST", PODS, POD, query={"fieldValidation": "Strict"})
    assert (answer.status, answer.reason) == (400, "BadRequest")
    assert answer.message == (
        'Pod in version "v1" cannot be handled as a Pod: '
        'strict decoding error: unknown field "spec.containers[0].colour"'
    )
    assert server.etcd.revision == before


def test_an_unknown_validation_is_no_option(server: Server) -> None:
    """The option ``fieldValidation`` is one of four words (422)."""
    answer = server.ask("POST", MAPS, {"metadata": {"name": "x"}}, query={"fieldValidation": "Bogus"})
    assert (answer.status, answer.causes[0].field) == (422, "fieldValidation")


@pytest.mark.parametrize(
    ("media_type", "patch"),
    [(MERGE_PATCH, {"nosuch": 1}), (JSON_PATCH, [{"op": "add", "path": "/nosuch", "value": 1}])],
)
def test_a_patch_warns_too(server: Server, media_type: str, patch: object) -> None:
    """A patch that adds an unknown field changes nothing and is answered with a warning."""
    server.make("ConfigMap", "x")
    before = server.etcd.revision
    answer = server.ask("PATCH", f"{MAPS}/x", patch, media_type=media_type)
    assert (answer.status, answer.warnings) == (200, ('unknown field "nosuch"',))
    assert server.etcd.revision == before


@pytest.mark.parametrize(("validation", "status"), [("", 201), ("Ignore", 201), ("Strict", 400)])
def test_repetitions_are_told_like_unknown_fields(server: Server, validation: str, status: int) -> None:
    """A field that was sent twice is warned of, passed over, or refused."""
    asked = parse_request(
        "POST",
        MAPS,
        body=freeze({"metadata": {"name": "x"}, "data": {"a": "2"}}),
        query={"fieldValidation": validation},
    )
    assert isinstance(asked, Request)
    answer: Answer = front.handle(server.etcd, evolve(asked, duplicates=("data.a",)))
    assert answer.status == status
    assert answer.warnings == (() if validation else ('duplicate field "data.a"',))
