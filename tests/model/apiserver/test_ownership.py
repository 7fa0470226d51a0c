"""Who owns which field: sets of fields, and the managedFields that writes leave behind."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.model.apiserver.owning import MAPS, Owners, data_of, owned, shown

from seatrial.model.apiserver import MERGE_PATCH, SMALL
from seatrial.model.apiserver.ownership.comparison import compare
from seatrial.model.apiserver.ownership.fields import fields_of, in_order, path_text, tree_of
from seatrial.model.apiserver.ownership.merging import fields_given, merged, without_fields
from seatrial.model.frozen_json import EMPTY, FrozenMap, freeze_map
from seatrial.model.schema import Record

DEPLOYMENT = Record("apps.v1.Deployment")
POD = Record("core.v1.Pod")
ELEMENTS = st.sampled_from(["f:a", "f:b", 'k:{"name":"c"}', 'v:"x"', "i:0"])
SETS = st.frozensets(st.lists(ELEMENTS, min_size=1, max_size=3).map(tuple), max_size=6)


def without_empties(pod: dict[str, Any]) -> FrozenMap:
    """The pod with only those parts that have something in them."""
    return freeze_map({name: part for name, part in pod.items() if part})


CONTAINERS: st.SearchStrategy[Any] = st.lists(
    st.fixed_dictionaries({"name": st.sampled_from(["c", "d"])}, optional={"image": st.sampled_from(["1", "2"])}),
    min_size=1,
    max_size=2,
    unique_by=lambda item: item["name"],
)
PARTS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "metadata": st.fixed_dictionaries(
            {},
            optional={
                "labels": st.dictionaries(st.sampled_from("xy"), st.sampled_from("12"), min_size=1),
                "finalizers": st.lists(st.sampled_from(["a/a", "b/b"]), min_size=1, unique=True),
            },
        ),
        "spec": st.fixed_dictionaries({}, optional={"containers": CONTAINERS, "nodeName": st.sampled_from("mn")}),
    },
)
PODS = PARTS.map(without_empties)


@given(fields=SETS)
def test_a_set_is_what_it_is_written_as(fields: frozenset[tuple[str, ...]]) -> None:
    """Writing a set as fieldsV1 and reading it again gives the set."""
    assert fields_of(tree_of(fields)) == fields
    assert set(in_order(fields)) == fields


def test_fields_are_written_as_real_servers_write_them() -> None:
    """A member with parts has a dot; keys are sorted; unknown elements are passed over, unreadable ones refused."""
    tree: dict[str, Any] = {
        "f:spec": {"f:ports": {".": {}, 'k:{"protocol":"TCP","port":80}': {".": {}, "f:port": {}}}},
        "z:new": {},
    }
    fields = fields_of(freeze_map(tree))
    port = 'k:{"port":80,"protocol":"TCP"}'
    ports = ("f:spec", "f:ports")
    assert in_order(fields) == [ports, (*ports, port), (*ports, port, "f:port")]
    assert path_text((*ports, port, "f:port")) == '.spec.ports[port=80,protocol="TCP"].port'
    for bad in ("nocolon", "k:[]", "k:{", "v:"):
        with pytest.raises(ValueError, match=r"."):
            fields_of(FrozenMap({bad: EMPTY}))


@given(old=PODS, new=PODS)
def test_a_comparison_is_symmetrical(old: FrozenMap, new: FrozenMap) -> None:
    """What one direction adds the other removes; an object does not differ from itself."""
    there, back = compare(POD, old, new), compare(POD, new, old)
    assert (there.added, there.removed, there.modified) == (back.removed, back.added, back.modified)
    assert compare(POD, old, old).is_same


@given(live=PODS, config=PODS)
def test_a_merge_gives_what_was_configured(live: FrozenMap, config: FrozenMap) -> None:
    """After a merge all that was configured is there, and merging it again changes nothing."""
    once = merged(POD, live, config)
    assert merged(POD, once, config) == once
    assert fields_given(POD, config) <= fields_given(POD, once)
    assert not compare(POD, live, once).removed


@given(pod=PODS, taken=PODS)
def test_removed_fields_are_gone(pod: FrozenMap, taken: FrozenMap) -> None:
    """What is taken out is not given any more; what is left was there before."""
    fields = fields_given(POD, taken)
    left = fields_given(POD, without_fields(POD, pod, fields))
    assert not left & {path for path in fields if path in fields_given(POD, pod) and len(path) > 2}


def test_who_creates_an_object_owns_it_with_its_defaults() -> None:
    """Structs that are always there are not owned, pointers are; selectors are owned as a whole.

    Source: scenario f-patch of the recordings.
    """
    old = freeze_map({"spec": {"strategy": {}, "template": {"metadata": {}, "spec": {}}}})
    spec: dict[str, Any] = {
        "replicas": 1,
        "selector": {"matchLabels": {"app": "d"}},
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%"}},
        "template": {
            "metadata": {"labels": {"app": "d"}},
            "spec": {"containers": [{"name": "c", "image": "i", "resources": {}}]},
        },
    }
    difference = compare(DEPLOYMENT, old, freeze_map({"spec": spec}))
    assert tree_of(difference.added | difference.modified) == freeze_map(
        {
            "f:spec": {
                "f:replicas": {},
                "f:selector": {},
                "f:strategy": {"f:rollingUpdate": {".": {}, "f:maxSurge": {}}, "f:type": {}},
                "f:template": {
                    "f:metadata": {"f:labels": {".": {}, "f:app": {}}},
                    "f:spec": {
                        "f:containers": {'k:{"name":"c"}': {".": {}, "f:image": {}, "f:name": {}, "f:resources": {}}}
                    },
                },
            }
        }
    )


def test_who_changes_a_field_owns_it_alone() -> None:
    """An update takes what it changes from the others; what it only repeats stays theirs."""
    owners = Owners()
    owners.make("one", {"a": "1", "b": "1"})
    assert owned(owners.put("two", {"a": "2", "b": "1"})) == {
        ("one", "Update", ""): {"f:data": {".": {}, "f:b": {}}},
        ("two", "Update", ""): {"f:data": {"f:a": {}}},
    }
    assert owned(owners.put("three", {"c": "1"})) == {
        ("one", "Update", ""): {"f:data": {}},
        ("three", "Update", ""): {"f:data": {"f:c": {}}},
    }


def test_the_manager_is_the_client_unless_it_names_one() -> None:
    """Without fieldManager the program's name counts, without one the user's; the server's metadata is unowned."""
    owners = Owners()
    answer = owners.ask("POST", MAPS, {"metadata": {"name": "x", "labels": {"l": "1"}}}, user="alice")
    assert owned(answer) == {("alice", "Update", ""): {"f:metadata": {"f:labels": {".": {}, "f:l": {}}}}}
    assert shown(owners.ask("POST", MAPS, {"metadata": {"name": "y"}})).metadata.get("managedFields") is None


