"""What an admission plugin is, and what it is asked about.

Lives here: :class:`Review` and :class:`Plugin`.  Must not know: which plugins there are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

from attrs import frozen

from ...objects import Object
from ..answer import Answer
from ..lookup import Lookup
from ..request import Request

Operation = Literal["CREATE", "UPDATE", "DELETE", "CONNECT"]


@frozen
class Review:
    """A question to admission: ``object`` as it is to be (``None`` for a deletion), ``old`` as it is (if it is)."""

    operation: Operation
    request: Request
    object: Object | None
    old: Object | None = None


Mutate: TypeAlias = Callable[[Review, Lookup], "Object | Answer"]
Validate: TypeAlias = Callable[[Review, Lookup], "Answer | None"]
Warn: TypeAlias = Callable[[Review, Lookup], "tuple[str, ...]"]


@frozen
class Plugin:
    """One admission plugin: it may change an object (or refuse it), refuse a finished one, and warn."""

    name: str
    mutate: Mutate | None = None
    validate: Validate | None = None
    warn: Warn | None = None
