"""What a comparison passes over, each with the reason that a report shows.

Lives here: what a reason to skip is, and the one list of them, for etcd and for API servers.  A line that is skipped is
counted and its reason is printed; nothing is passed over in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from attrs import frozen

Fields = Mapping[str, Any]


@frozen
class Skip:
    """A reason to pass over lines of a recording, and which lines it is good for."""

    reason: str
    applies: Callable[[Fields], bool]


def reason_to_skip(fields: Fields, skips: tuple[Skip, ...]) -> str | None:
    """Why a line is passed over; None if it is to be compared."""
    return next((skip.reason for skip in skips if skip.applies(fields)), None)


# --- etcd -----------------------------------------------------------------------------------------------------------

AFTER_A_GAP: Final = "steps before it are not recorded: the revision is taken from the answer, the rest is compared"
"""Said of a line by which the model's revision was set after steps that are not recorded."""


def _is_about_the_server(fields: Fields) -> bool:
    path: str = fields["request"]["path"]
    return path.startswith(("/v3/maintenance/", "/v3/cluster/", "/v3/auth/"))


def _asks_for_time_left(fields: Fields) -> bool:
    path: str = fields["request"]["path"]
    return path.endswith("/lease/timetolive") and str(_body(fields).get("TTL")) != "-1"


def _lists_several_leases(fields: Fields) -> bool:
    path: str = fields["request"]["path"]
    return path.endswith("/lease/leases") and len(_body(fields).get("leases", ())) > 1


def _body(fields: Fields) -> Fields:
    body = fields["response"].get("body")
    return cast("Fields", body) if isinstance(body, dict) else {}


ETCD: Final = (
    Skip("maintenance: about the server's process and disk, not about keys", _is_about_the_server),
    Skip("how much of a lease's time is left depends on when one asks", _asks_for_time_left),
    Skip("leases are listed by the time that they have left", _lists_several_leases),
)


# --- API servers ----------------------------------------------------------------------------------------------------

_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")


def _is_no_request(fields: Fields) -> bool:
    return fields["request"]["method"] not in (*_METHODS, "WATCH", "ETCD-WATCH")


def _is_shortened(fields: Fields) -> bool:
    """The recorder wrote of a long text the first 200 characters and three dots."""
    raw: object = fields["request"].get("raw_body")
    return isinstance(raw, str) and len(raw) == len(_DOTS) + _MOST_RECORDED and raw.endswith(_DOTS)


_DOTS: Final = "..."
_MOST_RECORDED: Final = 200

APISERVER: Final = (
    Skip("the line is not a request to an API server", _is_no_request),
    Skip("the body is recorded in short", _is_shortened),
)
"""What a line itself tells."""


def not_modelled(what: str) -> str:
    """The reason for a part of the API that the model names as missing."""
    return f"not modelled yet: {what}"
