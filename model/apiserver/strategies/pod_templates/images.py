"""References to images: ``registry.example.com:5000/team/web:1.2``.

Lives here: which tag a reference means.  Must not know: containers.

Source: Kubernetes 1.36, ``pkg/util/parsers/parsers.go``; the grammar of ``github.com/distribution/reference``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_PART: Final = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_DOMAIN_PART: Final = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_DOMAIN: Final = rf"(?:{_DOMAIN_PART}(?:\.{_DOMAIN_PART})*|\[[0-9a-fA-F:]+\])(?::[0-9]+)?"
_REFERENCE: Final = re.compile(
    rf"(?:(?P<domain>{_DOMAIN})/)?{_PART}(?:/{_PART})*"
    r"(?::(?P<tag>\w[\w.-]{0,127}))?"
    r"(?P<digest>@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?",
    flags=re.ASCII,
)
_IDENTIFIER: Final = re.compile(r"[a-f0-9]{64}")
_LONGEST_NAME: Final = 255


@lru_cache(maxsize=1024)
def is_latest(image: str) -> bool:
    """Whether a reference means the tag ``latest``: it says so, or neither a tag nor a digest.

    What is no reference means no tag.
    """
    found = _REFERENCE.fullmatch(image)
    if found is None or _IDENTIFIER.fullmatch(image) or len(image) > _LONGEST_NAME:
        return False
    tag, digest = found["tag"], found["digest"]
    return tag == "latest" or (tag is None and digest is None)
