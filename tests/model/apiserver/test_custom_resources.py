"""Custom resources: definitions, what is served because of them, and their schemas.

Source: recordings N; Kubernetes 1.36, ``apiextensions-apiserver``.
"""

from __future__ import annotations

from typing import Any

import pytest
from attrs import Factory, define, evolve
from tests.model.apiserver.server import CORE

from seatrial.model.apiserver import ADMIN, FULL, JSON, MERGE_PATCH, STRATEGIC_MERGE_PATCH, Answer
from seatrial.model.apiserver.chain import serve
from seatrial.model.apiserver.definition_controllers import settle
from seatrial.model.apiserver.http import HttpRequest
from seatrial.model.etcd import Member
from seatrial.model.frozen_json import freeze, thaw

DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
DEFINITION = f"{DEFINITIONS}/widgets.example.com"
WIDGETS = "/apis/example.com/v1/namespaces/shop/widgets"
SETTINGS = evolve(FULL, tokens={"admin": ADMIN})
SPEC: dict[str, Any] = {
    "type": "object",
    "required": ["size"],
    "properties": {
        "size": {"type": "integer", "minimum": 1, "maximum": 9},
        "colour": {"type": "string", "enum": ["red", "blue"], "default": "red"},
        "word": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 5},
        "parts": {
            "type": "array",
            "maxItems": 2,
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["id"],
            "items": {"type": "object", "properties": {"id": {"type": "string"}, "on": {"type": "boolean"}}},
        },
        "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
        "port": {"x-kubernetes-int-or-string": True},
        "limits": {"type": "object", "additionalProperties": {"type": "number"}},
    },
}
STATUS: dict[str, Any] = {"type": "object", "properties": {"ready": {"type": "integer"}}}


def definition(*, status: bool = True, spec: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """A definition of widgets."""
    schema = {"type": "object", "properties": {"spec": spec or SPEC, "status": STATUS}}
    version: dict[str, Any] = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    if status:
        version["subresources"] = {"status": {}}
    names = {"plural": "widgets", "kind": "Widget"}
    content = {"group": "example.com", "scope": "Namespaced", "names": names, "versions": [version], **fields}
    return {"metadata": {"name": "widgets.example.com"}, "spec": content}


def widget(name: str = "w", version: str = "", **spec: Any) -> dict[str, Any]:
    """A widget of size 3."""
    metadata = {"name": name, **({"resourceVersion": version} if version else {})}
    return {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": metadata, "spec": {"size": 3, **spec}}


@define
class Cluster:
    """A server that requests reach over HTTP."""

    etcd: Member = Factory(Member)

    def ask(self, method: str, path: str, body: object = None, media_type: str = JSON, **query: str) -> Answer:
        """One request of an administrator."""
        http = HttpRequest(
            method=method, path=path, body=freeze(body), media_type=media_type, query=query, token="admin"  # noqa: S106 - a name
        )  # fmt: skip
        answer = serve(self.etcd, http, SETTINGS)
        assert isinstance(answer, Answer)
        return answer

    def define(self, **more: Any) -> None:
        """Define widgets."""
        assert self.ask("POST", DEFINITIONS, definition(**more)).status == 201


@pytest.fixture
def cluster() -> Cluster:
    """A server with a namespace."""
    fresh = Cluster()
    assert fresh.ask("POST", CORE, {"metadata": {"name": "shop"}}).status == 201
    return fresh


def content(answer: Answer, path: str = "spec") -> Any:
    """A part of the object that is answered."""
    assert answer.object is not None, answer
    return thaw(answer.object.field(path))


def test_a_definition_is_established_after_it_is_made(cluster: Cluster) -> None:
    """The answer to its creation shows no condition; soon its group is registered and it is established."""
    created = cluster.ask("POST", DEFINITIONS, definition())
    assert content(created, "status.storedVersions") == ["v1"]
    assert "conditions" not in content(created, "status")
    made = cluster.etcd.revision
    settle(cluster.etcd)
    settle(cluster.etcd)
    assert cluster.etcd.revision == made + 3
    read = cluster.ask("GET", DEFINITION)
    conditions = {item["type"]: item["status"] for item in content(read, "status.conditions")}
    assert conditions == {"NamesAccepted": "True", "Established": "True"}
    assert content(read, "spec.names") == {
        "plural": "widgets",
        "kind": "Widget",
        "singular": "widget",
        "listKind": "WidgetList",
    }
    assert content(read, "metadata.generation") == 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"group": "other.com"}, "metadata.name"),
        ({"scope": "Galaxy"}, "spec.scope"),
        ({"preserveUnknownFields": True}, "spec.preserveUnknownFields"),
        ({"group": "widgets.k8s.io"}, "metadata.annotations[api-approved.kubernetes.io]"),
        ({"conversion": {"strategy": "Guess"}}, "spec.conversion.strategy"),
        ({"names": {"plural": "widgets", "kind": "Widget", "listKind": "Widget"}}, "spec.names.listKind"),
        ({"versions": []}, "spec.versions"),
        ({"spec": {"properties": {}}}, "spec.versions[0].schema.openAPIV3Schema.properties[spec].type"),
        ({"spec": {"type": "array"}}, "spec.versions[0].schema.openAPIV3Schema.properties[spec].items"),
        (
            {"versions": [{"name": "v1", "served": True, "storage": True}]},
            "spec.versions[0].schema.openAPIV3Schema",
        ),
    ],
)
def test_a_definition_that_defines_nothing_useful_is_invalid(
    cluster: Cluster, fields: dict[str, Any], field: str
) -> None:
    """Names must agree, a version is stored, and its schema is structural (422)."""
    answer = cluster.ask("POST", DEFINITIONS, definition(**fields))
    assert answer.status == 422
    assert field in [cause.field for cause in answer.causes]


