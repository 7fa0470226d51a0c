"""What the tests of the API server share: a server on an etcd of one member, with one namespace.

Lives here: :class:`Server`, whose requests can be taken step by step.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import Factory, define

from seatrial.model import kinds
from seatrial.model.apiserver import (
    Answer,
    FollowUp,
    Outcome,
    Request,
    Reread,
    Stored,
    create,
    decide,
    front,
)
from seatrial.model.apiserver.reads import read
from seatrial.model.apiserver.rest import parse_request
from seatrial.model.etcd import Member
from seatrial.model.frozen_json import freeze
from seatrial.model.objects import Object

CORE = "/api/v1/namespaces"
SHOP = f"{CORE}/shop"


@define
class Server:
    """A server whose requests can be taken step by step, with others coming in between."""

    etcd: Member = Factory(Member)

    def ask(self, method: str, path: str, body: object = None, **more: Any) -> Answer:
        """One HTTP request from beginning to end."""
        asked = parse_request(method, path, body=freeze(body), **more)
        assert isinstance(asked, Request | Answer)
        return asked if isinstance(asked, Answer) else front.handle(self.etcd, asked)

    def make(self, kind: str, name: str, **fields: Any) -> Object:
        """Create an object in the namespace; ``metadata`` may be among the fields."""
        metadata = {"name": name, "namespace": "shop", **fields.pop("metadata", {})}
        answer = front.handle(self.etcd, create(kinds.of_name(kind), Object.of({**fields, "metadata": metadata})))
        assert answer.object is not None, answer
        return answer.object

    def read(self, kind: str, name: str) -> Stored | None:
        """What etcd holds."""
        return read(self.etcd, kinds.of_name(kind).key("shop", name))

    def steps(
        self,
        request: Request,
        cached: Stored | None,
        *,
        meanwhile: Callable[[], object] | None = None,
    ) -> tuple[Answer, list[str]]:
        """Serve a write that starts from a cached copy; others act once, just before its first transaction."""
        lookup = front.EtcdLookup(self.etcd)
        trace: list[str] = []
        step: Outcome | FollowUp = decide(request, cached, current=False, lookup=lookup)
        while not isinstance(step, Answer):
            trace.append(type(step).__name__)
            assert len(trace) < 20, trace
            if isinstance(step, Reread):
                fresh = read(self.etcd, step.request.key)
                step = decide(step.request, fresh, current=True, lookup=lookup)
            elif isinstance(step, FollowUp):
                step = decide(step.request, step.copy, current=False, lookup=lookup)
            else:
                if meanwhile is not None:
                    act, meanwhile = meanwhile, None
                    act()
                step = front.commit(self.etcd, step, lookup)
        return step, trace


def fresh_server() -> Server:
    """A server with the namespace ``shop``, at revision 2."""
    fresh = Server()
    assert fresh.ask("POST", CORE, {"metadata": {"name": "shop"}}).status == 201
    return fresh
