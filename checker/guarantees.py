"""The evidence for the catalogue as documents: ``GUARANTEES.md`` for people, JSON for programs.

Lives here: the words.  :func:`collect` runs everything; a document says nothing of the machine or the time.
Must not know: how anything is searched (:mod:`.evidence`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from seatrial.invariants.catalogue import CATALOGUE
from seatrial.invariants.invariant import Invariant
from seatrial.model.faults import MEANING
from seatrial.model.scenario import Scenario
from seatrial.model.scenarios import build
from seatrial.traces import story

from .evidence import MATRIX_STATES, Bitten, Ended, Evidence, Held, Proof, Row, Searched, collect, without_numbers

__all__ = ["Evidence", "as_json", "as_markdown", "collect"]

CORPUS = "traces/corpus"

_INTRODUCTION = """\
# What is guaranteed, where it ends, and how we know

This document is generated: `seatrial guarantees -o GUARANTEES.md` writes it anew, and a test fails when it is out of
date. Every number in it was counted, none was written by hand.

Seatrial is a model of Kubernetes that a program can explore: etcd, API servers with their watch caches, informers,
controllers, people with kubectl. For each promise below you find three things.

1. **Where it holds.** A small cluster, called a *scenario*, is explored completely: every order in which its parts can
   take their steps, with every fault of that scenario at every moment at which it can strike. *Holds* is said only when
   no reachable state was left out. It is a statement about that scenario and those faults: two API servers, a handful
   of objects, one crash. It is no proof for a cluster of any size, nor for anything that the model leaves out.
2. **Where it ends.** Most promises of Kubernetes have an edge, and it is better to know it before an incident. A
   *witness* is a shortest sequence of steps that goes over that edge. It is kept as a file that can be read and
   replayed.
3. **Its teeth.** A check that cannot fail proves nothing. A *mutant* is the model with one guard taken out, such as an
   etcd that does not compare revisions. Each promise has mutants that break it; each part of a promise is broken by a
   mutant or by a witness.

How to run it yourself:

| what | command |
| --- | --- |
| check that a promise holds in a scenario | `seatrial check editors --only obj-no-lost-update` |
| check everything that is promised there | `seatrial check editors` |
| allow other faults than the scenario's own | `seatrial check editors --fault crash-server=2 --fault lost-answer=0` |
| see a promise broken by a mutant | `seatrial check editors --mutant no-compare` |
| replay a witness, or read its story | `seatrial replay traces/corpus/stale-restart.json`, `seatrial show …` |
| draw it | `seatrial show traces/corpus/stale-restart.json --format mermaid` |
"""

_SCENARIOS = """\
## The scenarios and their faults

*States* are distinct global states, *steps* the transitions between them. *Depth* is how many states lie on the way to
the most distant one. A *hazard* is nothing that fails but something that is done there and that some promises do not
cover. A *knob* that is not set as in the newest versions is named with its setting; `seatrial list profiles` says what
it means and which versions have it.

| scenario | what happens | faults | hazards and knobs | states | steps | depth |
| --- | --- | --- | --- | ---: | ---: | ---: |
"""

_FAULTS = """
The faults, each with a budget (how often it may happen in one run; of `stale-cache`: how many changes may be missed):

| fault | meaning |
| --- | --- |
"""

_MATRIX = f"""\
## Every mutant against every promise

`✗`: the mutant breaks the promise in some scenario. `·`: it was judged and did not break. Empty: where this mutant
changes anything, the promise says nothing. A row shows how far the damage of one missing guard reaches, a column how
sharp a promise is. Each mutant was run in all scenarios in which it could matter, each of them up to its first
{MATRIX_STATES:,} states (the searches above go as far as it takes), so a `·` says less than an `✗`.

