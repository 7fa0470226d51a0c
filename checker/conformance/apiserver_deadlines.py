"""Requests that get no answer from their server, or only after it waited: what the client then sees, and when.

Lives here: a server's way to an etcd that does not answer (:class:`CutOff`), and what may be recorded of a request that
waits for it.  Must not know: what a server decides.

A server whose etcd does not answer waits until the request's deadline.  Then it answers 504 itself, or gives up the
connection: both happen at the same moment.  A client that is less patient sees nothing but its own time run out.

Source: Kubernetes 1.36, ``apiserver/pkg/server/filters/timeout.go``, ``apiserver/pkg/endpoints/filters/
request_deadline.go``; recordings J.1, O.1.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from attrs import define

from seatrial.model.apiserver import Answer
from seatrial.model.apiserver.calls import Calls
from seatrial.model.apiserver.storage import Attempt
from seatrial.model.objects import ObjectKey, resource_prefix
from seatrial.traces.recordings import Line

from .fields import Difference, as_fields, as_list

LONGEST: Final = 60.0
"""For how many seconds a server works on a request that asks for no shorter time."""

WAITS: Final = 3.0
"""For how many seconds a server waits for its cache to come to a revision."""

_CLOCKS_DIFFER: Final = 0.1
_UNITS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_DURATION: Final = re.compile(r"(\d+(?:\.\d*)?)(ms|s|m|h)")
_TIMEOUT: Final = 504
_NOTHING_WAS_SENT: Final = "ConnectError"


class Unanswered(Exception):
    """The server waits for etcd.  ``attempt`` is the transaction that etcd may have got, if it was a transaction."""

    def __init__(self, attempt: Attempt | None = None, *, about: str = "") -> None:
        """Tell what was on its way, or ``about`` which keys etcd was asked."""
        super().__init__(f"etcd does not answer: {about or attempt}")
        self.attempt = attempt


@define
class CutOff(Calls):
    """A server's calls to an etcd that does not answer.

    What admission has asked for once it may remember, so that need not stop it.
    """

    def read(self, key: ObjectKey) -> None:
        """A read of one key waits."""
        raise Unanswered(about=key.path)

    def read_revision(self, resource: str) -> None:
        """To know how new a list must be one must ask."""
        raise Unanswered(about=resource)

    def read_range(self, resource: str, namespace: str, limit: int, revision: int) -> None:
        """A read of many keys waits."""
        del limit
        raise Unanswered(about=f"{resource_prefix(resource, namespace)} at {revision}")

    def attempt(self, attempt: Attempt) -> None:
        """A transaction is on its way, and the server waits for what becomes of it."""
        raise Unanswered(attempt)

    def found_empty(self, resource: str, namespace: str) -> None:
        """Admission may remember."""


def nothing_was_sent(line: Line) -> bool:
    """Whether the client did not even get a connection."""
    return str((as_fields(line.fields["response"].get("body")) or {}).get("client_error")).startswith(_NOTHING_WAS_SENT)


def gives_up_first(line: Line, query: Mapping[str, str]) -> bool:
    """Whether the client is less patient than the server."""
    return _patience(line) < _deadline(query)


def of_unanswered(line: Line, query: Mapping[str, str]) -> Iterator[Difference]:
    """What of a recorded outcome cannot be, of a request that waits for etcd until its deadline."""
    response: dict[str, Any] = line.fields["response"]
    status, impatient = response["status"], gives_up_first(line, query)
    if status is not None and (impatient or status != _TIMEOUT or not _is_timeout(response)):
        yield Difference("status", status, None if impatient else _TIMEOUT)
        return
    yield from _too_soon(response, min(_patience(line), _deadline(query)))


def of_dead_server(line: Line) -> Iterator[Difference]:
    """What of a recorded outcome cannot be where the server does not run."""
    status = line.fields["response"]["status"]
    if status is not None:
        yield Difference("status", status, None)


def of_waiting(line: Line, answer: Answer) -> Iterator[Difference]:
    """Whether an answer that says that the cache did not come far enough came too soon."""
    if answer.status == _TIMEOUT and answer.retry_after_seconds:
        yield from _too_soon(line.fields["response"], WAITS)


def _too_soon(response: Mapping[str, Any], least: float) -> Iterator[Difference]:
    seconds: object = response.get("seconds")
    if isinstance(seconds, int | float) and seconds < least - _CLOCKS_DIFFER:
        yield Difference("seconds", seconds, f"at least {least:g}")


def _is_timeout(response: Mapping[str, Any]) -> bool:
    """Whether a 504 is that of a deadline: it names no object, no cause, and no time to come again."""
    body = as_fields(response.get("body")) or {}
    details = as_fields(body.get("details")) or {}
    told = any(details.get(name) for name in ("name", "uid", "retryAfterSeconds")) or as_list(details.get("causes"))
    return response.get("reason") == "Timeout" and body.get("code") == _TIMEOUT and not told


def _patience(line: Line) -> float:
    patience: object = line.fields["request"].get("client_timeout")
    return float(patience) if isinstance(patience, int | float) else math.inf


def _deadline(query: Mapping[str, str]) -> float:
    text = query.get("timeout", "")
    parts = _DURATION.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return LONGEST
    asked = sum(float(number) * _UNITS[unit] for number, unit in parts)
    return min(asked, LONGEST) if asked else LONGEST
