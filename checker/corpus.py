"""The corpus: a trace for every place where a promise ends, and for every mutant that breaks one.

``python -m seatrial.checker.corpus`` finds them all anew, writes them to ``traces/corpus/`` and with them
``GUARANTEES.md``, which links to them; traces that belong to nothing any more are removed.

Lives here: where the corpus lies, and how it is written.  Must not know: how anything is searched.
"""

from __future__ import annotations

import sys
from pathlib import Path

import seatrial.traces
from seatrial.invariants.catalogue import GUARANTEES
from seatrial.traces import write

from .evidence import Evidence, collect, corpus_name
from .guarantees import as_markdown

COMMAND = "python -m seatrial.checker.corpus"
FOLDER = Path(seatrial.traces.__file__).resolve().parent / "corpus"


def names() -> list[str]:
    """The names of the traces that the catalogue calls for, in its order."""
    found: list[str] = []
    for each in GUARANTEES:
        found += [limit.witness for limit in each.limits]
        found += [corpus_name(each, identifier) for identifier, _ in each.teeth]
    return found


def path_of(name: str, folder: Path = FOLDER) -> Path:
    """The file of the trace of this name."""
    return folder / f"{name}.json"


def write_corpus(evidence: Evidence, folder: Path = FOLDER) -> list[Path]:
    """Write the trace of every witness, and remove those that belong to nothing; the files written.

    Raises:
        BadInput: a file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for witness in evidence.witnesses():
        if witness.trace is not None:
            written.append(path_of(witness.name, folder))
            write(written[-1], witness.trace)
    for left in set(folder.glob("*.json")) - set(written):
        left.unlink()
    return written


def main() -> int:
    """Write the corpus, and ``GUARANTEES.md`` if this is the repository; 1 if the catalogue claims what is not so."""
    evidence = collect(_say)
    written = write_corpus(evidence)
    _say(f"{len(written)} traces written to {FOLDER}")
    root = FOLDER.parent.parent
    if (root / "pyproject.toml").is_file():
        (root / "GUARANTEES.md").write_text(as_markdown(evidence), encoding="utf-8")
        _say(f"{root / 'GUARANTEES.md'} written")
    for complaint in evidence.complaints():
        _say(complaint)
    return 1 if evidence.complaints() else 0


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
