"""What leaders and electors ask of an API server, carried out by the whole of it.

Lives here: the two requests of a leader's work (on a ConfigMap that holds the term in which it was written last), and
:func:`carried_out`, which takes one request from its form to its reply.  Must not know: who waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any, Final, TypeAlias

from attrs import define, evolve, frozen

from ..apiserver.answer import Answer
from ..apiserver.front import handle
from ..apiserver.request import Request, get, update
from ..etcd import Batch, KeyValue
from ..kinds import of_name
from ..machinery import lease_lock
from ..machinery.leader_election import Ask, Create, Failed, Get, Reply, Update, Written
from ..objects import Object

CONFIG_MAP: Final = of_name("ConfigMap")
WORK: Final = CONFIG_MAP.key("default", "work")


@frozen(cache_hash=True)
class Read:
    """Read what was written last."""


@frozen(cache_hash=True)
class Write:
    """Write, in a term; conditional on a version if one is given."""

    term: int
    version: str = ""


@frozen(cache_hash=True)
class Found:
    """What was written last: in which term, and its version."""

    term: int
    version: str


Wish: TypeAlias = "Ask | Read | Write"
Response: TypeAlias = "Reply | Found"


def is_read(wish: Wish) -> bool:
    """Whether a request changes nothing."""
    return isinstance(wish, Get | Read)


def words(wish: Wish) -> str:
    """A request in words."""
    match wish:
        case Get():
            return "read the Lease"
        case Create():
            return "create the Lease"
        case Update(record):
            return f"{'put its name into' if record.holder else 'empty'} the Lease"
        case Read():
            return "read what was written last"
        case Write(term):
            return f"write in term {term}"


def work_of(term: int, version: str = "") -> Object:
    """What a leader writes, as a ConfigMap."""
    metadata = {"name": WORK.name, "namespace": WORK.namespace, **({"resourceVersion": version} if version else {})}
    return Object.of({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"term": str(term)}})


def term_of(work: Object | None) -> int:
    """In which term a ConfigMap was written; 0 if there is none."""
    data: Any = {} if work is None else work.root["data"]
    return int(data.get("term", 0))


@frozen
class Done:
    """A request that was carried out: the answer, what that means to who asked, and what stood there before."""

    answer: Answer
    reply: Response
    before: Object | None


Version: TypeAlias = Callable[[str, str], str]
"""What an update is made conditional on, given the version that was sent and the one that is stored."""


@define
class _Etcd:
    """Etcd as the API server sees it.  It forgets its past at once: nobody reads it."""

    revision: int
    compacted: int
    keys: MutableMapping[str, KeyValue]
    log: tuple[Batch, ...] = ()


def carried_out(draft: Any, wish: Wish, lease_version: Version, work_version: Version) -> Done:
    """Let the API server carry out a request on the etcd that a draft holds."""
    key = (WORK if isinstance(wish, Read | Write) else lease_lock.KEY).path
    stored: KeyValue | None = draft.keys.get(key)
    version = "" if stored is None else str(stored.mod_revision)
    if isinstance(wish, Update):
        wish = evolve(wish, version=lease_version(wish.version, version))
    elif isinstance(wish, Write):
        wish = evolve(wish, version=work_version(wish.version, version))
    etcd = _Etcd(draft.revision, draft.revision, draft.keys)
    answer = handle(etcd, _request_of(wish))
    if etcd.revision != draft.revision:
        draft.revision = etcd.revision
    before: Any = None if stored is None else stored.value
    return Done(answer, _reply_of(wish, answer), before)


def _request_of(wish: Wish) -> Request:
    match wish:
        case Read():
            return get(CONFIG_MAP, WORK.namespace, WORK.name)
        case Write(term, version):
            return update(CONFIG_MAP, work_of(term, version))
        case _:
            return lease_lock.request_of(wish)


def _reply_of(wish: Wish, answer: Answer) -> Response:
    if not isinstance(wish, Read | Write):
        return lease_lock.reply_of(wish, answer)
    if answer.object is None:
        return Failed(conflict=answer.reason == "Conflict")
    version = answer.object.resource_version
    return Found(term_of(answer.object), version) if isinstance(wish, Read) else Written(version)
