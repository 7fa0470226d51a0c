"""Pages of a list, and the tokens by which a client goes on to the next.

Lives here: :class:`Page`, which is asked for, and the form of continue tokens.  Must not know: from which state a
list is answered.

A token holds the revision of the first page, so that all pages show one snapshot, and the key to go on at.  A token
with revision -1 goes on at the present state instead: a client gets one when the snapshot is gone.

Source: Kubernetes 1.36, ``apiserver/pkg/storage/continue.go``; scenario j-list of the Kubernetes 1.36 recording and the
one without watch cache.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any, Final, cast

from attrs import frozen

_VERSION: Final = "meta.k8s.io/v1"
_INVALID: Final = "continue key is not valid"
_CLOSEST: Final = "\0"
"""What is added to a key to name the place right behind it."""

_LEADING_ELSEWHERE: Final = ("", ".", "..")
"""Parts that no key in a token may have: with them it could lead out of the list."""

PRESENT: Final = -1
"""The revision in a token that goes on at the present state."""


@frozen
class Page:
    """Which part of a list is wanted: ``limit`` items (0: all) from a key on.

    ``start`` is relative to the list's own prefix of keys.  ``from_cache`` decides how a token writes its key: a watch
    cache keeps the slash before it.
    """

    limit: int = 0
    start: str = ""
    from_cache: bool = True


WHOLE: Final = Page()
"""All of a list."""


@frozen
class Token:
    """What a continue token says."""

    revision: int
    start: str


def encode_token(token: Token) -> str:
    """The text of a token.

    >>> encode_token(Token(535, "/c1" + chr(0)))
    'eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6NTM1LCJzdGFydCI6Ii9jMVx1MDAwMCJ9'
    """
    fields = {"v": _VERSION, "rv": token.revision, "start": token.start}
    text = json.dumps(fields, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def decode_token(text: str) -> Token | str:
    """The token that a text is, or what is wrong with it.  Its key has no slash before it."""
    try:
        padded = text + "=" * (-len(text) % 4)
        value: Any = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError) as error:
        return f"{_INVALID}: {error}"
    if not isinstance(value, dict):
        return f"{_INVALID}: it is no object"
    fields = cast("dict[str, Any]", value)
    version, revision, start = fields.get("v", ""), fields.get("rv", 0), fields.get("start", "")
    if not isinstance(version, str) or not isinstance(start, str) or type(revision) is not int:
        return f"{_INVALID}: a field is of a wrong type"
    if version != _VERSION:
        return f"{_INVALID}: server does not recognize this encoded version {version}"
    if not revision:
        return f"{_INVALID}: incorrect encoded start resourceVersion (version {_VERSION})"
    if not start:
        return f"{_INVALID}: encoded start key empty (version {_VERSION})"
    key = start.removeprefix("/")
    if any(part in _LEADING_ELSEWHERE for part in key.split("/")):
        return f"{_INVALID}: {start}"
    return Token(revision, key)


def token_after(key: str, revision: int, page: Page) -> str:
    """The token that goes on right behind a key, which is relative to the list's prefix of keys."""
    return _token(key + _CLOSEST, revision, from_cache=page.from_cache)


def token_at_present(page: Page) -> str:
    """The token that goes on where a page was to begin, but at the present state."""
    return _token(page.start, PRESENT, from_cache=page.from_cache)


def _token(start: str, revision: int, *, from_cache: bool) -> str:
    return encode_token(Token(revision, f"/{start}" if from_cache else start))
