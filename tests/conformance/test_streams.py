"""Recorded and printed watches judged by what watches promise.

Lives here: which recorded streams keep all promises and which are known not to; and what the command says.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.cli.command import seatrial

from seatrial.checker.conformance.frame_streams import recorded_frame_streams
from seatrial.checker.conformance.stream_files import Known, judge_file
from seatrial.checker.conformance.streams import account_of, recorded_etcd_streams
from seatrial.model.errors import BadInput
from seatrial.model.etcd import VERSIONS
from seatrial.traces.recordings import read_recording

RECORDINGS = Path(__file__).parents[1] / "data" / "recordings"
ETCD = RECORDINGS / "etcd.jsonl"
FORGETFUL = ("3.4.23", "3.5.1")
"""The releases that forget a deletion at which they compact."""


@pytest.mark.parametrize("version", list(VERSIONS))
def test_recorded_watches_of_etcd_keep_their_promises(version: str) -> None:
    """All fifteen do on each release, but for a deletion that is lost where the older ones compacted."""
    accounts = [account_of(each, "etcd") for each in recorded_etcd_streams(ETCD, version)]
    broken = {each.name.split(" ", 1)[1]: [one.promise.id for one in each.broken] for each in accounts if each.broken}

    assert len(accounts) == 15
    assert broken == ({"watch from the compacted delete": ["ew-reliable"]} if version in FORGETFUL else {})


def test_the_recorded_watches_test_all_but_one_promise() -> None:
    """Each promise about etcd's watches is put to the test by some recorded one, except that no watch was resumed."""
    accounts = [account_of(each, "etcd") for each in recorded_etcd_streams(ETCD, "3.6.8")]
    tested = {one.promise.id for each in accounts for one in each.judged if one.rulings}
    assert {one.promise.id for one in accounts[0].judged} - tested == {"ew-resumable"}


@pytest.mark.parametrize(
    ("name", "streams"), [("apiserver-1.36.jsonl.gz", 27), ("apiserver-1.36-no-watch-cache.jsonl", 7)]
)
def test_recorded_watches_of_api_servers_keep_their_promises(name: str, streams: int) -> None:
    """With and without watch caches; together they put every promise but one to the test."""
    accounts = [account_of(each, "kubernetes") for each in recorded_frame_streams(RECORDINGS / name)]

    assert len(accounts) == streams
    assert [each.name for each in accounts if each.broken] == []


# --- What is printed ------------------------------------------------------------------------------------------------


def etcdctl(revision: int, *events: dict[str, Any]) -> dict[str, Any]:
    """A message as ``etcdctl watch -w json`` prints it."""
    header = {"cluster_id": 1, "member_id": 2, "revision": revision, "raft_term": 2}
    return {"Header": header, "Events": list(events), "CompactRevision": 0, "Canceled": False, "Created": False}


def put(revision: int, version: int) -> dict[str, Any]:
    """A put of ``w/a``, which came into being at revision 2."""
    return {"kv": {"key": "dy9h", "create_revision": 2, "mod_revision": revision, "version": version, "value": "MQ=="}}


def frame(kind: str, version: int, name: str = "x") -> dict[str, Any]:
    """A frame as ``kubectl get --watch --output-watch-events -o json`` prints it."""
    metadata = {"name": name, "namespace": "n", "uid": name, "resourceVersion": str(version)}
    return {"type": kind, "object": {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}}


def printed(tmp_path: Path, *documents: dict[str, Any] | str) -> Path:
    """A file with documents one after the other, over several lines each; texts stand in it as they are."""
    path = tmp_path / "stream.json"
    texts = (each if isinstance(each, str) else json.dumps(each, indent=4) for each in documents)
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return path


GONE = {"type": 1, "kv": {"key": "dy9h", "mod_revision": 4}}


def test_what_etcdctl_prints_is_judged(tmp_path: Path) -> None:
    """A whole stream is kept, with what etcdctl says between the documents; one with an event left out is not."""
    whole = printed(
        tmp_path, etcdctl(2, put(2, 1)), etcdctl(3, put(3, 2)), "progress notify: 3", etcdctl(3), etcdctl(4, GONE)
    )
    assert seatrial("conform", "stream", str(whole), "--after", "1", "--keys", "w/…").status == 0

    gap = printed(tmp_path, etcdctl(2, put(2, 1)), etcdctl(4, put(4, 3)))
    result = seatrial("conform", "stream", str(gap))
    assert result.status == 1
    assert "ew-reliable: message 3" in result.output

    outside = seatrial("conform", "stream", str(whole), "--keys", "v/…")
    assert outside.status == 1
    assert "ew-filter: message 2" in outside.output


