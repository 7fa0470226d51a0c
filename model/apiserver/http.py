"""A request as it comes over the wire.

Lives here: :class:`HttpRequest`.  Must not know: what it means (``rest`` does).
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from .request import JSON, Body


@frozen(kw_only=True)
class HttpRequest:
    """Method, path, query and body of one request; ``token`` is its bearer token, ``None`` if it has none.

    ``body`` is frozen JSON, or :class:`~.request.Malformed` where what was sent is none.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(factory=dict[str, str])
    body: Body = None
    media_type: str = JSON
    token: str | None = None

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of the path."""
        return tuple(self.path.strip("/").split("/"))
