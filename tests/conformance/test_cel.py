"""The language of policies, as far as recordings need it."""

from __future__ import annotations

import importlib
import sys

import pytest

from seatrial.checker.conformance import cel
from seatrial.checker.conformance.cel import CannotEvaluate, evaluate
from seatrial.model.frozen_json import freeze, freeze_map

SEEN = freeze_map(
    {
        "object": {"metadata": {"name": "Web", "labels": {"a/b": "1"}}, "data": {"good": "1"}, "n": 2},
        "oldObject": None,
        "variables": {"three": 3},
    }
)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("!has(object.data) || !('bad' in object.data)", True),
        ("has(object.spec)", False),
        ("object.n + variables.three == 5 && object.data.all(key, key == 'good')", True),
        ("oldObject == null ? 'new' : oldObject.metadata.name", "new"),
        ("object.metadata.name.lowerAscii() + '-' + string(object.n)", "web-2"),
        ("['a', 'b'].join('/').split('/')", ["a", "b"]),
        (
            "Object{metadata: Object.metadata{labels: {'mutated': 'yes', object.metadata.name: 'x'}}}",
            {"metadata": {"labels": {"mutated": "yes", "Web": "x"}}},
        ),
        (
            "Object{spec: Object.spec{containers: [Object.spec.containers{name: 'c', command: ['{', 'x: y']}]}}",
            {"spec": {"containers": [{"name": "c", "command": ["{", "x: y"]}]}},
        ),
        (
            "[JSONPatch{op: 'add', path: '/metadata/labels/' + jsonpatch.escapeKey('a/b'), value: 1}]",
            [{"op": "add", "path": "/metadata/labels/a~1b", "value": 1}],
        ),
        ("{'yes': true, 'half': 0.5}", {"yes": True, "half": 0.5}),
    ],
)
def test_expressions_have_their_value(expression: str, value: object) -> None:
    """Conditions, text, and the parts of objects by which policies change others."""
    assert evaluate(expression, SEEN) == freeze(value)


def test_what_is_not_there_cannot_be_evaluated() -> None:
    """A real server fails as well, so this is an error of the policy."""
    with pytest.raises(ValueError, match="nothing"):
        evaluate("object.nothing.else == 1", SEEN)
    assert evaluate("object.n == 2 || object.nothing.else == 1", SEEN) is True


@pytest.mark.parametrize("expression", ["quantity('1') == 2", "object.?n", "object.n +"])
def test_what_the_library_does_not_know_is_said(expression: str) -> None:
    """That is not an error of the policy: the line is passed over."""
    with pytest.raises(CannotEvaluate):
        evaluate(expression, SEEN)


def test_the_library_is_optional(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it the reason names what is missing."""
    monkeypatch.setitem(sys.modules, "celpy", None)
    fresh = importlib.reload(cel)
    with pytest.raises(fresh.CannotEvaluate, match="cel-python"):
        fresh.evaluate("true", SEEN)
    monkeypatch.undo()
    importlib.reload(cel)