def test_what_objects_are_stored_under_cannot_change(cluster: Cluster) -> None:
    """Group, scope, plural and kind of an established definition are immutable; versions are not."""
    cluster.define()
    change = {"spec": {"scope": "Cluster", "names": {"kind": "Gadget"}}}
    answer = cluster.ask("PATCH", DEFINITION, change, MERGE_PATCH)
    assert answer.status == 422
    assert {"spec.scope", "spec.names.kind"} <= {cause.field for cause in answer.causes}


def test_nothing_is_served_without_a_definition(cluster: Cluster) -> None:
    """Kinds and versions that nobody defined are unknown paths (404)."""
    assert cluster.ask("GET", WIDGETS).status == 404
    cluster.define()
    assert cluster.ask("GET", WIDGETS).status == 200
    assert cluster.ask("GET", WIDGETS.replace("v1", "v2")).status == 404
    assert cluster.ask("GET", f"{WIDGETS}/w/scale").status == 404


def test_defaults_are_filled_in_and_the_unknown_is_pruned(cluster: Cluster) -> None:
    """What the schema has a default for is there; what it does not have is gone, with a warning, but in free parts."""
    cluster.define()
    answer = cluster.ask("POST", WIDGETS, widget(shape="round", free={"a": [{"b": None}]}, limits={"x": 1.5}))
    assert answer.status == 201
    assert content(answer) == {"size": 3, "colour": "red", "free": {"a": [{"b": None}]}, "limits": {"x": 1.5}}
    assert answer.warnings == ('unknown field "spec.shape"',)
    assert cluster.ask("POST", WIDGETS, widget("v", shape="round"), fieldValidation="Strict").status == 400


