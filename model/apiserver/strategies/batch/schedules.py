"""Schedules of cron jobs: ``*/5 8-18 * * mon-fri``, ``@daily``, ``@every 1h30m``.

Lives here: which texts are schedules, and which are time zones.  Must not know: when they come due.

Source: ``github.com/robfig/cron/v3``, ``parser.go``; Kubernetes 1.36, ``pkg/apis/batch/validation/validation.go``.
"""

from __future__ import annotations

import re
from typing import Final

from .zones import ZONES

_NAMED: Final = ("@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly")
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS: Final = (
    (0, 59, ()),
    (0, 23, ()),
    (1, 31, ()),
    (1, 12, _MONTHS),
    (0, 6, _DAYS),
)
"""Minute, hour, day, month, day of the week: lowest and highest value, and the names of the values."""

_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,18}")
_DURATION: Final = re.compile(r"[+-]?(?:0|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h))+")


def is_schedule(text: str) -> bool:
    """Whether a text is a schedule; a time zone may stand before it."""
    if text.startswith(("TZ=", "CRON_TZ=")):
        zone, space, text = text.partition(" ")
        if not space or not is_zone(zone.partition("=")[2]):
            return False
        text = text.strip()
    if text.startswith("@"):
        return text in _NAMED or (text.startswith("@every ") and bool(_DURATION.fullmatch(text[len("@every ") :])))
    fields = text.split()
    return len(fields) == len(_FIELDS) and all(
        _is_list(field, low, high, names) for field, (low, high, names) in zip(fields, _FIELDS, strict=True)
    )


def _is_list(field: str, low: int, high: int, names: tuple[str, ...]) -> bool:
    """Ranges between commas; empty ones are passed over."""
    return all(_is_range(each, low, high, names) for each in field.split(",") if each)


def _is_range(text: str, low: int, high: int, names: tuple[str, ...]) -> bool:
    bounds, *steps = text.split("/")
    if len(steps) > 1:
        return False
    first, *ends = bounds.split("-")
    if first in ("*", "?"):
        start, end = low, high
    else:
        values = [_value(each, low, names) for each in (first, *ends)]
        if len(values) > 2 or any(value is None for value in values):  # noqa: PLR2004 - from, to
            return False
        start = values[0] or 0
        end = (values[1] or 0) if ends else (high if steps else start)
    step = _number(steps[0]) if steps else 1
    return step is not None and step > 0 and low <= start <= end <= high


def _value(text: str, low: int, names: tuple[str, ...]) -> int | None:
    if text.lower() in names:
        return names.index(text.lower()) + low
    return _number(text)


def _number(text: str) -> int | None:
    if not _NUMBER.fullmatch(text):
        return None
    number = int(text)
    return number if number >= 0 else None


def is_zone(name: str) -> bool:
    """Whether a text names a time zone: one of the database, or the server's own (which a cron job may not have)."""
    return name in ZONES or name in ("", "Local")
