"""How much memory a search may take before it had better stop by itself.

Lives here: what this machine, or the container that the process is in, has.  Must not know: engines.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

SHARE: Final = 0.8
"""The part of the memory that a search may fill: the rest is for everybody else, and for telling what was found."""

_CONTAINER_LIMITS: Final = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def memory_limit() -> int | None:
    """The number of bytes of resident memory at which a search is to stop; ``None`` if the machine does not tell."""
    told = [each for each in (_of_machine(), *map(_of_container, _CONTAINER_LIMITS)) if each]
    return int(min(told) * SHARE) if told else None


def _of_machine() -> int:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return 0


def _of_container(file: str) -> int:
    """The limit in a control group's file; 0 where there is none."""
    try:
        text = Path(file).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return 0
    return int(text) if text.isdecimal() else 0
