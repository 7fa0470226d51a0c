"""What of a body is too much for anybody.

Lives here: :func:`bounded`, which a body goes through before anything else looks into it: afterwards it has no more
levels, no larger numbers and no other characters than all that works on it can take.  Must not know: kinds.

A real server refuses bodies of more than 10,000 levels; the model, of more than :data:`~.frozen_json.DEEPEST`.

Source: ``sigs.k8s.io/json``; Go's ``encoding/json``.
"""

from __future__ import annotations

from typing import Final

from ...frozen_json import FrozenMap, Json, is_too_deep
from ..request import Body, Malformed
from .scalars import is_finite, well_formed

_TOO_LARGE: Final = "json: cannot unmarshal number into Go value of type float64"


def bounded(body: Body) -> Body:
    """The body as all else may take it; malformed if it is too much, or has numbers that no JSON has."""
    if isinstance(body, Malformed):
        return body
    if is_too_deep(body):
        return Malformed("exceeded max depth")
    try:
        return _clean(body)
    except ValueError as error:
        return Malformed(str(error))


def _clean(value: Json) -> Json:
    if isinstance(value, FrozenMap):
        items = [(well_formed(key), _clean(item), key, item) for key, item in value.items()]
        if all(name is key and new is item for name, new, key, item in items):
            return value
        return FrozenMap({name: new for name, new, _, _ in items})
    if isinstance(value, tuple):
        cleaned = tuple(_clean(item) for item in value)
        return value if all(new is item for new, item in zip(cleaned, value, strict=True)) else cleaned
    if isinstance(value, str):
        return well_formed(value)
    if isinstance(value, int | float) and not is_finite(value):
        raise ValueError(_TOO_LARGE)
    return value
