"""Label selectors: in the text form of URLs and the object form of specs."""

from __future__ import annotations

import pytest

from seatrial.model.apiserver.selectors import BadSelector, Selector, parse_selector, selector_of
from seatrial.model.frozen_json import freeze_map

LABELS = {"app": "web", "tier": "front", "example.com/x": "1"}


@pytest.mark.parametrize(
    ("text", "selects"),
    [
        ("", True),
        ("app=web", True),
        ("app==web,tier=front", True),
        ("app=db", False),
        ("app!=db", True),
        ("nothing!=x", True),
        ("app in (web, db)", True),
        ("app in (db),tier", False),
        ("app notin (db,x)", True),
        ("nothing notin (db)", True),
        ("tier", True),
        ("!tier", False),
        ("!nothing", True),
        ("example.com/x=1", True),
        ("example.com/x>0", True),
        ("example.com/x>1", False),
        ("example.com/x<2,app", True),
        ("app>0", False),
        ("nothing<5", False),
        ("app in (,web)", True),
        ("  app  =  web  ", True),
    ],
)
def test_text_selects(text: str, *, selects: bool) -> None:
    """All conditions must hold; a key that is missing is unequal to everything."""
    selector = parse_selector(text)
    assert isinstance(selector, Selector)
    assert selector.admits(LABELS) == selects


@pytest.mark.parametrize("text", ["app=", "app in ()"])
def test_an_empty_value_is_a_value(text: str) -> None:
    """The empty value can be selected."""
    selector = parse_selector(text)
    assert isinstance(selector, Selector)
    assert (selector.admits({"app": ""}), selector.admits({"app": "x"})) == (True, False)


@pytest.mark.parametrize(
    "text",
    ["=", "a b", "app=we b", "app in web", "a,,b", "app in (a b)", "a,", "!", "a>b", "-a", "a=-", "in(", "A/b=c"],
)
def test_bad_syntax_is_no_selector(text: str) -> None:
    """What does not parse selects nothing: a server answers 400."""
    assert isinstance(parse_selector(text), BadSelector)


@pytest.mark.parametrize(
    ("selector", "selects"),
    [
        ({}, True),
        ({"matchLabels": {"app": "web"}}, True),
        ({"matchLabels": {"app": "web"}, "matchExpressions": [{"key": "tier", "operator": "DoesNotExist"}]}, False),
        ({"matchExpressions": [{"key": "app", "operator": "In", "values": ["db", "web"]}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["web"]}]}, False),
        ({"matchExpressions": [{"key": "app", "operator": "Exists"}]}, True),
    ],
)
def test_the_selector_of_a_spec_selects(selector: dict[str, object], *, selects: bool) -> None:
    """Labels and expressions must all hold."""
    assert selector_of(freeze_map(selector)).admits(LABELS) == selects
