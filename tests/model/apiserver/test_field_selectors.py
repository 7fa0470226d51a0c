"""Field selectors: their syntax, and the fields that kinds offer."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seatrial.model import kinds
from seatrial.model.apiserver.field_selectors import (
    FieldSelector,
    Term,
    field_of,
    parse_field_selector,
    unknown_label,
)
from seatrial.model.apiserver.selectors import BadSelector
from seatrial.model.objects import Object

POD = kinds.of_name("Pod")
MAP = kinds.of_name("ConfigMap")
WIDGET = kinds.custom("example.com", "v1", "Widget", "widgets")


def parsed(text: str) -> FieldSelector:
    """The selector of a text that is one."""
    selector = parse_field_selector(text)
    assert isinstance(selector, FieldSelector)
    return selector


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", ()),
        ("a=b", (Term("a", "b"),)),
        ("a==b,c!=d", (Term("a", "b"), Term("c", "d", equal=False))),
        (",a=,", (Term("a", ""),)),
        (r"a=x\,y\=z\\", (Term("a", "x,y=z\\"),)),
    ],
)
def test_text_is_read_as_terms(text: str, terms: tuple[Term, ...]) -> None:
    """Terms are joined by commas; those that are empty count for nothing; a backslash protects."""
    assert parsed(text).terms == terms


@pytest.mark.parametrize("text", ["a", "a=b,c", "a=b=c", r"a=\x"])
def test_bad_syntax_is_no_selector(text: str) -> None:
    """A term without an operator, or with a value that should have been protected, is refused."""
    assert isinstance(parse_field_selector(text), BadSelector)


@pytest.mark.parametrize(
    ("kind", "text", "complaint"),
    [
        (MAP, "metadata.name=x,metadata.namespace=y", None),
        (MAP, "data.a=1", '"data.a" is not a known field selector: only "metadata.name", "metadata.namespace"'),
        (POD, "spec.nodeName=n,status.phase!=Running,spec.host=n", None),
        (POD, "spec.foo=1", "field label not supported: spec.foo"),
        (kinds.of_name("Namespace"), "metadata.namespace=x", "field label not supported: metadata.namespace"),
        (WIDGET, "metadata.namespace=x", None),
        (WIDGET, "spec.size=1", "field label not supported: spec.size"),
    ],
)
def test_a_kind_offers_some_labels(kind: kinds.Kind, text: str, complaint: str | None) -> None:
    """Every kind offers its name, few offer more; what is said of another label differs from kind to kind."""
    assert unknown_label(kind, parsed(text)) == complaint


def test_fields_are_compared_as_text() -> None:
    """What is missing reads as empty, and what is no text as its Go form."""
    pod = Object.of(
        {"metadata": {"name": "p", "namespace": "shop"}, "spec": {}, "status": {"podIPs": [{"ip": "1.2.3.4"}]}}
    )
    values = {label: field_of(POD, pod, label) for label in ("spec.nodeName", "spec.hostNetwork", "status.podIP")}
    assert values == {"spec.nodeName": "", "spec.hostNetwork": "false", "status.podIP": "1.2.3.4"}
    assert parsed("spec.nodeName=").admits(POD, pod)
    assert not parsed("spec.nodeName!=").admits(POD, pod)


@settings(derandomize=True, max_examples=200)
@given(st.text(max_size=12))
def test_a_protected_value_is_read_back(value: str) -> None:
    """Whatever the value, with a backslash before each comma, equals sign and backslash it is read as it is."""
    protected = "".join(f"\\{each}" if each in "\\,=" else each for each in value)
    assert parsed(f"metadata.name={protected}").terms == (Term("metadata.name", value),)
