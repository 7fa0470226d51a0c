"""Server-side apply: conflicts, force, shared ownership, removal, lists, subresources, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.model.apiserver.owning import MAPS, Owners, data_of, owned, shown

from seatrial.model import kinds
from seatrial.model.apiserver import APPLY_PATCH, MERGE_PATCH, Answer

DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"
CONFIG = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}


def applied_deployment(owners: Owners, manager: str, fields: dict[str, Any], part: str = "") -> Answer:
    """An apply of a deployment, or of a part of it."""
    config = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}, **fields}
    return owners.ask("PATCH", f"{DEPLOYMENTS}/d{part}", config, manager, media_type=APPLY_PATCH)


def deployment(*containers: tuple[str, str], **spec: Any) -> dict[str, Any]:
    """The configuration of a deployment with some containers."""
    return {
        "spec": {
            **spec,
            "selector": {"matchLabels": {"app": "d"}},
            "template": {
                "metadata": {"labels": {"app": "d"}},
                "spec": {"containers": [{"name": name, "image": image} for name, image in containers]},
            },
        }
    }


def test_who_applies_owns_what_was_applied() -> None:
    """The first apply creates (201); the same again changes nothing; what another one applies is merged.

    Source: recordings E.1, E.2 of kube-apiserver 1.36.
    """
    owners = Owners()
    first = owners.apply("m1", {"a": "1"})
    assert (first.status, owned(first)) == (201, {("m1", "Apply", ""): {"f:data": {"f:a": {}}}})
    again = owners.apply("m1", {"a": "1"})
    assert (again.status, again.revision) == (200, first.revision)
    both = owners.apply("m2", {"b": "1"})
    assert (data_of(both), len(owned(both))) == ({"a": "1", "b": "1"}, 2)


def test_a_field_of_another_manager_conflicts_unless_forced() -> None:
    """The same value is shared; another one is a conflict that names the field; force takes the field away."""
    owners = Owners()
    owners.apply("m1", {"a": "1"})
    shared = owners.apply("m2", {"a": "1"})
    assert (shared.status, len(owned(shared))) == (200, 2)
    refused = owners.apply("m1", {"a": "2"})
    assert (refused.status, refused.reason) == (409, "Conflict")
    assert [(cause.reason, cause.field, cause.message) for cause in refused.causes] == [
        ("FieldManagerConflict", ".data.a", 'conflict with "m2"')
    ]
    forced = owners.apply("m1", {"a": "2"}, force=True)
    assert owned(forced) == {("m1", "Apply", ""): {"f:data": {"f:a": {}}}}


def test_what_is_not_applied_any_more_goes_unless_somebody_else_owns_it() -> None:
    """A manager that drops a field gives it up; the field goes with its last owner.

    Source: recordings E.3 of kube-apiserver 1.36.
    """
    owners = Owners()
    owners.apply("m1", {"a": "1", "b": "1"})
    owners.apply("m2", {"b": "1"})
    assert data_of(owners.apply("m1", {})) == {"b": "1"}
    assert data_of(owners.apply("m2", None)) == {}


def test_who_only_comes_to_own_has_no_time() -> None:
    """A time is that of the last change of the object by the manager; who has changed nothing has none."""
    owners = Owners()
    owners.apply("m1", {"a": "1"})
    entries = shown(owners.apply("m2", {"a": "1"})).metadata["managedFields"]
    assert [("time" in entry, entry["manager"]) for entry in entries] == [(False, "m2"), (True, "m1")]


def test_lists_are_merged_by_their_keys() -> None:
    """An item is told from others by its key, a conflict names it; who drops an item takes it out.

    Source: scenario g-apply of the recordings.
    """
    owners = Owners()
    assert applied_deployment(owners, "m1", deployment(("c", "img:1"), replicas=1)).status == 201
    refused = applied_deployment(owners, "m2", {"spec": deployment(("c", "img:2"))["spec"]})
    assert [cause.field for cause in refused.causes] == ['.spec.template.spec.containers[name="c"].image']
    more = applied_deployment(owners, "m2", deployment(("side", "s:1")))
    assert [item["name"] for item in shown(more).field("spec.template.spec.containers")] == ["c", "side"]
    fewer = applied_deployment(owners, "m2", {})
    assert [item["name"] for item in shown(fewer).field("spec.template.spec.containers")] == ["c"]


def test_subresources_are_managers_of_their_own() -> None:
    """Status is applied through /status, and only status; a scaler takes the replicas, and a conflict names it so."""
    owners = Owners()
    applied_deployment(owners, "m1", deployment(("c", "img:1"), replicas=1))
    status = applied_deployment(owners, "ctl", {"status": {"replicas": 3}, "spec": {"paused": True}}, "/status")
    assert owned(status)["ctl", "Apply", "status"] == {"f:status": {"f:replicas": {}}}
    assert "paused" not in shown(status).spec
    assert applied_deployment(owners, "other", {"spec": {"paused": True}}, "/status").revision == status.revision
    scaled = owners.ask("PATCH", f"{DEPLOYMENTS}/d/scale", {"spec": {"replicas": 3}}, "hpa", media_type=MERGE_PATCH)
    assert scaled.status == 200
    entries = shown(owners.ask("GET", f"{DEPLOYMENTS}/d")).metadata["managedFields"]
    scaler = next(entry for entry in entries if entry["manager"] == "hpa")
    assert (scaler["subresource"], "time" in scaler) == ("scale", False)
    refused = applied_deployment(owners, "m1", deployment(("c", "img:1"), replicas=1))
    assert [cause.message for cause in refused.causes] == ['conflict with "hpa" with subresource "scale" using apps/v1']
    kept = applied_deployment(owners, "m1", deployment(("c", "img:1")))
    assert shown(kept).spec["replicas"] == 3


def test_an_update_conflicts_with_a_later_apply() -> None:
    """What a PUT has changed is owned by its manager in that version, of which the conflict tells."""
    owners = Owners()
    owners.apply("m1", {"a": "1"})
    owners.put("m3", {"a": "3"})
    assert [cause.message for cause in owners.apply("m1", {"a": "2"}).causes] == ['conflict with "m3" using v1']
    assert data_of(owners.apply("m1", {})) == {"a": "3"}


STATUSES: list[tuple[str, object, dict[str, str], int]] = [
    ("x", CONFIG, {}, 422),
    ("x", {**CONFIG, "metadata": {"name": "x", "managedFields": []}}, {"fieldManager": "m"}, 400),
    ("x", {**CONFIG, "metadata": {"name": "y"}}, {"fieldManager": "m"}, 400),
    ("x", {**CONFIG, "metadata": {"name": "x", "namespace": "y"}}, {"fieldManager": "m"}, 400),
    ("x", {**CONFIG, "metadata": {}}, {"fieldManager": "m"}, 200),
    ("new", {**CONFIG, "metadata": {}}, {"fieldManager": "m"}, 400),
    ("x", {"metadata": {"name": "x"}}, {"fieldManager": "m"}, 400),
    ("x", {**CONFIG, "apiVersion": "v2"}, {"fieldManager": "m"}, 400),
    ("x", {**CONFIG, "kind": 7}, {"fieldManager": "m"}, 400),
    ("x", [], {"fieldManager": "m"}, 400),
    ("x", None, {"fieldManager": "m"}, 400),
    ("x", {**CONFIG, "nosuch": 1}, {"fieldManager": "m"}, 500),
    ("x", {**CONFIG, "data": {"a": 1}}, {"fieldManager": "m"}, 500),
    ("x", {**CONFIG, "data": []}, {"fieldManager": "m"}, 500),
    ("x", {**CONFIG, "metadata": {"finalizers": ["a/a", "a/a"]}}, {"fieldManager": "m"}, 500),
    ("x", {**CONFIG, "metadata": {"ownerReferences": [{}]}}, {"fieldManager": "m"}, 500),
    ("x", {**CONFIG, "metadata": {"uid": "other"}}, {"fieldManager": "m"}, 422),
    ("new", {**CONFIG, "metadata": {"name": "new", "uid": "other"}}, {"fieldManager": "m"}, 409),
    ("x", {**CONFIG, "metadata": {"resourceVersion": "1"}}, {"fieldManager": "m"}, 409),
    ("x", {**CONFIG, "metadata": {"resourceVersion": "1"}}, {"fieldManager": "m", "force": "true"}, 409),
    ("new", {**CONFIG, "metadata": {"name": "new", "resourceVersion": "1"}}, {"fieldManager": "m"}, 201),
    ("x", CONFIG, {"fieldManager": "m", "dryRun": "All"}, 200),
    ("new", {**CONFIG, "metadata": {"name": "new"}}, {"fieldManager": "m", "dryRun": "All"}, 201),
]


@pytest.mark.parametrize(("name", "config", "query", "status"), STATUSES)
def test_the_status_of_an_apply(name: str, config: object, query: dict[str, str], status: int) -> None:
    """Each fault has the status that a real server gives.

    Source: recordings E.1, E.5; ``apiserver/pkg/endpoints/handlers/patch.go`` of Kubernetes 1.36.
    """
    owners = Owners()
    owners.make("me", {"a": "1"})
    before = owners.etcd.revision
    answer = owners.ask("PATCH", f"{MAPS}/{name}", config, media_type=APPLY_PATCH, query=query)
    assert answer.status == status, answer
    assert status < 300 or owners.etcd.revision == before


def test_status_of_a_missing_object_is_not_created() -> None:
    """An apply to a subresource makes no object."""
    assert applied_deployment(Owners(), "ctl", {"status": {}}, "/status").status == 404


def test_a_custom_resource_is_merged_field_by_field() -> None:
    """Where nothing is known of a type, objects are merged and lists are owned as a whole."""
    owners = Owners()
    path = "/apis/example.com/v1/namespaces/default/widgets/w"
    known = (kinds.custom("example.com", "v1", "Widget", "widgets"),)

    def applied(manager: str, spec: dict[str, Any]) -> Answer:
        config = {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w"}, "spec": spec}
        return owners.ask("PATCH", path, config, manager, media_type=APPLY_PATCH, known=known)

    assert applied("m1", {"a": {"b": 1}, "list": [1, 2]}).status == 201
    assert owned(applied("m2", {"a": {"c": 1}}))["m2", "Apply", ""] == {
        "f:spec": {".": {}, "f:a": {".": {}, "f:c": {}}}
    }
    assert [cause.field for cause in applied("m2", {"list": [3]}).causes] == [".spec.list"]
    assert shown(applied("m1", {"list": [1, 2]})).spec.get("a") is not None


ODD: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("name", "labels", "finalizers", "ownerReferences", "managedFields", "containers", "template"),
                    *("selector", "ports", "replicas", "metadata", "spec", "uid", "nosuch", "creationTimestamp"),
                ]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=10,
)


@given(fields=st.dictionaries(st.sampled_from(["metadata", "spec", "status", "data"]), ODD, max_size=3))
def test_no_configuration_whatever_breaks_the_server(fields: dict[str, Any]) -> None:
    """Any JSON gets an answer that a server gives; a refusal changes nothing."""
    owners = Owners()
    applied_deployment(owners, "m1", deployment(("c", "img:1")))
    before = owners.etcd.revision
    for answer in (
        applied_deployment(owners, "m2", fields),
        owners.ask("PATCH", f"{MAPS}/x", {**CONFIG, **fields}, "m2", media_type=APPLY_PATCH),
    ):
        assert answer.status in {200, 201, 400, 409, 422, 500}
    assert owners.etcd.revision <= before + 2
