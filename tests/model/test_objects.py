"""API objects as frozen values: equality as JSON has it, updates that share, keys that lead to etcd and back."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.model.errors import BadInput
from seatrial.model.frozen_json import FrozenMap, freeze, thaw
from seatrial.model.objects import Object, ObjectKey, OwnerReference, resource_prefix

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4), max_leaves=12
)

POD = Object.of(
    {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": "web-1",
            "namespace": "shop",
            "uid": "u1",
            "resourceVersion": "7",
            "generation": 2,
            "labels": {"app": "web"},
            "finalizers": ["a/b", "c/d"],
            "ownerReferences": [
                {"apiVersion": "v1", "kind": "ConfigMap", "name": "c", "uid": "u2"},
                {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web", "uid": "u3", "controller": True},
            ],
        },
        "spec": {"containers": [{"name": "c"}]},
    }
)


@given(VALUES)
def test_thawing_gives_back_what_was_frozen(value: object) -> None:
    """Freezing loses nothing of JSON, types of numbers included."""
    assert json.dumps(thaw(freeze(value)), sort_keys=True) == json.dumps(value, sort_keys=True)


@given(VALUES, VALUES)
def test_values_are_equal_when_their_json_is(one: object, other: object) -> None:
    """Frozen maps are equal exactly when their JSON text is, and then their hashes are too."""
    left, right = FrozenMap({"k": freeze(one)}), FrozenMap({"k": freeze(other)})
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (left == right) == same
    assert not same or hash(left) == hash(right)


@pytest.mark.parametrize(("one", "other"), [(1, True), (0, False), (1, 1.0), ([1], [True]), ([[0]], [[False]])])
def test_numbers_and_booleans_are_told_apart(one: object, other: object) -> None:
    """JSON's true is not 1, and 1 is not 1.0, wherever they stand."""
    assert Object.of({"spec": {"x": one}}) != Object.of({"spec": {"x": other}})


def test_the_order_of_insertion_does_not_matter() -> None:
    """Two maps with the same entries are the same value and iterate alike."""
    one, other = FrozenMap({"a": 1, "b": 2}), FrozenMap({"b": 2, "a": 1})
    assert (one, hash(one), list(one)) == (other, hash(other), ["a", "b"])


def test_a_frozen_value_survives_a_journey_to_another_process() -> None:
    """The cached hash does not travel: it would be wrong where texts hash otherwise."""
    hash(POD)
    copy = pickle.loads(pickle.dumps(POD))  # noqa: S301 - our own value
    assert copy == POD
    assert POD.root.__reduce__() == (FrozenMap, (dict(POD.root),))


@pytest.mark.parametrize("value", [{1: "x"}, {"x": {1, 2}}, float("nan"), {"x": float("inf")}, object()])
def test_what_is_no_json_is_refused(value: object) -> None:
    """Only what JSON can hold can be frozen."""
    with pytest.raises(BadInput):
        freeze(value)


def test_accessors_read_what_every_kind_has() -> None:
    """The accessors give the fields of metadata with their types."""
    assert (POD.name, POD.namespace, POD.uid, POD.resource_version) == ("web-1", "shop", "u1", "7")
    assert (POD.generation, POD.labels.get("app"), POD.finalizers) == (2, "web", ("a/b", "c/d"))
    assert not POD.is_terminating
    assert POD.controller_ref() == OwnerReference("apps/v1", "ReplicaSet", "web", "u3", controller=True)


@given(VALUES)
def test_accessors_never_fail(metadata: object) -> None:
    """An object of any form at all reads as empty where it holds no such field."""
    odd = Object.of({"metadata": metadata, "spec": metadata, "status": metadata})
    assert isinstance(odd.name, str)
    assert isinstance(odd.spec, FrozenMap)
    assert isinstance(odd.finalizers, tuple)
    assert odd.generation is None or isinstance(odd.generation, int)
    assert odd.controller_ref() is None or odd.owner_references


def test_an_update_gives_a_new_object_and_leaves_the_rest() -> None:
    """Updates change the one field and share everything else."""
    moved = POD.with_field("spec.nodeName", "n1").with_metadata(labels={"app": "db"})
    assert (moved.spec["nodeName"], moved.labels) == ("n1", FrozenMap({"app": "db"}))
    assert moved.spec["containers"] is POD.spec["containers"]
    assert "nodeName" not in POD.spec
    assert moved.without_field("spec.nodeName").with_metadata(labels=POD.labels) == POD


def test_a_path_may_have_parts_with_dots() -> None:
    """A path as a sequence of parts reaches keys that contain dots."""
    path = ("metadata", "annotations", "example.com/a")
    assert POD.with_field(path, "x").field(path) == "x"
    assert POD.field("spec.nothing.here", "absent") == "absent"
    assert POD.without_field("spec.nothing.here") == POD


def test_no_finalizers_means_no_such_field() -> None:
    """Taking the last finalizer off removes the field."""
    assert "finalizers" not in POD.with_finalizers(()).metadata
    assert POD.with_finalizers(("x/y",)).finalizers == ("x/y",)


def test_a_reference_to_an_owner_can_be_put_into_a_child() -> None:
    """What :meth:`Object.as_owner` gives is read back by the child."""
    child = Object.of({"metadata": {}}).with_metadata(ownerReferences=(POD.as_owner().as_json,))
    assert child.controller_ref() == OwnerReference(
        "v1", "Pod", "web-1", "u1", controller=True, block_owner_deletion=True
    )


@pytest.mark.parametrize(
    ("key", "path"),
    [
        (ObjectKey("pods", "shop", "web-1"), "/registry/pods/shop/web-1"),
        (ObjectKey("namespaces", "", "shop"), "/registry/namespaces/shop"),
        (ObjectKey("services", "shop", "web"), "/registry/services/specs/shop/web"),
        (ObjectKey("endpoints", "shop", "web"), "/registry/services/endpoints/shop/web"),
        (ObjectKey("widgets.example.com", "shop", "w"), "/registry/example.com/widgets/shop/w"),
        (ObjectKey("planets.example.com", "", "p"), "/registry/example.com/planets/p"),
    ],
)
def test_a_key_leads_to_etcd_and_back(key: ObjectKey, path: str) -> None:
    """A key has the path that real servers use, and can be read from it."""
    assert key.path == path
    assert ObjectKey.parse(path) == key
    assert path.startswith(resource_prefix(key.resource, key.namespace))


@pytest.mark.parametrize(
    "path", ["pods/a/b", "/registry/pods", "/registry/pods/a/b/c", "/registry//a", "/other/pods/a"]
)
def test_a_path_of_no_object_is_refused(path: str) -> None:
    """What cannot be an object's key is refused with a word of advice."""
    with pytest.raises(BadInput, match="expected /registry/"):
        ObjectKey.parse(path)
