"""Comparing two values field by field: what a real server showed, and what the model shows.

Lives here: what is masked (:data:`MASKED`, the one list), what is drawn by lot and so need only correspond, and the
differences.  Must not know: requests and answers.

* One time is as good as another: that there is one is compared, not which; nor an order that times decide.
* A null is as good as nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias, cast

from attrs import frozen

from .correspondence import Correspondence

Fields: TypeAlias = "dict[str, Any]"

MASKED: Final[Mapping[str, str]] = {
    "metadata.selfLink": "gone from real servers",
}
"""Fields that are not compared at all, and why."""

DRAWN: Final[Mapping[str, re.Pattern[str]]] = {
    "spec.clusterIP": re.compile(r"[0-9a-f.:]+"),
    "spec.clusterIPs[]": re.compile(r"[0-9a-f.:]+"),
    "spec.ports[].nodePort": re.compile(r"3[0-2][0-9]{3}"),
    "spec.healthCheckNodePort": re.compile(r"3[0-2][0-9]{3}"),
    "spec.volumes[].name": re.compile(r"kube-api-access-[a-z0-9]{5}"),
    "status.token": re.compile(r".+"),
}
"""Fields whose value a server draws by lot, unless it is told, and the form of such values."""

IN_NO_ORDER: Final = ("status.nonResourceRules", "status.resourceRules")
"""Lists whose items a server gives in any order: it takes bindings as they lie in a hash table."""

ORDERED_BY_TIME: Final[Mapping[str, tuple[str, ...]]] = {
    "metadata.managedFields": ("operation", "manager", "apiVersion", "subresource"),
}
"""Lists whose order is that of the times in them, which are not compared; and what tells their items apart."""

_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_A_TIME: Final = "<a time>"
"""What stands for every time on both sides."""


@frozen
class Difference:
    """One field in which two answers differ."""

    field: str
    expected: object
    actual: object


@frozen
class FieldComparison:
    """The comparison of two objects.

    ``was_asked`` tells of a value at a path whether the client asked for it, so that it is not drawn by lot; ``writes``
    whether the request may have made the server draw; ``may_lack`` whether the model may lack what the server shows.
    """

    known: Correspondence
    was_asked: Callable[[str, object], bool]
    writes: bool = False
    may_lack: bool = False

    def differences(self, expected: object, actual: object, place: str, path: str = "") -> Iterator[Difference]:
        """Where two values at a path differ; ``place`` is what the path is told with."""
        if path in MASKED:
            return
        their_map, our_map = as_fields(expected), as_fields(actual)
        their_items, our_items = as_list(expected), as_list(actual)
        if their_map is not None and our_map is not None:
            yield from self._maps(their_map, our_map, place, path)
        elif their_items is not None and our_items is not None:
            yield from self._arrays(their_items, our_items, place, path)
        elif not self._alike(expected, actual, path):
            yield Difference(place + path, expected, actual)

    def _maps(self, theirs: Fields, ours: Fields, place: str, path: str) -> Iterator[Difference]:
        ours = {self.known.recorded_text(name): value for name, value in ours.items()}
        for name in sorted({*theirs, *ours}):
            further = f"{path}.{name}" if path else name
            if name in theirs and name in ours:
                yield from self.differences(theirs[name], ours[name], place, further)
            elif further in MASKED or (name in theirs and (theirs[name] is None or self.may_lack)):
                continue
            else:
                yield Difference(place + further, theirs.get(name), ours.get(name))

    def _arrays(self, theirs: list[object], ours: list[object], place: str, path: str) -> Iterator[Difference]:
        if len(theirs) != len(ours):
            yield Difference(place + path, theirs, ours)
            return
        if path in IN_NO_ORDER:
            theirs, ours = sorted(theirs, key=_as_text), sorted(ours, key=_as_text)
        if path in ORDERED_BY_TIME:
            theirs, ours = (sorted(items, key=lambda item: _identity(item, path)) for items in (theirs, ours))
        for expected, actual in zip(theirs, ours, strict=True):
            yield from self.differences(expected, actual, place, f"{path}[]")

    def _alike(self, expected: object, actual: object, path: str) -> bool:
        if isinstance(expected, str) and isinstance(actual, str) and _plain(expected) == _plain(actual) == _A_TIME:
            self.known.times[expected] = actual
        recorded = self.known.recorded_text(actual) if isinstance(actual, str) else actual
        if _plain(expected) == _plain(recorded):
            return True
        return type(expected) is type(actual) and self._was_drawn(expected, actual, path)

    def _was_drawn(self, expected: object, actual: object, path: str) -> bool:
        """Whether two values are drawn by lot and may be partners; from now on they are."""
        form = DRAWN.get(path)
        if form is None or self.was_asked(path, expected):
            return False
        theirs, ours = str(expected), str(actual)
        if not (form.fullmatch(theirs) and form.fullmatch(ours)):
            return False
        if self.writes:
            self.known.names.bind_anew(theirs, ours)
            return True
        return self.known.names.bind(theirs, ours)


def as_fields(value: object) -> Fields | None:
    """The value if it is an object."""
    return cast("Fields", value) if isinstance(value, dict) else None


def as_list(value: object) -> list[object] | None:
    """The value if it is a list."""
    return cast("list[object]", value) if isinstance(value, list) else None


def _as_text(value: object) -> str:
    return json.dumps(value, sort_keys=True)


def _identity(item: object, path: str) -> tuple[str, ...]:
    fields = as_fields(item) or {}
    return tuple(str(fields.get(name, "")) for name in ORDERED_BY_TIME[path])


def _plain(value: object) -> object:
    """The value as it is compared: one time is as good as another, and a boolean is no number."""
    if isinstance(value, str) and _TIME.fullmatch(value):
        return _A_TIME
    return (type(value), value)
