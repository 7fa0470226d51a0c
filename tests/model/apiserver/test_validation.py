"""Validity: the rules that every kind shares.  Those of single kinds have files of their own."""

from __future__ import annotations

import pytest
from tests.model.apiserver.checks import change_refused_for, refused_for

from seatrial.model import kinds
from seatrial.model.apiserver.validation import validate_creation
from seatrial.model.objects import Object


def fields(kind: str, **parts: object) -> list[str]:
    """The fields that a new object of a kind is refused for."""
    return [field for _, field in refused_for(kind, **parts)]


def changed(kind: str, old: dict[str, object], new: dict[str, object]) -> list[str]:
    """The fields that a change is refused for."""
    return [field for _, field in change_refused_for(kind, old, new)]


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("ConfigMap", "a.b-c.9", 0),
        ("ConfigMap", "Bad_Name", 1),
        ("ConfigMap", "a..b", 1),
        ("ConfigMap", "x" * 253, 0),
        ("ConfigMap", "x" * 254, 1),
        ("ConfigMap", "X" * 254, 2),
        ("Namespace", "a.b", 1),
        ("Namespace", "x" * 64, 1),
        ("Service", "9web", 1),
        ("Service", "web9", 0),
        ("Role", "a:b", 0),
        ("Role", "a/b%", 2),
        ("Role", "..", 1),
    ],
)
def test_names_have_a_form(kind: str, name: str, expected: int) -> None:
    """Most kinds take a subdomain, namespaces a label, services one that begins with a letter, roles almost anything.

    Each way in which a name is wrong is a cause of its own.
    """
    parts = {"spec": {"ports": [{"port": 80}]}} if kind == "Service" else {}
    assert fields(kind, metadata={"name": name}, **parts).count("metadata.name") == expected


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({}, ["metadata.name"]),
        ({"generateName": "gen-"}, []),
        ({"generateName": "Bad_"}, ["metadata.generateName", "metadata.name"]),
        ({"generateName": "web."}, ["metadata.generateName"]),
        ({"name": "x", "generation": -1}, ["metadata.generation"]),
        ({"name": "x", "labels": {"a": "not valid!"}}, ["metadata.labels"]),
        ({"name": "x", "labels": {"/a": "b"}}, ["metadata.labels"]),
        ({"name": "x", "labels": {"": "b"}}, ["metadata.labels"] * 2),
        ({"name": "x", "labels": {"example.com/a": ""}}, []),
        ({"name": "x", "annotations": {"A b": "anything at all"}}, ["metadata.annotations"]),
        ({"name": "x", "annotations": {"a": "x" * (256 * 1024)}}, ["metadata.annotations"]),
        ({"name": "x", "finalizers": ["nodomain"]}, ["metadata.finalizers[0]"]),
        ({"name": "x", "finalizers": ["orphan", "a/b", "!/x"]}, ["metadata.finalizers", "metadata.finalizers[2]"]),
        ({"name": "x", "finalizers": ["orphan", "foregroundDeletion"]}, ["metadata.finalizers"]),
    ],
)
def test_metadata_has_a_form(metadata: dict[str, object], expected: list[str]) -> None:
    """Names, labels, annotations and finalizers are checked alike in every kind.

    Source: recordings of kube-apiserver 1.36, scenarios h-delete and i-validation; Kubernetes 1.36,
    ``apimachinery/pkg/api/validation/objectmeta.go``.
    """
    assert fields("ConfigMap", metadata=metadata) == expected


def test_custom_resources_know_no_standard_finalizers() -> None:
    """Which finalizers may have no domain, only built-in kinds know."""
    widget = kinds.of_object("example.com/v1", "Widget")
    object_ = Object.of({"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "x"}})
    assert validate_creation(widget, object_.with_metadata(finalizers=["nodomain"])) == ()
    assert [cause.field for cause in validate_creation(widget, object_.with_metadata(finalizers=["!"]))] == [
        "metadata.finalizers"
    ]


def test_one_owner_at_most_controls() -> None:
    """References must be complete and one at most a controller's; whether the owner exists is not checked."""
    owner = {"apiVersion": "v1", "kind": "ConfigMap", "name": "none", "uid": "1", "controller": True}
    assert fields("ConfigMap", metadata={"name": "x", "ownerReferences": [owner]}) == []
    two = [owner, {**owner, "uid": "2"}]
    assert fields("ConfigMap", metadata={"name": "x", "ownerReferences": two}) == ["metadata.ownerReferences"]
    no_uid = [{**owner, "uid": ""}]
    assert fields("ConfigMap", metadata={"name": "x", "ownerReferences": no_uid}) == ["metadata.ownerReferences.uid"]
    event = [{**owner, "kind": "Event"}]
    assert fields("ConfigMap", metadata={"name": "x", "ownerReferences": event}) == ["metadata.ownerReferences"]


def test_declared_fields_are_immutable() -> None:
    """A secret's type never changes."""
    assert changed("Secret", {"type": "Opaque"}, {"type": "x/y"}) == ["type"]


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        ({"immutable": True, "data": {"a": "1"}}, []),
        ({"immutable": True, "data": {"a": "2"}}, ["data"]),
        ({"data": {"a": "1"}}, ["immutable"]),
    ],
)
def test_an_immutable_config_map_stays_as_it_is(new: dict[str, object], expected: list[str]) -> None:
    """Once ``immutable`` is true, neither it nor the data change."""
    assert changed("ConfigMap", {"immutable": True, "data": {"a": "1"}}, new) == expected


def test_metadata_is_checked_twice_on_updates() -> None:
    """A wrong uid in a patch is listed twice, as by real servers: once for every kind, once for the kind.

    Source: recordings of kube-apiserver 1.36, scenario f-patch.
    """
    assert (
        changed("ReplicaSet", {}, {"metadata": {"name": "x", "namespace": "shop", "uid": "other"}})[:2]
        == ["metadata.uid"] * 2
    )


def test_a_lease_has_a_duration() -> None:
    """A lease's duration is positive."""
    assert fields("Lease", spec={"leaseDurationSeconds": 0}) == ["spec.leaseDurationSeconds"]
    assert fields("Lease", spec={"leaseDurationSeconds": 1, "leaseTransitions": 0}) == []