"""


def as_markdown(evidence: Evidence) -> str:
    """``GUARANTEES.md``."""
    blocks = [
        _INTRODUCTION,
        _summary(evidence),
        _SCENARIOS + "".join(f"{scenario_line(each)}\n" for each in evidence.searches),
        _FAULTS.lstrip("\n") + "".join(f"| `{name}` | {meaning} |\n" for name, meaning in MEANING.items()),
        *(_section(each) for each in evidence.proofs),
        _MATRIX + _matrix(evidence),
    ]
    return "\n".join(blocks)


def _summary(evidence: Evidence) -> str:
    lines = [
        "## Summary\n\n| promise | holds in | states explored | known to end at | broken by |",
        "| --- | --- | ---: | --- | --- |",
    ]
    for proof in evidence.proofs:
        explored = sum(each.search.verdict.states for each in proof.held)
        ends = ", ".join(dict.fromkeys(f"`{each.circumstance}`" for each in proof.ends)) or "none"
        holds = f"{sum(each.as_claimed for each in proof.held)} of {_counted(len(proof.held), 'scenario')}"
        bites = f"{sum(each.witness.as_claimed for each in proof.bites)} of {_counted(len(proof.bites), 'mutant')}"
        anchor = f"[`{proof.invariant.id}`](#{proof.invariant.id})"
        lines.append(f"| {anchor}: {_sentence(proof.invariant)} | {holds} | {explored:,} | {ends} | {bites} |")
    return "\n".join(lines) + "\n"


def scenario_line(found: Searched) -> str:
    """A scenario's row in the table of scenarios."""
    scenario, verdict = found.scenario, found.verdict
    hazards = ", ".join(_beside_faults(scenario)) or "none"
    return (
        f"| `{scenario.name}` | {scenario.summary} | {_faults(scenario.faults)} | {hazards} | "
        f"{verdict.states:,} | {verdict.transitions:,} | {verdict.depth} |"
    )


# --- One promise ------------------------------------------------------------------------------------------------

_MODES: Mapping[str, str] = {
    "always": "in every state",
    "stepwise": "on every step that it is about",
    "at_rest": "in every state in which nothing but faults can happen any more",
}


def _section(proof: Proof) -> str:
    invariant = proof.invariant
    parts = list(dict.fromkeys(without_numbers(part) for each in proof.held for part in each.parts))
    lines = [
        f"## {invariant.id}\n",
        f"> {_sentence(invariant)}\n",
        f"Source: {invariant.source}.\n",
        f"Judged {_MODES[invariant.mode]}:\n",
        *(f"- {part}" for part in parts),
        "\n### Holds\n",
        "| in | with these faults | states | put to the test in | run it |",
        "| --- | --- | ---: | ---: | --- |",
        *(held_line(invariant, each) for each in proof.held),
        "\n### Ends\n",
        *(
            [ending(invariant, each) for each in proof.ends]
            or ["No fault or hazard of these scenarios is known to break it.\n"]
        ),
        "### Teeth\n",
        "| without a guard | breaks | after | trace | run it |",
        "| --- | --- | ---: | --- | --- |",
        *(bite_line(invariant, each) for each in proof.bites),
    ]
    return "\n".join(lines) + "\n"


def held_line(invariant: Invariant, held: Held) -> str:
    """A promise's row for one complete search."""
    scenario = held.search.scenario
    found = "" if held.as_claimed else f" **{held.verdict}**"
    return (
        f"| `{scenario.name}`{found} | {_faults(scenario.faults)} | {held.search.verdict.states:,} | "
        f"{_counted(held.premises, 'situation')} | `{_command(scenario, invariant)}` |"
    )


def ending(invariant: Invariant, ended: Ended) -> str:
    """A place where a promise ends, with the story of its witness."""
    witness, scenario = ended.witness, ended.witness.scenario
    if witness.trace is None:
        return f"**`{ended.limit.witness}`**: no witness was found.\n"
    given = ", ".join([*_beside_faults(scenario), *([_faults(scenario.faults)] if scenario.faults else [])])
    return "\n".join(
        [
            f"**[`{witness.name}`]({CORPUS}/{witness.name}.json)** ({given}): {ended.why}.\n",
            f"`{_command(scenario, invariant)}`\n",
            f"<details><summary>What happens, in {witness.length} steps; there is no shorter way</summary>\n",
            "```text",
            story(witness.trace, invariant).rstrip("\n"),
            "```\n",
            "</details>\n",
        ]
    )


def bite_line(invariant: Invariant, bitten: Bitten) -> str:
    """A promise's row for one mutant."""
    witness = bitten.witness
    if witness.trace is None:
        return f"| `{bitten.mutant.id}`: {bitten.mutant.sentence} | **survives** | | | |"
    return (
        f"| `{bitten.mutant.id}`: {bitten.mutant.sentence} | {witness.part} | {_counted(witness.length, 'step')} | "
        f"[trace]({CORPUS}/{witness.name}.json) | `{_command(witness.scenario, invariant)}` |"
    )


