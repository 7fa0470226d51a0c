"""The installed command as a process of its own: signals, pipes, the same output whatever the hash seed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.cli.command import EXAMPLES

import seatrial

COMMAND = [sys.executable, "-c", "from seatrial.cli import main; main()"]


def start(*arguments: object, **environment: str) -> subprocess.Popen[str]:
    """Start the command."""
    return subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_search_with_what_was_found_so_far(number: signal.Signals) -> None:
    """The verdict is `not-found`, the states are counted, the status is 3, and no traceback is seen."""
    # A search that would take for ever: the signal ends it wherever it is.
    process = start("check", "replicaset", "--fault", "crash=3", "--fault", "stale-cache=4", "--json")
    assert process.stderr is not None
    wait_until_busy(process)
    process.send_signal(number)
    output, errors = process.communicate()
    assert process.returncode == 3, errors
    assert "Traceback" not in errors
    (result,) = json.loads(output)["results"]
    assert (result["verdict"], result["complete"], result["stopped"]) == ("not-found", False, "interrupted")
    assert result["states"] > 1


def wait_until_busy(process: subprocess.Popen[str]) -> None:
    """Wait until a process has used so much of a processor that it must be searching."""
    ticks = os.sysconf("SC_CLK_TCK")
    while process.poll() is None:
        user = int(Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[11])
        if user > 3 * ticks:
            return
        time.sleep(0.05)


def test_a_reader_that_goes_away_is_no_violation() -> None:
    """A pipe that is closed early ends the command silently, and not with status 1."""
    process = start("list", "traces", "--json")
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    errors = process.stderr.read()
    process.stderr.close()
    assert (process.wait(), errors) == (3, "")


def test_the_trace_is_the_same_whatever_the_hash_seed(tmp_path: Path) -> None:
    """Two processes with different hash seeds write the same trace, byte for byte."""
    files = [tmp_path / f"{seed}.json" for seed in (1, 2)]
    for seed, file in enumerate(files, 1):
        process = start("check", EXAMPLES / "widgets.py:widgets", "--save", file, "-q", PYTHONHASHSEED=str(seed))
        process.communicate()
        assert process.returncode == 1
    assert files[0].read_bytes() == files[1].read_bytes()


def test_a_terminal_without_unicode_is_no_obstacle() -> None:
    """What cannot be shown is replaced."""
    process = start("check", "replicaset-calm", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    output, errors = process.communicate()
    assert (process.returncode, errors) == (0, "")
    assert "holds: all 189 states explored" in output


def test_the_version_is_printed() -> None:
    """As `pip` calls it."""
    output, _ = start("--version").communicate()
    assert output == f"seatrial {seatrial.__version__}\n"
