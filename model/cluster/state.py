"""The variables of a cluster and the values in them.

Lives here: what a state of a cluster is made of.  Must not know: how it changes.

Names: a *reader* is whoever holds a copy of one resource, called ``<holder>/<resource>``: ``a/pods`` is API server a's
watch cache of pods, ``replicaset-controller/pods`` that controller's informer.  A *line* is a place for one request on
its way: each process has one of its own name, and spare ones (``<process>~1``) for requests that nobody waits for any
more.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, MutableMapping
from typing import Any, Literal, Protocol, TypeAlias, TypeVar

from attrs import frozen

from ..api import Ask
from ..apiserver.answer import Answer
from ..apiserver.storage import Attempt
from ..draft import Disabled
from ..etcd import Batch, KeyValue
from ..machinery.consistency import OwnWrites
from ..machinery.expectations import Expectations
from ..machinery.informer import Copy
from ..machinery.workqueue import Key, Queue
from ..nodes.containers import Containers
from ..reconcile import Exchange

_Option = TypeVar("_Option")

NO_ANSWER = Answer(504, "Timeout", "no answer came: the write may have happened, or may still happen")


@frozen(cache_hash=True)
class Awaiting:
    """A read that will be answered from the server's watch cache once that has come to a revision."""

    revision: int


@frozen(cache_hash=True)
class Call:
    """A question of a process on its way.

    ``at`` is ``None`` until an API server has taken it up, then the transaction that the server will try, or what a
    read waits for, then the answer on its way back.  ``wrote`` says that it has committed one transaction already and
    goes on with another.
    """

    process: str
    server: str
    ask: Ask
    at: Attempt | Awaiting | Answer | None = None
    wrote: bool = False

    def now(self, at: Attempt | Awaiting | Answer, *, wrote: bool = False) -> Call:
        """The call, further on."""
        return Call(self.process, self.server, self.ask, at, wrote and isinstance(at, Attempt))


@frozen(cache_hash=True)
class Work:
    """What a process is at: ``idle``, ``busy`` with ``work`` (a controller's key) after a conversation, or ``done``."""

    state: Literal["idle", "busy", "done"] = "idle"
    work: Key | None = None
    conversation: tuple[Exchange, ...] = ()


IDLE = Work()
DONE = Work("done")


class ClusterDraft(Protocol):
    """A draft of a cluster's state: what its rules read and write.

    The first four are etcd's own.  ``positions`` says how far each reader's copy in ``copies`` has come; a reader
    without a position has not listed yet.  ``windows`` is how far back each server's watch caches remember: a watch can
    begin at that revision or a later one.  ``relisting`` holds the informers whose watch cannot go on, so that they
    must list again.  ``applied`` says how far each member of etcd has come that an API server talks to, ``cut_off``
    holds the members that a partition separates (both are empty where etcd has one member).  ``homes`` is the API
    server that a process talks to; ``budgets`` how often each fault may still happen.
    """

    revision: int
    compacted: int
    log: tuple[Batch, ...]

    @property
    def keys(self) -> MutableMapping[str, KeyValue]:
        """Etcd's keys."""
        ...

    @property
    def copies(self) -> MutableMapping[str, Copy]:
        """By reader."""
        ...

    @property
    def positions(self) -> MutableMapping[str, int]:
        """By reader."""
        ...

    @property
    def windows(self) -> MutableMapping[str, int]:
        """By reader, of servers only."""
        ...

    @property
    def relisting(self) -> MutableMapping[str, bool]:
        """By reader, of informers only; true for all that are there."""
        ...

    @property
    def applied(self) -> MutableMapping[str, int]:
        """By member of etcd."""
        ...

    @property
    def cut_off(self) -> MutableMapping[str, bool]:
        """By member of etcd; true for all that are there."""
        ...

    @property
    def calls(self) -> MutableMapping[str, Call]:
        """By line."""
        ...

    @property
    def works(self) -> MutableMapping[str, Work]:
        """By process."""
        ...

    @property
    def homes(self) -> MutableMapping[str, str]:
        """By process."""
        ...

    @property
    def queues(self) -> MutableMapping[str, Queue]:
        """By controller."""
        ...

    @property
    def expectations(self) -> MutableMapping[str, Expectations]:
        """By controller."""
        ...

    @property
    def own_writes(self) -> MutableMapping[str, OwnWrites]:
        """By controller, of those that remember some."""
        ...

    @property
    def containers(self) -> MutableMapping[str, tuple[Containers, ...]]:
        """What runs, by node; only where there are kubelets."""
        ...

    @property
    def budgets(self) -> MutableMapping[str, int]:
        """By fault."""
        ...

    def choose(self, options: Iterable[_Option]) -> _Option:
        """One of the options."""
        ...

    def emit(self, event: Hashable) -> None:
        """Tell what happened."""
        ...


Rule: TypeAlias = Callable[..., Any]


def call_on(draft: ClusterDraft, line: str) -> Call:
    """The request that is on a line; a rule that goes on with it is not enabled if there is none."""
    call = draft.calls.get(line)
    if call is None:
        raise Disabled
    return call


def answer_on(draft: ClusterDraft, line: str) -> tuple[Call, Answer]:
    """As :func:`call_on`, for a request whose answer is on its way back."""
    call = call_on(draft, line)
    if not isinstance(call.at, Answer):
        raise Disabled
    return call, call.at


def reader(holder: str, resource: str) -> str:
    """The name of whoever holds ``holder``'s copy of a resource."""
    return f"{holder}/{resource}"
