"""Why lines of a recording of an API server are passed over, each with the reason that a report shows.

Lives here: the one list for API servers; what a :class:`~.skips.Skip` is, is said in ``skips``.  Must not know: how
lines are compared.
"""

from __future__ import annotations

from typing import Final

from seatrial.model.apiserver import APPLY_PATCH, JSON_PATCH, STRATEGIC_MERGE_PATCH

from .skips import Fields, Skip

ADMINISTRATOR: Final = "admin"
"""The client of a recording who may do everything."""

_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
_NOT_YET: Final = (JSON_PATCH, STRATEGIC_MERGE_PATCH, APPLY_PATCH, "application/yaml")


def _is_watch(fields: Fields) -> bool:
    return bool(fields["request"]["method"] == "WATCH")


def _is_no_request(fields: Fields) -> bool:
    return fields["request"]["method"] not in _METHODS


def _is_of_another_user(fields: Fields) -> bool:
    return bool(fields.get("actor") != ADMINISTRATOR)


def _has_headers(fields: Fields) -> bool:
    return bool(fields["request"].get("headers"))


def _has_body_of_a_type_to_come(fields: Fields) -> bool:
    return fields["request"].get("content_type") in _NOT_YET


APISERVER: Final = (
    Skip("watches are not compared yet", _is_watch),
    Skip("the line is not a request to an API server", _is_no_request),
    Skip("authentication and authorization are not modelled yet", _is_of_another_user),
    Skip("request headers are not modelled yet", _has_headers),
    Skip("this type of patch or body is not modelled yet", _has_body_of_a_type_to_come),
)
"""What a line itself tells."""

RESOURCE: Final = "the resource is not modelled yet"
"""Said when a path names a resource that the real server has and the model lacks."""


def not_modelled(what: str) -> str:
    """The reason for a part of the API that the model names as missing."""
    return f"not modelled yet: {what}"
