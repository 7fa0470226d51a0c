"""Bodies are read into the types of their kind, and written as a real server writes them.

Source: Kubernetes 1.36 recording, scenarios i-validation, b-pod, f-patch; ``types.go`` of each group.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.model.apiserver.server import SHOP, Server

from seatrial.model import kinds
from seatrial.model.apiserver import MERGE_PATCH
from seatrial.model.apiserver.decoding import Undecodable, decode, parse_text
from seatrial.model.frozen_json import FrozenMap, freeze, thaw
from seatrial.model.objects import Object

MAPS = f"{SHOP}/configmaps"
LARGEST_32 = 2**31 - 1
LARGEST_64 = 2**63 - 1

WRONG: list[tuple[str, dict[str, Any]]] = [
    ("ConfigMap", {"data": {"a": 1}}),
    ("ConfigMap", {"data": [["a", "1"]]}),
    ("ConfigMap", {"binaryData": {"a": "no base64!"}}),
    ("ConfigMap", {"immutable": "true"}),
    ("ConfigMap", {"metadata": "x"}),
    ("ConfigMap", {"metadata": {"labels": {"a": True}}}),
    ("ConfigMap", {"metadata": {"finalizers": "a/b"}}),
    ("ConfigMap", {"metadata": {"deletionTimestamp": "yesterday"}}),
    ("ConfigMap", {"metadata": {"creationTimestamp": "2023-02-29T00:00:00Z"}}),
    ("ReplicaSet", {"spec": {"replicas": 1.0}}),
    ("ReplicaSet", {"spec": {"replicas": True}}),
    ("ReplicaSet", {"spec": {"replicas": LARGEST_32 + 1}}),
    ("Pod", {"spec": {"terminationGracePeriodSeconds": LARGEST_64 + 1}}),
    ("Pod", {"spec": {"containers": [{"name": "c", "resources": {"limits": {"cpu": "one"}}}]}}),
    ("Pod", {"spec": {"containers": [{"name": "c", "livenessProbe": {"httpGet": {"port": 1.5}}}]}}),
    ("Pod", {"spec": [{"containers": []}]}),
]
WRITTEN: list[tuple[str, dict[str, Any], str, Any]] = [
    ("ConfigMap", {"metadata": {"labels": {}}}, "metadata.labels", None),
    ("ConfigMap", {"metadata": {"finalizers": [], "annotations": {}}}, "metadata.finalizers", None),
    ("ConfigMap", {"data": {"a": None, "b": "1"}}, "data", {"a": "", "b": "1"}),
    ("ConfigMap", {"data": {}, "immutable": False}, "immutable", False),
    ("ConfigMap", {"binaryData": {"a": "YQ=\n="}}, "binaryData.a", "YQ=="),
    ("ReplicaSet", {"spec": {"replicas": 0, "minReadySeconds": 0}}, "spec.replicas", 0),
    ("ReplicaSet", {"spec": {"replicas": 0, "minReadySeconds": 0}}, "spec.minReadySeconds", None),
    ("ReplicaSet", {"spec": {"template": {"metadata": {"labels": {}}}}}, "spec.template.metadata", {}),
    (
        "Pod",
        {"spec": {"volumes": [{"name": "v", "emptyDir": {}}]}},
        "spec.volumes",
        [{"emptyDir": {}, "name": "v"}],
    ),
    ("Pod", {"spec": {"hostNetwork": False, "nodeName": ""}}, "spec.hostNetwork", None),
    ("Pod", {"spec": {"nodeSelector": {}}}, "spec.nodeSelector", None),
    (
        "Pod",
        {"spec": {"overhead": {"cpu": "1000m", "memory": 1024}}},
        "spec.overhead",
        {"cpu": "1", "memory": "1024"},
    ),
    ("Service", {"spec": None}, "status", {"loadBalancer": {}}),
    (
        "Lease",
        {"spec": {"renewTime": "2024-01-01T01:30:00.5+02:00"}},
        "spec.renewTime",
        "2023-12-31T23:30:00.500000Z",
    ),
]


def decoded(kind: str, **fields: Any) -> Object:
    """The object of a body that can be decoded."""
    result = decode(kinds.of_name(kind), freeze({"metadata": {"name": "x"}, **fields}))
    assert isinstance(result, Object), result
    return result


def refusal(kind: str, **fields: Any) -> str:
    """Why a body cannot be decoded."""
    result = decode(kinds.of_name(kind), freeze({"metadata": {"name": "x"}, **fields}))
    assert isinstance(result, Undecodable), result
    return result.message


@pytest.mark.parametrize(("kind", "fields"), WRONG)
def test_a_wrong_type_is_refused_wherever_it_stands(kind: str, fields: dict[str, Any]) -> None:
    """A value that its type cannot hold makes the whole body undecodable, and the refusal names the kind."""
    assert f"cannot be handled as a {kind}" in refusal(kind, **fields)


@pytest.mark.parametrize(("kind", "fields", "path", "written"), WRITTEN)
def test_an_object_is_written_as_go_writes_it(kind: str, fields: dict[str, Any], path: str, written: object) -> None:
    """Empty optional values go, pointers stay, structs are always there, and scalars have one form."""
    found = decoded(kind, **fields).field(path)
    assert thaw(found) == written


@given(st.dictionaries(st.text(max_size=3), st.text(max_size=3), min_size=1), st.text(max_size=5))
def test_what_needs_no_change_is_not_copied(data: dict[str, str], name: str) -> None:
    """Decoding what was decoded gives the very same content: states of a search share it."""
    once = decoded("ConfigMap", data=data, metadata={"generateName": name, "uid": "u"})
    again = decode(kinds.of_name("ConfigMap"), once.root)
    assert isinstance(again, Object)
    assert again.root is once.root


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("Pod", {"spec": {"containers": [{"name": "c", "ports": [{"containerPort": 80}], "env": [{"name": "A"}]}]}}),
        ("Deployment", {"spec": {"selector": {"matchLabels": {"a": "b"}}, "template": {"spec": {"containers": []}}}}),
        ("Service", {"spec": {"ports": [{"port": 80, "targetPort": "http"}], "selector": {"a": "b"}}}),
        ("Role", {"rules": [{"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]}]}),
    ],
)
def test_decoding_twice_is_decoding_once(kind: str, body: dict[str, Any]) -> None:
    """What a server has written it reads again without a change."""
    once = decoded(kind, **body)
    assert decode(kinds.of_name(kind), once.root) == once


def test_a_body_says_what_it_is_or_nothing(server: Server) -> None:
    """Without apiVersion and kind the path decides; with others the body is refused (400)."""
    assert server.ask("POST", MAPS, {"metadata": {"name": "x"}}).status == 201
    for other in ({"kind": "Secret"}, {"apiVersion": "v2"}, {"kind": 1}, {"apiVersion": ["v1"]}):
        answer = server.ask("POST", MAPS, {"metadata": {"name": "y"}, **other})
        assert (answer.status, answer.reason) == (400, "BadRequest")


@pytest.mark.parametrize("body", [[], "text", 7, True, [{}]])
def test_a_body_that_is_no_object_is_refused(server: Server, body: object) -> None:
    """Lists and scalars are no objects (400); ``null`` is one without a name (422)."""
    assert server.ask("POST", MAPS, body).status == 400
    assert server.ask("POST", MAPS, None).status == 422


def test_a_patch_to_a_wrong_type_is_invalid(server: Server) -> None:
    """A patch that is well formed but leads to no object of the kind is told so by 422, and changes nothing."""
    server.make("ConfigMap", "x", data={"a": "1"})
    before = server.read("ConfigMap", "x")
    answer = server.ask("PATCH", f"{MAPS}/x", {"data": {"a": 1}}, media_type=MERGE_PATCH)
    assert (answer.status, answer.reason, answer.causes[0].field) == (422, "Invalid", "patch")
    assert server.read("ConfigMap", "x") == before


@pytest.mark.parametrize(
    ("text", "duplicates"),
    [
        ('{"data": {"a": "1", "a": "2"}}', ("data.a",)),
        ('{"a": [{"b": 1}, {"b": 1, "b": 2}], "a": []}', ("a[1].b", "a")),
        ('{"a": {"b": 1}, "c": {"b": 1}}', ()),
    ],
)
def test_repeated_fields_are_found_and_the_last_counts(text: str, duplicates: tuple[str, ...]) -> None:
    """The paths of repetitions are told in the order in which they are met."""
    parsed = parse_text(text)
    assert set(parsed.duplicates) == set(duplicates)
    assert parse_text('{"a": 1, "a": 2}').body == FrozenMap({"a": 2})
