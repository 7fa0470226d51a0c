"""Custom resources: rules that are expressions, values that stay as they were, and what the server writes itself.

Source: recordings N; Kubernetes 1.36, ``apiextensions-apiserver``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from attrs import evolve
from tests.model.apiserver.server import CORE
from tests.model.apiserver.test_custom_resources import DEFINITION, DEFINITIONS, SETTINGS, WIDGETS, Cluster, content

from seatrial.model.apiserver import JSON, MERGE_PATCH, Answer, Settings
from seatrial.model.apiserver.chain import serve
from seatrial.model.apiserver.http import HttpRequest
from seatrial.model.frozen_json import FrozenMap, Json, as_map, freeze

RULES: Mapping[str, Callable[[FrozenMap], Json]] = {
    "self == oldSelf": lambda seen: seen["self"] == seen["oldSelf"],
    "self < 9": lambda seen: seen["self"] < 9,
    "self.size > 0": lambda seen: as_map(seen["self"])["size"] > 0,
    "'not ' + string(self)": lambda seen: f"not {seen['self']}",
}


def evaluated(expression: str, seen: FrozenMap) -> Json:
    """A small evaluator: it knows four expressions."""
    try:
        value: Json = RULES[expression](seen)
    except KeyError as error:
        raise ValueError("no such key") from error
    return value


def schema(**size: Any) -> dict[str, Any]:
    """The schema of widgets: a size, a colour that stays, and parts known by their ids."""
    fixed = {"type": "string", "x-kubernetes-validations": [{"rule": "self == oldSelf", "message": "stays"}]}
    part = {"type": "object", "properties": {"id": {"type": "string"}, "colour": fixed}}
    keys = {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["id"]}
    spec = {
        "type": "object",
        "required": ["size"],
        "x-kubernetes-validations": [{"rule": "self.size > 0", "fieldPath": ".size", "reason": "FieldValueForbidden"}],
        "properties": {
            "size": {"type": "integer", **size},
            "replicas": {"type": "integer"},
            "colour": fixed,
            "parts": {"type": "array", **keys, "items": part},
            "loose": {"type": "array", "items": part},
        },
    }
    return {"type": "object", "properties": {"spec": spec, "status": {"type": "object"}}}


def definition(**size: Any) -> dict[str, Any]:
    """A definition of widgets, with both subresources."""
    scale = {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas"}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema(**size)}}
    version["subresources"] = {"status": {}, "scale": scale}
    spec = {"group": "example.com", "scope": "Namespaced", "names": {"plural": "widgets", "kind": "Widget"}}
    return {"metadata": {"name": "widgets.example.com"}, "spec": {**spec, "versions": [version]}}


def widget(**spec: Any) -> dict[str, Any]:
    """A widget."""
    return {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w"}, "spec": spec}


class Server(Cluster):
    """A server that can evaluate expressions."""

    settings: Settings = evolve(SETTINGS, expressions=evaluated)

    def ask(self, method: str, path: str, body: object = None, media_type: str = JSON, **query: str) -> Answer:
        """One request of an administrator."""
        token = "admin"  # noqa: S105 - a name
        http = HttpRequest(
            method=method, path=path, body=freeze(body), media_type=media_type, query=query, token=token
        )  # fmt: skip
        answer = serve(self.etcd, http, self.settings)
        assert isinstance(answer, Answer)
        return answer


@pytest.fixture
def server() -> Server:
    """A server with a namespace, where widgets are defined."""
    fresh = Server()
    assert fresh.ask("POST", CORE, {"metadata": {"name": "shop"}}).status == 201
    assert fresh.ask("POST", DEFINITIONS, definition()).status == 201
    return fresh


def causes(answer: Answer) -> list[tuple[str, str]]:
    """The causes of a refusal, each as its reason and its place."""
    return [(cause.reason, cause.field) for cause in answer.causes]


def changed(server: Server, **spec: Any) -> Answer:
    """A change of the widget by a merge patch."""
    return server.ask("PATCH", f"{WIDGETS}/w", {"spec": spec}, MERGE_PATCH)


def test_a_rule_about_a_change_says_nothing_of_what_is_new(server: Server) -> None:
    """The colour may be what it likes at first, and be given later; then it stays."""
    assert server.ask("POST", WIDGETS, widget(size=1)).status == 201
    assert changed(server, colour="red").status == 200
    answer = changed(server, colour="blue")
    assert (answer.status, causes(answer)) == (422, [("FieldValueInvalid", "spec.colour")])
    assert answer.causes[0].message == "stays"
    assert changed(server, colour="red", size=2).status == 200


def test_items_are_compared_by_their_keys_if_they_have_some(server: Server) -> None:
    """The colour of a part stays wherever the part stands in its list; in a list without keys nothing stays."""
    parts = [{"id": "a", "colour": "red"}, {"id": "b", "colour": "blue"}]
    assert server.ask("POST", WIDGETS, widget(size=1, parts=parts, loose=parts)).status == 201
    assert changed(server, parts=parts[::-1], loose=parts[::-1]).status == 200
    assert causes(changed(server, parts=[{"id": "b", "colour": "red"}])) == [
        ("FieldValueInvalid", "spec.parts[0].colour")
    ]
    assert changed(server, loose=[{"id": "b", "colour": "red"}]).status == 200


def test_a_rule_says_where_and_why(server: Server) -> None:
    """The place and the reason that a rule names are told; without a message the rule itself is."""
    answer = server.ask("POST", WIDGETS, widget(size=0))
    assert causes(answer) == [("FieldValueForbidden", "spec.size")]
    assert answer.causes[0].message == "failed rule: self.size > 0"


def test_rules_are_left_out_where_the_form_is_wrong(server: Server) -> None:
    """An object without a required field, or with one of a wrong type, is told so, and that rules were left out."""
    left_out = ("FieldValueInvalid", "<nil>")
    assert causes(server.ask("POST", WIDGETS, widget())) == [("FieldValueRequired", "spec.size"), left_out]
    assert causes(server.ask("POST", WIDGETS, widget(size="1"))) == [("FieldValueTypeInvalid", "spec.size"), left_out]


def test_without_an_evaluator_no_rule_is_looked_at(server: Server) -> None:
    """A server that nobody has given an evaluator takes what rules forbid."""
    server.settings = SETTINGS
    assert server.ask("POST", WIDGETS, widget(size=0)).status == 201
    assert causes(server.ask("POST", WIDGETS, widget())) == [("FieldValueRequired", "spec.size")]


@pytest.mark.parametrize(
    "stricter",
    [
        {"minimum": 5},
        {"x-kubernetes-validations": [{"rule": "self < 9", "messageExpression": "'not ' + string(self)"}]},
    ],
)
def test_what_stays_as_it_was_may_break_a_newer_schema(server: Server, stricter: dict[str, Any]) -> None:
    """A value that was stored before its schema became stricter is refused only when it changes to another bad one."""
    bad, worse = (2, 3) if "minimum" in stricter else (10, 11)
    assert server.ask("POST", WIDGETS, widget(size=bad)).status == 201
    patch = {"spec": {"versions": definition(**stricter)["spec"]["versions"]}}
    assert server.ask("PATCH", DEFINITION, patch, MERGE_PATCH).status == 200
    assert changed(server, colour="red").status == 200
    answer = changed(server, size=worse)
    assert causes(answer) == [("FieldValueInvalid", "spec.size")]
    assert changed(server, size=7).status == 200


def test_replicas_may_be_set_by_a_scale_that_cannot_be_shown(server: Server) -> None:
    """A widget that says nothing of replicas has no ``Scale`` (500), yet one can be given to it, which nobody owns."""
    server.ask("POST", WIDGETS, widget(size=1))
    shown = server.ask("GET", f"{WIDGETS}/w/scale")
    assert (shown.status, shown.reason) == (500, "InternalError")
    answer = server.ask("PATCH", f"{WIDGETS}/w/scale", {"spec": {"replicas": 3}}, MERGE_PATCH)
    assert (answer.status, content(answer)) == (200, {"replicas": 3})
    owners = content(server.ask("GET", f"{WIDGETS}/w"), "metadata.managedFields")
    assert [entry.get("subresource") for entry in owners] == [None]


def test_replicas_that_somebody_owns_are_taken_over_by_a_scale(server: Server) -> None:
    """Where the widget's maker owns the replicas, whoever changes the ``Scale`` owns them after."""
    server.ask("POST", WIDGETS, widget(size=1, replicas=1))
    server.ask("PATCH", f"{WIDGETS}/w/scale", {"spec": {"replicas": 3}}, MERGE_PATCH)
    owners = content(server.ask("GET", f"{WIDGETS}/w"), "metadata.managedFields")
    assert {entry.get("subresource"): "f:replicas" in str(entry["fieldsV1"]) for entry in owners} == {
        None: False,
        "scale": True,
    }


