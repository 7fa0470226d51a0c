"""What happened to servers and etcd in a recording: the bracketed text at the beginning of a step.

Lives here: reading that text, in one place.  Must not know: what follows from it for answers.

A recorder writes ``[B's etcd stalled]`` before the first request of the time in which server B could send to etcd but
hear nothing from it, and reminds with ``[stalled]`` before the others; ``[free again]`` ends it.  ``[etcd paused]`` and
``[resumed]``, ``[A killed]`` and ``[A restarted]`` go the same way.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Mapping
from enum import Enum, auto
from typing import Final

from attrs import frozen

ETCD: Final = "etcd"


class Deed(Enum):
    """What may be done to etcd, to a server, or to a server's connection to etcd."""

    STALL = auto()
    FREE = auto()
    PAUSE = auto()
    RESUME = auto()
    KILL = auto()
    RESTART = auto()


_DEEDS: Final[Mapping[str, Deed]] = {
    "stalled": Deed.STALL,
    "free again": Deed.FREE,
    "freed": Deed.FREE,
    "free": Deed.FREE,
    "paused": Deed.PAUSE,
    "resumed": Deed.RESUME,
    "killed": Deed.KILL,
    "restarted": Deed.RESTART,
}

ENDS: Final[Mapping[Deed, Deed]] = {Deed.FREE: Deed.STALL, Deed.RESUME: Deed.PAUSE, Deed.RESTART: Deed.KILL}
"""Which deed ends which other."""

_BRACKETS: Final = re.compile(r"\[(?P<text>[^\]]*)\]")
_TEXT: Final = re.compile(rf"(?:(?P<whose>\S+)'s )?(?:(?P<subject>\S+) )?(?P<deed>{'|'.join(_DEEDS)})")
_OTHERWISE_READ: Final = ("during", "etcd compacted")
"""How the bracketed texts begin that are about something else (see ``apiserver_lines``)."""

_AT: Final = re.compile(r"\bat ([\w.-]+)")


@frozen
class Happening:
    """One deed: to ``subject`` (``etcd`` or a server, empty: as before); or to the connection of ``whose`` to etcd."""

    deed: Deed
    subject: str = ""
    whose: str = ""


def happening(step: str) -> Happening | str | None:
    """What happened before a step; its bracketed text where that is not understood; ``None`` if there is none."""
    brackets = _BRACKETS.match(step)
    if brackets is None or brackets["text"].startswith(_OTHERWISE_READ):
        return None
    found = _TEXT.fullmatch(brackets["text"])
    if found is None or (found["whose"] and found["subject"] not in (None, ETCD)):
        return brackets["text"]
    return Happening(_DEEDS[found["deed"]], found["subject"] or "", found["whose"] or "")


def tells_of_faults(step: str) -> bool:
    """Whether a step's text tells of something that was done to servers or etcd."""
    return isinstance(happening(step), Happening)


def server_named(step: str, servers: Collection[str]) -> str | None:
    """The one of some servers at which a step says that it was asked; or to which it says that something was done."""
    asked = next((found[1] for found in _AT.finditer(step) if found[1] in servers), None)
    if asked is not None:
        return asked
    done = happening(step)
    if isinstance(done, Happening):
        return next((name for name in (done.subject, done.whose) if name in servers), None)
    return None


# --- Summaries ------------------------------------------------------------------------------------------------------

_NEVER: Final = {
    "get": "reads of the most recent state that were older than an acknowledged write",
    "list": "lists of the most recent state that were older than an acknowledged write",
    "lost": "acknowledged writes that were undone by a write that did not know them",
}
"""What may never happen, by the name under which a summary counts it."""

_AT_WILL: Final = ("get0", "list0")
"""What a summary counts that may happen any number of times: reads of any state that were old."""

_TIMES: Final = re.compile(r"(\d+) ")


def judged(step: str, counts: Mapping[str, object]) -> dict[str, int] | None:
    """The most that each of a summary's counts may be; ``None`` if not all of them are understood.

    What may happen at will happened at most as often as anything was done, where the step begins with that number.
    """
    times = _TIMES.match(step)
    at_will = int(times[1]) if times else sys.maxsize
    if not counts or not all(name in (*_NEVER, *_AT_WILL) and type(each) is int for name, each in counts.items()):
        return None
    return {name: 0 if name in _NEVER else at_will for name in counts}
