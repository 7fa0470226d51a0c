"""Validity: the causes that are listed, by field."""

from __future__ import annotations

import pytest

from seatrial.model import kinds
from seatrial.model.apiserver.validation import validate_creation, validate_update
from seatrial.model.objects import Object

SPEC = {
    "replicas": 1,
    "selector": {"matchLabels": {"app": "web"}},
    "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "c", "image": "i:1"}]}},
}


def fields(kind: str, **parts: object) -> list[str]:
    """The fields that a new object of a kind is refused for."""
    object_ = Object.of({"metadata": {"name": "x", "namespace": "shop"}, **parts})
    return [cause.field for cause in validate_creation(kinds.of_name(kind), object_)]


def changed(kind: str, old: dict[str, object], new: dict[str, object]) -> list[str]:
    """The fields that a change is refused for."""
    before, after = (Object.of({"metadata": {"name": "x", "uid": "u"}, **parts}) for parts in (old, new))
    return [cause.field for cause in validate_update(kinds.of_name(kind), after, before)]


@pytest.mark.parametrize(
    ("kind", "name", "valid"),
    [
        ("ConfigMap", "a.b-c.9", True),
        ("ConfigMap", "Bad_Name", False),
        ("ConfigMap", "a..b", False),
        ("ConfigMap", "x" * 253, True),
        ("ConfigMap", "x" * 254, False),
        ("Namespace", "a.b", False),
        ("Namespace", "x" * 64, False),
        ("Service", "9web", False),
        ("Service", "web9", True),
    ],
)
def test_names_have_a_form(kind: str, name: str, *, valid: bool) -> None:
    """Most kinds take a subdomain, namespaces a label, services one that begins with a letter."""
    found = fields(kind, metadata={"name": name})
    assert set(found) <= {"metadata.name"}
    assert (not found) == valid


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({}, ["metadata.name"]),
        ({"generateName": "gen-"}, []),
        ({"generateName": "Bad_"}, ["metadata.generateName", "metadata.name"]),
        ({"name": "x", "labels": {"a": "not valid!"}}, ["metadata.labels"]),
        ({"name": "x", "labels": {"/a": "b"}}, ["metadata.labels"]),
        ({"name": "x", "labels": {"example.com/a": ""}}, []),
        ({"name": "x", "annotations": {"A b": "anything at all"}}, ["metadata.annotations"]),
        ({"name": "x", "finalizers": ["nodomain"]}, ["metadata.finalizers[0]"]),
        ({"name": "x", "finalizers": ["orphan", "a/b", "!/x"]}, ["metadata.finalizers[2]"]),
    ],
)
def test_metadata_has_a_form(metadata: dict[str, object], expected: list[str]) -> None:
    """Names, labels, annotations and finalizers are checked alike in every kind."""
    assert fields("ConfigMap", metadata=metadata) == expected


def test_one_owner_at_most_controls() -> None:
    """References must be complete and one at most a controller's; whether the owner exists is not checked."""
    owner = {"apiVersion": "v1", "kind": "ConfigMap", "name": "none", "uid": "1", "controller": True}
    assert fields("ConfigMap", metadata={"name": "x", "ownerReferences": [owner]}) == []
    two = [owner, {**owner, "uid": "2"}]
    assert fields("ConfigMap", metadata={"name": "x", "ownerReferences": two}) == ["metadata.ownerReferences"]
    no_uid = [{**owner, "uid": ""}]
    assert fields("ConfigMap", metadata={"name": "x", "ownerReferences": no_uid}) == ["metadata.ownerReferences.uid"]


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (SPEC, []),
        ({**SPEC, "replicas": -1}, ["spec.replicas"]),
        ({**SPEC, "selector": {"matchLabels": {"app": "db"}}}, ["spec.template.metadata.labels"]),
        ({"template": SPEC["template"]}, ["spec.selector", "spec.template.metadata.labels"]),
        ({**SPEC, "template": {"metadata": {"labels": {"app": "web"}}}}, ["spec.template.spec.containers"]),
    ],
)
def test_a_replica_set_selects_its_own_pods(spec: dict[str, object], expected: list[str]) -> None:
    """All faults are listed: replicas, selector, template."""
    assert fields("ReplicaSet", spec=spec) == expected


def test_declared_fields_are_immutable() -> None:
    """A replica set's selector and a secret's type never change."""
    other = {**SPEC, "selector": {"matchLabels": {"app": "web", "tier": "x"}}}
    template = {"metadata": {"labels": {"app": "web", "tier": "x"}}, "spec": {"containers": [{"name": "c"}]}}
    assert changed("ReplicaSet", {"spec": SPEC}, {"spec": {**other, "template": template}}) == ["spec.selector"]
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
    """A wrong uid in a patch is listed twice, as by real servers of built-in kinds.

    Source: recordings of kube-apiserver 1.36, scenario f-patch.
    """
    assert changed("ConfigMap", {}, {"metadata": {"name": "x", "uid": "other"}}) == ["metadata.uid"] * 2


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"containers": [{"name": "c", "image": "i:2"}]}, []),
        ({"containers": [{"name": "d", "image": "i:1"}]}, ["spec"]),
        ({"containers": [{"name": "c", "image": "i:1"}, {"name": "d"}]}, ["spec.containers"]),
        ({"nodeName": "n1"}, ["spec"]),
        ({"activeDeadlineSeconds": 5}, []),
        ({"activeDeadlineSeconds": 50}, ["spec.activeDeadlineSeconds"]),
        ({"tolerations": [{"key": "a"}, {"key": "b"}]}, []),
        ({"tolerations": []}, ["spec.tolerations"]),
    ],
)
def test_a_pod_is_fixed_but_for_a_few_fields(change: dict[str, object], expected: list[str]) -> None:
    """Images, a sooner deadline and further tolerations may change; nothing else of the spec.

    Source: recordings H.2 of kube-apiserver 1.36.
    """
    spec = {
        "containers": [{"name": "c", "image": "i:1"}],
        "activeDeadlineSeconds": 9,
        "tolerations": [{"key": "a"}],
    }
    assert changed("Pod", {"spec": spec}, {"spec": {**spec, **change}}) == expected


def test_a_lease_has_a_duration() -> None:
    """A lease's duration is positive."""
    assert fields("Lease", spec={"leaseDurationSeconds": 0}) == ["spec.leaseDurationSeconds"]
    assert fields("Lease", spec={"leaseDurationSeconds": 1, "leaseTransitions": 0}) == []
