"""Caches of custom kinds that are being filled while a recording goes on.

Lives here: :class:`Filling`: whether a server may have refused a list because of that.  Must not know: lines, or how
answers are compared.

A server makes the cache of a custom kind when it is first asked for one of the kind, and again when its definition
changes in what it says of the kind.  Until the cache is filled, whatever must be as new as etcd, or newer than some
revision, is refused (429); how long that lasts depends on the machine.  So it is allowed up to the first answer from
the cache, and never after.

Source: Kubernetes 1.36, ``apiserver/pkg/storage/cacher/{cacher,delegator}.go`` (ResilientWatchCacheInitialization),
``apiextensions-apiserver/pkg/apiserver/customresource_handler.go``; recordings N.
"""

from __future__ import annotations

from attrs import Factory, define

from seatrial.model import kinds
from seatrial.model.apiserver import Answer
from seatrial.model.apiserver.definitions import RESOURCE, initializing
from seatrial.model.apiserver.http import HttpRequest
from seatrial.model.apiserver.reads import read_all
from seatrial.model.etcd.cells import Cells
from seatrial.model.frozen_json import Json

_REFUSED = 429
_GROUP, _VERSION = 1, 2


@define
class Filling:
    """The caches that are known to be filled, each by its definition's uid and what that says."""

    _filled: set[tuple[str, Json]] = Factory(set[tuple[str, Json]])

    def copy(self) -> Filling:
        """The same knowledge, which goes its own way."""
        return Filling(set(self._filled))

    def allowed(self, recorded_status: object, asked: HttpRequest, answer: Answer, cells: Cells) -> Answer:
        """The answer that the model may give: its own, or, if that was recorded and could be, the refusal."""
        cache = self._cache(asked, cells)
        if cache is None or (answer.items is None and answer.frames is None):
            return answer
        if recorded_status == _REFUSED and cache not in self._filled:
            return initializing()
        self._filled.add(cache)
        return answer

    def _cache(self, asked: HttpRequest, cells: Cells) -> tuple[str, Json] | None:
        """The cache from which a list or watch is answered, if it is one of a custom kind."""
        if asked.parts[:1] != ("apis",) or asked.query.get("resourceVersion") == "0":
            return None
        for stored in read_all(cells, RESOURCE):
            for kind in kinds.custom_kinds(stored.object):
                if asked.parts[_GROUP : _VERSION + 1] == (kind.group, kind.version) and kind.plural in asked.parts:
                    return stored.object.uid, stored.object.spec
        return None