def test_what_kubectl_prints_is_judged(tmp_path: Path) -> None:
    """What there was comes first in any order; then a frame that goes back in time breaks a promise."""
    whole = printed(tmp_path, frame("ADDED", 9, "a"), frame("ADDED", 7, "b"), frame("MODIFIED", 12, "a"))
    assert seatrial("conform", "stream", str(whole)).status == 0

    back = printed(tmp_path, frame("ADDED", 9, "a"), frame("ADDED", 7, "b"), frame("MODIFIED", 8, "a"))
    found = json.loads(seatrial("conform", "stream", str(back), "--json").output)
    broken = {each["id"]: each["message"] for each in found["streams"][0]["promises"] if each["verdict"] == "broken"}
    assert broken == {"watch-object-rv-monotone": 4, "watch-rv-order": 4}


def test_recordings_can_be_given_as_they_are() -> None:
    """The command judges every watch of a recording, of all releases in it."""
    result = seatrial("conform", "stream", str(ETCD), "--json")
    found = json.loads(result.output)
    assert (result.status, len(found["streams"]), found["broken"]) == (1, 60, 2)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[1]",
        '{"a": 1}',
        '{"type": "ADDED", "object": {}} {"type": "SURPRISE"}',
        '{"request": 1, "response": 2}',
    ],
)
def test_what_is_no_stream_is_refused(tmp_path: Path, text: str) -> None:
    """Nothing at all, no JSON, no object, neither frames nor messages, a frame of no known type."""
    path = printed(tmp_path, text)
    assert seatrial("conform", "stream", str(path)).status == 2
    with pytest.raises(BadInput):
        judge_file(path, Known())


POD = {"kind": "Pod", "metadata": {"name": "x", "resourceVersion": "5"}}


@pytest.mark.parametrize(
    ("object_", "reason"),
    [
        ({**POD, "kind": "Secret"}, "they are about Pod, Secret"),
        ({**POD, "metadata": {"name": "x"}}, "document 2 is ADDED, but has no object with a revision"),
        ({**POD, "metadata": {"name": "x", "resourceVersion": 5}}, "document 2 is ADDED, but has no object"),
        (None, "document 2 is ADDED, but has no object"),
        ({**POD, "x": float("nan")}, "document 2: nan is not a JSON number"),
    ],
)
def test_frames_without_which_nothing_can_be_said_are_refused(tmp_path: Path, object_: object, reason: str) -> None:
    """A frame that no server sends, or that comes from another watch, is named; it is not taken for a kept promise."""
    path = printed(tmp_path, {"type": "ADDED", "object": POD}, {"type": "ADDED", "object": object_})
    with pytest.raises(BadInput, match=reason) as caught:
        judge_file(path)
    assert caught.value.place == str(path)


def test_what_is_nested_too_deeply_is_refused(tmp_path: Path) -> None:
    """A text that no watch prints is bad input, however odd."""
    path = tmp_path / "deep.jsonl"
    path.write_text("[" * 100_000, encoding="utf-8")
    with pytest.raises(BadInput, match="nested too deeply"):
        judge_file(path)
    with pytest.raises(BadInput, match="nested too deeply"):
        read_recording(path)


def test_a_stream_can_come_from_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dash instead of a file is what another program prints."""
    with printed(tmp_path, {"type": "ADDED", "object": POD}).open(encoding="utf-8") as file:
        monkeypatch.setattr(sys, "stdin", file)
        (account,) = judge_file(Path("-"))
    assert not account.broken


def test_other_comparisons_take_no_options_of_streams(tmp_path: Path) -> None:
    """A start and keys belong to streams only; a file that is not there is bad input."""
    assert seatrial("conform", "etcd", str(ETCD), "--after", "3").status == 2
    assert seatrial("conform", "stream", str(tmp_path / "none")).status == 2
    assert seatrial("conform", "stream").status == 2
