"""A client with several API servers: which one it asks, and what it may ask again when no answer came.

A server that refuses the connection has not seen the request: anything may be sent to the next one.  If the connection
breaks later nobody knows whether the request was carried out.  To send it again is

``harmless``  for reads, and for watches, which go on from the last revision seen;
``guarded``   for writes that can happen only once: a creation under a fixed name, a write that names the
              resourceVersion or the uid that it was computed from.  If the first one was carried out, the second one
              is refused, with an error that is the client's own doing;
``doubling``  for all others: a creation under a generated name makes a second object, an update without
              resourceVersion undoes what somebody else wrote in between.

Client libraries repeat reads only, after a broken connection; a refusal that says when to come back (429, 503 with
``Retry-After``) means that nothing was done, and any request is repeated.

Lives here: the client as a value.  Must not know: who sends, or what an answer says.

Source: Kubernetes 1.36, ``client-go/rest/with_retry.go``; Kubernetes API conventions, "Concurrency Control and
Consistency".
"""

from __future__ import annotations

from typing import Literal

from attrs import evolve, frozen

Verb = Literal["get", "list", "watch", "create", "update", "patch", "delete"]
Failure = Literal["refused-connection", "told-to-retry", "no-answer"]
Repetition = Literal["harmless", "guarded", "doubling"]

_READS = frozenset({"get", "list", "watch"})


@frozen(cache_hash=True)
class Sent:
    """What matters of a request for its repetition.

    Attributes:
        verb: as authorization calls it.
        names_state: it names the resourceVersion or the uid that it is about, or of a creation, the object's full name.
        dry_run: it changes nothing.
    """

    verb: Verb
    names_state: bool = False
    dry_run: bool = False


@frozen(cache_hash=True)
class Failover:
    """A client's choice of server.

    Attributes:
        servers: all of them, in the order in which they are tried.
        at: which one it talks to.
        tries: how often the present request was sent in vain.
    """

    servers: tuple[str, ...]
    at: int = 0
    tries: int = 0

    @property
    def server(self) -> str:
        """The server that it talks to."""
        return self.servers[self.at]


def repetition(sent: Sent) -> Repetition:
    """What it means to send a request again of which nobody knows whether it was carried out."""
    if sent.verb in _READS or sent.dry_run:
        return "harmless"
    return "guarded" if sent.names_state else "doubling"


def may_repeat(sent: Sent, failure: Failure) -> bool:
    """Whether a library sends it again by itself: nothing was done, or to do it twice does no harm."""
    return failure != "no-answer" or repetition(sent) == "harmless"


def failed(client: Failover, failure: Failure) -> Failover:
    """The client whose request failed: it turns to the next server, unless this one asked it to come back."""
    at = client.at if failure == "told-to-retry" else (client.at + 1) % len(client.servers)
    return evolve(client, at=at, tries=client.tries + 1)


def answered(client: Failover) -> Failover:
    """The client that was answered: it stays with the server."""
    return evolve(client, tries=0)


def in_vain(client: Failover) -> bool:
    """Whether every server has been tried for this request."""
    return client.tries >= len(client.servers)
