"""JSON patches: the library, and what real servers do otherwise."""

from __future__ import annotations

import contextlib
from typing import Any

import jsonpatch
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.model.apiserver.owning import MAPS, Owners, data_of

from seatrial.model.apiserver import JSON_PATCH
from seatrial.model.apiserver.patching.operations import NotApplicable, apply_operations
from seatrial.model.frozen_json import FrozenMap, freeze, freeze_map, thaw

DOCUMENT = {"a": {"b": 1, "~2": 2, "x/y": 3}, "list": ["p", "q", "r"], "null": None}
KEYS = st.sampled_from(["a", "b", "list", "x/y", "~2", "", "0"])
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)
PATHS = st.lists(
    st.sampled_from(["a", "b", "list", "x~1y", "~2", "~02", "", "-", "0", "01", "-1", "+1", "1e9", "9" * 30]),
    max_size=4,
).map(lambda parts: "".join(f"/{part}" for part in parts))
OPERATIONS = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "remove", "replace", "move", "copy", "test", "other"])},
    optional={"path": PATHS | st.just("no slash"), "from": PATHS, "value": VALUES},
)


@pytest.mark.parametrize(
    ("operation", "place", "expected"),
    [
        ({"op": "replace", "path": "/a/new", "value": 1}, ("a", "new"), 1),
        ({"op": "add", "path": "/list/-", "value": "s"}, ("list",), ["p", "q", "r", "s"]),
        ({"op": "add", "path": "/list/01", "value": "s"}, ("list",), ["p", "s", "q", "r"]),
        ({"op": "add", "path": "/list/-1", "value": "s"}, ("list",), ["p", "q", "r", "s"]),
        ({"op": "remove", "path": "/list/-1"}, ("list",), ["p", "q"]),
        ({"op": "replace", "path": "/list/+1", "value": "s"}, ("list",), ["p", "s", "r"]),
        ({"op": "replace", "path": "/a/~2", "value": 5}, ("a", "~2"), 5),
        ({"op": "replace", "path": "/a/x~1y", "value": 5}, ("a", "x/y"), 5),
        ({"op": "replace", "path": "what/a/b", "value": 5}, ("a", "b"), 5),
        ({"op": "add", "path": "/a/b"}, ("a", "b"), None),
        ({"op": "copy", "from": "/a/missing", "path": "/a/b"}, ("a", "b"), None),
        ({"op": "copy", "from": "/a", "path": "/c"}, ("c",), {"b": 1, "~2": 2, "x/y": 3}),
        ({"op": "move", "from": "/a/b", "path": "/list/0"}, ("list",), [1, "p", "q", "r"]),
        ({"op": "test", "path": "/missing", "value": None}, ("a", "b"), 1),
        ({"op": "test", "path": "/a/b", "value": 1}, ("a", "b"), 1),
        ({"op": "replace", "path": "", "value": {"a": 1}}, ("a",), 1),
        ({"op": "replace", "path": "", "value": 7}, ("a", "b"), 1),
    ],
)
def test_an_operation_does_what_it_does_on_a_real_server(
    operation: dict[str, Any], place: tuple[str, ...], expected: object
) -> None:
    """Real servers are more lenient than the RFC: missing members, places with signs, escapes that are none."""
    changed = thaw(apply_operations(freeze_map(DOCUMENT), (freeze_map(operation),)))
    for part in place:
        changed = changed[part]
    assert changed == expected


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "frobnicate"},
        {"op": "add", "value": 1},
        {"op": "add", "path": None, "value": 1},
        {"op": "add", "path": "", "value": {}},
        {"op": "add", "path": "a", "value": 1},
        {"op": "add", "path": "/missing/b", "value": 1},
        {"op": "add", "path": "/a/b/c", "value": 1},
        {"op": "add", "path": "/a/b/-", "value": 1},
        {"op": "add", "path": "/null/b", "value": 1},
        {"op": "add", "path": "/list/4", "value": 1},
        {"op": "add", "path": "/list/-5", "value": 1},
        {"op": "add", "path": "/list/1e9", "value": 1},
        {"op": "replace", "path": "/list/3", "value": 1},
        {"op": "replace", "path": "/list/-", "value": 1},
        {"op": "remove", "path": ""},
        {"op": "remove", "path": "/a/missing"},
        {"op": "remove", "path": "/list/-"},
        {"op": "remove", "path": "/list/" + "9" * 40},
        {"op": "move", "from": "/a", "path": "/a/b"},
        {"op": "move", "path": "/a/b"},
        {"op": "move", "from": "/a/missing", "path": "/c"},
        {"op": "copy", "from": "", "path": "/c"},
        {"op": "test", "path": "/a/b", "value": 1.0},
        {"op": "test", "path": "/a/b", "value": True},
        {"op": "test", "path": "/a/b"},
        {"op": "test", "path": "/list/7", "value": None},
    ],
)
def test_what_cannot_be_carried_out_is_refused(operation: dict[str, Any]) -> None:
    """Nothing is applied; no operation is passed over in silence."""
    with pytest.raises(NotApplicable):
        apply_operations(freeze_map(DOCUMENT), (freeze_map(operation),))


