"""Broken models of etcd, which the comparisons must find.

Lives here: for each of a few bugs, put into the model, that the recordings show it, and that a running etcd shows it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import evolve

from seatrial.checker.conformance.etcd_live import conform_live
from seatrial.checker.conformance.etcd_recording import conform_etcd
from seatrial.model.errors import BadInput
from seatrial.model.etcd import Batch, Cells, Compare, Event, KeyValue, Put, Range, Target, WatchCreate, compaction
from seatrial.model.etcd import mvcc, transactions, watch
from seatrial.model.etcd.refusals import Compacted
from seatrial.model.etcd.values import tombstone

RECORDING = Path(__file__).parents[1] / "data" / "recordings" / "etcd.jsonl"

Mutant = Callable[[pytest.MonkeyPatch], None]


def deleting_nothing_makes_a_revision(patch: pytest.MonkeyPatch) -> None:
    """A deletion that finds no key counts as a change."""
    original = transactions._delete_range

    def mutant(run, request):
        response = original(run, request)
        if not response.deleted:
            run.events.append(Event("DELETE", tombstone(request.key, run.before + 1)))
        return evolve(response, revision=run.now)

    patch.setattr(transactions, "_delete_range", mutant)
