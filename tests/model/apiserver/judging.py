"""What the tests of single kinds share: objects of many kinds, and what a server finds wrong with them.

Lives here: specs to begin with, :func:`read`, :func:`refused` and :func:`change_refused`.
"""

from __future__ import annotations

from typing import Any

from seatrial.model import kinds
from seatrial.model.apiserver.decoding import decode
from seatrial.model.apiserver.preparation import for_creation
from seatrial.model.apiserver.validation import validate_creation, validate_update
from seatrial.model.frozen_json import freeze_map
from seatrial.model.objects import Object

BACKEND = {"service": {"name": "s", "port": {"number": 80}}}
CLAIM: dict[str, Any] = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
VOLUME: dict[str, Any] = {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/x"}}
RULE = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
WEBHOOK: dict[str, Any] = {
    "name": "a.example.com",
    "clientConfig": {"url": "https://example.com/"},
    "sideEffects": "None",
    "admissionReviewVersions": ["v1"],
}
POLICY: dict[str, Any] = {"matchConstraints": {"resourceRules": [RULE]}, "validations": [{"expression": "true"}]}
SCALER: dict[str, Any] = {"scaleTargetRef": {"kind": "Deployment", "name": "web"}, "maxReplicas": 2}


def read(kind: str, **parts: Any) -> Object:
    """An object as a server reads it."""
    decoded = decode(kinds.of_name(kind), freeze_map({"metadata": {"name": "x"}, **parts}))
    assert isinstance(decoded, Object), decoded
    return decoded


def refused(kind: str, **parts: Any) -> list[tuple[str, str]]:
    """The reasons and fields for which a new object of a kind is refused."""
    strategy = kinds.of_name(kind)
    new = for_creation(strategy, read(kind, **parts))
    return [(cause.reason.removeprefix("FieldValue"), cause.field) for cause in validate_creation(strategy, new)]


def change_refused(kind: str, old: dict[str, Any], new: dict[str, Any], subresource: str = "") -> list[str]:
    """The fields for which a change is refused."""
    before, after = (read(kind, **parts).with_metadata(uid="u") for parts in (old, new))
    return [cause.field for cause in validate_update(kinds.of_name(kind), after, before, subresource)]
