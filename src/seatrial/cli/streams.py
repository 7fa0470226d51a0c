"""``seatrial conform stream``: what watches promise, judged on what ``kubectl`` or ``etcdctl`` heard.

Lives here: how the judgements are shown.  Must not know: what is promised, or how a file is read.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.text import Text

from seatrial.checker.conformance.stream_files import Known, judge_file
from seatrial.checker.conformance.streams import Account
from seatrial.model.errors import BadInput

from .output import counted, print_json, standard_output


def known_of(after: int | None, keys: str | None) -> Known:
    """What is known of streams beside what stands in them; ``KEY…`` is every key that begins so."""
    if not keys:
        return Known(after)
    name = keys.removesuffix("…").removesuffix("...")
    return Known(after, name, "" if name == keys else _end_of(name))


def judge_streams(paths: Iterable[Path], known: Known, *, json: bool) -> int:
    """Judge the streams in files, print what came of it, and say how many of them break a promise.

    Raises:
        BadInput: a file holds no stream.
    """
    accounts = [each for path in paths for each in judge_file(path, known)]
    broken = sum(1 for each in accounts if each.broken)
    if json:
        print_json({"streams": [each.as_json() for each in accounts], "broken": broken})
    else:
        _show(accounts, broken)
    return broken


def _show(accounts: list[Account], broken: int) -> None:
    console = standard_output()
    for account in accounts:
        _show_one(console, account)
    words = f"{counted(len(accounts), 'stream')}: {broken:,} broken"
    console.print(Text(words, style="bold red" if broken else "green"), soft_wrap=True)


def _show_one(console: Console, account: Account) -> None:
    """One line for a stream; below it what it breaks, what it keeps, and what nothing in it puts to the test."""
    mark = ("✗ ", "bold red") if account.broken else ("✓ ", "green")
    heading = f"{account.name}: {counted(account.messages, 'message')} of {account.kind}"
    console.print(Text.assemble(mark, heading), soft_wrap=True)
    for each in account.broken:
        if each.breach is not None:
            told = f"  {each.promise.id}: message {each.breach.message}: {each.breach.part}; {each.breach.reason}"
            console.print(Text(told, style="red"), soft_wrap=True)
    for verdict, word in (("kept", "keeps"), ("vacuous", "never tests")):
        ids = [each.promise.id for each in account.judged if each.verdict == verdict]
        if ids:
            console.print(Text(f"  {word} {', '.join(ids)}", style="dim"), soft_wrap=True)


def _end_of(prefix: str) -> str:
    """The first key after all that begin with a prefix."""
    if not prefix:
        raise BadInput("no key begins with nothing", place="--keys", remedy="give KEY or KEY…")
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)
