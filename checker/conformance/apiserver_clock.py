"""How far the real etcd had come, and the model's after it.

Lives here: :class:`Clock`.  Must not know: requests, or how answers are compared.
"""

from __future__ import annotations

from typing import Any, Final, cast

from attrs import define

from seatrial.model.objects import ObjectKey
from seatrial.traces.recordings import Line

from .apiserver_lines import current_told, told_revision, versions_told, window_told
from .apiserver_mirror import Mirror
from .apiserver_servers import Server
from .fields import as_fields

_FARTHEST: Final = 1_000_000
"""By how many revisions a recording may move at once."""

_READS: Final = ("GET", "WATCH")
_OK: Final = range(200, 300)


@define
class Clock:
    """The recorded revision of etcd at the last line that tells one, and the model's; ``None`` before the first."""

    _now: tuple[int, int] | None = None

    def is_behind(self, recorded: int) -> bool:
        """Whether etcd has come to a revision that is later than what was told so far."""
        return self._now is not None and recorded > self._now[0]

    def catch_up(self, mirror: Mirror, recorded: int) -> None:
        """Let others write in the model's etcd until it has come as far as the real one."""
        if self._now is not None:
            then_recorded, then_model = self._now
            mirror.world.reach(then_model + recorded - then_recorded)
        self._now = (recorded, mirror.etcd.revision)
        mirror.known.revisions.bind(*self._now)

    def follow_answer(self, mirror: Mirror, line: Line, pair: tuple[int, int] | None, server: Server | None) -> None:
        """Come as far as an answer says that etcd had come; before the write that it tells of, if it does.

        ``server`` is the one that was asked where faults are told of: then lines tell no revisions of etcd themselves,
        and what an answer says holds only if its server could know.
        """
        if server is not None:
            in_passing = (current_told(line) or 0, window_told(line) or 0)
            told = max(0, *versions_told(line), *in_passing) - (line.fields["request"]["method"] not in _READS)
            if self._is_news(told) and _may_know(server):
                self.catch_up(mirror, told)
            return
        told_by_read = told_revision(line) if line.fields["request"]["method"] in _READS else None
        if told_by_read is None or not self.is_behind(told_by_read):
            return
        if pair is None or told_by_read <= pair[1]:
            self.catch_up(mirror, told_by_read)

    def follow_write(self, mirror: Mirror, line: Line, server: Server | None) -> None:
        """After a line that tells no revisions of etcd: the one of the object that it wrote."""
        status: object = line.fields["response"]["status"]
        told = max(versions_told(line), default=0)
        if status in _OK and self._is_news(told) and server is not None and _may_know(server):
            self.catch_up(mirror, told)

    def expire(self, mirror: Mirror, line: Line) -> bool:
        """Let those events expire whose end a watch was told, though nobody deleted them; whether there are any."""
        expired = False
        body: object = line.fields["response"].get("body")
        for frame in cast("list[object]", body) if isinstance(body, list) else ():
            told = as_fields(frame) or {}
            event = as_fields(told.get("object")) or {}
            if (told.get("type"), event.get("kind")) != ("DELETED", "Event"):
                continue
            metadata: dict[str, Any] = as_fields(event.get("metadata")) or {}
            key = ObjectKey("events", str(metadata.get("namespace")), str(metadata.get("name"))).path
            if key in mirror.etcd.keys and str(metadata.get("resourceVersion")).isdecimal():
                self.catch_up(mirror, int(metadata["resourceVersion"]) - 1)
                mirror.world.expire(key)
                self.catch_up(mirror, int(metadata["resourceVersion"]))
                expired = True
        return expired

    def _is_news(self, recorded: int) -> bool:
        return recorded > 0 if self._now is None else 0 < recorded - self._now[0] <= _FARTHEST


def _may_know(server: Server) -> bool:
    """Whether a server can have heard of a revision that nobody has told of yet."""
    return server.cut_at is None or not server.cut_is_known
