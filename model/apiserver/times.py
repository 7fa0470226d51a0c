"""The time of the model.

Lives here: the one timestamp that there is.  Must not know: who writes it where.
"""

from __future__ import annotations

from typing import Final

NOW: Final = "2000-01-01T00:00:00Z"
"""The one timestamp of the model, which has no clock: that something began can be seen, not when."""