def test_a_write_that_changes_nothing_is_none() -> None:
    """Neither the version nor any time of managedFields moves."""
    owners = Owners()
    first = shown(owners.make("one", {"a": "1"}))
    again = shown(owners.put("two", {"a": "1"}))
    assert again == first
    assert shown(owners.ask("PATCH", f"{MAPS}/x", {"data": {"a": "1"}}, "two", media_type=MERGE_PATCH)) == first


@pytest.mark.parametrize("reset", [[], [{}]])
def test_ownership_can_be_forgotten(reset: list[Any]) -> None:
    """Who clears managedFields ends the tracking of updates; the next apply begins it anew."""
    owners = Owners()
    owners.make("one", {"a": "1"})
    answer = owners.ask("PATCH", f"{MAPS}/x", {"metadata": {"managedFields": reset}}, media_type=MERGE_PATCH)
    assert owned(answer) == {}
    assert owned(owners.put("two", {"a": "2"})) == {}
    assert owned(owners.apply("three", {"b": "1"})) == {
        ("before-first-apply", "Update", ""): {"f:data": {".": {}, "f:a": {}}},
        ("three", "Apply", ""): {"f:data": {"f:b": {}}},
    }


def test_a_client_may_say_who_owns_what() -> None:
    """Valid managedFields of a client are taken, in a creation as in an update; others are ignored."""
    owners = Owners()
    entry = {"manager": "me", "operation": "Update", "apiVersion": "v1", "fieldsType": "FieldsV1"}
    said: list[dict[str, Any]] = [{**entry, "fieldsV1": {"f:data": {}}}]
    assert owned(owners.make("one", {}, managedFields=said)) == {("me", "Update", ""): {"f:data": {}}}
    assert owned(owners.make("one", {"a": "1"}, "y", managedFields=[{**entry, "operation": "Guess"}])) == {
        ("one", "Update", ""): {"f:data": {".": {}, "f:a": {}}}
    }
    assert owned(owners.put("one", {"a": "1"}, "y", managedFields=[{**entry, "fieldsV1": {"bad": {}}}])) == {
        ("one", "Update", ""): {"f:data": {".": {}, "f:a": {}}}
    }


