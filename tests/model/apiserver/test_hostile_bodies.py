"""No body whatever brings the model down: it gets the status that a server gives.

Source: Kubernetes 1.36 recording, scenario i-validation, for the statuses; the rest is the model's own promise.
"""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.model.apiserver.server import CORE

from seatrial.model import kinds
from seatrial.model.apiserver import (
    ADMIN,
    APPLY_PATCH,
    FULL,
    JSON,
    JSON_PATCH,
    MERGE_PATCH,
    STRATEGIC_MERGE_PATCH,
    Answer,
    Malformed,
)
from seatrial.model.apiserver.chain import serve
from seatrial.model.apiserver.decoding import parse_text
from seatrial.model.apiserver.http import HttpRequest
from seatrial.model.apiserver.rest import NotModelled
from seatrial.model.errors import BadInput
from seatrial.model.etcd import Member
from seatrial.model.frozen_json import DEEPEST, FrozenMap, Json, freeze, is_too_deep

SETTINGS = evolve(FULL, tokens={"admin": ADMIN})
WIDGETS = {
    "metadata": {"name": "widgets.example.com"},
    "spec": {
        "group": "example.com",
        "scope": "Namespaced",
        "names": {"plural": "widgets", "kind": "Widget"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}},
            }
        ],
    },
}
PATHS = [
    *(
        f"/{'apis/' + kind.group if kind.group else 'api'}/{kind.version}/"
        f"{'namespaces/shop/' if kind.namespaced else ''}{kind.plural}"
        for kind in kinds.BUILTIN
    ),
    "/apis/example.com/v1/namespaces/shop/widgets",
]
DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
PATCHES = [JSON_PATCH, MERGE_PATCH, STRATEGIC_MERGE_PATCH, APPLY_PATCH]
WORDS = ["metadata", "name", "labels", "spec", "status", "data", "finalizers", "ownerReferences", "containers", "op"]
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([2**31, -(2**63), 2**63, 10**30, 10**399, 10**4000]),
    st.floats(),
    st.text(st.characters(), max_size=6),
    st.sampled_from(["", "\x00", "\ud800", "/metadata", "remove", "x", "1e400", "2020-01-01T00:00:00Z", *WORDS]),
)
BODIES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=4), inner, max_size=4).map(FrozenMap),
    ),
    max_leaves=12,
)


def fresh_etcd() -> Member:
    """An etcd with a namespace, a definition of widgets and a small object of a few kinds."""
    etcd = Member()
    for path, body in (
        (CORE, {"metadata": {"name": "shop"}}),
        (DEFINITIONS, WIDGETS),
        (f"{CORE}/shop/configmaps", {"metadata": {"name": "x"}, "data": {"a": "1"}}),
        (PATHS[-1], {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "x"}, "spec": {"a": [1]}}),
    ):
        assert ask(etcd, "POST", path, freeze(body)).status == 201
    return etcd


def ask(etcd: Member, method: str, path: str, body: Any, media_type: str = JSON, **query: str) -> Answer:
    """One request of an administrator."""
    http = HttpRequest(method=method, path=path, body=body, media_type=media_type, query=query, token="admin")  # noqa: S106 - a name
    answer = serve(etcd, http, SETTINGS)
    assert isinstance(answer, Answer | NotModelled)
    return Answer(501) if isinstance(answer, NotModelled) else answer


def nested(levels: int, *, in_lists: bool = False) -> Json:
    """A value of so many levels."""
    value: Json = ()
    for _ in range(levels - 1):
        value = (value,) if in_lists else FrozenMap({"a": value})
    return value


@pytest.mark.parametrize("path", PATHS)
def test_whatever_the_body_there_is_an_answer(path: str) -> None:
    """Any JSON through any verb, kind and type of patch: a refusal, or an object that is served again as it is."""

    @settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow, HealthCheck.nested_given])
    @given(BODIES, st.sampled_from(PATCHES), st.sampled_from(["", "/status"]))
    def answered(body: Json, patch: str, part: str) -> None:
        etcd = fresh_etcd()
        with_name = FrozenMap({**body, "metadata": FrozenMap({"name": "x"})}) if isinstance(body, FrozenMap) else body
        for sent in (body, with_name):
            for answer in (
                ask(etcd, "POST", path, sent),
                ask(etcd, "PUT", f"{path}/x{part}", sent),
                ask(etcd, "PATCH", f"{path}/x{part}", sent, patch, fieldManager="m"),
                ask(etcd, "DELETE", f"{path}/x", sent),
            ):
                assert answer.refused or answer.object is not None or answer.details is not None
                if answer.object is not None and answer.status in (200, 201) and answer.object.name:
                    hash(answer.object)
                    read = ask(etcd, "GET", f"{path}/{answer.object.name}", None)
                    assert read.status in (200, 404, 405, 501), read

    answered()


