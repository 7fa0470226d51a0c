"""What the rules of one kind are, beyond what its table says.

Lives here: :class:`Strategy`.  Must not know: which kinds there are, or when its functions are called.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum

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


def _silent(new: Object, existing: Object | None) -> Iterator[str]:
    del new, existing
    return iter(())


class UpdateCheck(Enum):
    """What is checked of an object that replaces another, and how often: a real server lists all that it finds.

    First of all, the change of metadata is checked, for every kind; then follows what the kind itself does.
    """

    CONTENT = "the change of metadata, then validity but for the metadata"
    WHOLE = "the change of metadata, then validity of everything, the metadata too"
    TWICE = "validity of everything as of a new object, then the change of metadata, then validity but for it"


@frozen(kw_only=True)
class Strategy:
    """The functions in which kinds differ.

    ``default`` fills in what is absent from a decoded object; ``prepare_creation`` and ``prepare_update`` (new,
    existing, subresource) set what the server owns, before validation.  ``identify`` sets what is made from the uid and
    the name of a new object, once it has them.

    ``validate`` says what is wrong with an object; of a new one ``validate_identity`` before, of what is made from its
    uid and name, and ``validate_new`` after, of what is wrong only because it is new.  ``validate_change`` says what is
    wrong with one that is to replace another.  ``validate_status`` is what is checked instead when a write goes through
    /status; ``None`` makes no difference between the two.  ``on_update`` says in which order an update is checked.

    ``warn`` says what is odd in an object that is valid, a new one or one that replaces another.
    """

    default: Callable[[Object], Object] = _same
    prepare_creation: Callable[[Object], Object] = _same
    prepare_update: Callable[[Object, Object, str], Object] = _as_sent
    identify: Callable[[Object], Object] | None = None
    validate_identity: Callable[[Object], Iterator[Cause]] = _nothing
    validate: Callable[[Object], Iterator[Cause]] = _nothing
    validate_new: Callable[[Object], Iterator[Cause]] = _nothing
    validate_change: Callable[[Object, Object, str], Iterator[Cause]] = _nothing_changed
    validate_status: Callable[[Object, Object], Iterator[Cause]] | None = None
    on_update: UpdateCheck = UpdateCheck.CONTENT
    warn: Callable[[Object, Object | None], Iterator[str]] = _silent
