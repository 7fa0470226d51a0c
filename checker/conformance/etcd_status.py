"""What a server tells of itself: what the model knows of it, and what only that server's process and disk know.

Lives here: :func:`split_status`.
"""

from __future__ import annotations

from typing import Final

from .etcd_wire import Difference, Json, an_object

_COUNTED: Final = ("raftAppliedIndex", "raftIndex", "dbSizeInUse", "dbSize")
_OF_THE_PROCESS: Final = {*_COUNTED, "leader", "raftTerm"}


def split_status(body: Json) -> tuple[Json, list[Difference]]:
    """A status without what a process's log and disk make of it, and what is wrong with that.

    Sizes and counters are any numbers, as long as no more is applied than there is, and no more used.  The only member
    is the leader, in the term that the header tells.
    """
    header = an_object(body.get("header"))
    found = [
        Difference(name, body.get(name), header.get(of_header))
        for name, of_header in (("leader", "member_id"), ("raftTerm", "raft_term"))
        if body.get(name) != header.get(of_header)
    ]
    found += [
        Difference(less, body.get(less), f"at most {more}, {body.get(more)!r}")
        for less, more in (_COUNTED[:2], _COUNTED[2:])
        if not _number(body, less) <= _number(body, more)
    ]
    return {name: value for name, value in body.items() if name not in _OF_THE_PROCESS}, found


def _number(body: Json, name: str) -> float:
    """A number that is written as a string; no number is none that anything compares to."""
    text = str(body.get(name))
    return int(text) if text.isdecimal() else float("nan")
