"""The packed tables with other constants, which may change their speed only.

Lives here: cells of one bit, so that the layout changes all the time; tables that are given up at once; chunks of one
state.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import pytest
from hypothesis import strategies as st

from seatrial.checker import exhaustive, expand, space

tunings = st.fixed_dictionaries(
    {
        "bits": st.sampled_from([1, 2, 6]),
        "small": st.sampled_from([0, 3, 20_000]),
        "chunk": st.sampled_from([1, 3, 10_000]),
    }
)


@contextmanager
def tuned(bits: int, small: int, chunk: int) -> Generator[None]:
    """Use other constants for a while."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(space, "FIRST_BITS", bits)
        patch.setattr(space, "ROOMY_BITS", bits)
        patch.setattr(space, "MORE_BITS", bits)
        patch.setattr(expand, "SMALL", small)
        patch.setattr(expand, "CHUNK", chunk)
        patch.setattr(exhaustive, "CHUNK", chunk)
        yield