@given(old=st.dictionaries(KEYS, VALUES, max_size=3), new=st.dictionaries(KEYS, VALUES, max_size=3))
def test_a_difference_leads_from_one_object_to_the_other(old: dict[str, Any], new: dict[str, Any]) -> None:
    """What the RFC allows does what the RFC says: the library's own differences are applied as they are meant."""
    operations = tuple(freeze(each) for each in jsonpatch.make_patch(old, new))
    assert apply_operations(freeze_map(old), operations) == freeze(new)


@given(operations=st.lists(OPERATIONS, max_size=5))
def test_no_operations_whatever_break_the_server(operations: list[dict[str, Any]]) -> None:
    """A patch leads to an object or is refused, and the object that it was applied to stays as it was."""
    before = freeze_map(DOCUMENT)
    with contextlib.suppress(NotApplicable):
        apply_operations(before, tuple(map(freeze_map, operations)))
    assert before == freeze_map(DOCUMENT)


def test_copies_that_grow_are_limited() -> None:
    """Each copy may double what is there; a real server stops at three mebibytes, and so does this."""
    double = tuple(FrozenMap({"op": "copy", "from": "/list", "path": "/list/-"}) for _ in range(60))
    with pytest.raises(NotApplicable):
        apply_operations(freeze_map(DOCUMENT), double)


STATUSES: list[tuple[str, object, int]] = [
    ("x", [], 200),
    ("x", None, 200),
    ("x", {}, 400),
    ("x", [1], 400),
    ("x", [{"op": 1}], 400),
    ("x", [{"op": "remove", "path": "/data/none"}], 422),
    ("x", [{"op": "replace", "path": "", "value": []}], 422),
    ("x", [{"op": "add", "path": "/data/a", "value": 1}], 422),
    ("x", [{"op": "add", "path": "/metadata/name", "value": "y"}], 400),
    ("x", [{"op": "test", "path": "/data", "value": {}}] * 10_001, 413),
    ("none", {}, 404),
    ("none", [{"op": "test", "path": "/data", "value": {}}] * 10_001, 404),
]


@pytest.mark.parametrize(("name", "patch", "status"), STATUSES)
def test_the_status_of_a_json_patch(name: str, patch: object, status: int) -> None:
    """A missing object comes before what is wrong with the patch; a 422 of the patch itself has no details.

    Source: recordings D.2, D.3 of kube-apiserver 1.36.
    """
    owners = Owners()
    owners.make("me", {"a": "1"})
    assert owners.ask("PATCH", f"{MAPS}/{name}", patch, media_type=JSON_PATCH).status == status


def test_nothing_is_applied_if_one_operation_fails() -> None:
    """A patch is carried out whole or not at all."""
    owners = Owners()
    owners.make("me", {"a": "1"})
    patch = [{"op": "add", "path": "/data/b", "value": "2"}, {"op": "remove", "path": "/data/none"}]
    answer = owners.ask("PATCH", f"{MAPS}/x", patch, media_type=JSON_PATCH)
    assert (answer.status, answer.reason, answer.causes) == (422, "Invalid", ())
    assert data_of(owners.ask("GET", f"{MAPS}/x")) == {"a": "1"}
