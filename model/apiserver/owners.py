"""An owner that an object names twice.

Lives here: :func:`without_repeated`, and what a client is warned of who sends such an object.  Must not know: whether
owners exist (nobody checks that on a write).

A server takes repetitions off a new object, or one that is PUT, as soon as it has read it, and off every object once
admission has changed it.

Source: Kubernetes 1.36, ``apiserver/pkg/endpoints/handlers/rest.go`` (dedupOwnerReferencesAndAddWarning).
"""

from __future__ import annotations

from typing import Final

from ..frozen_json import FrozenMap, Json, as_items, as_map
from ..objects import Object
from .answer import Answer
from .request import MERGE_PATCH, Request

_REFERENCES: Final = "ownerReferences"
_UNREAD: Final = (400, 413, 415)
_WARNING: Final = (
    ".metadata.ownerReferences contains duplicate entries{}; API server dedups owner references in 1.20+, and may "
    "reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: [{}]"
)
_AFTER_ADMISSION: Final = " after mutating admission happens"


def without_repeated(object_: Object) -> Object:
    """The object with each of its references to owners once."""
    references = as_items(object_.metadata.get(_REFERENCES))
    kept, repeated = _told_apart(references)
    return object_.with_metadata(**{_REFERENCES: kept}) if repeated else object_


def warnings_of_repeated(request: Request, answer: Answer) -> tuple[str, ...]:
    """What the client is warned of who repeats an owner in an object, or in the list that a merge patch puts."""
    when = _AFTER_ADMISSION if request.verb == "patch" else ""
    if request.verb == "patch" and (answer.refused or request.media_type != MERGE_PATCH):
        return ()
    if answer.status in _UNREAD or request.verb not in ("create", "update", "patch"):
        return ()
    _, repeated = _told_apart(as_items(as_map(as_map(request.body).get("metadata")).get(_REFERENCES)))
    uids = " ".join(str(as_map(each).get("uid", "")) for each in repeated)
    return (_WARNING.format(when, uids),) if repeated else ()


def _told_apart(references: tuple[Json, ...]) -> tuple[tuple[Json, ...], tuple[Json, ...]]:
    """The references without repetitions, and the repetitions."""
    if len(references) < 2:  # noqa: PLR2004 - one cannot be a repetition
        return references, ()
    kept, repeated = list[Json](), list[Json]()
    for each in references:
        (repeated if isinstance(each, FrozenMap) and each in kept else kept).append(each)
    return tuple(kept), tuple(repeated)