def test_only_so_many_managers_of_updates_are_kept() -> None:
    """Beyond ten the oldest are put together; appliers are never."""
    owners = Owners()
    owners.apply("applier", {"z": "1"})
    for number in range(13):
        patch = {"data": {f"k{number:02}": "1"}}
        assert owners.ask("PATCH", f"{MAPS}/x", patch, f"m{number:02}", media_type=MERGE_PATCH).ok
    entries = owned(owners.ask("GET", f"{MAPS}/x"))
    updaters = [manager for manager in entries if manager[1] == "Update"]
    assert len(updaters) == 10
    assert ("applier", "Apply", "") in entries
    together = {f"f:k{number:02}" for number in range(13)} - {
        name for manager in updaters if manager[0] != "ancient-changes" for name in entries[manager]["f:data"]
    }
    assert set(entries["ancient-changes", "Update", ""]["f:data"]) == together


def test_a_small_server_tracks_nothing_before_the_first_apply() -> None:
    """Ownership costs nothing there: no object has managedFields, not even those that a client gives."""
    owners = Owners(settings=SMALL)
    assert "managedFields" not in shown(owners.make("one", {"a": "1"})).metadata
    assert "managedFields" not in shown(owners.put("two", {"a": "2"}, managedFields=[{}])).metadata
    assert set(owned(owners.apply("three", {"b": "1"}))) == {
        ("before-first-apply", "Update", ""),
        ("three", "Apply", ""),
    }
    assert owned(owners.put("two", {"a": "3", "b": "1"}))["two", "Update", ""] == {"f:data": {"f:a": {}}}


def test_the_half_that_a_url_does_not_change_is_not_owned() -> None:
    """Status through the main resource, and spec through /status, are nobody's."""
    owners = Owners()
    path = "/apis/apps/v1/namespaces/default/deployments"
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    spec = {"selector": {"matchLabels": {"a": "b"}}, "template": template}
    body = {"metadata": {"name": "d"}, "spec": spec, "status": {"replicas": 3}}
    assert "f:status" not in owned(owners.ask("POST", path, body, "one"))["one", "Update", ""]
    change = {"spec": {"paused": True}, "status": {"replicas": 3}, "metadata": {"labels": {"l": "1"}}}
    answer = owners.ask("PATCH", f"{path}/d/status", change, "two", media_type=MERGE_PATCH)
    assert owned(answer)["two", "Update", "status"] == {"f:status": {"f:replicas": {}}}


WRITES = st.lists(
    st.tuples(
        st.sampled_from(["put", "patch", "apply", "force"]),
        st.sampled_from(["one", "two", "three"]),
        st.dictionaries(st.sampled_from("abc"), st.sampled_from("12"), max_size=3),
    ),
    max_size=8,
)


@given(writes=WRITES)
def test_the_laws_of_ownership(writes: list[tuple[str, str, dict[str, str]]]) -> None:
    """After every write: owned fields exist; a changed field is owned by its changer alone; a refusal is no write.

    And of applies: an applier owns what it applied, and it is as applied; without force no field of another manager
    changes; with force none is refused.
    """
    owners = Owners()
    owners.make("one", {"a": "0"})
    for how, manager, data in writes:
        before = owners.ask("GET", f"{MAPS}/x")
        match how:
            case "put":
                answer = owners.put(manager, data)
            case "patch":
                answer = owners.ask("PATCH", f"{MAPS}/x", {"data": data}, manager, media_type=MERGE_PATCH)
            case _:
                answer = owners.apply(manager, data, force=how == "force")
        after = owners.ask("GET", f"{MAPS}/x")
        if answer.refused:
            assert (how, answer.status, shown(before)) == ("apply", 409, shown(after))
            continue
        old, new, owners_now = data_of(before), data_of(after), owned(after)
        for fields in owners_now.values():
            assert {name[2:] for name in fields.get("f:data", {}) if name != "."} <= set(new)
        changed = {key for key in new if old.get(key) != new[key]}
        for entry, fields in owners_now.items():
            if entry[0] != manager:
                assert not changed & {name[2:] for name in fields.get("f:data", {})}
        if how in {"apply", "force"}:
            mine = owners_now.get((manager, "Apply", ""), {}).get("f:data", {})
            assert {name[2:] for name in mine} == set(data)
            assert all(new[key] == value for key, value in data.items())