@pytest.mark.parametrize("replicas", [-1, 2**31])
def test_replicas_are_a_number_that_a_scale_can_show(server: Server, replicas: int) -> None:
    """What a definition calls replicas is not negative, and has 32 bits, whatever the schema says."""
    answer = server.ask("POST", WIDGETS, widget(size=1, replicas=replicas))
    assert causes(answer) == [("FieldValueInvalid", ".spec.replicas")]


def test_the_server_owns_what_it_says_of_a_definition(server: Server) -> None:
    """The status of a definition is written by the server itself, through the subresource."""
    owners = content(server.ask("GET", DEFINITION), "metadata.managedFields")
    told = [(entry["manager"], entry.get("subresource")) for entry in owners]
    assert told == [("admin", None), ("kube-apiserver", "status")]


def test_the_registration_of_a_group_goes_with_its_last_definition(server: Server) -> None:
    """While a group has a definition it is registered; nothing is left when the definition is gone."""
    server.ask("GET", DEFINITION)
    path = "/registry/apiregistration.k8s.io/apiservices/v1.example.com"
    assert path in server.etcd.keys
    server.ask("DELETE", DEFINITION)
    assert server.ask("GET", DEFINITION).status == 404
    assert path not in server.etcd.keys


def test_a_finalizer_without_a_domain_is_warned_of(server: Server) -> None:
    """It is taken; each new one is told once, but those of the garbage collector are not."""
    made = widget(size=1)
    made["metadata"]["finalizers"] = ["hold", "x/y", "orphan"]
    (warning,) = server.ask("POST", WIDGETS, made).warnings
    assert warning.startswith('metadata.finalizers: "hold": prefer a domain-qualified finalizer name')
    patch = {"metadata": {"finalizers": ["hold", "again"]}}
    (warning,) = server.ask("PATCH", f"{WIDGETS}/w", patch, MERGE_PATCH).warnings
    assert '"again"' in warning
