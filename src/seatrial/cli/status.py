"""The exit statuses of all commands."""

from __future__ import annotations

from typing import Final

FINE: Final = 0
VIOLATED: Final = 1
BAD_INPUT: Final = 2
STOPPED: Final = 3
