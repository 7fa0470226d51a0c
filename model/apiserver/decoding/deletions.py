"""The body of a DELETE: options.

Lives here: :func:`delete_options`.  Must not know: what an option means.

Source: Kubernetes 1.36, ``apiserver/pkg/endpoints/handlers/delete.go``; scenario h-delete.
"""

from __future__ import annotations

from typing import Final

from ...frozen_json import FrozenMap
from ...schema import Record
from ..request import Body, Malformed
from .scalars import WrongValue
from .typed import read

_TYPE: Final = Record("meta.v1.DeleteOptions")


def delete_options(body: Body) -> FrozenMap | Malformed:
    """The options that a body holds, or why it holds none; other kinds are refused, unknown fields are ignored."""
    if isinstance(body, Malformed):
        return body
    if not isinstance(body, FrozenMap) or body.get("kind") not in (None, "", _TYPE.name.rpartition(".")[2]):
        return Malformed("the body cannot be handled as DeleteOptions")
    try:
        return read(_TYPE, body)
    except WrongValue as wrong:
        return Malformed(f"the body cannot be handled as DeleteOptions: {wrong.message}")
