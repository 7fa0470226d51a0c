"""What a client sees of an object through a subresource, and what becomes of the object when that is changed.

Lives here: the choice by subresource; all but ``scale`` show the object itself.  Must not know: how requests are
served.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import evolve

from ...kinds import Kind
from ...objects import Object
from ..answer import Answer
from ..request import APPLY_PATCH, Malformed, Request
from .binding import BINDING
from .eviction import EVICTION
from .scale import SCALE, missing_replicas, scale_of, scaled, workload_patch


def part_of(kind: Kind, subresource: str, object_: Object) -> Object:
    """What a GET of the subresource shows."""
    return scale_of(kind, object_) if subresource == "scale" else object_


def unseen(kind: Kind, subresource: str, object_: Object) -> Answer | None:
    """The refusal to show a part that the object does not have; ``None`` if it can be shown."""
    return missing_replicas(kind, object_) if subresource == "scale" else None


def whole_of(kind: Kind, subresource: str, existing: Object, part: Object) -> Object | Answer:
    """The object as it is wanted when its part is to be like this; or the refusal of what no object can be like."""
    return scaled(kind, existing, part) if subresource == "scale" else part


_BROUGHT: Final[Mapping[str, Kind]] = {"scale": SCALE, "binding": BINDING, "eviction": EVICTION}


def about_brought(request: Request) -> Request:
    """The request as one about an object of the kind that it brings, where that is not the kind of what is stored."""
    brought = _BROUGHT.get(request.subresource)
    return request if brought is None else evolve(request, kind=brought)


def about_whole(request: Request) -> Request:
    """A server-side apply of a part as one of the whole, as which it is merged and owned; others stay as they are."""
    if request.subresource != "scale" or request.media_type != APPLY_PATCH or isinstance(request.body, Malformed):
        return request
    return evolve(request, body=workload_patch(request.kind, request.body))


def is_about_part(request: Request) -> bool:
    """Whether what a request brings is to be merged into the object (see :func:`whole_of`)."""
    return request.subresource == "scale" and request.media_type != APPLY_PATCH
