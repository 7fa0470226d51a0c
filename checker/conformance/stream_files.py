"""Files with streams: recordings, and what ``kubectl`` and ``etcdctl`` print.

Lives here: reading JSON documents that stand one after the other, finding out what they are, and judging them.

Source: kubectl ``--output-watch-events``; etcd ``etcdctl/ctlv3/command/{printer,watch_command}.go``.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from attrs import frozen

from seatrial.model.errors import BadInput
from seatrial.model.etcd import WatchCreate

from .etcd_wire import BASE64, Json, an_object
from .frame_streams import TYPES, frame_stream, recorded_frame_streams
from .streams import Account, account_of, etcd_stream, recorded_etcd_streams

STANDARD_INPUT: Final = Path("-")

_BETWEEN: Final = re.compile(r"\s+|progress notify: \d+|watch was canceled .*|Error: .*")
"""What stands between the documents: space, and what ``etcdctl`` tells people."""


@frozen
class Known:
    """What is known of a stream that does not stand in it: the revision that it begins after, and its keys of etcd."""

    after: int | None = None
    key: str = ""
    range_end: str = ""

    @property
    def watch(self) -> WatchCreate | None:
        """The request to etcd, ``None`` if its keys are not known; previous values may have been asked for."""
        if not self.key:
            return None
        return WatchCreate(self.key, self.range_end, prev_kv=True)

    @property
    def start(self) -> int | None:
        """The first revision that may be told."""
        return None if self.after is None else self.after + 1


def judge_file(path: Path, known: Known | None = None) -> list[Account]:
    """How the streams of a file stand to what watches promise.

    Raises:
        BadInput: the file cannot be read, or holds no stream.
    """
    documents = list(_documents(path))
    if not documents:
        raise BadInput("the file holds no stream", place=str(path), remedy="give the output of a watch, as JSON")
    first = documents[0]
    if "request" in first and "response" in first:
        return _recorded(path, documents)
    return [_printed(documents, str(path), known or Known())]


def _recorded(path: Path, documents: Sequence[Json]) -> list[Account]:
    versions = list(dict.fromkeys(str(each["etcd"]) for each in documents if "etcd" in each))
    accounts = [account_of(each, "etcd") for version in versions for each in recorded_etcd_streams(path, version)]
    if not versions:
        accounts = [account_of(each, "kubernetes") for each in recorded_frame_streams(path)]
    if not accounts:
        raise BadInput("the recording holds no watch", place=str(path), remedy="give one with watches")
    return accounts


def _printed(documents: Sequence[Json], name: str, known: Known) -> Account:
    if documents[0].get("type") in TYPES:
        return account_of(frame_stream(documents, start=known.start, name=name), "kubernetes")
    if any(each in an_object(documents[0].get("result", documents[0])) for each in ("Header", "header")):
        return account_of(etcd_stream(documents, BASE64, known.watch, start=known.start, name=name), "etcd")
    raise BadInput(
        "neither frames of an API server nor messages of etcd",
        place=name,
        remedy="give the output of `kubectl get … --watch --output-watch-events -o json` or `etcdctl watch -w json`",
    )


def _documents(path: Path) -> Iterator[Json]:
    """The JSON objects of a file, which stand one after the other.

    Raises:
        BadInput: the file cannot be read, or something in it is no JSON object.
    """
    text, at, decoder = _text(path), 0, json.JSONDecoder()
    while at < len(text):
        passed_over = _BETWEEN.match(text, at)
        if passed_over is not None:
            at = passed_over.end()
            continue
        try:
            value, at = decoder.raw_decode(text, at)
        except ValueError as error:
            line = text.count("\n", 0, at) + 1
            raise BadInput(f"not JSON: {error}", place=f"{path}:{line}", remedy="give JSON objects only") from None
        except RecursionError:
            raise BadInput("nested too deeply", place=str(path), remedy="give the output of a watch") from None
        if not isinstance(value, dict):
            raise BadInput(f"{value!r} is no JSON object", place=str(path), remedy="give JSON objects only")
        yield an_object(value)  # pyright: ignore[reportUnknownArgumentType] - it is one


def _text(path: Path) -> str:
    try:
        raw = sys.stdin.buffer.read() if path == STANDARD_INPUT else path.read_bytes()
        return (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInput(f"cannot be read: {reason}", place=str(path), remedy="give the path of a text file") from None
