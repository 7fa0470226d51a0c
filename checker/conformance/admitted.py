"""Why a recorded answer may be right though the model would have answered otherwise: the one list of such rules.

Lives here: :class:`Admitted`.  Must not know: how it is found out whether a rule allows an answer
(``apiserver_guesses``).

A real answer is at times one of several: it depends on how far a cache had come, or on whether etcd had got a write
before its connection broke.  The recorded one is admitted only if a rule of this list leads to exactly that answer.
What an admitted answer taught (a write that took effect after all, how far a cache had come) holds for all later lines.
"""

from __future__ import annotations

from enum import Enum


class Admitted(Enum):
    """A rule that allows more than one answer: its name, and what it says."""

    AMBIGUOUS_WRITE = (
        "ambiguous write",
        (
            "A write that got no answer, or a 504, may have taken effect, at any time until its server's way to etcd "
            "was free and a fresh read showed that it had not."
        ),
    )
    STALE_CACHE = (
        "stale cache",
        (
            "What needs no present state is answered from the server's cache, which may lag behind etcd: for moments, "
            "where its connection is sound, and never behind what was answered from it before."
        ),
    )
    WINDOW = (
        "window",
        (
            "A watch cache remembers at least its last hundred changes, and nothing from before it was filled: a "
            "watch from before that is told 410 Expired."
        ),
    )
    BOOKMARK_TIMING = (
        "bookmark timing",
        ("A bookmark may come at any time, if what it says lies between the changes told before and after it."),
    )
    UNRECORDED_STEPS = (
        "unrecorded steps",
        (
            "What an object was like after steps that are not recorded is learned from the first answer that shows "
            "it: the object may have changed, but is the same."
        ),
    )
    UNRECORDED_START = (
        "unrecorded start",
        (
            "A watch whose parameters are not recorded may have begun at any revision up to the one at which it was "
            "opened; from there on it must tell all."
        ),
    )
    DEADLINE = (
        "deadline",
        (
            "A request that waits for an etcd which does not answer ends at its deadline: with a 504, or with a "
            "connection that breaks."
        ),
    )
    READINESS = (
        "readiness",
        "A server that cannot reach etcd says so on its health endpoints only some time later, if at all.",
    )
    ORDER_OF_POLICIES = (
        "order of policies",
        "Where several policies refuse a request, a server tells of any one of them.",
    )

    def __init__(self, title: str, sentence: str) -> None:
        """A member is made of its name for people and its sentence."""
        self.title = title
        self.sentence = sentence
