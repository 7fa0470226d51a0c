"""The reader of recordings.

Lives here: what is read, and what is refused with which words.
"""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from seatrial.model.errors import BadInput
from seatrial.traces.recordings import ETCD, read_recording

RECORDING = Path(__file__).parents[1] / "data" / "recordings" / "etcd.jsonl"


def test_lines_keep_their_order_and_their_numbers(tmp_path: Path) -> None:
    """Lines are numbered as an editor numbers them; empty ones are passed over; a separator within a text is none."""
    path = tmp_path / "recording.jsonl"
    path.write_text('{"a": "x\u2028y"}\n\n{"a": 2}\n', encoding="utf-8")
    read = read_recording(path)
    assert [(line.number, line.fields) for line in read] == [(1, {"a": "x\u2028y"}), (3, {"a": 2})]
    assert read[1].place == f"{path}:3"


def test_a_compressed_recording_is_read_alike(tmp_path: Path) -> None:
    """A recording compressed by gzip gives the same lines."""
    path = tmp_path / "recording.jsonl.gz"
    path.write_bytes(gzip.compress(RECORDING.read_bytes()))
    assert [line.fields for line in read_recording(path)] == [line.fields for line in read_recording(RECORDING)]


def test_the_recording_of_etcd_has_what_is_demanded() -> None:
    """Every line of the recording at hand has the fields of a recording of etcd."""
    assert len(read_recording(RECORDING, ETCD)) == 812


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("{", ":1", "not JSON"),
        ('{"a": 1}\nnope', ":2", "not JSON"),
        ('{"a": NaN}', ":1", "NaN is no JSON value"),
        ("[1]", ":1", "not a JSON object"),
        ("\n\n5", ":3", "not a JSON object"),
        ("", "", "the recording holds no line"),
        ("\n", "", "the recording holds no line"),
        ('{"a": {}}', ":1", "the field a.b is missing"),
        ('{"b": {}}', ":1", "the field a.b is missing"),
        ('{"a": 5}', ":1", "the field a.b is missing"),
        ('{"a": {"b": "5"}}', ":1", "the field a.b is not a number"),
        ('{"a": {"b": true}}', ":1", "the field a.b is not a number"),
    ],
)
def test_a_line_that_cannot_be_used_is_refused(tmp_path: Path, text: str, place: str, said: str) -> None:
    """The message says in which line what is wrong, and what to do."""
    path = tmp_path / "recording.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        read_recording(path, {"a.b": int} if "a.b" in said else {"a": object})
    assert caught.value.place == f"{path}{place}"
    assert said in caught.value.reason
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("absent.jsonl", None, "no such file"),
        ("binary.jsonl", b'{"a": "\xff"}', "not a text in UTF-8 (byte 7)"),
        ("broken.jsonl.gz", b"{}", "cannot be read"),
        ("torn.jsonl.gz", gzip.compress(b"{}" * 1000, mtime=0)[:-9], "cannot be read"),
        (".", None, "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, name: str, content: bytes | None, said: str) -> None:
    """The message names the file and what is wrong with it."""
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadInput) as caught:
        read_recording(path)
    assert caught.value.place == str(path)
    assert said in caught.value.reason
