"""What a server fills in where an object says nothing.

Lives here: the application of a kind's defaults: its table's, then its strategy's.  It is done to whatever is decoded,
so before admission and validation, as on real servers.  Must not know: requests, what the server itself owns.
"""

from __future__ import annotations

from ..kinds import Kind
from ..objects import Object
from .strategies import strategy_of


def defaulted(kind: Kind, object_: Object) -> Object:
    """The object with the kind's defaults where it says nothing."""
    for path, value in kind.defaults:
        if object_.field(path) is None:
            object_ = object_.with_field(path, value)
    return strategy_of(kind).default(object_)
