"""What an API server does with a request on its line: serve it, try its transaction, until there is an answer.

Each rule is one step.  Serving reads the server's copy and computes; a transaction is one step, and what follows
from its outcome is computed in the same step, because nothing that others do could come in between and be seen.
For the same reason a fresh read that only confirms an outcome happens in the step that asked for it: had others
acted in between, the outcome would be that of serving after them.

Source: the storage loop of :mod:`seatrial.model.apiserver.storage`.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve, frozen

from ..apiserver.answer import Answer
from ..apiserver.reads import read, stored_of
from ..apiserver.request import Mark, Request
from ..apiserver.settings import Settings, User
from ..apiserver.storage import Attempt, FollowUp, Outcome, Reread, Stored
from ..draft import Disabled, require
from ..errors import ModelError
from ..etcd import Lost
from ..profiles import Profile
from .copies import Copies
from .events import Committed, CompareLost, Concluded, Served
from .lookups import ServerLookup
from .parts import Parts
from .reading import Inquiry, Reading
from .state import Awaiting, Call, ClusterDraft, call_on, reader

CONFLICT = 409
NOT_FOUND = 404


@frozen(eq=False)
class Serving:
    """The rules of API servers, for any line."""

    copies: Copies
    parts: Parts
    settings: Settings
    users: Mapping[str, User]
    profile: Profile

    @property
    def reading(self) -> Reading:
        """How reads are served."""
        return Reading(self.copies, self.profile)

    def serve(self, draft: ClusterDraft, line: str) -> None:
        """A server takes up a request: a read is answered, a write computed from the server's own copy."""
        call = call_on(draft, line)
        require(call.at is None)
        request = self._in_name_of(call)
        lookup = self._lookup(draft, call)
        refusal = self.parts.authorize(request, lookup)
        if refusal is not None:
            self._conclude(draft, line, call, refusal)
        elif request.verb in {"get", "list", "watch"}:
            self._read(draft, line, call, request)
        elif request.verb in {"create", "update", "patch", "delete"}:
            self._write(draft, line, call, request, lookup)
        else:
            message = f"a cluster does not serve {request.verb} yet"
            raise ModelError(message)

    def _read(self, draft: ClusterDraft, line: str, call: Call, request: Request) -> None:
        """A read is answered, waits, or is refused; that an object is not there is an answer."""
        at = self.reading.take_up(Inquiry(draft, call, request))
        if isinstance(at, Answer) and at.refused and at.status != NOT_FOUND:
            self._conclude(draft, line, call, at)
        else:
            self._go_on(draft, line, call, at)

    def answer_from_cache(self, draft: ClusterDraft, line: str) -> None:
        """A read that waited for its server's watch cache is answered."""
        call = call_on(draft, line)
        if not isinstance(call.at, Awaiting):
            raise Disabled
        inquiry = Inquiry(draft, call, self._in_name_of(call))
        self._go_on(draft, line, call, self.reading.resume(inquiry, call.at.revision))

    def _in_name_of(self, call: Call) -> Request:
        """The request with the user in whose name the process sends it; without one it is an administrator's."""
        user = self.users.get(call.process)
        return call.ask.request if user is None else evolve(call.ask.request, user=user.name, groups=user.groups)

    def _write(self, draft: ClusterDraft, line: str, call: Call, request: Request, lookup: ServerLookup) -> None:
        cached = self._cached(draft, call)
        outcome = self.parts.decide(request, cached, current=False, lookup=lookup)
        if self.profile.update_retry == "conflict":
            outcome = self._taken_at_its_word(draft, call, outcome, lookup)
        fresh = isinstance(outcome, Reread)
        outcome = self._confirmed(draft, outcome, lookup)
        if isinstance(outcome, Answer):
            self._conclude(draft, line, call, outcome)
            return
        removes, aside = outcome.value is None, outcome.key.path if outcome.then is not None else ""
        draft.emit(Served(call.server, call.process, outcome.request, outcome.expected, removes, not fresh, aside))
        self._go_on(draft, line, call, outcome)

    def _conclude(self, draft: ClusterDraft, line: str, call: Call, answer: Answer) -> None:
        """The server has an answer without having written anything."""
        draft.emit(Concluded(call.server, call.process, call.ask.request, answer))
        self._go_on(draft, line, call, answer)

    def commit(self, draft: ClusterDraft, line: str) -> None:
        """One etcd transaction is tried: it changes the key, or loses its compare and the write is computed anew."""
        call = call_on(draft, line)
        if not isinstance(call.at, Attempt):
            raise Disabled
        self.copies.etcd.require_quorum(draft, call.server)
        attempt = self.parts.stamped(call.at, draft.revision + 1)
        path = attempt.key.path
        if attempt.value is None:
            written = self.parts.optimistic_delete(draft, path, attempt.expected)
        else:
            written = self.parts.optimistic_put(draft, path, attempt.value, attempt.expected)
        outcome: Outcome | FollowUp
        lookup = self._lookup(draft, call)
        if isinstance(written, Lost):
            fresh = stored_of(written.current)
            found = 0 if fresh is None else fresh.revision
            draft.emit(CompareLost(call.server, call.process, path, attempt.expected, found))
            outcome = self.parts.after_loss(attempt, fresh, lookup=lookup)
        else:
            server = call.server
            committed = Committed(
                written.revision, path, server, call.process, attempt.request, attempt.expected,
                written.previous, written.kv, call.ask.read_at,
            )  # fmt: skip
            draft.emit(committed)
            outcome = self.parts.after_commit(attempt, written.revision)
        if isinstance(outcome, FollowUp):
            outcome = self.parts.decide(outcome.request, outcome.copy, current=False, lookup=lookup)
        at = self._confirmed(draft, outcome, lookup)
        if isinstance(at, Answer) and isinstance(written, Lost):
            self._conclude(draft, line, call, at)
        else:
            self._go_on(draft, line, call, at, wrote=call.wrote or not isinstance(written, Lost))

    def _taken_at_its_word(self, draft: ClusterDraft, call: Call, outcome: Outcome, lookup: ServerLookup) -> Outcome:
        """What servers did that looked again only after a conflict: a cached copy decided everything else.

        Also about a DELETE that marks: it had looked at the object itself, but marks the cached copy.
        Source: kubernetes issue 77619.
        """
        cached = self._cached(draft, call)
        if isinstance(outcome, Reread) and cached is not None:
            at_once = self.parts.decide(outcome.request, cached, current=True, lookup=lookup)
            conflict = isinstance(at_once, Answer) and (at_once.ok or at_once.status == CONFLICT)
            return outcome if conflict else at_once
        if call.ask.request.verb != "delete":
            return outcome
        attempt = self._confirmed(draft, outcome, lookup)
        if isinstance(attempt, Attempt) and isinstance(attempt.request.stage, Mark):
            copy = self._copy(draft, call)
            if copy is not None:
                return self.parts.decide(attempt.request, copy, current=True, lookup=lookup)
        return attempt

    def _cached(self, draft: ClusterDraft, call: Call) -> Stored | None:
        """The server's own copy of the object that a request is about."""
        request = call.ask.request
        binds = request.subresource == "binding"  # this is a change of the pod
        if request.verb in {"create", "delete"} and not binds:  # these never begin with a cached copy
            return None
        return self._copy(draft, call)

    def _copy(self, draft: ClusterDraft, call: Call) -> Stored | None:
        """The object as the server's watch cache has it; as etcd has it where there is none."""
        request = call.ask.request
        who = reader(call.server, request.kind.resource)
        if request.kind.resource not in self.copies.resources:
            return read(draft, request.key)
        self.copies.require_fresh_enough(draft, who, request.kind.resource)
        return draft.copies[who].get(request.key.path)

    def _lookup(self, draft: ClusterDraft, call: Call) -> ServerLookup:
        return ServerLookup(draft, call.server, self.copies, self.settings)

    def _confirmed(self, draft: ClusterDraft, outcome: Outcome, lookup: ServerLookup) -> Answer | Attempt:
        """The outcome, after fresh reads if it needs them: one that follows another at once finds the same."""
        while isinstance(outcome, Reread):
            self.copies.etcd.require_quorum(lookup.draft, lookup.server)
            request = outcome.request
            outcome = self.parts.decide(request, read(draft, request.key), current=True, lookup=lookup)
        return outcome

    def _go_on(
        self, draft: ClusterDraft, line: str, call: Call, at: Answer | Attempt | Awaiting, *, wrote: bool = False
    ) -> None:
        """Put the request's next stage on its line; a spare line, where nobody waits, is free after the answer."""
        if isinstance(at, Answer) and line != call.process:
            del draft.calls[line]
        else:
            draft.calls[line] = call.now(at, wrote=wrote)