# --- The matrix -------------------------------------------------------------------------------------------------


def _matrix(evidence: Evidence) -> str:
    names = [f"[`{each.id}`](#{each.id})" for each in CATALOGUE]
    header = [f"| mutant | {' | '.join(names)} |", f"| --- |{' :-: |' * len(names)}"]
    return "\n".join([*header, *(matrix_line(each) for each in evidence.matrix)]) + "\n"


def matrix_line(row: Row) -> str:
    """A mutant's row in the matrix."""
    cells = ("✗" if each.id in row.broken else "·" if each.id in row.judged else "" for each in CATALOGUE)
    return f"| `{row.mutant.id}` | {' | '.join(cells)} |"


# --- Words ------------------------------------------------------------------------------------------------------


def _sentence(invariant: Invariant) -> str:
    return " ".join(invariant.sentence.split())


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def _faults(faults: Mapping[str, int]) -> str:
    return ", ".join(f"`{name}` {faults[name]}" for name in sorted(faults)) or "none"


def _beside_faults(scenario: Scenario) -> list[str]:
    """The hazards of a scenario, and the knobs that are not set as in the newest versions."""
    return [f"`{each}`" for each in sorted(scenario.circumstances.difference(scenario.faults))]


def _command(scenario: Scenario, invariant: Invariant) -> str:
    """How to run this search on the command line."""
    own = build(scenario.name).faults
    changed = {name: scenario.faults.get(name, 0) for name in sorted({*own, *scenario.faults})}
    options = [f"--fault {name}={count}" for name, count in changed.items() if count != own.get(name, 0)]
    options += [f"--profile {scenario.profile}"] if scenario.profile else []
    options += [f"--mutant {scenario.mutant}"] if scenario.mutant else []
    return " ".join(["seatrial check", scenario.name, *options, f"--only {invariant.id}"])


# --- For programs -----------------------------------------------------------------------------------------------


def as_json(evidence: Evidence) -> dict[str, Any]:
    """The evidence as plain JSON values."""
    return {
        "scenarios": [_scenario(each) for each in evidence.searches],
        "guarantees": [_guarantee(each) for each in evidence.proofs],
        "matrix": {"states": MATRIX_STATES, "mutants": [_row(each) for each in evidence.matrix]},
        "complaints": evidence.complaints(),
    }


def _scenario(found: Searched) -> dict[str, Any]:
    scenario, verdict = found.scenario, found.verdict
    return {
        "name": scenario.name,
        "summary": scenario.summary,
        "faults": dict(sorted(scenario.faults.items())),
        "hazards": list(scenario.hazards),
        "profile": scenario.settings.text,
        "complete": verdict.complete,
        "states": verdict.states,
        "transitions": verdict.transitions,
        "depth": verdict.depth,
    }


def _guarantee(proof: Proof) -> dict[str, Any]:
    invariant = proof.invariant
    return {
        "id": invariant.id,
        "sentence": _sentence(invariant),
        "source": invariant.source,
        "holds": [
            {"scenario": each.search.scenario.name, "verdict": each.verdict, "premises": each.premises}
            for each in proof.held
        ],
        "limits": [dict(_witnesses(each)) for each in proof.ends],
        "teeth": [dict(_witnesses(each)) for each in proof.bites],
    }


def _witnesses(found: Ended | Bitten) -> Iterator[tuple[str, Any]]:
    if isinstance(found, Ended):
        yield from (("circumstance", found.circumstance), ("why", found.why))
    else:
        yield from (("mutant", found.mutant.id), ("sentence", found.mutant.sentence))
    witness = found.witness
    yield "scenario", witness.scenario.name
    yield "faults", dict(sorted(witness.scenario.faults.items()))
    yield "found", witness.as_claimed
    yield from (("part", witness.part), ("steps", witness.length), ("trace", f"{CORPUS}/{witness.name}.json"))


def _row(row: Row) -> dict[str, Any]:
    return {
        "mutant": row.mutant.id,
        "sentence": row.mutant.sentence,
        "broken": {key: list(names) for key, names in row.broken.items()},
        "judged": {key: list(names) for key, names in row.judged.items()},
        "complete": list(row.complete),
    }
