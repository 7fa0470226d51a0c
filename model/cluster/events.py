"""What happens in a cluster, as events: judged by promises, shown in stories and diagrams.

Lives here: values only.  See :mod:`seatrial.model.events` for what ``sentence`` and ``arrow`` are for.
"""

from __future__ import annotations

from attrs import frozen

from ..apiserver.answer import Answer
from ..apiserver.request import Mark, Request
from ..etcd import KeyValue
from ..events import Arrow
from ..frozen_json import FrozenMap
from ..objects import Object

ETCD = "etcd"


def server(name: str) -> str:
    """An API server as people read it."""
    return f"API server {name}"


def asked(request: Request) -> str:
    """A request in a few words, as kubectl's user would say it."""
    verb = request.verb if not request.subresource else f"{request.verb} {request.subresource} of"
    name = request.name or (_created_name(request) if request.verb == "create" else "")
    return f"{verb} {request.kind.name} {request.namespace}/{name}".rstrip("/ ").replace(" /", " ")


def _created_name(request: Request) -> str:
    """The name of the object that a request creates, or what it will begin with."""
    sent = _body(request)
    if sent is None:
        return ""
    return sent.name or f"{sent.generate_name}…"


def _body(request: Request) -> Object | None:
    return Object(request.body) if isinstance(request.body, FrozenMap) else None


@frozen(cache_hash=True)
class Sent:
    """A process sends a request to an API server."""

    process: str
    server: str
    request: Request

    @property
    def sentence(self) -> str:
        """What happened."""
        condition = _condition(self.request)
        return f"{self.process} asks {server(self.server)} to {asked(self.request)}{condition}"

    @property
    def arrow(self) -> Arrow:
        """Process to server."""
        return Arrow(self.process, server(self.server), asked(self.request) + _condition(self.request))


def _condition(request: Request) -> str:
    """On which resourceVersion an update is conditional, in words."""
    sent = _body(request)
    if request.verb != "update" or sent is None:
        return ""
    version = sent.resource_version
    return ", unconditionally" if version in {"", "0"} else f" at resourceVersion {version}"


@frozen(cache_hash=True)
class Served:
    """An API server has worked on a request, from the copy that it had, and will try a transaction next."""

    server: str
    process: str
    request: Request
    compared: int
    removes: bool
    cached: bool
    aside: str = ""
    """The etcd key of another object that must be written first, if any."""

    @property
    def sentence(self) -> str:
        """What happened."""
        if self.aside:
            asked_for = f"{asked(self.request)} of {self.process}"
            return f"{server(self.server)} admits {asked_for}, and will first write {self.aside}"
        origin = "its watch cache's copy" if self.cached else "a fresh read"
        if not self.compared:
            return f"{server(self.server)} admits {asked(self.request)} of {self.process}"
        what = (
            "will remove it" if self.removes else "will mark it" if isinstance(self.request.stage, Mark) else "computes"
        )
        return (
            f"{server(self.server)} takes up {asked(self.request)} of {self.process}: from {origin} at revision "
            f"{self.compared} it {what}"
        )

    @property
    def arrow(self) -> Arrow:
        """A server's own work."""
        return Arrow(server(self.server), server(self.server), self._label)

    @property
    def _label(self) -> str:
        if self.aside:
            return f"admits; first {self.aside.split('/')[2]}"
        origin = "cached copy" if self.cached else "fresh copy"
        return f"works from {origin} at {self.compared}" if self.compared else "admits"


@frozen(cache_hash=True)
class Committed:
    """One etcd transaction changed a key.

    ``server`` and ``process`` are the API server that made it and the process whose request it was (an empty server:
    somebody else wrote to etcd).  ``compared`` is the ``mod_revision`` that the transaction demanded; ``previous`` and
    ``current`` are the key before and after (``None``: absent); ``read_at`` the revision of the copy from which the
    request's author computed it (0: none).
    """

    revision: int
    key: str
    server: str
    process: str
    request: Request
    compared: int
    previous: KeyValue | None
    current: KeyValue | None
    read_at: int = 0

    @property
    def before(self) -> Object | None:
        """The object before."""
        return None if self.previous is None else self.previous.value  # type: ignore[return-value]

    @property
    def after(self) -> Object | None:
        """The object after."""
        return None if self.current is None else self.current.value  # type: ignore[return-value]

    @property
    def sentence(self) -> str:
        """What happened."""
        what = f"creates {self.key}" if self.previous is None else f"stores {self.key}"
        if self.current is None:
            what = f"removes {self.key}"
        condition = f"it was at revision {self.compared}" if self.compared else "it did not exist"
        who = f"{server(self.server)}'s transaction for {self.process}" if self.server else f"{self.process} itself"
        return f"{who} {what} at revision {self.revision} (compared: {condition})"

    @property
    def arrow(self) -> Arrow:
        """Server to etcd."""
        verb = "delete" if self.current is None else "put"
        name = self.key.rsplit("/", 1)[-1]
        source = server(self.server) if self.server else self.process
        return Arrow(source, ETCD, f"txn: mod=={self.compared}, {verb} {name} → {self.revision}")


