"""Behaviours that are kept: what a trace is, how it is stored, replayed and shown.

A trace is one JSON file: the scenario by name, the actions, what they told, the promise that broke.  It is found once,
by whatever engine, and replays for ever, or says at which step and why it no longer does.  ``README.md`` describes the
format.

Lives here: the value (:mod:`.trace`), its file (:mod:`.codec`, by way of :mod:`.strict_json`), the replay
(:mod:`.replay`), and the renderings: a story in sentences (:mod:`.story`), a sequence diagram (:mod:`.diagram`), both
in the words of :mod:`.telling`.  :mod:`.recordings` reads what real servers did.

Must not know: how behaviours are found, or where scenarios come from.  Nothing is imported because a file says so.
"""

from .codec import dumps, loads, read, write
from .diagram import mermaid
from .replay import Replayed, replay
from .story import story
from .trace import FORMAT, Broken, Provenance, ScenarioRef, Told, Trace, TraceStep

__all__ = [
    "FORMAT",
    "Broken",
    "Provenance",
    "Replayed",
    "ScenarioRef",
    "Told",
    "Trace",
    "TraceStep",
    "dumps",
    "loads",
    "mermaid",
    "read",
    "replay",
    "story",
    "write",
]
