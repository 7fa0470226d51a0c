"""What a test calls: ``check``, ``replay``, and the errors they raise."""

from __future__ import annotations

import os
import re
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from seatrial import (
    CATALOGUE,
    BadInput,
    Bounds,
    Cluster,
    ModelError,
    Object,
    Scenario,
    Violated,
    always,
    api,
    check,
    replay,
)
from seatrial.checker.check import ENGINES, engine_named, run, trace_of
from seatrial.checker.memory import SHARE, memory_limit
from seatrial.checker.remake import remake
from seatrial.invariants.catalogue import named
from seatrial.model.scenarios import build
from seatrial.traces import Broken, read

THING = "/registry/configmaps/default/thing"


def deleter() -> Generator[api.Effect, Any, None]:
    """Somebody who deletes the thing."""
    yield from api.delete("ConfigMap", ("default", "thing"))


def deletion() -> Scenario:
    """A scenario of one's own."""
    thing = Object.of({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "thing"}})
    return Scenario("deletion-of-mine", Cluster(objects=[thing], scripts={"deleter": deleter}, apiservers=1))


@always(needs=["keys"])
def never_lost(state: Any) -> bool:
    """The thing is always there."""
    return THING in state.keys


def test_what_holds_is_returned() -> None:
    """A complete search in which nothing breaks gives the verdict, for every promise that is about the scenario."""
    verdict = check(deletion())
    assert (verdict.holds, verdict.states) == (True, 7)
    assert {each.id for each in verdict.judged} <= {each.id for each in CATALOGUE}


def test_what_breaks_is_raised_as_a_story() -> None:
    """The message reads: which scenario, the steps, the promise, how to keep it."""
    with pytest.raises(Violated) as caught:
        check(deletion(), [never_lost])
    text = str(caught.value)
    assert text.startswith("deletion-of-mine breaks never-lost\n")
    assert "deleter begins" in text
    assert "The thing is always there." in text
    assert text.endswith("To keep it: check(…, save=FILE).")
    assert caught.value.trace.violated == Broken("never-lost")
    assert isinstance(caught.value, AssertionError)


def test_what_breaks_is_kept_when_asked(tmp_path: Path) -> None:
    """The saved trace is the one raised; it replays with its scenario, and is refused without."""
    file = tmp_path / "lost.json"
    with pytest.raises(Violated, match=re.escape(str(file))) as caught:
        check(deletion(), [never_lost], save=file)
    assert read(file) == caught.value.trace
    assert replay(file, deletion(), invariants=[never_lost]).as_recorded
    with pytest.raises(BadInput, match="there is no scenario"):
        replay(file, invariants=[never_lost])
    with pytest.raises(BadInput, match="there is no invariant"):
        replay(file, deletion())


def test_promises_beyond_their_limits_are_left_out_unless_asked() -> None:
    """The catalogue may be given whole: what is not promised under the scenario's faults is not judged."""
    stale = build("replicaset-stale-restart")
    assert check(stale, CATALOGUE).holds
    with pytest.raises(Violated, match="rs-no-over-creation"):
        check(stale, CATALOGUE, beyond_limits=True)


def test_nothing_to_judge_is_an_error() -> None:
    """A test that judges nothing would pass whatever happens."""
    with pytest.raises(BadInput, match="none of the 1 promises"):
        check(build("replicaset-stale-restart"), named(["rs-no-over-creation"]))


def test_a_bound_makes_the_verdict_honest() -> None:
    """A search that was stopped does not hold."""
    verdict = check(build("editors"), bounds=Bounds(states=10))
    assert (verdict.verdict, verdict.complete, verdict.stopped) == ("not-found", False, "states")


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_every_engine_finds_what_is_shallow(engine: str) -> None:
    """The same promise breaks, in the same number of steps once it is shrunk."""
    with pytest.raises(Violated) as caught:
        check(deletion(), [never_lost], engine=engine)
    assert len(caught.value.trace.steps) == 3
    assert caught.value.trace.provenance.engine == engine


def test_promises_are_reported_in_the_order_given() -> None:
    """Whatever order an engine judges them in."""
    wanted = ["obj-no-lost-update", "etcd-rev-monotone", "api-single-writer"]
    verdict = run(build("finalizer-race"), named(wanted))
    assert [each.id for each in verdict.judged] == wanted


def test_unknown_engines_are_refused_with_the_nearest() -> None:
    """Also those that are still to come."""
    with pytest.raises(BadInput, match="did you mean 'walk'"):
        engine_named("wlak")
    with pytest.raises(BadInput, match="not built yet"):
        engine_named("symbolic")


def test_a_counterexample_is_taken_again_before_it_is_believed() -> None:
    """An engine's claim that does not come true when its steps are taken again is no trace, but an error."""
    scenario = deletion()
    verdict = run(scenario, [never_lost])
    assert verdict.violation is not None
    for actions in (verdict.violation.actions[:-1], verdict.violation.actions[1:]):
        false = evolve(verdict, violation=evolve(verdict.violation, actions=actions))
        with pytest.raises(ModelError, match="is not deterministic"):
            trace_of(scenario, false, [never_lost])


def test_a_scenario_is_made_again_with_the_traces_faults() -> None:
    """Faults, parameters and mutant come from the trace; a scenario of one's own must have been made from the same."""
    own = evolve(deletion(), parameters={"things": 1})
    trace = trace_of(own, run(own, [never_lost]), [never_lost])
    assert trace is not None
    again = remake(evolve(trace.scenario, faults={"crash-server": 1}), [own])
    assert (again.name, again.faults) == (own.name, {"crash-server": 1})
    assert remake(evolve(trace.scenario, mutant="no-compare"), [own]).mutant == "no-compare"
    with pytest.raises(BadInput, match="other parameters"):
        remake(trace.scenario, [deletion()])


def test_a_search_leaves_some_memory_to_others() -> None:
    """The limit is part of what the machine has."""
    limit = memory_limit()
    assert limit is not None
    assert 0 < limit <= SHARE * os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
