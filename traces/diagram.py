"""A trace as a sequence diagram for Mermaid: a lane for each component, a numbered arrow for each message.

Lives here: :func:`mermaid`.  The numbers are those of the steps, as in the story; Mermaid's own ``autonumber`` would
count messages instead, of which a step may have several or none.

Source: Mermaid 11, ``sequenceDiagram.jison`` (what ends a text) and ``encodeEntities`` in ``utils.ts`` (how a text is
escaped).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from textwrap import wrap

from seatrial.invariants.invariant import Invariant
from seatrial.model.events import Arrow

from .telling import broken_promise, fault_mark, one_line, untold
from .trace import Told, Trace, TraceStep

_INDENT = "    "
_HIGHLIGHT = "rect rgb(255, 228, 225)"
_API_SERVER = re.compile(r"api\b|api[-_ ]?server", re.IGNORECASE)
_NOTE_WIDTH = 60
_LABEL_WIDTH = 40
# Everything else is written as a character entity: `;` and a line's end close a text, `#` opens an entity or a comment,
# `%%{` a directive, `$$` a formula, `<` an element of HTML; a colon is unsafe only before something that is no space.
_UNSAFE = re.compile(r"[^\w .,:()\[\]/=+!?'\"@|*→✗…-]|:(?=\S)")


def mermaid(trace: Trace, invariant: Invariant | None = None) -> str:
    """The diagram's text, to be put into a ``mermaid`` block of Markdown; ends with a newline.

    ``invariant`` is the one that the trace breaks; without it the promise is only named.

    Raises:
        ValueError: ``invariant`` is another one than the trace breaks.
    """
    lanes = {name: f"p{number}" for number, name in enumerate(_components(trace), 1)}
    lines = [f"title {_escaped(trace.scenario.name)}"]
    lines += [f"participant {lane} as {_escaped(name)}" for name, lane in lanes.items()]
    *before, last = [list(_step(number, step, lanes)) for number, step in enumerate(trace.steps, 1)] or [[]]
    for step in before:
        lines += step
    promise = broken_promise(trace, invariant)
    if promise is None:
        lines += last
    else:
        broken, sentence = promise
        parts = [
            f"✗ promise broken: {broken.invariant}",
            sentence.split("\n\n")[0],
            broken.part and f"failed: {broken.part}",
        ]
        note = _note(parts, lanes.values())
        lines += [_HIGHLIGHT, *(_INDENT + line for line in [*last, note]), "end"]
    return "sequenceDiagram\n" + "".join(f"{_INDENT}{line}\n" for line in lines)


def _components(trace: Trace) -> list[str]:
    """The lanes from left to right: clients and controllers, then API servers, then etcd; each as it first appears.

    An API server is what exchanges messages with etcd, or is called one.
    Where no message was told the lanes are the processes, and where none has a name there is one lane for all.
    """
    arrows = [told.arrow for step in trace.steps for told in step.events if told.arrow]
    names = dict.fromkeys(name for arrow in arrows for name in (arrow.source, arrow.target))
    names = names or dict.fromkeys(step.process for step in trace.steps if step.process)
    stores = {name for name in names if "etcd" in name.lower()}
    servers = {end for arrow in arrows for end in (arrow.source, arrow.target) if {arrow.source, arrow.target} & stores}
    depths = {name: 2 if name in stores else 1 if name in servers or _API_SERVER.match(name) else 0 for name in names}
    return sorted(names, key=lambda name: depths[name]) or [trace.scenario.name]


def _step(number: int, step: TraceStep, lanes: Mapping[str, str]) -> Iterator[str]:
    """What one step told, line by line; only the first line says that it is a fault."""
    mark = f"{number}. {fault_mark(step)}"
    for told in step.events or (Told(untold(step)),):
        if told.arrow:
            yield _message(told.arrow, mark + told.arrow.label, lanes)
        else:
            yield _note([mark + told.sentence], _beside(step, lanes))
        mark = f"{number}. "


def _message(arrow: Arrow, label: str, lanes: Mapping[str, str]) -> str:
    line = "--x" if arrow.lost else "->>"
    return f"{lanes[arrow.source]}{line}{lanes[arrow.target]}: {_broken_up([label], _LABEL_WIDTH)}"


def _beside(step: TraceStep, lanes: Mapping[str, str]) -> Iterable[str]:
    """The lane of who took the step, or all lanes."""
    lane = lanes.get(step.process)
    return lanes.values() if lane is None else [lane]


def _note(texts: Iterable[str], lanes: Iterable[str]) -> str:
    first, *others = lanes
    over = f"{first},{others[-1]}" if others else first
    return f"Note over {over}: {_broken_up(texts, _NOTE_WIDTH)}"


def _broken_up(texts: Iterable[str], width: int) -> str:
    """The texts, each on lines of its own; Mermaid breaks no lines by itself."""
    lines = [line for text in texts for line in wrap(one_line(text), width, break_on_hyphens=False)]
    return "<br/>".join(_escaped(line) for line in lines)


def _escaped(text: str) -> str:
    """The text without a character that means something to Mermaid."""
    return _UNSAFE.sub(lambda found: f"#{ord(found.group())};", one_line(text))
