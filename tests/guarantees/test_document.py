"""GUARANTEES.md is what the evidence says.

The tests of the triples look for every line that a search gives; here the rest is compared, and, where time does not
matter, the whole.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from seatrial.checker.corpus import FOLDER, path_of
from seatrial.checker.evidence import Evidence, Proof, bitten, ended, held, searched
from seatrial.checker.guarantees import as_json, as_markdown, collect
from seatrial.checker.mutants import MUTANTS
from seatrial.invariants.catalogue import CATALOGUE, GUARANTEES, Guarantee, Limit, named
from seatrial.model.faults import MEANING
from seatrial.model.profiles import KNOBS
from seatrial.model.scenarios import SCENARIOS

from .document import OUT_OF_DATE, document, undocumented

WITHOUT_REPOSITORY = "GUARANTEES.md lies in the repository only"


@pytest.fixture
def text() -> str:
    """The document."""
    found = document()
    if found is None:
        pytest.skip(WITHOUT_REPOSITORY)
    return found


@pytest.mark.thorough
def test_the_document_is_current(text: str) -> None:
    """Collecting all the evidence anew gives the same document, byte for byte; everything is as claimed."""
    evidence = collect()

    assert evidence.complaints() == []
    assert as_markdown(evidence) == text, OUT_OF_DATE
    assert json.loads(json.dumps(as_json(evidence))) == as_json(evidence)


def test_what_no_search_gives_is_current() -> None:
    """The words around the evidence are those that would be written now."""
    frame = as_markdown(Evidence((), (), ()))
    assert undocumented(*frame.split("\n\n")) == [], OUT_OF_DATE


def test_every_promise_has_its_section(text: str) -> None:
    """In the order of the catalogue, and reached from the summary."""
    sections = [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")]
    names = [each.id for each in CATALOGUE]

    assert [each for each in sections if each in names] == names
    assert all(f"](#{name})" in text for name in names)


def test_every_link_leads_somewhere(text: str) -> None:
    """Each trace that the document links to is in the corpus, and each of the corpus is linked to."""
    linked = set(re.findall(r"\]\(traces/corpus/([^)]+)\)", text))
    assert linked == {path.name for path in FOLDER.glob("*.json")}


def test_every_command_names_what_there_is(text: str) -> None:
    """Scenarios, promises, mutants, faults and knobs in commands exist."""
    commands = [each.split() for each in re.findall(r"`seatrial check ([^`]+)`", text)]
    known = {
        "--only": {each.id for each in CATALOGUE},
        "--mutant": set(MUTANTS),
        "--fault": {f"{name}={count}" for name in MEANING for count in range(4)},
        "--profile": {f"{knob.name}={setting}" for knob in KNOBS.values() for setting in knob.settings},
    }

    assert commands
    for scenario, *options in commands:
        assert scenario in SCENARIOS
        for name, values in zip(options[::2], options[1::2], strict=True):
            assert known[name].issuperset(values.split(","))


def test_what_is_not_as_claimed_is_complained_of_and_shown() -> None:
    """A promise that is not made there, a limit without a witness and a mutant that survives are named, not hidden."""
    (invariant,) = named(["obj-finalizer-blocks-removal"])
    wrong = Guarantee(
        invariant,
        holds_in=("finalizer-race",),
        limits=(Limit("finalizer-added-during-delete", "release-race"),),
        teeth=(("no-expectations", "finalizer-race"),),
    )
    unmutated = Limit("finalizer-added-during-delete", "editors-unconditional")
    race = searched("finalizer-race")
    kept = ended(invariant, unmutated)
    survivor = bitten(GUARANTEES[-2], "informer-goes-back", "replicaset-scaled")
    evidence = Evidence((race,), (Proof(wrong, (held(invariant, race),), (kept,), (survivor,)),), ())

    shown = as_markdown(evidence)

    assert evidence.complaints() == [
        "obj-finalizer-blocks-removal does not hold in finalizer-race: not promised there",
        "obj-finalizer-blocks-removal has no witness finalizer-added-during-delete in editors-unconditional",
        "obj-finalizer-blocks-removal survives mutant informer-goes-back in replicaset-scaled",
    ]
    assert all(word in shown for word in ("**not promised there**", "no witness was found", "**survives**"))
    assert as_json(evidence)["complaints"] == evidence.complaints()
    assert [each["found"] for each in as_json(evidence)["guarantees"][0]["limits"]] == [False]


def test_the_corpus_lies_where_the_links_say() -> None:
    """``traces/corpus`` of the document is the corpus of the installed package."""
    assert path_of("x").parts[-3:] == ("traces", "corpus", "x.json")
    assert Path(path_of("x")).parent.is_dir()
