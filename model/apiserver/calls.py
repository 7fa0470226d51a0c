"""What a server asks of etcd while it serves requests, call by call.

Lives here: :class:`Calls`, which whoever wants to know hands to :func:`.front.handle` and finds filled in.  Must not
know: how a request is decided; nothing that is decided depends on it.

A server asks etcd less than one might think.  It reads its watch cache where it can, so a write is mostly one
transaction.  A read of one key has limit 1.  A list that is to be up to date only asks for etcd's present revision (it
reads a key that nothing is stored at), waits until the cache has come so far and answers from there.

Two admission plugins (of limit ranges and quotas) do not believe their cache when it has nothing in a namespace.  They
ask for a list once, and remember the answer for thirty seconds: so does this, for as long as it lives.

Source: Kubernetes 1.36, ``apiserver/pkg/storage/etcd3/store.go``, ``plugin/pkg/admission/limitranger``,
``apiserver/pkg/admission/plugin/resourcequota/resource_access.go``; etcd's own log of a server's calls; recordings B.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from attrs import Factory, define

from ..etcd.requests import Compare, DeleteRange, Put, Range, Result, Target, Txn
from ..objects import ObjectKey, resource_prefix
from .storage import Attempt

Call: TypeAlias = Range | Txn
"""A call of etcd."""

_ASKED_FOR_ONCE: Final = ("limitranges", "resourcequotas")


@define
class Calls:
    """The calls that a server has made, in their order."""

    made: list[Call] = Factory(list[Call])
    _found_empty: set[tuple[str, str]] = Factory(set[tuple[str, str]])

    def read(self, key: ObjectKey) -> None:
        """One key is read."""
        self.made.append(Range(key.path, limit=1))

    def read_revision(self, resource: str) -> None:
        """Etcd's present revision is asked for, to know how new a list of this resource must be."""
        self.made.append(Range(resource_prefix(resource).removesuffix("/"), limit=1))

    def read_range(self, resource: str, namespace: str, limit: int, revision: int) -> None:
        """All keys of a resource are read, as where there is no watch cache."""
        prefix = resource_prefix(resource, namespace)
        end = f"{prefix.removesuffix('/')}0"  # a zero is the next character after a slash
        self.made.append(Range(prefix, range_end=end, limit=limit, revision=revision))

    def attempt(self, attempt: Attempt) -> None:
        """A write is tried, on condition that nobody else has written meanwhile."""
        path = attempt.key.path
        unchanged = Compare(path, Target.MOD, Result.EQUAL, attempt.expected)
        change = DeleteRange(path) if attempt.value is None else Put(path, attempt.value)
        otherwise = (Range(path),) if attempt.looks_when_lost else ()
        self.made.append(Txn((unchanged,), (change,), otherwise))

    def found_empty(self, resource: str, namespace: str) -> None:
        """Admission found no object of a resource in a namespace in its cache."""
        if resource in _ASKED_FOR_ONCE and (resource, namespace) not in self._found_empty:
            self._found_empty.add((resource, namespace))
            self.read_revision(resource)
