"""What an answer teaches that was explained: how far caches have come, and what became of writes without an answer.

Lives here: :func:`learn`.  Must not know: how the explanation was found.
"""

from __future__ import annotations

from typing import Final

from seatrial.model.objects import resource_prefix

from .admitted import Admitted
from .apiserver_guesses import Asked, View
from .apiserver_lines import current_told, is_watch, versions_told
from .apiserver_mirror import Mirror, Pending
from .apiserver_servers import Fleet, Running, Server
from .apiserver_trials import Outcome

_SELECTS: Final = ("labelSelector", "fieldSelector", "limit", "continue", "resourceVersion")


def learn(  # noqa: PLR0913 - all of it by keyword but the first
    mirror: Mirror, *, fleet: Fleet, asked: Asked, view: View, outcome: Outcome, before: int
) -> None:
    """Keep what a line taught.  ``before`` is the revision of the model's etcd before it was asked."""
    server = asked.server
    if outcome.attempt is not None and fleet.etcd_runs is not Running.DEAD:
        mirror.pending = (*mirror.pending, Pending(outcome.attempt, server.name, before))
    if outcome.answer is not None:
        _learn_of_cache(mirror, asked, view, outcome)
        if outcome.change and asked.http.method != "GET":
            mirror.close_gap(before)
            fleet.write_after(before)
            fleet.revision_is(before)
        if outcome.asked_etcd and server.cut_at is None:
            _learn_of_etcd(mirror, fleet, asked)
    mirror.prune()


def _learn_of_cache(mirror: Mirror, asked: Asked, view: View, outcome: Outcome) -> None:
    server, resource = asked.server, asked.resource
    server.has_answered = True
    if resource is None:
        return
    if Admitted.STALE_CACHE in outcome.rules and server.cut_at is not None:
        server.cut_at, server.cut_is_known = view.position, True
    if Admitted.WINDOW in outcome.rules:
        server.learn_window(resource, view.window)
    told = versions_told(asked.line, of_lists=not _is_from_cache(asked, outcome))
    current = current_told(asked.line)
    if told:
        server.show(resource, min(mirror.known.revisions.model(max(told)), view.position))
    if current is not None:
        server.show(resource, min(mirror.known.revisions.model(current), view.position))


def _is_from_cache(asked: Asked, outcome: Outcome) -> bool:
    return asked.http.method == "GET" and (is_watch(asked.line) or not outcome.asked_etcd)


def _learn_of_etcd(mirror: Mirror, fleet: Fleet, asked: Asked) -> None:
    """A fresh answer settles what it is about."""
    place = _place(asked)
    if place is None:
        return
    if asked.http.method == "GET":
        mirror.settle(place)
        if not (asked.key and asked.key.name):
            fleet.revision_is(mirror.etcd.revision)
            mirror.close_gap(mirror.etcd.revision)
    mirror.forget_pending(place, servers=[each.name for each in fleet.servers.values() if _is_through(each)])


def _is_through(server: Server) -> bool:
    """Whether nothing that a server sent to etcd can be on its way any more."""
    return server.cut_at is None or server.runs is Running.DEAD


def _place(asked: Asked) -> str | None:
    """The key that a request is about, or what the keys of its list begin with, if the list has all of them."""
    if asked.key is None:
        return None
    if asked.key.name:
        return asked.key.path
    if asked.http.method != "GET" or any(name in asked.http.query for name in _SELECTS):
        return None
    return resource_prefix(asked.key.resource, asked.key.namespace)
