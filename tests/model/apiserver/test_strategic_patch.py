"""Strategic merge patches: lists by key, sets, directives, order, and the statuses of bad ones."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.model.apiserver.owning import MAPS, Owners

from seatrial.model.apiserver import STRATEGIC_MERGE_PATCH
from seatrial.model.apiserver.patching import merge
from seatrial.model.apiserver.patching.strategic import BadStrategicPatch, merge_strategically
from seatrial.model.frozen_json import FrozenMap, freeze_map, thaw
from seatrial.model.schema import Record

POD = Record("core.v1.Pod")
CONTAINERS = [{"name": "c", "image": "c:1"}, {"name": "side", "image": "s:1"}]
SPEC = {
    "spec": {"containers": CONTAINERS, "nodeSelector": {"a": "1", "b": "2"}, "hostAliases": [{"ip": "1.1.1.1"}]},
    "metadata": {"finalizers": ["a/a", "b/b"]},
}
NAMES = st.sampled_from(["c", "side", "third", "fourth"])
ITEMS = st.fixed_dictionaries({"name": NAMES}, optional={"image": st.sampled_from(["i:1", "i:2"])})
LISTS = st.lists(ITEMS, max_size=3, unique_by=lambda item: item["name"])
FINALIZERS = st.lists(st.sampled_from(["a/a", "b/b", "c/c"]), max_size=3, unique=True)
PATCHES: st.SearchStrategy[Any] = st.fixed_dictionaries(
    {},
    optional={
        "spec": st.fixed_dictionaries({"containers": LISTS}),
        "metadata": st.fixed_dictionaries({"finalizers": FINALIZERS}),
    },
)


def patched(patch: dict[str, Any]) -> dict[str, Any]:
    """The pod of the tests, patched."""
    result: dict[str, Any] = thaw(merge_strategically(POD, freeze_map(SPEC), freeze_map(patch)))
    return result


@pytest.mark.parametrize(
    ("containers", "expected"),
    [
        ([{"name": "side", "image": "s:2"}], [("c", "c:1"), ("side", "s:2")]),
        ([{"name": "third", "image": "t:1"}], [("third", "t:1"), ("c", "c:1"), ("side", "s:1")]),
        ([{"name": "side"}, {"name": "c"}], [("side", "s:1"), ("c", "c:1")]),
        ([{"name": "c", "$patch": "delete"}], [("side", "s:1")]),
        ([{"name": "none", "$patch": "delete"}], [("c", "c:1"), ("side", "s:1")]),
        ([{"name": "new"}, {"$patch": "replace"}], [("new", None)]),
        ([{"name": "c", "$patch": "replace", "image": "c:2"}], []),
        ([{"name": "c", "image": None}], [("c", None), ("side", "s:1")]),
        ([], [("c", "c:1"), ("side", "s:1")]),
    ],
)
def test_a_list_is_merged_by_the_key_of_its_items(
    containers: list[dict[str, Any]], expected: list[tuple[str, str | None]]
) -> None:
    """What the patch names comes in its order, before what stands nowhere; what only the server has keeps its place."""
    items = patched({"spec": {"containers": containers}})["spec"]["containers"]
    assert [(item["name"], item.get("image")) for item in items] == expected


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({"finalizers": ["c/c"]}, ["c/c", "a/a", "b/b"]),
        ({"finalizers": ["b/b"]}, ["a/a", "b/b"]),
        ({"$deleteFromPrimitiveList/finalizers": ["a/a", "x/x"]}, ["b/b"]),
        ({"$setElementOrder/finalizers": ["b/b", "a/a"]}, ["b/b", "a/a"]),
        ({"$setElementOrder/finalizers": ["b/b", "c/c", "a/a"], "finalizers": ["c/c"]}, ["b/b", "c/c", "a/a"]),
        ({"finalizers": None}, None),
    ],
)
def test_a_set_is_united(metadata: dict[str, Any], expected: list[str] | None) -> None:
    """Scalars are added, deleted and ordered, never doubled."""
    assert patched({"metadata": metadata})["metadata"].get("finalizers") == expected


def test_maps_obey_directives() -> None:
    """A map is merged, replaced, emptied, or cut down to the keys that are retained; other lists are replaced."""
    assert patched({"spec": {"nodeSelector": {"c": "3"}}})["spec"]["nodeSelector"] == {"a": "1", "b": "2", "c": "3"}
    replaced = {"spec": {"nodeSelector": {"$patch": "replace", "c": "3"}}}
    assert patched(replaced)["spec"]["nodeSelector"] == {"c": "3"}
    assert patched({"spec": {"nodeSelector": {"$patch": "delete"}}})["spec"]["nodeSelector"] == {}
    retained = {"spec": {"$retainKeys": ["containers"], "containers": []}}
    assert set(patched(retained)["spec"]) == {"containers"}
    fresh = {"spec": {"tolerations": [{"key": "k", "$patch": "delete"}, {"key": "l", "value": None}]}}
    assert patched(fresh)["spec"]["tolerations"] == [{"key": "l"}]


@pytest.mark.parametrize(
    ("patch", "status"),
    [
        ({"spec": {"containers": [{"image": "x"}]}}, 500),
        ({"spec": {"containers": ["c"]}}, 500),
        ({"spec": {"containers": [["c"]]}}, 422),
        ({"spec": {"containers": [{"$patch": "merge"}]}}, 500),
        ({"spec": {"containers": [{"$patch": "delete"}]}}, 500),
        ({"spec": {"$patch": "frobnicate"}}, 500),
        ({"spec": {"$retainKeys": "containers"}}, 400),
        ({"spec": {"$retainKeys": [], "nodeSelector": {}}}, 400),
        ({"metadata": {"$deleteFromPrimitiveList": ["a/a"]}}, 400),
        ({"metadata": {"$setElementOrder/finalizers": "a/a"}}, 500),
        ({"metadata": {"$setElementOrder/finalizers": ["a/a"], "finalizers": ["z/z"]}}, 500),
    ],
)
def test_a_patch_that_cannot_be_merged_is_refused(patch: dict[str, Any], status: int) -> None:
    """Only some faults are told from an error of the server itself.

    Source: ``interpretStrategicMergePatchError`` of Kubernetes 1.36.
    """
    with pytest.raises(BadStrategicPatch) as refused:
        patched(patch)
    assert refused.value.status == status


@given(patch=PATCHES)
def test_merging_twice_changes_nothing_more(patch: dict[str, Any]) -> None:
    """A patch without directives says how things are to be: what it wants is there, each key once, once and for all."""
    once = merge_strategically(POD, freeze_map(SPEC), freeze_map(patch))
    assert merge_strategically(POD, once, freeze_map(patch)) == once
    names = [item["name"] for item in once["spec"]["containers"]]
    assert len(names) == len(set(names))
    wanted = {item["name"] for item in patch.get("spec", {}).get("containers", [])}
    assert set(names) == wanted | {"c", "side"}


@given(data=st.dictionaries(st.sampled_from("abc"), st.sampled_from(["1", "2"]) | st.none(), max_size=3))
def test_without_lists_it_is_a_merge_patch(data: dict[str, Any]) -> None:
    """Where there are neither lists nor directives, both kinds of patches do the same."""
    target, patch = freeze_map({"data": {"a": "0", "b": "0"}}), freeze_map({"data": data})
    assert merge_strategically(Record("core.v1.ConfigMap"), target, patch) == merge(target, patch)


ODD: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("spec", "metadata", "containers", "finalizers", "name", "ports", "containerPort", "nosuch"),
                    *("$patch", "$retainKeys", "$setElementOrder", "$setElementOrder/containers"),
                    "$deleteFromPrimitiveList/finalizers",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(patch=st.dictionaries(st.sampled_from(["spec", "metadata", "$patch", "$retainKeys"]), ODD, max_size=3))
def test_no_patch_whatever_breaks_the_merge(patch: dict[str, Any]) -> None:
    """A patch is merged or refused with a status that a server gives."""
    try:
        outcome: FrozenMap | int = merge_strategically(POD, freeze_map(SPEC), freeze_map(patch))
    except BadStrategicPatch as refused:
        outcome = refused.status
    assert isinstance(outcome, FrozenMap) or outcome in {400, 422, 500}


def test_only_builtin_kinds_have_it() -> None:
    """A body that is no object is malformed (400), after the object was found (404)."""
    owners = Owners()
    owners.make("me", {"a": "1"})
    bodies: list[tuple[str, object, int]] = [("x", [], 400), ("x", None, 200), ("none", [], 404)]
    for name, body, status in bodies:
        assert owners.ask("PATCH", f"{MAPS}/{name}", body, media_type=STRATEGIC_MERGE_PATCH).status == status
