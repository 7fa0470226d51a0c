"""Traces as JSON files, both ways: a canonical writer and a strict reader.

Lives here: the file format, one function a part in each direction; ``README.md`` describes it field by field.  Equal
traces give the same bytes.  Fields stand in a fixed order, the entries of ``parameters`` and ``faults`` in alphabetical
order, and ``arguments`` in the order in which the rule has them.

Must not know: how scenarios are made.  Reading a trace imports and runs nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from seatrial.model.errors import BadInput, ModelError
from seatrial.model.events import Arrow
from seatrial.model.frozen_json import thaw
from seatrial.model.machine import Action

from .strict_json import Node, parse
from .trace import FORMAT, Broken, Provenance, ScenarioRef, Told, Trace, TraceStep


def dumps(trace: Trace) -> str:
    """The canonical text of a trace, which ends with a newline.

    Raises:
        ModelError: an argument or a choice is neither a scalar nor a tuple of such.
    """
    return json.dumps(_plain_trace(trace), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def loads(text: str, place: str) -> Trace:
    """The trace that a text holds; ``place`` is what refusals call the text, usually the file's name.

    Raises:
        BadInput: the text is not JSON, is in another version of the format, or some field is unknown, missing or
            malformed.
    """
    return _trace(parse(text, place))


def read(path: Path) -> Trace:
    """The trace in a file.

    Raises:
        BadInput: the file cannot be read, or does not hold a trace (see :func:`loads`).
    """
    try:
        text = path.read_bytes().decode()
    except UnicodeDecodeError as error:
        reason = f"not a text in UTF-8 (byte {error.start})"
        raise BadInput(reason, place=str(path), remedy="give a trace, which is a JSON file") from None
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
        raise BadInput(reason, place=str(path), remedy="give the path of a trace") from None
    return loads(text, str(path))


def write(path: Path, trace: Trace) -> None:
    """Write a trace's canonical text to a file, replacing what was there.

    Raises:
        BadInput: the file cannot be written.
        ModelError: the trace has no text (see :func:`dumps`).
    """
    try:
        path.write_bytes(dumps(trace).encode())
    except OSError as error:
        reason = f"cannot be written: {error.strerror}"
        raise BadInput(reason, place=str(path), remedy="give a path in a folder that you may write to") from None


# --- Writing ------------------------------------------------------------------------------------------------


def _plain_trace(trace: Trace) -> dict[str, object]:
    return {
        "format": FORMAT,
        "scenario": _plain_scenario(trace.scenario),
        "violated": None if trace.violated is None else _plain_broken(trace.violated),
        "provenance": _plain_provenance(trace.provenance),
        "steps": [_plain_step(step) for step in trace.steps],
    }


def _plain_scenario(scenario: ScenarioRef) -> dict[str, object]:
    plain: dict[str, object] = {
        "name": scenario.name,
        "parameters": _sorted(scenario.parameters),
        "faults": _sorted(scenario.faults),
        "mutant": scenario.mutant,
    }
    return {**plain, "profile": scenario.profile} if scenario.profile else plain


def _sorted(entries: Mapping[str, object]) -> dict[str, object]:
    return {key: thaw(entries[key]) for key in sorted(entries)}  # type: ignore[arg-type]


def _plain_broken(broken: Broken) -> dict[str, object]:
    return {"invariant": broken.invariant, "part": broken.part}


def _plain_provenance(provenance: Provenance) -> dict[str, object]:
    return {"engine": provenance.engine, "seatrial": provenance.seatrial, "found": provenance.found}


def _plain_step(step: TraceStep) -> dict[str, object]:
    return {
        "rule": step.action.rule,
        "arguments": {name: _plain_value(value, step) for name, value in step.action.arguments},
        "choices": [_plain_value(choice, step) for choice in step.action.choices],
        "process": step.process,
        "fault": step.fault,
        "events": [_plain_told(told) for told in step.events],
    }


def _plain_value(value: object, step: TraceStep) -> object:
    """An argument or a choice: tuples become lists, anything that could not be read back is refused."""
    if isinstance(value, tuple):
        return [_plain_value(part, step) for part in cast("tuple[object, ...]", value)]
    if value is None or isinstance(value, bool | int | str):
        return value
    message = (
        f"rule {step.action.rule}: {value!r} cannot be written into a trace; use texts, whole numbers or tuples of them"
    )
    raise ModelError(message)


def _plain_told(told: Told) -> dict[str, object]:
    return {"sentence": told.sentence, "arrow": None if told.arrow is None else _plain_arrow(told.arrow)}


def _plain_arrow(arrow: Arrow) -> dict[str, object]:
    return {"source": arrow.source, "target": arrow.target, "label": arrow.label, "lost": arrow.lost}


# --- Reading ------------------------------------------------------------------------------------------------


def _trace(node: Node) -> Trace:
    _check_format(node)
    _, scenario, violated, provenance, steps = node.fields("format", "scenario", "violated", "provenance", "steps")
    return Trace(_scenario(scenario), steps.each(_step), violated.optional(_broken), _provenance(provenance))


def _check_format(node: Node) -> None:
    """Refuse other versions before anything else: their fields may be other ones."""
    found = node.entries().get("format")
    if found is None:
        node.refuse("the field `format` is missing", "give a trace, as `seatrial check --save FILE` writes it")
    if found.count() != FORMAT:
        reason = f"the format's version is {found.count()}, this version of Seatrial reads {FORMAT}"
        found.refuse(reason, "use the version of Seatrial that wrote it, or search for the trace again")


def _scenario(node: Node) -> ScenarioRef:
    always = ("name", "parameters", "faults", "mutant")
    fields = node.fields(*always, "profile") if "profile" in node.entries() else node.fields(*always)
    name, parameters, faults, mutant, *profile = fields
    return ScenarioRef(
        name.name(),
        {key: entry.value for key, entry in parameters.entries().items()},
        {key: entry.count() for key, entry in faults.entries().items()},
        mutant.text(),
        profile[0].name() if profile else "",
    )


def _broken(node: Node) -> Broken:
    invariant, part = node.fields("invariant", "part")
    return Broken(invariant.name(), part.text())


def _provenance(node: Node) -> Provenance:
    engine, seatrial, found = node.fields("engine", "seatrial", "found")
    return Provenance(engine.text(), seatrial.text(), found.text())


def _step(node: Node) -> TraceStep:
    rule, arguments, choices, process, fault, events = node.fields(
        "rule", "arguments", "choices", "process", "fault", "events"
    )
    bound = tuple((name, _readable(value)) for name, value in arguments.entries().items())
    action = Action(rule.name(), bound, choices.each(_readable))
    return TraceStep(action, process.text(), fault.text(), events.each(_told))


def _readable(node: Node) -> object:
    """The value of an argument or a choice: a scalar or, from a list, a tuple of such values."""
    if isinstance(node.value, list):
        return node.each(_readable)
    value = node.value
    if value is None or isinstance(value, bool | int | str):
        return value
    kind = "a fraction" if isinstance(value, float) else "an object"
    remedy = "write a text, a whole number, true, false, null or a list of these"
    return node.refuse(f"{kind} can be neither an argument nor a choice", remedy)


def _told(node: Node) -> Told:
    sentence, arrow = node.fields("sentence", "arrow")
    return Told(sentence.text(), arrow.optional(_arrow))


def _arrow(node: Node) -> Arrow:
    source, target, label, lost = node.fields("source", "target", "label", "lost")
    return Arrow(source.name(), target.name(), label.text(), lost.truth())
