"""What the rules of one kind are, beyond what its table says.

Lives here: :class:`Strategy`.  Must not know: which kinds there are, or when its functions are called.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from attrs import frozen

from ...objects import Object
from ..answer import Cause


def _same(object_: Object) -> Object:
    return object_


def _as_sent(new: Object, existing: Object, subresource: str) -> Object:
    del existing, subresource
    return new


def _nothing(object_: Object) -> Iterator[Cause]:
    del object_
    return iter(())


def _nothing_changed(new: Object, existing: Object, subresource: str) -> Iterator[Cause]:
    del new, existing, subresource
    return iter(())


@frozen(kw_only=True)
class Strategy:
    """The functions in which kinds differ.

    ``default`` fills in what is absent from a decoded object; ``prepare_creation`` and ``prepare_update`` (new,
    existing, subresource) set what the server owns, before validation; ``validate`` says what is wrong with an object,
    ``validate_change`` what is wrong with one that is to replace another.
    """

    default: Callable[[Object], Object] = _same
    prepare_creation: Callable[[Object], Object] = _same
    prepare_update: Callable[[Object, Object, str], Object] = _as_sent
    validate: Callable[[Object], Iterator[Cause]] = _nothing
    validate_change: Callable[[Object, Object, str], Iterator[Cause]] = _nothing_changed
