"""What may have been otherwise when a request was answered: the guesses that are tried, the likeliest first.

Lives here: :class:`View`, how a server may have seen the world, and :func:`views`, which of them a line may be
explained by; and which pending writes may have taken effect.  Each names the rules that allow it.  Must not know:
whether a guess leads to the recorded answer (the replay tries it).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations
from typing import Final

from attrs import evolve, frozen

from seatrial.model.apiserver.http import HttpRequest
from seatrial.model.apiserver.reads import read_all
from seatrial.model.objects import ObjectKey
from seatrial.traces.recordings import Line

from .admitted import Admitted
from .apiserver_lines import duration, is_watch, objects_told, shows_its_query, versions_told, window_told
from .apiserver_mirror import Mirror, Pending
from .apiserver_servers import Server, Timeline

_POLICIES: Final = "validatingadmissionpolicies"
_REFUSALS: Final = (401, 403, 413, 422)
_MOST_PENDING: Final = 6
"""Of how many pending writes all combinations are tried."""


@frozen
class Asked:
    """A line's request as the model is asked, of which server, about what (without a name: a list), and when."""

    line: Line
    http: HttpRequest
    server: Server
    key: ObjectKey | None
    start: float
    end: float

    @property
    def resource(self) -> str | None:
        """The resource that it is about, if it is about one."""
        return None if self.key is None else self.key.resource

    @property
    def opened_at(self) -> float:
        """When a watch was opened, if that is known; otherwise when the line was asked."""
        lasted = duration(self.line)
        return self.start if lasted is None else self.end - lasted

    @property
    def least(self) -> str:
        """The resourceVersion that was asked for."""
        return self.http.query.get("resourceVersion", "")


@frozen
class View:
    """How a server may have seen the world, and the rules that allow it to.

    ``position`` is the revision to which its caches had come; ``opened`` the one at which a watch was opened, 0 if it
    is the same; ``start`` the one after which a watch was asked for, if that is not recorded; ``window`` the one after
    which its cache remembered changes; ``heard_first`` the policy that refused first.
    """

    position: int
    opened: int = 0
    start: int | None = None
    window: int = 0
    heard_first: str = ""
    rules: tuple[Admitted, ...] = ()

    def by(self, rules: tuple[Admitted, ...]) -> View:
        """The same, where other rules had to allow something before."""
        return evolve(self, rules=(*rules, *self.rules))


def late_writes(mirror: Mirror) -> Iterator[tuple[Pending, ...]]:
    """The combinations of pending writes that may have taken effect by now, the fewest first."""
    some = mirror.pending[:_MOST_PENDING]
    for size in range(1, len(some) + 1):
        yield from combinations(some, size)


def certain_view(asked: Asked, mirror: Mirror, timeline: Timeline, opened: int) -> View:
    """How a server sees the world if nothing is to be guessed."""
    server = asked.server
    watches = is_watch(asked.line)
    position = server.newest(mirror.etcd, asked.opened_at if watches else math.inf)
    if watches and not opened and duration(asked.line) is not None:
        reached = timeline.reached_until(asked.opened_at)
        opened = position if reached is None else min(reached, position)
    return View(position, opened, window=server.window(asked.resource or ""))


def views(asked: Asked, mirror: Mirror, timeline: Timeline, certain: View, *, from_cache: bool) -> Iterator[View]:
    """How else a server may have seen the world when it answered; ``from_cache`` if it did not ask etcd."""
    if asked.resource is not None and is_watch(asked.line):
        yield from _of_watch(asked, mirror, timeline, certain)
    elif asked.resource is not None and from_cache and asked.http.method == "GET":
        yield from _behind(asked, mirror, timeline, certain)
    if asked.line.fields["response"]["status"] in _REFUSALS and asked.http.method != "GET":
        for policy in read_all(mirror.etcd, _POLICIES):
            yield evolve(certain, heard_first=policy.object.name, rules=(Admitted.ORDER_OF_POLICIES,))


def _behind(asked: Asked, mirror: Mirror, timeline: Timeline, certain: View) -> Iterator[View]:
    """The cache may be behind: as far as the answer says, if it does, or as far as may be."""
    least = int(asked.least) if asked.least.isdecimal() else 0
    if least > certain.position:
        return
    older = list(asked.server.older(asked.resource or "", mirror.etcd, timeline, start=asked.start, least=least))
    told = [mirror.known.revisions.model(version) for version in versions_told(asked.line, of_lists=True)]
    exact = [revision for revision in told if older and older[-1] <= revision < certain.position]
    for position in (*exact, *older):
        yield evolve(certain, position=position, rules=(Admitted.STALE_CACHE,))


def _of_watch(asked: Asked, mirror: Mirror, timeline: Timeline, certain: View) -> Iterator[View]:
    """A watch may have begun elsewhere, remember less, or not have told all that it would have if it had lived on."""
    begun = [certain]
    if not shows_its_query(asked.line):
        begun = [evolve(certain, start=_start(asked, mirror, timeline), rules=(Admitted.UNRECORDED_START,))]
        yield from begun
    told = window_told(asked.line)
    if told is not None:
        window = mirror.known.revisions.model(told)
        for each in begun:
            yield evolve(each, window=window, rules=(*each.rules, Admitted.WINDOW))
    if asked.server.cut_at is None and not asked.server.ends and asked.least not in ("", "0"):
        return
    older = list(asked.server.older(asked.resource or "", mirror.etcd, timeline, start=asked.start, least=0))
    for each in begun:
        for position in older:
            rules = (*each.rules, Admitted.STALE_CACHE)
            if certain.position < mirror.etcd.revision:
                yield evolve(each, position=position, opened=min(each.opened, position), rules=rules)
            elif each.start is None:
                yield evolve(each, opened=position, rules=rules)


def _start(asked: Asked, mirror: Mirror, timeline: Timeline) -> int:
    """Where a watch began that does not say it: right before what it first told, but not after it was opened."""
    told = next(objects_told(asked.line), None)
    first = mirror.etcd.revision
    if told is not None:
        first = mirror.known.revisions.model(int(told.fields["metadata"]["resourceVersion"])) - 1
    opened = timeline.reached_until(asked.opened_at) if duration(asked.line) is not None else None
    return first if opened is None else min(first, opened)
