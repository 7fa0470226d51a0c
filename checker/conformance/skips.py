"""What a comparison passes over, each with the reason that a report shows.

Lives here: what a reason to skip is, and the one list of them, for etcd and for API servers.  A line that is skipped is
counted and its reason is printed; nothing is passed over in silence.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from attrs import frozen

from seatrial.model.etcd.check import MAX_BYTES
from seatrial.model.etcd.refusals import MessageTooLarge, RequestTooLarge

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


def _is_no_answer(fields: Fields) -> bool:
    answer = fields["response"]
    return fields["request"] is None or answer is None or answer["http_status"] is None


def _is_about_the_server(fields: Fields) -> bool:
    path: str = fields["request"]["path"]
    served = path == "/v3/maintenance/status"
    return not served and path.startswith(("/v3/maintenance/", "/v3/cluster/", "/v3/auth/"))


def _is_larger_than_recorded(fields: Fields) -> bool:
    """The server found the request too large, and what is recorded of it is not: the recorder has shortened it."""
    body: object = fields["response"].get("body")
    said = str(cast("Fields", body).get("message")) if isinstance(body, dict) else ""
    too_large = said == RequestTooLarge.message or said.startswith(MessageTooLarge.message)
    return too_large and len(json.dumps(fields["request"]["body"])) <= MAX_BYTES


def _is_recorded_decoded(fields: Fields) -> bool:
    """The server could not decode a key or a value, and what is recorded is its text: that any text can be."""
    body: object = fields["response"].get("body")
    said = str(cast("Fields", body).get("message")) if isinstance(body, dict) else ""
    return said.startswith("illegal base64 data") or (said.startswith("proto:") and "for bytes field" in said)


ETCD: Final = (
    Skip("the line is not a request with its answer", _is_no_answer),
    Skip("maintenance: about the server's process and disk, not about keys", _is_about_the_server),
    Skip("a key or value is recorded decoded: its server could not decode it", _is_recorded_decoded),
    Skip("the request is recorded in short: its server found it too large", _is_larger_than_recorded),
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
