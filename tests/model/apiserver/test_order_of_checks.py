"""Which error wins when a request has several faults: the order of the stages, as observed on real servers.

Source: recordings L of kube-apiserver 1.36 and Kubernetes' own order of checks.
"""

from __future__ import annotations

from typing import Any

import pytest
from tests.model.apiserver.server import CORE, SHOP, Server

from seatrial.model.apiserver import JSON, JSON_PATCH, MERGE_PATCH

MAPS = f"{SHOP}/configmaps"
BAD_NAME = {"metadata": {"name": "Bad_Name"}}
DRY_SOME = {"dryRun": "Some"}


@pytest.mark.parametrize(
    ("faults", "path", "body", "more", "status", "reason"),
    [
        (
            "media type, options",
            MAPS,
            "x",
            {"media_type": "text/plain", "query": DRY_SOME},
            415,
            "UnsupportedMediaType",
        ),
        ("options, body", MAPS, [], {"query": DRY_SOME}, 422, "Invalid"),
        ("body, no namespace", f"{CORE}/none/configmaps", [], {}, 400, "BadRequest"),
        ("type of a field, taken", MAPS, {"metadata": {"name": "x"}, "data": {"a": 1}}, {}, 400, "BadRequest"),
        ("other namespace, invalid", MAPS, {"metadata": {"name": "Bad_", "namespace": "y"}}, {}, 400, "BadRequest"),
        ("no namespace, invalid", f"{CORE}/none/configmaps", BAD_NAME, {}, 404, "NotFound"),
        ("terminating, invalid", f"{CORE}/ending/configmaps", BAD_NAME, {}, 403, "Forbidden"),
        ("terminating, taken", f"{CORE}/ending/configmaps", {"metadata": {"name": "x"}}, {}, 403, "Forbidden"),
        ("invalid, version", MAPS, {"metadata": {"name": "Bad_", "resourceVersion": "5"}}, {}, 422, "Invalid"),
        ("version, taken", MAPS, {"metadata": {"name": "x", "resourceVersion": "5"}}, {}, 500, ""),
        ("invalid, taken", MAPS, {"metadata": {"name": "x", "labels": {"a": "!"}}}, {}, 422, "Invalid"),
        ("taken", MAPS, {"metadata": {"name": "x"}}, {}, 409, "AlreadyExists"),
    ],
)
def test_the_first_fault_of_a_creation_wins(  # noqa: PLR0913, PLR0917 - the columns of the table
    server: Server, faults: str, path: str, body: object, more: dict[str, Any], status: int, reason: str
) -> None:
    """A POST with several faults is told the first in the order of the stages, and has no effect."""
    server.make("ConfigMap", "x")
    server.ask("POST", CORE, {"metadata": {"name": "ending"}})
    server.ask("POST", f"{CORE}/ending/configmaps", {"metadata": {"name": "x"}})
    server.ask("DELETE", f"{CORE}/ending")
    before = server.etcd.revision
    answer = server.ask("POST", path, body, **more)
    assert (answer.status, answer.reason) == (status, reason), faults
    assert server.etcd.revision == before


@pytest.mark.parametrize(
    ("faults", "name", "metadata", "data", "status", "reason"),
    [
        ("other name, missing", "none", {"name": "y"}, {}, 400, "BadRequest"),
        ("no name", "x", {}, {}, 400, "BadRequest"),
        ("type, missing", "none", {"name": "none"}, {"a": 1}, 400, "BadRequest"),
        ("missing, uid, version", "none", {"name": "none", "uid": "u", "resourceVersion": "1"}, {}, 404, "NotFound"),
        ("uid, version", "x", {"name": "x", "uid": "u", "resourceVersion": "1"}, {}, 409, "Conflict"),
        ("version, invalid", "x", {"name": "x", "resourceVersion": "1"}, {"a/b": "1"}, 409, "Conflict"),
        ("version is no number, invalid", "x", {"name": "x", "resourceVersion": "abc"}, {"a/b": "1"}, 500, ""),
        ("invalid", "x", {"name": "x"}, {"a/b": "1"}, 422, "Invalid"),
    ],
)
def test_the_first_fault_of_an_update_wins(  # noqa: PLR0913, PLR0917 - the columns of the table
    server: Server,
    faults: str,
    name: str,
    metadata: dict[str, object],
    data: dict[str, object],
    status: int,
    reason: str,
) -> None:
    """A PUT with several faults is told the first in the order of the stages, and has no effect."""
    server.make("ConfigMap", "x")
    before = server.etcd.revision
    answer = server.ask("PUT", f"{MAPS}/{name}", {"metadata": metadata, "data": data})
    assert (answer.status, answer.reason) == (status, reason), faults
    assert server.etcd.revision == before


@pytest.mark.parametrize(
    ("faults", "name", "body", "media_type", "status"),
    [
        ("no patch type, missing", "none", [], JSON, 415),
        ("no list of operations, missing", "none", {}, JSON_PATCH, 404),
        ("no patch at all, missing", "none", [], MERGE_PATCH, 404),
        ("no patch at all", "x", [], MERGE_PATCH, 400),
        ("leads to no object", "x", {"data": {"a": 1}}, MERGE_PATCH, 422),
        ("another kind", "x", {"kind": "Secret"}, MERGE_PATCH, 422),
        ("another name, version", "x", {"metadata": {"name": "y", "resourceVersion": "1"}}, MERGE_PATCH, 400),
        ("version, uid", "x", {"metadata": {"uid": "u", "resourceVersion": "1"}}, MERGE_PATCH, 409),
        ("uid", "x", {"metadata": {"uid": "u"}}, MERGE_PATCH, 422),
    ],
)
def test_the_first_fault_of_a_patch_wins(  # noqa: PLR0913, PLR0917 - the columns of the table
    server: Server, faults: str, name: str, body: object, media_type: str, status: int
) -> None:
    """A PATCH is looked at only once its object was found; a wrong uid is invalid here, not a conflict."""
    server.make("ConfigMap", "x")
    before = server.etcd.revision
    answer = server.ask("PATCH", f"{MAPS}/{name}", body, media_type=media_type)
    assert answer.status == status, faults
    assert server.etcd.revision == before


@pytest.mark.parametrize(
    ("faults", "name", "body", "status", "kind"),
    [
        ("options, missing", "none", {"propagationPolicy": "Sideways"}, 422, "DeleteOptions"),
        ("two policies", "x", {"propagationPolicy": "Orphan", "orphanDependents": True}, 422, "DeleteOptions"),
        ("no options at all, missing", "none", {"kind": "ConfigMap"}, 400, ""),
        ("option of a wrong type", "x", {"gracePeriodSeconds": "soon"}, 400, ""),
        ("missing, precondition", "none", {"preconditions": {"uid": "u"}}, 404, "configmaps"),
        ("uid", "x", {"preconditions": {"uid": "u"}}, 409, "ConfigMap"),
        ("version", "x", {"preconditions": {"resourceVersion": "1"}}, 409, "ConfigMap"),
    ],
)
def test_the_first_fault_of_a_deletion_wins(  # noqa: PLR0913, PLR0917 - the columns of the table
    server: Server, faults: str, name: str, body: object, status: int, kind: str
) -> None:
    """A DELETE is refused for its options, then for what is missing, then for its preconditions."""
    server.make("ConfigMap", "x")
    before = server.etcd.revision
    answer = server.ask("DELETE", f"{MAPS}/{name}", body)
    named = "" if answer.details is None else answer.details.kind
    assert (answer.status, named) == (status, kind), faults
    assert server.etcd.revision == before
