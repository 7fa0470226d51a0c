"""A recording of a real API server, replayed on the model.

Lives here: :func:`conform_apiserver`: each recorded request is translated, asked of the model's API server on an etcd
of its own, and the answers are compared.  Must not know: how answers are compared in detail (``answers``), or which
lines are passed over (``skips``).

The model starts as a fresh cluster.  Revisions that others made on the real server between two lines, and those of
lines that are passed over, are made in the model too, by writes to a key that no object has; so "the same change of
etcd's revision" is compared for each line by itself, and one difference is not told twice.  What was asked at the same
time is replayed in the order in which it took effect (see :func:`.apiserver_lines.in_turn`).

Where the recorded answer is not the model's, it may still be a right one: a cache was behind, a write without an answer
took effect.  Such guesses are tried (``apiserver_replay``) before there is said to be a difference.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Final

from attrs import evolve

from seatrial.model.apiserver.chain import serve
from seatrial.model.errors import BadInput
from seatrial.traces.recordings import APISERVER, Line, read_recording

from .apiserver_faults import tells_of_faults
from .apiserver_lines import agents, in_turn, is_summary
from .apiserver_mirror import Mirror
from .apiserver_replay import Replay
from .apiserver_servers import Fleet, Server
from .apiserver_world import Handler, World
from .clients import SETTINGS
from .report import Report

WITHOUT_WATCH_CACHE: Final = ("no-watch-cache", "nocache")
"""What the file or scenario of a server that ran without watch caches is called, at least in part."""

Progress = Callable[[int, int], object]


def conform_apiserver(
    path: Path | str,
    *,
    scenarios: Collection[str] | None = None,
    handler: Handler = serve,
    progress: Progress | None = None,
) -> Report:
    """Replay a recording on the model and compare.

    ``scenarios`` selects some (all lines of one share a server with the lines of the others); ``handler`` is the API
    server that is compared; ``progress`` is told how many lines of how many are done.

    Raises:
        BadInput: the recording cannot be read, or has no such scenario.
    """
    lines = read_recording(path, APISERVER)
    if scenarios is not None:
        _check_scenarios(lines, scenarios, str(path))
        lines = [line for line in lines if line.fields["scenario"] in scenarios]
    replay = replay_of(lines, Path(path).name, handler)
    done = 0
    for together in ([line] for line in lines) if replay.faulty else in_turn(lines):
        for line in together:
            replay.take(line)
        done += len(together)
        if progress is not None:
            progress(done, len(lines))
    return replay.ledger.report()


def replay_of(lines: list[Line], name: str, handler: Handler = serve) -> Replay:
    """A replay of lines that has not begun: of one server, or of those that the lines name."""
    words = (name, *(str(line.fields["scenario"]) for line in lines))
    cached = not any(word in each for word in WITHOUT_WATCH_CACHE for each in words)
    world = World.fresh(handler, evolve(SETTINGS, watch_cache=cached, settles=False))
    servers = sorted({str(line.fields["server"]) for line in lines if line.fields.get("server")}) or [""]
    faulty = _has_faults(lines)
    return Replay(
        Mirror(world),
        Fleet({each: Server(each, filled=world.etcd.revision) for each in servers}),
        faulty=faulty,
        agents=agents(lines) if faulty else {},
    )


def _has_faults(lines: Iterable[Line]) -> bool:
    """Whether there are several servers, or something was done to etcd or to a server, or lines are missing."""
    return any(
        line.fields.get("server")
        or is_summary(line)
        or line.fields["response"]["status"] is None
        or tells_of_faults(str(line.fields["step"]))
        for line in lines
    )


def _check_scenarios(lines: list[Line], scenarios: Collection[str], path: str) -> None:
    known = {str(line.fields["scenario"]) for line in lines}
    unknown = sorted(set(scenarios) - known)
    if unknown:
        raise BadInput(f"no scenario {unknown[0]!r} here", place=path, remedy=f"there are {', '.join(sorted(known))}")
