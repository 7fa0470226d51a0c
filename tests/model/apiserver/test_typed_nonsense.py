"""Bodies that have the right types and make no sense: validation, admission and patches answer them all.

Source: the schema of Kubernetes 1.36; that there is an answer is the model's own promise.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.model.apiserver.test_hostile_bodies import ask, fresh_etcd

from seatrial.model import kinds
from seatrial.model.apiserver import APPLY_PATCH, MERGE_PATCH, STRATEGIC_MERGE_PATCH
from seatrial.model.frozen_json import FrozenMap, Json
from seatrial.model.kinds import Kind
from seatrial.model.schema import Listed, Mapped, Record, Scalar, Type, record_of

DEPTH = 6
WORDS = ["", "x", "a/b", "Always", "None", "TCP", "In", "Bad_Name", "50%", "10.0.0.1", "v1", "*", "\x00", "é", "a" * 70]
SCALARS: dict[Scalar, st.SearchStrategy[Any]] = {
    Scalar.TEXT: st.sampled_from(WORDS),
    Scalar.BYTES: st.sampled_from(["", "YQ==", "/w=="]),
    Scalar.TIME: st.sampled_from(["2024-01-01T00:00:00Z", "1999-12-31T23:59:59+14:00"]),
    Scalar.MICRO_TIME: st.just("2024-01-01T00:00:00.5Z"),
    Scalar.INTEGER: st.sampled_from([0, 1, -1, 30, 2**63 - 1, -(2**63)]),
    Scalar.INTEGER_32: st.sampled_from([0, 1, -1, 80, 2**31 - 1, -(2**31)]),
    Scalar.NUMBER: st.sampled_from([0, 1.5, -1, 1e300]),
    Scalar.BOOLEAN: st.booleans(),
    Scalar.QUANTITY: st.sampled_from(["0", "1", "-1", "500m", "1Gi", "1e3", 2, 0.5]),
    Scalar.INTEGER_OR_TEXT: st.sampled_from([0, 1, -1, "http", "25%", "", "101%", 2**31 - 1]),
    Scalar.ANY: st.sampled_from([None, "x", 1, 1.5, (), FrozenMap(), FrozenMap({"a": (1,)}), True]),
}
STORED = [kind for kind in kinds.BUILTIN if record_of(kind.group, kind.version, kind.name) is not None]


@cache
def of_type(type_: Type, depth: int = DEPTH) -> st.SearchStrategy[Any]:
    """Any value of a type; deep down there are only empty ones."""
    match type_:
        case Scalar():
            return SCALARS[type_]
        case Listed():
            return st.lists(of_type(type_.items, depth - 1), max_size=2 if depth > 0 else 0).map(tuple)
        case Mapped():
            size = 2 if depth > 0 else 0
            return st.dictionaries(st.sampled_from(WORDS), of_type(type_.values, depth - 1), max_size=size).map(
                FrozenMap
            )
        case Record():
            return of_record(type_, depth)


@cache
def of_record(record: Record, depth: int) -> st.SearchStrategy[Any]:
    """Any object of a record: with all required fields, usually, and some others."""
    if depth <= 0:
        return st.just(FrozenMap())
    names = [name for name in record.names if name not in ("apiVersion", "kind", "managedFields")]

    @st.composite
    def drawn(draw: st.DrawFn) -> FrozenMap:
        chosen = draw(st.lists(st.sampled_from(names), max_size=5)) if names else []
        needed = [*record.required, *({"spec", "metadata"} & set(names))] if draw(st.integers(0, 4)) else []
        return FrozenMap({name: draw(of_type(record.field(name), depth - 1)) for name in sorted({*chosen, *needed})})

    return drawn()


def path_of(kind: Kind) -> str:
    """The collection of a kind, in the namespace of the tests."""
    prefix = f"/apis/{kind.group}" if kind.group else "/api"
    return f"{prefix}/{kind.version}/{'namespaces/shop/' if kind.namespaced else ''}{kind.plural}"


def named(body: Json, name: str = "x") -> FrozenMap:
    """The body with a name that is valid, and nothing else of identity."""
    assert isinstance(body, FrozenMap)
    metadata = body.get("metadata") or FrozenMap()
    gone = ("generateName", "namespace", "uid", "resourceVersion", "ownerReferences", "deletionTimestamp")
    return body.set("metadata", metadata.without(*gone, "labels", "annotations", "finalizers").set("name", name))


@pytest.mark.parametrize("kind", STORED, ids=repr)
def test_well_typed_nonsense_gets_an_answer(kind: Kind) -> None:
    """What has the right types is decoded, and is then created or refused (but not as undecodable), then changed."""
    record = record_of(kind.group, kind.version, kind.name)
    assert record is not None

    @settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow, HealthCheck.nested_given])
    @given(of_type(record), of_type(record), st.sampled_from([MERGE_PATCH, STRATEGIC_MERGE_PATCH, APPLY_PATCH]))
    def answered(first: Json, second: Json, patch: str) -> None:
        etcd, path = fresh_etcd(), path_of(kind)
        created = ask(etcd, "POST", path, named(first))
        assert created.status != 400, created
        if created.object is not None:
            again = ask(etcd, "PUT", f"{path}/{created.object.name}", created.object.root)
            assert again.status in (200, 201, 405, 409, 422, 501), again
        for answer in (
            ask(etcd, "PUT", f"{path}/x", named(second)),
            ask(etcd, "PUT", f"{path}/x/status", named(second)),
            ask(etcd, "PATCH", f"{path}/x", named(second), patch, fieldManager="m", force="true"),
            ask(etcd, "PATCH", f"{path}/x", second, MERGE_PATCH),
            ask(etcd, "DELETE", f"{path}/x", None),
        ):
            assert answer.refused or answer.object is not None or answer.details is not None

    answered()
