"""One object, two halves: what is wanted (spec) and what was seen (status), written by different people."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from .. import api
from ..api import ApiError, Effect
from ..cluster import Cluster
from ..objects import Object
from ..scenario import Scenario

WEB = ("default", "web")
CONFLICT = 409


def web() -> Object:
    """A Deployment that nobody runs."""
    return Object.of(
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": WEB[1], "namespace": WEB[0], "labels": {"app": "web"}},
            "spec": {
                "replicas": 1,
                "selector": {"matchLabels": {"app": "web"}},
                "template": {
                    "metadata": {"labels": {"app": "web"}},
                    "spec": {"containers": [{"name": "web", "image": "web:1"}]},
                },
            },
        }
    )


def scaler() -> Generator[Effect, Any, None]:
    """Wants more replicas, and tries to say what there are; on a conflict, looks again."""
    while True:
        found = yield from api.get("Deployment", WEB, live=True)
        if found is None:
            return
        wanted = found.with_field("spec.replicas", 2).with_field("status.replicas", 9)
        try:
            yield from api.update(wanted.with_metadata(generation=77))
        except ApiError as error:
            if error.status != CONFLICT:
                return
        else:
            return


def reporter() -> Generator[Effect, Any, None]:
    """Says which generation it has seen and how many replicas there are, and tries to change what is wanted."""
    while True:
        found = yield from api.get("Deployment", WEB, live=True)
        if found is None:
            return
        seen = found.with_field("status", {"replicas": 1, "observedGeneration": found.generation})
        try:
            yield from api.update(seen.with_field("spec.replicas", 7), subresource="status")
        except ApiError as error:
            if error.status != CONFLICT:
                return
        else:
            return


def labeller() -> Generator[Effect, Any, None]:
    """Changes a label: neither half."""
    try:
        yield from api.patch("Deployment", WEB, {"metadata": {"labels": {"team": "shop"}}})
    except ApiError:
        return


def vandal() -> Generator[Effect, Any, None]:
    """Tries what is not allowed: another selector, two controllers, an invalid label; then deletes in two steps."""
    other = {"matchLabels": {"app": "other"}}
    template = {"metadata": {"labels": {"app": "other"}}}
    owners = [
        {"apiVersion": "v1", "kind": "ConfigMap", "name": name, "uid": name, "controller": True} for name in ("x", "y")
    ]
    for change in (
        {"spec": {"selector": other, "template": template}},
        {"metadata": {"ownerReferences": owners}},
        {"metadata": {"labels": {"not a label": "!"}}},
    ):
        try:
            yield from api.patch("Deployment", WEB, change)
        except ApiError:
            continue
    try:
        yield from api.patch("Deployment", WEB, {"metadata": {"finalizers": ["example.com/hold"]}})
        yield from api.delete("Deployment", WEB)
        yield from api.patch("Deployment", WEB, {"metadata": {"finalizers": ["example.com/hold", "example.com/late"]}})
    except ApiError:
        return


def halves(servers: int = 2) -> Scenario:
    """Spec, status and labels of one Deployment are written at once."""
    scripts = {"scaler": scaler, "reporter": reporter, "labeller": labeller}
    return Scenario(
        "halves",
        Cluster(objects=[web()], scripts=scripts, apiservers=servers),
        summary="spec, status and labels of one Deployment are written at once, by people who try more",
        faults={"stale-cache": 1},
    )


def vandalism(servers: int = 2) -> Scenario:
    """Somebody tries what is forbidden while another reports."""
    scripts = {"reporter": reporter, "vandal": vandal}
    return Scenario(
        "vandalism",
        Cluster(objects=[web()], scripts=scripts, apiservers=servers),
        summary="somebody tries to write what is forbidden, and deletes, while another reports the status",
        hazards=("finalizer-added-during-delete",),
        faults={"stale-cache": 1},
    )
