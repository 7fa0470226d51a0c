"""What the tests of informers share: a resource's history, and what a reflector would deliver of it.

Lives here: plain data and strategies.  Must not know: any one test.
"""

from __future__ import annotations

from hypothesis import strategies as st

from seatrial.model.machinery.delta_queue import Bookmark, Delivery, Delta, Replace
from seatrial.model.rigs.informer_events import FIRST, Thing, Things, Write, present

PATHS = ("default/a", "default/b", "other/a")


@st.composite
def histories(draw: st.DrawFn) -> tuple[Write, ...]:
    """Writes of one resource under three keys, and of others: creations, changes and deletions."""
    log: tuple[Write, ...] = ()
    for path, deletes in draw(st.lists(st.tuples(st.sampled_from(("", *PATHS)), st.booleans()), max_size=12)):
        revision = FIRST + len(log) + 1
        old = dict(present(log, revision)).get(path)
        if not path:
            write = Write(revision)
        elif old is None:
            write = Write(revision, path, None, Thing(revision, revision))
        else:
            write = Write(revision, path, old, None if deletes else Thing(old.uid, revision))
        log = (*log, write)
    return log


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[tuple[Delivery[Thing], ...], Things]:
    """What a reflector delivers of a history, and what there is in the end.

    It lists, is told of some changes, loses its watch and lists again at the same or a later revision, and so on.
    """
    log = draw(histories())
    newest = FIRST + len(log)
    at = draw(st.integers(FIRST, newest))
    delivered: list[Delivery[Thing]] = [Replace(present(log, at), at)]
    while at < newest:
        if draw(st.integers(0, 3)) == 0:
            at = draw(st.integers(at, newest))
            delivered.append(Replace(present(log, at), at))
            continue
        write = log[at - FIRST]
        at = write.revision
        delivered.append(_told(write))
    return tuple(delivered), present(log, newest)


def _told(write: Write) -> Delivery[Thing]:
    if not write.path:
        return Bookmark(write.revision)
    if write.new is None:
        return Delta("Deleted", write.path, write.shown)
    return Delta("Added" if write.old is None else "Updated", write.path, write.new)
