"""Traces of any shape, as Hypothesis strategies: whatever the types allow, not only what some machine does."""

from __future__ import annotations

import hypothesis.strategies as st

from seatrial.model.events import Arrow
from seatrial.model.machine import Action
from seatrial.traces import Broken, Provenance, ScenarioRef, Told, Trace, TraceStep

names = st.text(min_size=1, max_size=8).filter(str.strip)
texts = st.text(max_size=12)
scalars = st.none() | st.booleans() | st.integers() | texts
readable = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3).map(tuple), max_leaves=5)
"""What an argument or a choice may be."""

json_values = st.recursive(
    scalars | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
references = st.builds(
    ScenarioRef,
    names,
    st.dictionaries(texts, json_values, max_size=3),
    st.dictionaries(texts, st.integers(min_value=0), max_size=3),
    texts,
    st.just("") | names,
)
actions = st.builds(
    Action,
    names,
    st.dictionaries(texts, readable, max_size=3).map(lambda arguments: tuple(arguments.items())),
    st.lists(readable, max_size=3).map(tuple),
)
arrows = st.builds(Arrow, names, names, texts, st.booleans())
told = st.builds(Told, texts, st.none() | arrows)
steps = st.builds(TraceStep, actions, texts, texts, st.lists(told, max_size=2).map(tuple))
traces = st.builds(
    Trace,
    references,
    st.lists(steps, max_size=4).map(tuple),
    st.none() | st.builds(Broken, names, texts),
    st.builds(Provenance, texts, texts, texts),
)