@pytest.mark.parametrize(
    ("spec", "causes"),
    [
        ({"size": 0}, [("FieldValueInvalid", "spec.size")]),
        ({"size": 10}, [("FieldValueInvalid", "spec.size")]),
        ({"size": "3"}, [("FieldValueTypeInvalid", "spec.size")]),
        ({"size": 2.5}, [("FieldValueTypeInvalid", "spec.size")]),
        ({"size": None}, [("FieldValueTypeInvalid", "spec.size")]),
        ({"colour": "green"}, [("FieldValueNotSupported", "spec.colour")]),
        ({"word": "abcdef"}, [("FieldValueTooLong", "spec.word")]),
        ({"word": "A"}, [("FieldValueInvalid", "spec.word")]),
        ({"port": True}, [("FieldValueTypeInvalid", "spec.port")]),
        ({"limits": {"x": "1"}}, [("FieldValueTypeInvalid", "spec.limits.x")]),
        ({"parts": [{"id": "a"}] * 2}, [("FieldValueDuplicate", "spec.parts[1]")]),
        ({"parts": [{"id": "a"}, {"id": "b"}, {"id": "c"}]}, [("FieldValueTooMany", "spec.parts")]),
        ({"parts": [{"id": 1}]}, [("FieldValueTypeInvalid", "spec.parts[0].id")]),
    ],
)
def test_values_obey_the_schema(cluster: Cluster, spec: dict[str, Any], causes: list[tuple[str, str]]) -> None:
    """What breaks the schema is refused (422), with the reason and the field."""
    cluster.define()
    answer = cluster.ask("POST", WIDGETS, widget(**spec))
    assert answer.status == 422
    assert [(cause.reason, cause.field) for cause in answer.causes] == causes


def test_a_required_field_must_be_there(cluster: Cluster) -> None:
    """A missing field is named in full."""
    cluster.define()
    answer = cluster.ask("POST", WIDGETS, {**widget(), "spec": {}})
    assert [(cause.reason, cause.field) for cause in answer.causes] == [("FieldValueRequired", "spec.size")]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"kind": None}, 400),
        ({"apiVersion": None}, 400),
        ({"apiVersion": "example.com/v2"}, 400),
        ({"kind": "Gadget"}, 422),
        ({"metadata": {"name": "w", "labels": {"a": 1}}}, 400),
    ],
)
def test_a_widget_says_that_it_is_one(cluster: Cluster, body: dict[str, Any], status: int) -> None:
    """Custom resources carry apiVersion and kind, and the metadata of every object."""
    cluster.define()
    assert cluster.ask("POST", WIDGETS, {**widget(), **body}).status == status


def test_a_replacement_needs_a_version_before_it_needs_validity(cluster: Cluster) -> None:
    """PUT without a resourceVersion is refused (422) for that, whatever else is wrong; a stale one by 409."""
    cluster.define()
    made = cluster.ask("POST", WIDGETS, widget())
    version = content(made, "metadata.resourceVersion")
    missing = cluster.ask("PUT", f"{WIDGETS}/w", widget(size=0))
    assert [cause.field for cause in missing.causes] == ["metadata.resourceVersion"]
    assert cluster.ask("PUT", f"{WIDGETS}/w", widget(version=version, size=4)).status == 200
    assert cluster.ask("PUT", f"{WIDGETS}/w", widget(version=version, size=0)).status == 409


def test_there_is_no_strategic_merge_patch(cluster: Cluster) -> None:
    """Nobody knows how lists of custom resources are merged: 415."""
    cluster.define()
    cluster.ask("POST", WIDGETS, widget())
    assert cluster.ask("PATCH", f"{WIDGETS}/w", {}, STRATEGIC_MERGE_PATCH).status == 415
    assert cluster.ask("PATCH", f"{WIDGETS}/w", {"spec": {"size": 5}}, MERGE_PATCH).status == 200


@pytest.mark.parametrize("separate", [True, False])
def test_generation_counts_changes_of_what_is_wanted(cluster: Cluster, *, separate: bool) -> None:
    """A change of content counts, one of metadata does not; the status counts unless it is a subresource."""
    cluster.define(status=separate)
    cluster.ask("POST", WIDGETS, widget())
    changes: list[dict[str, Any]] = [{"metadata": {"labels": {"a": "b"}}}, {"spec": {"size": 4}}]
    answers = [cluster.ask("PATCH", f"{WIDGETS}/w", change, MERGE_PATCH) for change in changes]
    seen = [content(answer, "metadata.generation") for answer in answers]
    status = {"status": {"ready": 1}}
    answer = cluster.ask("PATCH", f"{WIDGETS}/w/status" if separate else f"{WIDGETS}/w", status, MERGE_PATCH)
    assert [*seen, content(answer, "metadata.generation")] == ([1, 2, 2] if separate else [1, 2, 3])
    assert content(answer, "status.ready") == 1
    assert cluster.ask("GET", f"{WIDGETS}/w/status").status == (200 if separate else 404)


