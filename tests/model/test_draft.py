"""Views and drafts: what can be read and written, what is noted, and what is refused.

Lives here: tests of the interface that authors of rules and promises see.
"""

from __future__ import annotations

import pytest

from seatrial.model.draft import ABSENT, Cell, Disabled, Draft, NotOffered, View, require
from seatrial.model.errors import ModelError
from seatrial.model.machine import Machine

MACHINE = Machine("toy", variables={"count": 7, "shelf": {"b": 2, "a": 1}}, rules=[])


@pytest.fixture
def draft() -> Draft:
    """A draft of a state with a plain variable and a map."""
    return Draft(MACHINE.initial)


def test_reading_is_noted_in_order(draft: Draft) -> None:
    """Every cell that is asked for is a read, also a key that is not there, in order of the first reading."""
    assert (draft.shelf["b"], draft.count, draft.shelf.get("z"), draft.shelf["b"]) == (2, 7, None, 2)
    assert list(draft.reads) == [Cell("shelf", "b"), Cell("count"), Cell("shelf", "z")]
    assert draft.reads[Cell("shelf", "z")] is ABSENT


def test_a_draft_reads_what_it_wrote(draft: Draft) -> None:
    """What was written is read back, and that is not a read of the state."""
    draft.count = 8
    draft.shelf["c"] = 3
    del draft.shelf["a"]
    assert (draft.count, draft.shelf["c"], "a" in draft.shelf) == (8, 3, False)
    assert Cell("count") not in draft.reads
    assert draft.writes == {Cell("count"): 8, Cell("shelf", "c"): 3, Cell("shelf", "a"): ABSENT}


def test_the_state_does_not_change(draft: Draft) -> None:
    """Writing to a draft leaves the state alone."""
    draft.count = 8
    draft.shelf.clear()
    assert (MACHINE.initial.count, MACHINE.initial.shelf) == (7, {"a": 1, "b": 2})


def test_maps_are_iterated_in_ascending_order(draft: Draft) -> None:
    """The keys come in ascending order, written ones among them; the map counts as swept."""
    draft.shelf["aa"] = 0
    del draft.shelf["b"]
    assert list(draft.shelf.items()) == [("a", 1), ("aa", 0)]
    assert (len(draft.shelf), draft.swept) == (2, {"shelf"})


def test_a_map_may_change_while_it_is_iterated(draft: Draft) -> None:
    """Keys that are deleted during the iteration do not come any more, and nothing breaks."""
    met: list[str] = []
    for key in draft.shelf:
        met.append(key)
        draft.shelf.pop("b", None)
    assert met == ["a"]


def test_asking_for_one_key_sweeps_nothing(draft: Draft) -> None:
    """``in``, ``get`` and indexing depend on one cell only."""
    assert "a" in draft.shelf
    assert draft.swept == set()


def test_a_key_that_is_not_there_is_a_key_error(draft: Draft) -> None:
    """Maps behave as dictionaries do: reading or deleting an absent key raises ``KeyError``."""
    with pytest.raises(KeyError):
        draft.shelf["z"]
    with pytest.raises(KeyError):
        del draft.shelf["z"]


def test_unknown_variables_are_named_with_the_known_ones(draft: Draft) -> None:
    """Reading or writing a variable that there is not says which there are."""
    with pytest.raises(AttributeError, match="no variable 'cuont'; the machine has count, shelf"):
        draft.cuont  # noqa: B018
    with pytest.raises(ModelError, match="no variable 'cuont' to write; the machine has count, shelf"):
        draft.cuont = 1


def test_a_map_is_written_by_its_keys(draft: Draft) -> None:
    """Assigning to a map as a whole is refused, with the way to do it."""
    with pytest.raises(ModelError, match=r"draft\.shelf\[key\] = value"):
        draft.shelf = {}


def test_a_view_can_only_be_read() -> None:
    """Promises and observers cannot write, neither variables nor keys."""
    view = View(MACHINE.initial)
    with pytest.raises(ModelError, match="may only read"):
        view.count = 8
    with pytest.raises(ModelError, match="may only read"):
        view.shelf["a"] = 8
    with pytest.raises(ModelError, match="may only read"):
        del view.shelf["a"]


def test_require_goes_on_only_if_true() -> None:
    """A false guard ends the rule, a true one does not."""
    require([1])
    with pytest.raises(Disabled):
        require([])


def test_choices_follow_the_script() -> None:
    """Without a script the first option is taken; equal options count once."""
    draft = Draft(MACHINE.initial, ["y"])
    assert draft.choose("xyx") == "y"
    assert draft.choose([3, 1]) == 3
    assert draft.choices == ("y", 3)


def test_a_choice_that_is_not_offered_is_refused_with_the_options() -> None:
    """A script that names something else is told what there is."""
    draft = Draft(MACHINE.initial, ["z"])
    with pytest.raises(NotOffered, match="'z' is not offered, only 'x', 'y'"):
        draft.choose("xy")


def test_no_option_disables(draft: Draft) -> None:
    """A choice among nothing is no move."""
    with pytest.raises(Disabled):
        draft.choose([])


@pytest.mark.parametrize("option", [1.5, object(), ("a", (b"x",))])
def test_options_can_be_written_down(draft: Draft, option: object) -> None:
    """What could not stand in a trace cannot be chosen."""
    with pytest.raises(ModelError, match="cannot choose"):
        draft.choose([option])


def test_events_are_kept_in_order(draft: Draft) -> None:
    """What is emitted is kept as it came."""
    draft.emit("first")
    draft.emit("second")
    assert draft.events == ["first", "second"]
