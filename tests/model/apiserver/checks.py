"""What the tests of defaults and validity share: objects as a server would have them before it looks at them.

Lives here: makers of objects with their defaults, and the causes for which they are refused.
"""

from __future__ import annotations

from typing import Any

from seatrial.model import kinds
from seatrial.model.apiserver.decoding import Undecodable, decode
from seatrial.model.apiserver.preparation import for_creation, for_update
from seatrial.model.apiserver.validation import validate_creation, validate_update
from seatrial.model.frozen_json import freeze
from seatrial.model.objects import Object

CONTAINER: dict[str, Any] = {"name": "c", "image": "i:1"}
NOTHING: dict[str, Any] = {}
"""A structure of which nothing is said."""


def decoded(kind: str, **parts: Any) -> Object:
    """An object of a kind, read and with its defaults."""
    whole = {"metadata": {"name": "x", "namespace": "shop"}, **parts}
    read = decode(kinds.of_name(kind), freeze(whole))
    assert not isinstance(read, Undecodable), read
    return read


def prepared(kind: str, **parts: Any) -> Object:
    """A new object as a server prepares it."""
    return for_creation(kinds.of_name(kind), decoded(kind, **parts))


def refused_for(kind: str, **parts: Any) -> list[tuple[str, str]]:
    """Why a new object is refused: what is wrong, and where."""
    causes = validate_creation(kinds.of_name(kind), prepared(kind, **parts))
    return [(cause.reason.removeprefix("FieldValue"), cause.field) for cause in causes]


def change_refused_for(
    kind: str, old: dict[str, Any], new: dict[str, Any], subresource: str = ""
) -> list[tuple[str, str]]:
    """Why a change is refused."""
    of = kinds.of_name(kind)
    existing = prepared(kind, **old).with_metadata(uid="u")
    if "status" in old:
        existing = existing.with_field("status", old["status"])
    wanted = for_update(of, decoded(kind, **new), existing, subresource)
    causes = validate_update(of, wanted, existing, subresource)
    return [(cause.reason.removeprefix("FieldValue"), cause.field) for cause in causes]


def pod(**spec: Any) -> dict[str, Any]:
    """The parts of a pod with one container."""
    return {"spec": {"containers": [CONTAINER], **spec}}


def with_container(**fields: Any) -> dict[str, Any]:
    """The parts of a pod whose container has these fields too."""
    return {"spec": {"containers": [{**CONTAINER, **fields}]}}


def template(**spec: Any) -> dict[str, Any]:
    """A template of pods labelled ``app: web``."""
    return {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [CONTAINER], **spec}}


def workload(**spec: Any) -> dict[str, Any]:
    """The parts of a workload that selects the pods of its template."""
    return {"spec": {"selector": {"matchLabels": {"app": "web"}}, "template": template(), **spec}}
