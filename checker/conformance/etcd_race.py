"""Requests that were under way at once: whether the model's could have made the recorded calls of etcd.

Lives here: :func:`race`, which takes the steps of several writes in the order that the recorded calls prescribe.  Must
not know: recordings as files.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

from attrs import define

from seatrial.model import kinds
from seatrial.model.apiserver import Answer, Request, create, front
from seatrial.model.apiserver.calls import Calls
from seatrial.model.apiserver.reads import stored_of
from seatrial.model.apiserver.storage import Attempt, FollowUp, Outcome, Reread, Stored, decide
from seatrial.model.etcd.cells import Cells
from seatrial.model.etcd.mvcc import read_range
from seatrial.model.etcd.requests import Range
from seatrial.model.frozen_json import freeze
from seatrial.model.objects import Object

from .clients import SETTINGS
from .etcd_call_log import Called, called
from .etcd_call_requests import RACED

Found: TypeAlias = "tuple[str, object, object]"
"""A difference: where, what is recorded, what the model did."""

_OK: Final = 200
_NAMESPACE: Final = "nt"


@define
class _Runner:
    """One request under way: what it does next."""

    request: Request
    next: Outcome | FollowUp | None = None

    @property
    def attempt(self) -> Attempt | None:
        """The transaction that it tries next, if it has begun and is not done."""
        return self.next if isinstance(self.next, Attempt) else None


def race(etcd: Cells, recorded: Sequence[Called], calls: Calls) -> list[Found]:
    """Let the requests of the race make the recorded calls; whatever does not fit is a difference.

    The first call makes the object that all others change.  ``calls`` are the server's so far: none.
    """
    name, patches = RACED
    kind = kinds.of_name("ConfigMap")
    object_ = Object.of({"metadata": {"name": name, "namespace": _NAMESPACE}})
    front.handle(etcd, create(kind, object_), SETTINGS, calls=calls)
    if [called(call) for call in calls.made] != list(recorded[:1]):
        return [("etcd_rpcs[0]", str(recorded[0]) if recorded else None, [str(called(call)) for call in calls.made])]
    runners = [
        _Runner(
            Request(
                verb="patch",
                kind=kind,
                namespace=_NAMESPACE,
                name=name,
                body=freeze(asked.body),
                media_type=asked.media_type,
            )
        )
        for asked in patches
    ]
    for index, call in enumerate(recorded[1:], start=1):
        if not _take(etcd, runners, call):
            return [(f"etcd_rpcs[{index}]", str(call), [str(runner.attempt) for runner in runners])]
    ends = [runner.next.status if isinstance(runner.next, Answer) else 0 for runner in runners]
    return [] if ends == [_OK] * len(runners) else [("status", [_OK] * len(runners), ends)]


def _take(etcd: Cells, runners: Sequence[_Runner], call: Called) -> bool:
    """Let one request make this call: one that is about to, or one that begins with a copy of that revision."""
    lookup = front.EtcdLookup(etcd, SETTINGS)
    about_to = next((each for each in runners if each.attempt and _call_of(each.attempt) == call), None)
    if about_to is None:
        about_to = next((each for each in runners if each.next is None), None)
        if about_to is None or call.condition is None:
            return False
        _, key, revision = call.condition
        about_to.next = decide(about_to.request, _copy(etcd, key, revision), current=False, lookup=lookup)
    attempt = about_to.attempt
    if attempt is None or _call_of(attempt) != call:
        return False
    about_to.next = front.commit(etcd, attempt, lookup)
    while isinstance(about_to.next, Reread):
        request = about_to.next.request
        about_to.next = decide(request, _copy(etcd, request.key.path, 0), current=True, lookup=lookup)
    return True


def _call_of(attempt: Attempt) -> Called:
    calls = Calls()
    calls.attempt(attempt)
    return called(calls.made[0])


def _copy(etcd: Cells, key: str, revision: int) -> Stored | None:
    """The object at a key as it was at a revision; 0 for now."""
    found = read_range(etcd, Range(key, revision=revision)).kvs
    return stored_of(found[0]) if found else None
