"""In which form the answer is wanted.

Lives here: the header ``Accept``: whether it can be served, and lists and objects cut down to their metadata.  Must not
know: how an answer came about.

Source: Kubernetes 1.36, ``apiserver/pkg/endpoints/handlers/negotiation/negotiate.go``, ``handlers/response.go``;
scenario i-validation.
"""

from __future__ import annotations

from typing import Final

from attrs import evolve, frozen

from ..frozen_json import FrozenMap, Json
from ..objects import Object
from .answer import Answer, Details
from .http import HttpRequest
from .routes import NotModelled

_META_GROUP: Final = "meta.k8s.io"
_META_VERSIONS: Final = ("v1", "v1beta1")
_SERVED: Final = (
    "application/json",
    "application/yaml",
    "application/vnd.kubernetes.protobuf",
    "application/json;stream=watch",
    "application/vnd.kubernetes.protobuf;stream=watch",
)
_TYPES: Final = ("application/json", "application/yaml", "application/vnd.kubernetes.protobuf")
_WILDCARDS: Final = ("*/*", "application/*")
_PARTIAL: Final = "PartialObjectMetadata"


@frozen
class _Clause:
    """One of the forms that a client takes: a media type, and what the object is to be turned into."""

    media_type: str
    form: str = ""
    group: str = ""
    version: str = ""
    weight: float = 1.0


def wanted_form(http: HttpRequest, *, is_list: bool) -> str | Answer | NotModelled:
    """What the answer is to be turned into (empty: nothing); 406 if nothing that is taken can be served."""
    accept = ",".join(http.header("Accept"))
    if not accept:
        return ""
    for clause in sorted(map(_clause, accept.split(",")), key=lambda each: -each.weight):
        if clause.media_type not in (*_TYPES, *_WILDCARDS):
            continue
        if not clause.form:
            return ""
        if (clause.group, clause.version in _META_VERSIONS) != (_META_GROUP, True):
            continue
        if clause.form == "Table":
            return NotModelled("answers as tables")
        if clause.form == (f"{_PARTIAL}List" if is_list else _PARTIAL):
            return clause.form
    return _not_acceptable()


def in_form(answer: Answer, form: str, version: str = "v1") -> Answer:
    """The answer with objects cut down to their metadata, if that is wanted; refusals stay as they are."""
    if not form or answer.refused:
        return answer
    if answer.items is not None:
        return evolve(answer, items=tuple(_partial(item, version) for item in answer.items))
    return answer if answer.object is None else evolve(answer, object=_partial(answer.object, version))


def _partial(object_: Object, version: str) -> Object:
    fields: dict[str, Json] = {"apiVersion": f"{_META_GROUP}/{version}", "kind": _PARTIAL, "metadata": object_.metadata}
    return Object(FrozenMap(fields))


def _clause(text: str) -> _Clause:
    media_type, *parameters = (part.strip() for part in text.split(";"))
    given: dict[str, str] = {}
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        given[name] = value
    return _Clause(
        media_type, given.get("as", ""), given.get("g", ""), given.get("v", ""), _weight(given.get("q", "1"))
    )


def _weight(text: str) -> float:
    whole, _, fraction = text.partition(".")
    digits = whole + fraction
    return int(digits) / 10 ** len(fraction) if digits.isascii() and digits.isdigit() else 1.0


def _not_acceptable() -> Answer:
    message = f"406: Not Acceptable\n\nAvailable representations: {', '.join(_SERVED)}"
    return Answer(406, "NotAcceptable", message, details=Details())
