"""Broken models of etcd, which the comparisons must find.

Lives here: for each of a few bugs, put into the model, that the recordings show it, and that a running etcd shows it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from seatrial.checker.conformance import etcd_streaming
from seatrial.checker.conformance.etcd_live import conform_live
from seatrial.checker.conformance.etcd_recording import conform_etcd
from seatrial.model.errors import BadInput
from seatrial.model.etcd import (
    Cancelled,
    Compact,
    CompactResponse,
    DeleteRange,
    Event,
    KeyValue,
    PutResponse,
    Range,
    Result,
    compaction,
    leases,
    mvcc,
    streams,
    transactions,
    watch,
)
from seatrial.model.etcd.refusals import Compacted, LeaseNotFound
from seatrial.model.etcd.values import tombstone

RECORDING = Path(__file__).parents[1] / "data" / "recordings" / "etcd.jsonl"

Function = Callable[..., Any]
Mutant = Callable[[Function], Function]


def deleting_nothing_makes_a_revision(delete_range: Function) -> Function:
    """A deletion that finds no key counts as a change."""

    def mutant(run: Any, request: Any) -> Any:
        response = delete_range(run, request)
        if not response.deleted:
            run.events.append(Event("DELETE", tombstone(request.key, run.before + 1)))
        return evolve(response, revision=run.now)

    return mutant


def versions_outlive_their_keys(successor: Function) -> Function:
    """A key that was deleted goes on counting its versions when it comes back."""
    buried: dict[str, int] = {}

    def mutant(previous: KeyValue | None, request: Any, revision: int) -> KeyValue:
        kv: KeyValue = successor(previous, request, revision)
        if previous is None:
            kv = evolve(kv, version=buried.get(kv.key, 0) + 1)
        buried[kv.key] = kv.version
        return kv

    return mutant


def a_put_of_the_same_value_is_nothing(put: Function) -> Function:
    """A put of the value that is already there makes no revision."""

    def mutant(run: Any, request: Any) -> Any:
        present = run.cells.keys.get(request.key)
        if present is None or present.value != request.value:
            return put(run, request)
        return PutResponse(run.now, present if request.prev_kv else None)

    return mutant


def a_missing_value_differs(holds: Function) -> Function:
    """Comparing the value of a missing key succeeds if it is compared as different."""

    def mutant(cells: Any, compare: Any) -> bool:
        missing = compare.key not in cells.keys and not compare.range_end
        return bool(holds(cells, compare)) or (missing and compare.result is Result.NOT_EQUAL)

    return mutant


def the_compacted_revision_cannot_be_read(refuse: Function) -> Function:
    """The compacted revision itself is refused."""

    def mutant(cells: Any, revision: int, now: int) -> None:
        refuse(cells, revision, now)
        if revision == cells.compacted:
            raise Compacted

    return mutant


def the_past_is_a_revision_late(past: Function) -> Function:
    """A range at a revision sees the change of the next one."""

    def mutant(cells: Any, request: Range, unlogged: Any) -> Any:
        return past(cells, evolve(request, revision=request.revision + 1), unlogged)

    return mutant


def a_watch_skips_what_is_compacted(events: Function) -> Function:
    """A watch from below the compaction goes on where history begins, without a word."""

    def mutant(cells: Any, wanted: Any, next_revision: int) -> Any:
        told = events(cells, wanted, next_revision)
        return events(cells, wanted, cells.compacted) if isinstance(told, Cancelled) else told

    return mutant


def a_new_key_has_a_previous_value(told: Function) -> Function:
    """An event tells as the previous value what it puts."""

    def mutant(event: Event, batch: Any, *, known: bool) -> Event:
        found: Event = told(event, batch, known=known)
        return evolve(found, previous=event.kv if known and event.kind == "PUT" else found.previous)

    return mutant


def what_is_gone_cannot_be_kept_alive(keep_alive: Function) -> Function:
    """Keeping a lease alive that does not exist is refused."""

    def mutant(cells: Any, request: Any, *, now: float = 0) -> Any:
        if request.id not in cells.leases:
            raise LeaseNotFound
        return keep_alive(cells, request, now=now)

    return mutant


def a_lease_takes_its_keys_one_by_one(revoke: Function) -> Function:
    """Each key of a lease that ends is deleted at a revision of its own."""

    def mutant(cells: Any, request: Any) -> Any:
        for key in leases.attached(cells, request.id)[1:]:
            transactions.delete_range(cells, DeleteRange(key))
        return revoke(cells, request)

    return mutant


def a_put_leaves_the_lease(successor: Function) -> Function:
    """A put without a lease keeps the key attached to the old one."""

    def mutant(previous: KeyValue | None, request: Any, revision: int) -> KeyValue:
        kv: KeyValue = successor(previous, request, revision)
        return evolve(kv, lease=previous.lease) if previous is not None and not kv.lease else kv

    return mutant


def compaction_may_stand_still(compact: Function) -> Function:
    """Compacting to the compacted revision again is not refused."""

    def mutant(cells: Any, request: Compact, *, version: Any) -> Any:
        if request.revision == cells.compacted:
            return CompactResponse(cells.revision)
        return compact(cells, request, version=version)

    return mutant


def the_future_begins_now(first_revision: Function) -> Function:
    """A watch from a revision that does not exist yet is told what comes before it, too."""

    def mutant(cells: Any, wanted: Any) -> int:
        return int(min(cells.revision + 1, first_revision(cells, wanted)))

    return mutant


RECORDED: list[tuple[Mutant, Any, str]] = [
    (deleting_nothing_makes_a_revision, transactions, "_delete_range"),
    (versions_outlive_their_keys, transactions, "_successor"),
    (a_put_of_the_same_value_is_nothing, transactions, "_put"),
    (a_missing_value_differs, transactions, "_holds"),
    (the_compacted_revision_cannot_be_read, mvcc, "refuse_unreadable"),
    (the_past_is_a_revision_late, mvcc, "_past"),
    (a_watch_skips_what_is_compacted, etcd_streaming, "events"),
    (a_new_key_has_a_previous_value, watch, "_told"),
    (a_lease_takes_its_keys_one_by_one, leases, "revoke"),
    (a_put_leaves_the_lease, transactions, "_successor"),
    (compaction_may_stand_still, compaction, "compact"),
]
ALIVE: list[tuple[Mutant, Any, str]] = [
    (a_watch_skips_what_is_compacted, streams, "events"),
    (the_future_begins_now, streams, "first_revision"),
    (what_is_gone_cannot_be_kept_alive, leases, "keep_alive"),
]
"""What only a running server shows."""

_PROGRAMS, _AT_ONCE = 400, 10

QUICK = ("a_new_key_has_a_previous_value", "what_is_gone_cannot_be_kept_alive", "compaction_may_stand_still")


@pytest.mark.parametrize(("mutant", "module", "name"), RECORDED, ids=[mutant.__name__ for mutant, _, _ in RECORDED])
def test_the_recordings_show_the_bug(monkeypatch: pytest.MonkeyPatch, mutant: Mutant, module: Any, name: str) -> None:
    """A model with the bug does not answer as the recorded servers did."""
    monkeypatch.setattr(module, name, mutant(getattr(module, name)))
    assert conform_etcd(RECORDING).mismatched > 0


@pytest.mark.parametrize(
    ("mutant", "module", "name"),
    [
        pytest.param(*each, id=each[0].__name__, marks=[pytest.mark.thorough] * (each[0].__name__ not in QUICK))
        for each in (*RECORDED, *ALIVE)
        if each[1] is not etcd_streaming
    ],
)
def test_a_running_etcd_shows_the_bug(monkeypatch: pytest.MonkeyPatch, mutant: Mutant, module: Any, name: str) -> None:
    """A model with the bug does not answer as a real server does, within a few hundred random programs."""
    monkeypatch.setattr(module, name, mutant(getattr(module, name)))
    try:
        reports = (conform_live(_AT_ONCE, seed=seed) for seed in range(0, _PROGRAMS, _AT_ONCE))
        found = any(report.mismatched for report in reports)
    except BadInput as reason:
        if os.environ.get("SEATRIAL_REQUIRE_ETCD"):
            raise
        pytest.skip(str(reason))
    assert found
