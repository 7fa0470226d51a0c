"""Quantities mean exact numbers, and each number has one canonical form in its family."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.model.frozen_json import freeze_map
from seatrial.model.quantities import Quantity, amounts

SUFFIXES = ["", "n", "u", "m", "k", "M", "G", "T", "Ki", "Mi", "Gi", "Ti", "e3", "E-2", "e0"]
texts = st.builds(
    "{}{}".format, st.from_regex(r"[+-]?[0-9]{1,6}(\.[0-9]{0,4})?", fullmatch=True), st.sampled_from(SUFFIXES)
)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("0.5", "500m"),
        ("1000m", "1"),
        ("1.5Gi", "1536Mi"),
        ("1024Mi", "1Gi"),
        ("0.5Ki", "512"),
        ("2000", "2k"),
        ("1e3", "1e3"),
        ("1e4", "10e3"),
        ("100e-2", "1"),
        ("0Gi", "0"),
        ("-1.5", "-1500m"),
        ("0.0000000001", "1n"),
        ("+1", "1"),
        (".5", "500m"),
        ("1e999999999999", "9223372036854775807"),
    ],
)
def test_a_quantity_has_one_canonical_form(written: str, canonical: str) -> None:
    """No fraction, the largest suffix that allows that, nothing finer than a billionth, nothing above 64 bits."""
    assert str(Quantity.of(written)) == canonical


@pytest.mark.parametrize("value", ["", "1.2.3", "Ki", "1 Gi", "1KB", "--1", "one", ".", "1e", "٣", True, None, [], {}])
def test_other_values_mean_no_quantity(value: object) -> None:
    """What is no number with a suffix is none; nothing is guessed."""
    assert Quantity.read(value) is None


@pytest.mark.parametrize(("value", "text"), [(2, "2"), (0.5, "500m"), (1e30, "9223372036854775807"), ("1Gi", "1Gi")])
def test_numbers_of_json_are_quantities_too(value: object, text: str) -> None:
    """A quantity may be sent without quotes."""
    assert str(Quantity.read(value)) == text


@given(texts)
def test_the_canonical_form_is_the_same_number_and_stays(text: str) -> None:
    """Writing a quantity and reading it again gives the same number, and the same text."""
    once = Quantity.of(text)
    again = Quantity.of(str(once))
    assert (again.value, str(again)) == (once.value, str(once))


@given(texts, texts)
def test_sums_are_exact(first: str, second: str) -> None:
    """Adding and taking away again gives the number that was there."""
    one, other = Quantity.of(first), Quantity.of(second)
    assert (one + other - other).value == one.value
    assert (one + other).value == (other + one).value


def test_a_map_of_amounts_leaves_out_what_means_none() -> None:
    """A malformed amount counts as absent: validation has refused it long before."""
    assert {name: str(each) for name, each in amounts(freeze_map({"cpu": "1", "memory": "much"})).items()} == {
        "cpu": "1"
    }
    assert amounts(None) == {}