def test_a_widget_is_scaled_where_its_definition_says(cluster: Cluster) -> None:
    """The subresource ``scale`` reads and writes the paths of the definition; a path that is not there is an error."""
    made = definition()
    paths = {"specReplicasPath": ".spec.size", "statusReplicasPath": ".status.ready", "labelSelectorPath": ".status.on"}
    made["spec"]["versions"][0]["subresources"]["scale"] = paths
    made["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["status"]["properties"]["on"] = {
        "type": "string"
    }
    assert cluster.ask("POST", DEFINITIONS, made).status == 201
    cluster.ask("POST", WIDGETS, widget())
    cluster.ask("PATCH", f"{WIDGETS}/w/status", {"status": {"ready": 2, "on": "a=b"}}, MERGE_PATCH)
    scale = cluster.ask("GET", f"{WIDGETS}/w/scale")
    assert content(scale) == {"replicas": 3}
    assert content(scale, "status") == {"replicas": 2, "selector": "a=b"}
    body = {"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": {"name": "w"}, "spec": {"replicas": 5}}
    assert cluster.ask("PUT", f"{WIDGETS}/w/scale", body).status == 200
    read = cluster.ask("GET", f"{WIDGETS}/w")
    assert (content(read, "spec.size"), content(read, "metadata.generation")) == (5, 2)


def test_a_definition_takes_its_objects_along(cluster: Cluster) -> None:
    """Deleting a definition deletes its objects, and then it is gone too; with it what it served."""
    cluster.define()
    cluster.ask("POST", WIDGETS, widget())
    answer = cluster.ask("DELETE", DEFINITION)
    assert content(answer, "metadata.finalizers") == ["customresourcecleanup.apiextensions.k8s.io"]
    assert cluster.ask("GET", DEFINITION).status == 404
    assert cluster.ask("GET", WIDGETS).status == 404
    cluster.define()
    assert cluster.ask("GET", f"{WIDGETS}/w").status == 404


def test_an_object_with_a_finalizer_holds_its_definition(cluster: Cluster) -> None:
    """While an object is held both stay; nothing new can be made (403); when it goes, the definition goes."""
    cluster.define()
    held = widget()
    held["metadata"]["finalizers"] = ["example.com/hold"]
    cluster.ask("POST", WIDGETS, held)
    cluster.ask("DELETE", DEFINITION)
    assert content(cluster.ask("GET", f"{WIDGETS}/w"), "metadata.deletionTimestamp")
    refused = cluster.ask("POST", WIDGETS, widget("v"))
    assert (refused.status, refused.reason) == (403, "Forbidden")
    assert cluster.ask("GET", DEFINITION).status == 200
    cluster.ask("PATCH", f"{WIDGETS}/w", {"metadata": {"finalizers": None}}, MERGE_PATCH)
    assert cluster.ask("GET", DEFINITION).status == 404


def test_a_name_that_is_taken_is_not_served(cluster: Cluster) -> None:
    """A second definition with a kind that another one of its group has is not accepted, and not established."""
    cluster.define()
    second = definition(names={"plural": "gadgets", "kind": "Widget"})
    second["metadata"]["name"] = "gadgets.example.com"
    assert cluster.ask("POST", DEFINITIONS, second).status == 201
    read = cluster.ask("GET", f"{DEFINITIONS}/gadgets.example.com")
    conditions = {item["type"]: item["status"] for item in content(read, "status.conditions")}
    assert conditions == {"NamesAccepted": "False", "Established": "False"}
    assert cluster.ask("GET", WIDGETS.replace("widgets", "gadgets")).status == 404
