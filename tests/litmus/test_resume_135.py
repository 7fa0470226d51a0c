"""A client resumes its watch from the resourceVersion of the last listed object (kubernetes_asyncio#135)."""

from __future__ import annotations

import pytest

from seatrial.model.cluster.events import Answered
from seatrial.model.errors import BadInput
from seatrial.model.scenarios import build

from .verdicts import broken, happened, kept

NAME = "resumed-from-an-object"


def test_what_was_listed_is_told_again() -> None:
    """The watch tells the client of a state of an object that its list has shown already."""
    found = broken(NAME, "resume_from=item")
    answers = [each for each in happened(found) if isinstance(each, Answered) and each.process == "lister"]
    listed, watched = (each.answer for each in answers)

    assert listed.items
    assert watched.frames
    assert watched.frames[0].object in listed.items


def test_from_the_list_nothing_is_told_again() -> None:
    """A client that resumes from the list's resourceVersion hears of news only, in the whole scenario."""
    found = kept(NAME, "resume_from=list")
    assert (found.verdict.states, found.verdict.transitions, found.verdict.depth) == (393, 876, 20)


def test_the_careless_client_is_a_scenario_of_its_own() -> None:
    """It is shipped under its own name too, with the hazard that promises except."""
    assert build("resumption-from-item").hazards == build("resumption", {"resume_from": "item"}).hazards
    assert build("resumption").hazards == ()


def test_there_is_no_third_place() -> None:
    """Another place to resume from is refused, and the message names the two that there are."""
    with pytest.raises(BadInput, match="middle"):
        build("resumption", {"resume_from": "middle"})
