"""What a server warns of in objects that it takes.

Lives here: :func:`told_of_oddities`, which adds the warnings of the kind to the answer to a write.  Must not know: what
is odd (``strategies`` do).

Source: Kubernetes 1.36, ``apiserver/pkg/registry/rest/{create,update}.go``.
"""

from __future__ import annotations

from attrs import evolve

from ..objects import Object
from .answer import Answer
from .owners import warnings_of_repeated
from .request import Request
from .strategies import strategy_of


def told_of_oddities(answer: Answer, request: Request, before: Object | None) -> Answer:
    """The answer to a write of one object, with what is odd in the object; ``before`` is the object as it was.

    Writes of a part of an object are not warned of.
    """
    if request.subresource:
        return answer
    found = warnings_of_repeated(request, answer)
    if not (answer.refused or answer.object is None or request.verb == "delete"):
        found = (*found, *strategy_of(request.kind).warn(answer.object, before))
    return evolve(answer, warnings=(*answer.warnings, *found)) if found else answer
