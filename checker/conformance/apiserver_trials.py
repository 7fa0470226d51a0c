"""One request of a recording, asked of the model under one guess, and what of the recorded outcome that explains.

Lives here: :func:`tried`.  Must not know: which guesses there are, or what follows from one that fits.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from attrs import evolve, frozen

from seatrial.model.apiserver import Answer
from seatrial.model.apiserver.calls import Calls
from seatrial.model.apiserver.definitions import RESOURCE as DEFINITIONS
from seatrial.model.apiserver.http import HttpRequest
from seatrial.model.apiserver.rest import NotModelled
from seatrial.model.apiserver.storage import Attempt

from . import skips
from .admitted import Admitted
from .answers import Comparison, has_bookmark_of_time
from .apiserver_deadlines import (
    CutOff,
    Unanswered,
    gives_up_first,
    nothing_was_sent,
    of_dead_server,
    of_unanswered,
    of_waiting,
)
from .apiserver_guesses import Asked, View
from .apiserver_lines import current_told, is_watch, window_told
from .apiserver_mirror import Mirror
from .apiserver_past import as_of
from .apiserver_servers import Running
from .cel import CannotEvaluate
from .fields import Difference, as_fields

_HEALTH: Final = ("/healthz", "/livez", "/readyz")
_UNHEALTHY: Final = 500


@frozen
class Outcome:
    """What came of one try: the differences that are left, or the reason to pass the line over.

    ``rules`` are those by which an outcome without differences is admitted.  ``attempt`` is a transaction of which the
    server did not hear what became of it; ``change`` is by how much etcd's revision rose; ``asked_etcd`` is whether
    the answer needed etcd.
    """

    differences: tuple[Difference, ...] = ()
    reason: str | None = None
    rules: tuple[Admitted, ...] = ()
    attempt: Attempt | None = None
    answer: Answer | None = None
    change: int = 0
    asked_etcd: bool = False

    @property
    def fits(self) -> bool:
        """Whether it explains the line, or the line is not compared at all."""
        return not self.differences


def tried(mirror: Mirror, asked: Asked, view: View, pair: tuple[int, int] | None) -> Outcome:
    """Ask the model and compare; ``mirror`` learns on the way.  ``pair`` is etcd's recorded revision around it."""
    line, server = asked.line, asked.server
    dead = server.runs is not Running.YES and not (is_watch(line) and view.position < mirror.etcd.revision)
    cut = server.cut_at is not None or dead
    calls = CutOff() if cut else Calls()
    before = mirror.etcd.revision
    try:
        answer = _answer(mirror, asked, view, calls)
    except CannotEvaluate as error:
        return Outcome(reason=skips.not_modelled(str(error)))
    except Unanswered as wait:
        return _dead(asked, wait.attempt) if dead else _waiting(asked, wait.attempt, view)
    if isinstance(answer, NotModelled):
        return Outcome(reason=skips.not_modelled(answer.what))
    if dead:
        return _dead(asked, None)
    if cut and _says_that_etcd_is_gone(asked):
        return Outcome(rules=(Admitted.READINESS,))
    response: dict[str, Any] = line.fields["response"]
    change = mirror.etcd.revision - before
    answer = mirror.filling.allowed(response["status"], asked.http, answer, mirror.etcd)
    differences = Comparison(asked.http, mirror.known).differences(response, answer)
    differences += [*of_waiting(line, answer), *_of_cache(asked, mirror, answer, view)]
    expected = _expected_change(asked.http, pair, change)
    if change != expected:
        differences.append(Difference("etcd_revision", expected, change))
    rules = (*view.rules, Admitted.BOOKMARK_TIMING) if has_bookmark_of_time(response) else view.rules
    return Outcome(tuple(differences), None, rules, None, answer, change, bool(calls.made))


def _answer(mirror: Mirror, asked: Asked, view: View, calls: Calls) -> Answer | NotModelled:
    http = asked.http
    if view.start is not None:
        http = evolve(http, query={**http.query, "watch": "true", "resourceVersion": str(view.start)})
    return mirror.world.ask(
        http,
        time=asked.end,
        opened=view.opened,
        seen=as_of(mirror.etcd, view.position) if view.position < mirror.etcd.revision else None,
        began=view.window,
        calls=calls,
        heard_first=view.heard_first,
    )


def _waiting(asked: Asked, attempt: Attempt | None, view: View) -> Outcome:
    """The server waits for etcd.  What was on its way to an etcd that is dead is lost."""
    line, query = asked.line, asked.http.query
    rules = view.rules if gives_up_first(line, query) else (*view.rules, Admitted.DEADLINE)
    return Outcome(tuple(of_unanswered(line, query)), None, rules, attempt, asked_etcd=True)


def _dead(asked: Asked, attempt: Attempt | None) -> Outcome:
    """The server does not run.  If it did not yet when it was asked, it may have done its part."""
    sent = None if nothing_was_sent(asked.line) else attempt
    return Outcome(tuple(of_dead_server(asked.line)), attempt=sent, asked_etcd=True)


def _says_that_etcd_is_gone(asked: Asked) -> bool:
    response: dict[str, Any] = asked.line.fields["response"]
    body = as_fields(response.get("body"))
    told = str(response.get("body") if body is None else body.get("text"))
    return asked.http.path in _HEALTH and response["status"] == _UNHEALTHY and "[-]etcd" in told


def _of_cache(asked: Asked, mirror: Mirror, answer: Answer, view: View) -> Iterator[Difference]:
    """What an answer says of the server's cache in passing: how far it has come, and where its memory begins."""
    server, resource = asked.server, asked.resource
    if resource is None:
        return
    current, begin = current_told(asked.line), window_told(asked.line)
    if answer.retry_after_seconds and current is not None:
        said = mirror.known.revisions.model(current)
        least = max(server.shown(resource), mirror.last_change_of(resource, view.position))
        most = int(asked.least) - 1 if server.cut_at is None else view.position  # while it waits, etcd goes on
        if not least <= said <= most:
            yield Difference("message", f"current: {current}", f"current: {least} to {most} of the model")
    window = None if begin is None else mirror.known.revisions.model(begin)
    if window is not None and not server.may_remember_since(resource, window, mirror.etcd):
        yield Difference("frames[0].object.message", f"({begin})", f"({server.window(resource)} of the model)")


def _expected_change(asked: HttpRequest, pair: tuple[int, int] | None, change: int) -> int:
    """By how much a request must raise etcd's revision.  What rose during a read is others' doing."""
    if asked.method == "GET":
        return 0
    recorded = change if pair is None else pair[1] - pair[0]
    if DEFINITIONS in asked.parts and recorded > change > 0:
        return change  # the server itself has begun to write of the definition too
    return recorded
