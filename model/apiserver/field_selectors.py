"""Field selectors: their syntax, and which fields of which kind can be selected by.

Lives here: :func:`parse_field_selector`, :func:`unknown_label` and the table of labels.  Must not know: requests, or
which objects there are.

A label is the name under which a kind offers a field for selection; every kind offers ``metadata.name``, and those in
namespaces ``metadata.namespace``.  Few offer more.

Source: Kubernetes 1.36, ``apimachinery/pkg/fields/selector.go``, ``apimachinery/pkg/runtime/scheme.go``
(DefaultMetaV1FieldSelectorConversion), ``pkg/apis/*/v1/conversion.go``, and ``ToSelectableFields`` of the strategies;
scenarios b-pod and j-list of the Kubernetes 1.36 recording.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from attrs import frozen

from ..frozen_json import as_items, as_map
from ..kinds import Kind
from ..objects import Object
from .selectors import BadSelector

NAME: Final = "metadata.name"
NAMESPACE: Final = "metadata.namespace"


@frozen
class Term:
    """One condition: a label has a value, or (``equal`` is false) any other."""

    label: str
    value: str
    equal: bool = True


@frozen
class FieldSelector:
    """Conditions that must all hold; without any, everything is selected."""

    terms: tuple[Term, ...] = ()

    def admits(self, kind: Kind, object_: Object) -> bool:
        """Whether an object meets all conditions."""
        return all((field_of(kind, object_, term.label) == term.value) == term.equal for term in self.terms)

    @property
    def only_name(self) -> str:
        """The one name that is admitted, or nothing if there may be several."""
        return next((term.value for term in self.terms if term.label == NAME and term.equal), "")


_OPERATOR: Final = re.compile(r"!=|==|=")
_PART: Final = re.compile(r"(?:\\.|[^,\\]|\\$)*")
_ESCAPED: Final = re.compile(r"\\([\\,=])")


def parse_field_selector(text: str) -> FieldSelector | BadSelector:
    r"""The selector that a ``fieldSelector`` option means.  A comma or an equals sign in a value needs a backslash.

    >>> parse_field_selector("metadata.name!=x").terms
    (Term(label='metadata.name', value='x', equal=False),)
    >>> parse_field_selector("metadata.name").message
    "invalid selector: 'metadata.name'; can't understand 'metadata.name'"
    """
    terms: list[Term] = []
    for part in _parts(text):
        operator = _OPERATOR.search(part)
        if operator is None:
            return BadSelector(f"invalid selector: '{text}'; can't understand '{part}'")
        value = part[operator.end() :]
        plain = _ESCAPED.sub("", value)
        if "\\" in plain:
            return BadSelector(f"invalid field selector: invalid escape sequence: {value}")
        if "=" in plain:
            return BadSelector("invalid field selector: unescaped character in value: =")
        terms.append(Term(part[: operator.start()], _ESCAPED.sub(r"\1", value), operator[0] != "!="))
    return FieldSelector(tuple(terms))


def _parts(text: str) -> list[str]:
    """The conditions in a text; those that are empty count for nothing."""
    return [part for part in _PART.findall(text) if part]


def unknown_label(kind: Kind, selector: FieldSelector) -> str | None:
    """What a real server says of the first label that the kind does not offer; ``None`` if it offers all."""
    offered = _offered(kind)
    for term in selector.terms:
        if kind.custom:
            if term.label != NAME and not (term.label == NAMESPACE and kind.namespaced):
                return f"field label not supported: {term.label}"
        elif offered is None:
            if term.label not in (NAME, NAMESPACE):
                return f'"{term.label}" is not a known field selector: only "{NAME}", "{NAMESPACE}"'
        elif term.label not in offered and term.label != NAME and not (term.label == NAMESPACE and kind.namespaced):
            return _COMPLAINTS.get(kind.resource, "field label not supported: {}").format(term.label)
    return None


def field_of(kind: Kind, object_: Object, label: str) -> str:
    """The value that an object has under a label; a field that is missing is empty."""
    if label == NAME:
        return object_.name
    if label == NAMESPACE:
        return object_.namespace if kind.namespaced else ""
    read = (_offered(kind) or {}).get(label)
    return "" if read is None else read(object_)


# --- The table ------------------------------------------------------------------------------------------------------

_Read = Callable[[Object], str]


def _text(path: str) -> _Read:
    def read(object_: Object) -> str:
        value = object_.field(path)
        return value if isinstance(value, str) else ""

    return read


def _truth(path: str) -> _Read:
    return lambda object_: "true" if object_.field(path) is True else "false"


def _number(path: str) -> _Read:
    def read(object_: Object) -> str:
        value = object_.field(path)
        return str(value) if isinstance(value, int) else "0"

    return read


def _pod_address(object_: Object) -> str:
    first = next(iter(as_items(object_.field("status.podIPs"))), None)
    return str(as_map(first).get("ip", ""))


def _source(object_: Object) -> str:
    """Where an event comes from: its component, or else its reporting controller."""
    return _text("source.component")(object_) or _text("reportingComponent")(object_)


_INVOLVED: Final = ("kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath")

_OFFERED: Final[Mapping[str, Mapping[str, _Read]]] = {
    "pods": {
        "spec.nodeName": _text("spec.nodeName"),
        "spec.host": _text("spec.nodeName"),
        "spec.restartPolicy": _text("spec.restartPolicy"),
        "spec.schedulerName": _text("spec.schedulerName"),
        "spec.serviceAccountName": _text("spec.serviceAccountName"),
        "spec.hostNetwork": _truth("spec.hostNetwork"),
        "status.phase": _text("status.phase"),
        "status.podIP": _pod_address,
        "status.podIPs": lambda _: "",
        "status.nominatedNodeName": _text("status.nominatedNodeName"),
    },
    "nodes": {"spec.unschedulable": _truth("spec.unschedulable")},
    "replicationcontrollers": {"status.replicas": _number("status.replicas")},
    "namespaces": {"status.phase": _text("status.phase")},
    "secrets": {"type": _text("type")},
    "services": {"spec.clusterIP": _text("spec.clusterIP"), "spec.type": _text("spec.type")},
    "events": {
        **{f"involvedObject.{field}": _text(f"involvedObject.{field}") for field in _INVOLVED},
        "reason": _text("reason"),
        "reportingComponent": _text("reportingComponent"),
        "source": _source,
        "type": _text("type"),
    },
    "jobs": {"status.successful": _number("status.succeeded")},
    "statefulsets": {"status.successful": lambda _: ""},
    "certificatesigningrequests": {"spec.signerName": _text("spec.signerName")},
}
"""The labels of a resource besides its name and namespace.  Some are offered and never set."""

_OFFERED_IN_GROUPS: Final[Mapping[tuple[str, str], Mapping[str, _Read]]] = {
    ("events.k8s.io", "events"): {
        **{f"regarding.{field}": _text(f"involvedObject.{field}") for field in _INVOLVED},
        "reason": _text("reason"),
        "reportingController": _text("reportingComponent"),
        "source": _source,
        "type": _text("type"),
    },
}
"""The labels of a resource in one of its groups, where it calls the same things by other names."""


def _offered(kind: Kind) -> Mapping[str, _Read] | None:
    """The labels that a kind offers besides its name and namespace; ``None`` if it has no table of them."""
    return _OFFERED_IN_GROUPS.get((kind.group, kind.resource)) or _OFFERED.get(kind.resource)


_COMPLAINTS: Final[Mapping[str, str]] = {
    "jobs": 'field label "{}" not supported for Job',
    "statefulsets": "field label not supported for appsv1.StatefulSet: {}",
}
