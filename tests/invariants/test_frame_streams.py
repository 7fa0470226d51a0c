"""The streams of an API server judged: what is right keeps every promise, and each wrong frame breaks one.

Lives here: frames made by hand from a short history; each stream is judged with that history, or without.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from seatrial.invariants.streams import kubernetes
from seatrial.invariants.streams.heard import Change, Ended, Message, Opened, Progress, Told
from seatrial.invariants.streams.judgement import Stream, judge
from seatrial.invariants.streams.kubernetes import KubernetesWatch, Was
from seatrial.model.objects import Object


def pod(name: str, version: int, *, chosen: bool = True, uid: str = "") -> Object:
    """An object that a selection wants or not."""
    labels = {"in": "yes" if chosen else "no"}
    metadata = {"name": name, "namespace": "n", "resourceVersion": str(version), "uid": uid or name, "labels": labels}
    return Object.of({"kind": "Pod", "metadata": metadata})


def chosen(object_: Object) -> bool:
    """Whether the selection wants an object."""
    return bool(object_.labels.get("in") == "yes")


HISTORY = (
    Was(2, "n/a", None, pod("a", 2)),
    Was(3, "n/b", None, pod("b", 3)),
    Was(4, "n/a", pod("a", 2), pod("a", 4, chosen=False)),
    Was(5, "n/b", pod("b", 3), pod("b", 5)),
    Was(6, "n/a", pod("a", 4, chosen=False), pod("a", 6)),
    Was(7, "n/b", pod("b", 5), None),
)


def frames() -> list[Message]:
    """What a watch through the selection from the beginning tells."""
    due = kubernetes.due(HISTORY, chosen)
    return [Opened(1), *(Told((each,)) for each in due), Progress(7)]


def lapses(messages: Sequence[Message], *, truth: bool, request: KubernetesWatch | None = None) -> dict[str, int]:
    """The promises of an API server that a stream breaks, each with the number of the message."""
    due = kubernetes.due(HISTORY, chosen) if truth else None
    stream: Stream[KubernetesWatch] = Stream(tuple(messages), request or KubernetesWatch(selects=chosen), due)
    found = judge(stream, kubernetes.PROMISES)
    return {each.promise.id: each.breach.message for each in found if each.breach is not None}


def test_leaving_a_selection_is_a_deletion() -> None:
    """What the selection makes of the history: an object that leaves is DELETED as it was, one that enters ADDED."""
    due = kubernetes.due(HISTORY, chosen)
    assert [each.kind for each in due] == ["ADDED", "ADDED", "DELETED", "MODIFIED", "ADDED", "DELETED"]
    assert due[2].body == pod("a", 4)
    assert lapses(frames(), truth=True) == lapses(frames(), truth=False) == {}


def test_each_wrong_frame_breaks_its_promise() -> None:
    """Left out, told twice, from before the start, out of order, otherwise than it was, bookmarked too early."""
    right_ = frames()
    gone = [*right_[:4], *right_[5:]]
    again = [*right_[:4], right_[3], *right_[4:]]
    late = [Opened(4), *right_[1:]]
    swapped_ = [*right_[:4], right_[5], right_[4], *right_[6:]]
    early = [*right_[:4], Progress(5), *right_[4:]]

    assert lapses(gone, truth=True) == {"watch-gap-free-or-told": 5}
    assert lapses(again, truth=False)["watch-gap-free-or-told"] == 5
    assert lapses(again, truth=False)["watch-object-rv-monotone"] == 5
    assert lapses(late, truth=False)["watch-start-exclusive"] == 2
    assert lapses(swapped_, truth=False) == {"watch-rv-order": 6}
    assert lapses(early, truth=True)["watch-bookmark-sound"] == 5
    assert lapses(early, truth=False) == {"watch-bookmark-sound": 6}


@pytest.mark.parametrize(
    "change",
    [
        Change(4, "n/a", "MODIFIED", pod("a", 4, chosen=False)),
        Change(4, "n/a", "DELETED", pod("a", 4, chosen=False)),
        Change(4, "n/a", "ADDED", pod("a", 4)),
    ],
    ids=["leaves-as-modified", "deleted-as-it-became", "added-though-there"],
)
def test_a_transition_is_told_as_it_looks(change: Change) -> None:
    """An object that leaves the selection is told neither as modified, nor as what it became, nor as new."""
    right_ = frames()
    found = lapses([*right_[:3], Told((change,)), *right_[4:]], truth=False)
    assert found["watch-selector-transition"] == 4


def test_another_uid_betrays_a_deletion() -> None:
    """An object that is another one than before was deleted in between; that frame is missing."""
    right_ = frames()
    other = Told((Change(5, "n/b", "MODIFIED", pod("b", 5, uid="another")),))
    assert lapses([*right_[:4], other], truth=False) == {"watch-gap-free-or-told": 5}


def shown(*objects: Object) -> list[Message]:
    """What there is, shown at first."""
    changes = (Change(int(each.resource_version), f"n/{each.name}", "ADDED", each) for each in objects)
    return [Opened(), *(Told((each,), initial=True) for each in changes)]


def test_what_is_shown_is_what_there_was() -> None:
    """Up to the bookmark that ends it exactly the state at its resourceVersion is shown, and that is not too old."""
    request = KubernetesWatch(initial=True, not_older=4, selects=chosen)
    end, rest = Progress(4, ends_initial=True), frames()[4:]
    whole = [*shown(pod("b", 3)), end, *rest]
    wrong = {
        "too much": [*shown(pod("a", 2), pod("b", 3)), end, *rest],
        "too little": [*shown(), end, *rest],
        "too old": [*shown(pod("a", 2), pod("b", 3)), Progress(3, ends_initial=True)],
        "twice": [*shown(pod("b", 3)), end, end],
    }
    assert lapses(whole, truth=True, request=request) == {}
    for stream_ in wrong.values():
        assert "watch-initial-events-end" in lapses(stream_, truth=True, request=request)


def test_deletions_of_one_lease_share_a_resource_version() -> None:
    """Two objects that a lease deletes have one resourceVersion; two changes of another kind never do."""
    gone = [Told((Change(9, f"n/{name}", "DELETED", pod(name, 9)),)) for name in "ab"]
    new = [Told((Change(9, f"n/{name}", "ADDED", pod(name, 9)),)) for name in "ab"]
    assert lapses([Opened(9), *gone], truth=False) == {}
    assert lapses([Opened(9), *new], truth=False) == {"watch-rv-order": 3}


def test_too_old_is_said_in_the_stream() -> None:
    """An ERROR with a code ends a stream; 410 as the answer's status, an ERROR without a code, or more is broken."""
    promise = "watch-410-is-an-event"
    assert lapses([Opened(2), Ended(code=410)], truth=True) == {}
    assert lapses([Opened(2)], truth=True, request=KubernetesWatch(status=410))[promise] == 1
    assert lapses([Opened(2), Ended()], truth=True)[promise] == 2
    assert lapses([Opened(2), Ended(code=410), *frames()[1:]], truth=True)[promise] == 3
