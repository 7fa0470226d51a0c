"""A request as it comes over the wire.

Lives here: :class:`HttpRequest`.  Must not know: what it means (``rest`` does).
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from .request import JSON, Body


@frozen(kw_only=True)
class HttpRequest:
    """Method, path, query, headers and body of one request; ``token`` is its bearer token, ``None`` if it has none.

    ``body`` is frozen JSON, or :class:`~.request.Malformed` where what was sent is none.  A header may come several
    times, so each name has a tuple of values.  ``duplicates`` are the paths of the fields that the body had more than
    once (see ``decoding.parse_text``).
    """

    method: str
    path: str
    query: Mapping[str, str] = field(factory=dict[str, str])
    headers: Mapping[str, tuple[str, ...]] = field(factory=dict[str, tuple[str, ...]])
    body: Body = None
    duplicates: tuple[str, ...] = ()
    media_type: str = JSON
    token: str | None = None

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of the path."""
        return tuple(self.path.strip("/").split("/"))

    def header(self, name: str) -> tuple[str, ...]:
        """The values of a header, whose name may be written in any case."""
        wanted = name.lower()
        return tuple(
            value for given, values in sorted(self.headers.items()) if given.lower() == wanted for value in values
        )
