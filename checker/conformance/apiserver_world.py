"""The model's API server as a replay runs it, and what others do to it.

Lives here: :class:`World`: an etcd with a server on it, and everything that happened in the recorded cluster without a
recorded request: others' writes, compactions by hand, events that expire, and time, as far as it decides which tokens a
server still remembers.  Must not know: lines of recordings, or how answers are compared.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Final, Protocol

from attrs import Factory, define, evolve

from seatrial.model import kinds
from seatrial.model.apiserver import Answer, Settings, User, create, front
from seatrial.model.apiserver.addresses.pool import PORTS_KEY, ports_object
from seatrial.model.apiserver.authentication import user_of_token
from seatrial.model.apiserver.bootstrap import flowcontrol
from seatrial.model.apiserver.calls import Calls
from seatrial.model.apiserver.definition_controllers import settle
from seatrial.model.apiserver.definitions import RESOURCE as DEFINITIONS
from seatrial.model.apiserver.http import HttpRequest
from seatrial.model.apiserver.reads import read_all
from seatrial.model.apiserver.rest import NotModelled
from seatrial.model.etcd import Batch, Compact, DeleteRange, Member, Put, Refused
from seatrial.model.etcd.cells import Cells
from seatrial.model.objects import Object

from .apiserver_past import since
from .clients import fresh_objects

OTHER_WRITERS_KEY: Final = "/registry/of-other-writers"
"""What others write: a key that no object has."""

_SERVER: Final = "system:apiserver"
_SERVERS_AGENT: Final = "kube-apiserver/v1.36"
_TOKENS_ARE_REMEMBERED: Final = 10.0
"""For how many seconds a server remembers that a token was good.

Source: Kubernetes 1.36, ``kubeapiserver/options/authentication.go`` (TokenSuccessCacheTTL).
"""


class Handler(Protocol):
    """An API server that can be compared."""

    def __call__(  # noqa: PLR0913 - the last three by keyword
        self, cells: Cells, http: HttpRequest, settings: Settings, /, *, past: Cells | None, opened: int, calls: Calls
    ) -> Answer | NotModelled:
        """The answer to a request (see :func:`seatrial.model.apiserver.chain.serve`)."""
        ...


@define
class World:
    """A cluster.  ``settings`` is how its servers are set up."""

    handler: Handler
    settings: Settings
    etcd: Member = Factory(Member)
    _forgotten: tuple[Batch, ...] = ()
    """What etcd has compacted away and a watch cache remembers."""
    _remembered: dict[str, tuple[User, float]] = Factory(dict[str, tuple[User, float]])
    """The tokens that were good, whose they were, and until when the server remembers that."""

    @classmethod
    def fresh(cls, handler: Handler, settings: Settings) -> World:
        """A cluster in which nobody has asked for anything yet."""
        world = cls(handler, settings)
        world._fill()
        return world

    def _fill(self) -> None:
        self.etcd.serve(Put(PORTS_KEY.path, ports_object(())))
        for request in flowcontrol.requests():
            front.handle(self.etcd, request, self.settings)
        for each in fresh_objects():
            self.make(each, user=_SERVER, agent=_SERVERS_AGENT)

    def ask(  # noqa: PLR0913 - how a server sees the world, each by keyword
        self,
        http: HttpRequest,
        *,
        time: float,
        opened: int = 0,
        seen: Member | None = None,
        began: int = 0,
        calls: Calls | None = None,
        heard_first: str = "",
    ) -> Answer | NotModelled:
        """The answer to a request at a time; ``opened`` is the revision at which a watch was opened.

        ``seen`` is etcd as the server's caches have it, if they are behind; ``began`` the revision at which they were
        filled, if that was later than the beginning.  ``calls`` is the server's way to etcd; ``heard_first`` the policy
        that refuses first.
        """
        tokens = {**self.settings.tokens, **self._good_tokens(http.token, time)}
        settings = evolve(self.settings, tokens=tokens, heard_first=heard_first)
        cells = self.etcd if seen is None else seen
        past = since(self._past(cells), began) if began else self._past(cells)
        return self.handler(cells, http, settings, past=past, opened=opened, calls=Calls() if calls is None else calls)

    def copy(self) -> World:
        """The same cluster, which goes its own way."""
        return World(self.handler, self.settings, self.etcd.copy(), self._forgotten, dict(self._remembered))

    def reach(self, revision: int) -> None:
        """Let others write in etcd until it has come to a revision.

        What the controllers inside the server have to write about definitions comes last, as far as it gets.
        """
        still_to_come = self._controllers_writes() if self.etcd.revision < revision else 0
        while self.etcd.revision < revision - still_to_come:
            self.etcd.serve(Put(OTHER_WRITERS_KEY))
        settle(self.etcd, self.settings, until=revision)

    def settle(self) -> None:
        """Let the controllers inside the server do all that is to do."""
        settle(self.etcd, self.settings)

    def _controllers_writes(self) -> int:
        """How many writes the controllers inside the server have still to make."""
        if not read_all(self.etcd, DEFINITIONS):
            return 0
        trial = deepcopy(self.etcd)
        settle(trial, self.settings)
        return trial.revision - self.etcd.revision

    def make(self, object_: Object | None, *, user: str = "admin", agent: str = "") -> None:
        """Let others make an object, if there is one to make."""
        if object_ is not None:
            kind = kinds.of_object(object_.api_version, object_.kind)
            front.handle(self.etcd, evolve(create(kind, object_, user=user), agent=agent), self.settings)

    def compact(self, revision: int) -> None:
        """Compact etcd by hand, as far as it allows."""
        before = self.etcd.log
        try:
            self.etcd.serve(Compact(revision))
        except Refused:
            return
        kept = len(self.etcd.log)
        self._forgotten += before[: len(before) - kept]

    def expire(self, key: str) -> None:
        """Let the lease of a key end."""
        self.etcd.serve(DeleteRange(key))

    def _past(self, cells: Member) -> Member:
        """Etcd as watch caches remember it that were filled at the beginning."""
        if not self._forgotten:
            return cells
        return Member(cells.revision, keys=cells.keys, log=self._forgotten + cells.log)

    def _good_tokens(self, token: str | None, time: float) -> dict[str, User]:
        """The tokens that the server remembers; the one that is sent is looked at unless it does."""
        good = {each: user for each, (user, until) in self._remembered.items() if time < until}
        if token is not None and token not in good and token not in self.settings.tokens:
            user = user_of_token(token, front.EtcdLookup(self.etcd, self.settings))
            if user is not None:
                good[token] = user
                self._remembered[token] = (user, time + _TOKENS_ARE_REMEMBERED)
        return good