@pytest.mark.parametrize("levels", [DEEPEST + 1, 1000, 20_000])
@pytest.mark.parametrize("in_lists", [False, True])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", [PATHS[-1], f"{CORE}/shop/configmaps"])
def test_a_body_that_is_too_deep_is_refused(path: str, method: str, levels: int, *, in_lists: bool) -> None:
    """Thousands of levels are a malformed body (400), and no error of the model's."""
    etcd = fresh_etcd()
    body = FrozenMap({"metadata": FrozenMap({"name": "x"}), "spec": nested(levels, in_lists=in_lists)})
    answer = ask(
        etcd, method, path if method == "POST" else f"{path}/x", body, MERGE_PATCH if method == "PATCH" else JSON
    )
    assert answer.status == 400


def test_as_many_levels_as_are_allowed_are_served() -> None:
    """The deepest body that is taken can be stored, read, compared and patched."""
    etcd = fresh_etcd()
    head = FrozenMap({"apiVersion": "example.com/v1", "kind": "Widget", "metadata": FrozenMap({"name": "deep"})})
    body = head.set("spec", nested(DEEPEST - 1))
    assert not is_too_deep(body)
    assert ask(etcd, "POST", PATHS[-1], body).status == 201
    stored = ask(etcd, "GET", f"{PATHS[-1]}/deep", None)
    assert stored.object is not None
    assert stored.object.spec == body["spec"]
    answer = ask(etcd, "PATCH", f"{PATHS[-1]}/deep", FrozenMap({"status": FrozenMap({"a": 1})}), MERGE_PATCH)
    assert answer.status == 200


def test_patches_cannot_make_an_object_deeper_than_that() -> None:
    """A patch that grows an object beyond the limit is refused, however small it is itself."""
    etcd = fresh_etcd()
    path, statuses = "/spec", set[int]()
    for _ in range(6):
        patch = ({"op": "add", "path": f"{path}", "value": nested(DEEPEST // 3)},)
        statuses.add(ask(etcd, "PATCH", f"{PATHS[-1]}/x", freeze(patch), JSON_PATCH).status)
        path += "/a" * (DEEPEST // 3 - 1)
    assert statuses <= {200, 400, 422}
    assert statuses & {400, 422}


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "{",
        "nul",
        '{"a": NaN}',
        '{"a": Infinity}',
        '{"a": -Infinity}',
        '{"a": 1e400}',
        '{"a": ' + "1" * 6000 + "}",
        '{"a": "\n"}',
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"a": "' + "[" * 100_000,
    ],
)
def test_a_text_that_is_no_json_is_malformed(text: str) -> None:
    """What is no JSON, or too much of it, is told so; no exception comes out."""
    assert isinstance(parse_text(text).body, Malformed)


def test_brackets_in_texts_are_no_levels() -> None:
    """Only real brackets count."""
    body = parse_text('{"a": "' + '[{\\"' * 1000 + '"}').body
    assert isinstance(body, FrozenMap)


def test_a_text_over_three_mebibytes_is_too_large() -> None:
    """The body of a request has a limit of its own, with a status of its own (413)."""
    body = parse_text('{"a": "' + "x" * (3 << 20) + '"}').body
    assert isinstance(body, Malformed)
    assert body.status == 413
    etcd = fresh_etcd()
    assert ask(etcd, "POST", f"{CORE}/shop/configmaps", body).status == 413


def test_freezing_stops_before_python_does() -> None:
    """Plain JSON that is too deep is refused as bad input."""
    plain: object = []
    for _ in range(5000):
        plain = [plain]
    with pytest.raises(BadInput, match="levels"):
        freeze(plain)


def test_half_characters_are_replaced() -> None:
    """A lone surrogate, which no UTF-8 can carry, is stored as the replacement character."""
    etcd = fresh_etcd()
    answer = ask(etcd, "POST", f"{CORE}/shop/configmaps", freeze({"metadata": {"name": "s"}, "data": {"a": "\ud800!"}}))
    assert answer.object is not None
    assert answer.object.field("data.a") == "\ufffd!"