@frozen(cache_hash=True)
class Concluded:
    """An API server has an answer to a write without having written anything more: a refusal, or nothing to do."""

    server: str
    process: str
    request: Request
    answer: Answer

    @property
    def sentence(self) -> str:
        """What happened."""
        status = f"{self.answer.status} {self.answer.reason}".strip()
        how = "refuses" if self.answer.refused else "has nothing to write for"
        return f"{server(self.server)} {how} {asked(self.request)} of {self.process}: {status}"

    @property
    def arrow(self) -> Arrow:
        """A server's own work."""
        return Arrow(server(self.server), server(self.server), "refuses" if self.answer.refused else "nothing to write")


@frozen(cache_hash=True)
class CompareLost:
    """An etcd transaction changed nothing: the key was not as demanded.  The server goes on from what it is now."""

    server: str
    process: str
    key: str
    compared: int
    found: int

    @property
    def sentence(self) -> str:
        """What happened."""
        now = f"it is at {self.found}" if self.found else "it is gone" if self.compared else "it exists"
        return (
            f"{server(self.server)}'s transaction for {self.process} loses its compare on {self.key}: expected "
            f"revision {self.compared}, {now}; it starts again from the fresh copy"
        )

    @property
    def arrow(self) -> Arrow:
        """Server to etcd."""
        name = self.key.rsplit("/", 1)[-1]
        return Arrow(server(self.server), ETCD, f"txn on {name}: mod=={self.compared} fails, is {self.found}")


@frozen(cache_hash=True)
class Answered:
    """A process takes the answer to its request."""

    server: str
    process: str
    request: Request
    answer: Answer

    @property
    def sentence(self) -> str:
        """What happened."""
        reason = f" {self.answer.reason}" if self.answer.reason else ""
        return f"{self.process} gets {self.answer.status}{reason} for {asked(self.request)}"

    @property
    def arrow(self) -> Arrow:
        """Server to process."""
        return Arrow(server(self.server), self.process, f"{self.answer.status} {self.answer.reason}".strip())


@frozen(cache_hash=True)
class Began:
    """A process begins a piece of work: a controller one key, a script its only run."""

    process: str
    work: str

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"{self.process} begins {self.work}" if self.work else f"{self.process} begins"

    @property
    def arrow(self) -> None:
        """No message."""


@frozen(cache_hash=True)
class Ended:
    """A process ends its piece of work; ``error`` says with what, if it did not end well."""

    process: str
    work: str
    error: str = ""

    @property
    def sentence(self) -> str:
        """What happened."""
        how = f" with an error ({self.error})" if self.error else ""
        return f"{self.process} is done{' with ' + self.work if self.work else ''}{how}"

    @property
    def arrow(self) -> None:
        """No message."""


@frozen(cache_hash=True)
class Crashed:
    """A process or a server stops and is back at once with an empty memory."""

    who: str
    detail: str

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"{self.who} crashes and starts again{', ' + self.detail if self.detail else ''}"

    @property
    def arrow(self) -> None:
        """No message."""


@frozen(cache_hash=True)
class AnswerLost:
    """No answer reaches the process; ``goes_on`` says whether its request may still be carried out."""

    server: str
    process: str
    request: Request
    goes_on: str

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"no answer to {asked(self.request)} reaches {self.process}: {self.goes_on}"

    @property
    def arrow(self) -> Arrow:
        """Server to process, lost."""
        return Arrow(server(self.server), self.process, f"answer lost, {self.goes_on}", lost=True)


@frozen(cache_hash=True)
class Switched:
    """A process turns to another API server."""

    process: str
    server: str

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"{self.process} turns to {server(self.server)}"

    @property
    def arrow(self) -> None:
        """No message."""


@frozen(cache_hash=True)
class Expired:
    """A controller does not wait any more to see what it created and deleted."""

    process: str

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"{self.process} has waited for five minutes to see what it did, and waits no longer"

    @property
    def arrow(self) -> None:
        """No message."""
