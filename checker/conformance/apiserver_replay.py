"""A replay under way: line by line, what others did is made in the model, the request is asked, the answer explained.

Lives here: :class:`Replay`.  Must not know: files, or how one guess is tried (``apiserver_trials``).

A line is first asked as if nothing were to be guessed.  If that does not give the recorded answer, guesses are tried on
copies of the model's side (``apiserver_guesses``), those that assume less first; the first that fits is kept, with what
it teaches.  If none fits, the line is not as recorded.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import Factory, define

from seatrial.model import kinds
from seatrial.model.apiserver.http import HttpRequest
from seatrial.model.errors import BadInput
from seatrial.traces.recordings import Line

from . import skips
from .accounts import unrecorded_account
from .admitted import Admitted
from .apiserver_clock import Clock
from .apiserver_faults import Happening, happening, judged, server_named
from .apiserver_guesses import Asked, View, certain_view, late_writes, views
from .apiserver_ledger import Ledger
from .apiserver_lessons import learn
from .apiserver_lines import (
    actor,
    compaction,
    is_during_watch,
    is_etcd_watch,
    is_summary,
    is_watch,
    key_asked,
    objects_told,
    request_of,
    revisions,
    times,
)
from .apiserver_mirror import Mirror, Shown
from .apiserver_servers import Fleet, Server, Timeline
from .apiserver_trials import Outcome, tried
from .apiserver_world import OTHER_WRITERS_KEY
from .etcd_view import event_differences
from .fields import Difference, as_fields, as_list
from .skips import reason_to_skip


@define
class Replay:
    """A replay under way.  ``faulty``: there are several servers, or faults, or steps that are not recorded."""

    mirror: Mirror
    fleet: Fleet
    faulty: bool = False
    agents: dict[str, str] = Factory(dict[str, str])
    """What clients call themselves, by actor, where that is known."""
    ledger: Ledger = Factory(Ledger)
    clock: Clock = Factory(Clock)
    timeline: Timeline = Factory(Timeline)
    opened: int = 0
    """The model's revision when the watch was opened that the last lines were asked during; 0 if there is none."""
    tokens: dict[str, str] = Factory(dict[str, str])
    """The tokens of service accounts, by the name of the client that uses them."""

    def take(self, line: Line) -> None:
        """Replay one line and note what came of it."""
        reason = self._hear(line)
        if reason is not None:
            self.ledger.pass_over(line, reason)
        elif is_summary(line):
            self._take_summary(line)
        else:
            self._take_request(line)

    # --- What happened without a request ------------------------------------------------------------------------

    def _hear(self, line: Line) -> str | None:
        """Take in what was done to servers before a line; the reason to pass it over if that is not understood."""
        said = happening(str(line.fields["step"])) if self.faulty else None
        when = times(line) or (0.0, 0.0)
        known = isinstance(said, Happening) and self.fleet.hear(said, self.mirror.etcd.revision, when[0])
        return None if said is None or known else f"it is not understood what happened: {line.fields['step']}"

    def _take_summary(self, line: Line) -> None:
        """A line without a request: its counts are judged, and what others do from now on is not recorded."""
        counts = as_fields(line.fields["response"].get("body")) or {}
        allowed = judged(str(line.fields["step"]), counts)
        if allowed is None:
            self.ledger.pass_over(line, "a summary, no request")
        else:
            wrong = [
                Difference(f"body.{name}", counts[name], f"0 to {most}")
                for name, most in sorted(allowed.items())
                if not 0 <= counts[name] <= most
            ]
            self.ledger.note(line, wrong, (Admitted.STALE_CACHE,) if any(counts.values()) else ())
        self.mirror.open_gap()

    def _happen_before(self, line: Line, pair: tuple[int, int] | None) -> None:
        """What others did before a line was asked, or before it was answered."""
        mirror, clock = self.mirror, self.clock
        if pair is not None and clock.is_behind(pair[0]):
            mirror.world.make(unrecorded_account(line, mirror.etcd))
        if pair is not None:
            clock.catch_up(mirror, pair[0])
        else:
            mirror.world.settle()
        if is_during_watch(line) and not self.opened:
            self.opened = mirror.etcd.revision
        before = mirror.etcd.revision
        expired = is_watch(line) and clock.expire(mirror, line)
        clock.follow_answer(mirror, line, pair, self._server(line) if self.faulty else None)
        self.fleet.follow(mirror.etcd.revision)
        if is_watch(line) and not self.faulty:
            self.opened = self.opened or (before if expired else mirror.etcd.revision)
        compacted = compaction(line)
        if compacted is not None:
            mirror.world.compact(mirror.known.revisions.model(compacted))

    # --- Asking and explaining ----------------------------------------------------------------------------------

    def _take_request(self, line: Line) -> None:
        pair = revisions(line)
        self._happen_before(line, pair)
        before = self.mirror.etcd.revision
        reason = reason_to_skip(line.fields, skips.APISERVER)
        server = self._server(line)
        if reason is None and is_etcd_watch(line):
            self.ledger.note(line, self._event_differences(line))
        elif reason is None and server is None:
            reason = "which server was asked is not recorded"
        elif reason is None and server is not None:
            reason = self._explain(self._asked(line, server), pair)
        if reason is not None:
            self.ledger.pass_over(line, reason)
        if pair is not None:
            self.clock.catch_up(self.mirror, pair[1])
        elif self.faulty:
            self.clock.follow_write(self.mirror, line, server)
        when = times(line)
        if when is not None:
            self.timeline.note(*when, before, self.mirror.etcd.revision)
        if is_watch(line) or not is_during_watch(line):
            self.opened = 0

    def _server(self, line: Line) -> Server | None:
        """The server that was asked: the line names it, or its step does, or there is only one."""
        servers = self.fleet.servers
        named = line.fields.get("server") or server_named(str(line.fields["step"]), servers)
        return servers.get(str(named)) if named or len(servers) > 1 else next(iter(servers.values()))

    def _asked(self, line: Line, server: Server) -> Asked:
        token = self.tokens.get(actor(line), f"{actor(line)}-token")
        http = request_of(line, self.mirror.known, token, self.agents.get(actor(line)))
        start, end = times(line) or (0.0, 0.0)
        return Asked(line, http, server, key_asked(http.path), start, end)

    def _explain(self, asked: Asked, pair: tuple[int, int] | None) -> str | None:
        """Find what explains the recorded answer; the reason to pass the line over where the model has no answer."""
        certain = certain_view(asked, self.mirror, self.timeline, self.opened)
        kept, view = self.mirror.copy(), certain
        outcome = tried(kept, asked, certain, pair)
        if not outcome.fits:
            for mirror, guess in self._guesses(asked, outcome):
                another = tried(mirror, asked, guess, pair)
                if another.fits and another.reason is None:
                    kept, outcome, view = mirror, another, guess
                    break
        before = self.mirror.etcd.revision
        self.mirror = kept
        if outcome.reason is not None:
            return outcome.reason
        if outcome.fits:
            learn(kept, fleet=self.fleet, asked=asked, view=view, outcome=outcome, before=before)
        self._learn_token(asked.http, outcome)
        self.ledger.note(asked.line, outcome.differences, outcome.rules)
        return None

    def _guesses(self, asked: Asked, plain: Outcome) -> Iterator[tuple[Mirror, View]]:
        """What may have been otherwise, with the model's side as it would be then."""
        shown = list(_shown(asked.line))
        for mirror, rules in self._worlds(shown):
            certain = certain_view(asked, mirror, self.timeline, self.opened)
            from_cache = not plain.asked_etcd
            if rules:
                yield mirror.copy(), certain.by(rules)
            for view in views(asked, mirror, self.timeline, certain, from_cache=from_cache):
                yield mirror.copy(), view.by(rules)

    def _worlds(self, shown: list[Shown]) -> Iterator[tuple[Mirror, tuple[Admitted, ...]]]:
        """What may have happened: nothing else; unrecorded steps; writes that got no answer; both."""
        learned = self.mirror.copy()
        bases: list[tuple[Mirror, tuple[Admitted, ...]]] = [(self.mirror, ())]
        if learned.gaps and learned.learn(shown):
            bases.append((learned, (Admitted.UNRECORDED_STEPS,)))
        yield from bases
        for base, rules in bases:
            for late in late_writes(base):
                mirror = base.copy()
                if all(mirror.try_late(each, shown) for each in late):
                    yield mirror, (*rules, Admitted.AMBIGUOUS_WRITE)

    def _event_differences(self, line: Line) -> list[Difference]:
        """Compare what etcd itself was heard to tell."""
        events = as_list((as_fields(line.fields["response"].get("body")) or {}).get("events")) or ()
        told = [fields for each in events if (fields := as_fields(each)) is not None]
        return event_differences(told, self.mirror.etcd.log, self.mirror.known, ignore=OTHER_WRITERS_KEY)

    def _learn_token(self, asked: HttpRequest, outcome: Outcome) -> None:
        """Keep the token that a service account was given: some client will use it."""
        answer = outcome.answer
        if answer is not None and answer.object is not None and asked.parts[-1:] == ("token",):
            token = answer.object.field("status.token")
            self.tokens[f"sa:{answer.object.namespace}:{answer.object.name}"] = str(token)


def _shown(line: Line) -> Iterator[Shown]:
    """The objects that an answer shows, of kinds that the model knows."""
    for told in objects_told(line):
        metadata: dict[str, Any] = as_fields(told.fields.get("metadata")) or {}
        try:
            kind = kinds.of_object(told.api_version, told.kind)
        except BadInput:
            continue
        key = kind.key(str(metadata.get("namespace") or ""), str(metadata.get("name")))
        yield Shown(key.path, kind, int(metadata["resourceVersion"]), told.fields, told.gone)
