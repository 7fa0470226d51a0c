"""Back-off and the bucket: exact, in whole units of time."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from seatrial.model.machinery.rate_limit import DEFAULT, RateLimit


def test_failures_double_the_delay_up_to_a_thousand_seconds() -> None:
    """The defaults of controllers: 5 ms, 10 ms, 20 ms, …, 1000 s, and 1000 s for ever after."""
    delays = [DEFAULT.of_failures(failures) for failures in range(1, 21)]

    assert delays[:4] == [5, 10, 20, 40]
    assert delays[16:] == [327_680, 655_360, 1_000_000, 1_000_000]
    assert DEFAULT.of_failures(10**9) == 1_000_000


@given(st.integers(1, 60), st.integers(1, 1000), st.integers(1, 10**6))
def test_back_off_is_a_capped_power(failures: int, base: int, longest: int) -> None:
    """The n-th failure costs base * 2^(n-1), at most the longest delay."""
    assert RateLimit(base, longest).of_failures(failures) == min(base * 2 ** (failures - 1), longest)


@given(st.integers(1, 50), st.integers(1, 5), st.lists(st.integers(0, 120), max_size=30))
def test_the_debt_is_a_bucket_of_tokens(interval: int, burst: int, waits: list[int]) -> None:
    """The debt delays as a bucket does that holds ``burst`` tokens and gets one back in each interval."""
    limit, debt, tokens = RateLimit(1, 1, interval, burst), 0, Fraction(burst)
    for wait in waits:
        debt = max(0, debt - wait)
        tokens = min(Fraction(burst), tokens + Fraction(wait, interval)) - 1
        delay, debt = limit.of_bucket(debt)
        assert delay == max(0, -tokens * interval)


def test_a_burst_is_free_and_then_ten_come_a_second() -> None:
    """The defaults of controllers: a hundred keys at once cost nothing, the next ones a tenth of a second each."""
    debt, delays = 0, list[int]()
    for _ in range(103):
        delay, debt = DEFAULT.of_bucket(debt)
        delays.append(delay)

    assert delays == [0] * 100 + [100, 200, 300]
