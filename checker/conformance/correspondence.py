"""What in a recording is called otherwise in the model: uids, made-up names, addresses, ports, tokens, revisions.

Lives here: the correspondence between the two, made as answers are compared, and the translation of requests by it.  A
client's later requests carry what the *real* server told it, so they must be translated before the model gets them.
Must not know: what is compared besides.

* uids, and whatever else a server draws by lot (generated names, addresses of services, node ports, tokens) correspond
  one to one (:class:`Bijection`).  Also where they stand within a longer text: in a message, or in the key of a map.
* revisions are etcd's: they correspond one to one and in the same order (:class:`OrderIsomorphism`).
* continue tokens hold a revision and a name.
"""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from attrs import Factory, define

from seatrial.model.apiserver.paging import PRESENT, Token, decode_token, encode_token

_TEXT_OF_NO_REVISION: Final = ("", "0")
_WORD: Final = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9._:/]*[A-Za-z0-9])?")
_PARTS: Final = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9.]*[A-Za-z0-9])?")
_LONGEST_TEXT: Final = 10_000
"""In longer texts no names are looked for."""


@define
class Bijection:
    """A one-to-one correspondence of names, recorded and the model's.  A name without a partner stands for itself."""

    _to_model: dict[str, str] = Factory(dict[str, str])
    _to_recorded: dict[str, str] = Factory(dict[str, str])

    def bind(self, recorded: str, model: str) -> bool:
        """Make two names partners; ``False`` if one of them has another partner already."""
        fits = self.model(recorded) == model if recorded in self._to_model else model not in self._to_recorded
        if fits:
            self._to_model[recorded] = model
            self._to_recorded[model] = recorded
        return fits

    def copy(self) -> Bijection:
        """The same correspondence, which goes its own way."""
        return Bijection(dict(self._to_model), dict(self._to_recorded))

    def bind_anew(self, recorded: str, model: str) -> None:
        """Make two names partners though they may have had others: what those named is gone."""
        self._to_recorded.pop(self._to_model.pop(recorded, ""), None)
        self._to_model.pop(self._to_recorded.pop(model, ""), None)
        self.bind(recorded, model)

    def model(self, recorded: str) -> str:
        """The model's name for a recorded one."""
        return self._to_model.get(recorded, recorded)

    def recorded(self, model: str) -> str:
        """The recorded name for one of the model."""
        return self._to_recorded.get(model, model)


@define
class OrderIsomorphism:
    """A one-to-one correspondence of revisions that keeps their order."""

    _recorded: list[int] = Factory(list[int])
    _model: list[int] = Factory(list[int])

    def copy(self) -> OrderIsomorphism:
        """The same correspondence, which goes its own way."""
        return OrderIsomorphism(list(self._recorded), list(self._model))

    def bind(self, recorded: int, model: int) -> bool:
        """Make two revisions partners; ``False`` if that breaks the order or another partnership."""
        place = bisect_left(self._recorded, recorded)
        if place < len(self._recorded) and self._recorded[place] == recorded:
            return self._model[place] == model
        if place != bisect_left(self._model, model) or model in self._model[place : place + 1]:
            return False
        insort(self._recorded, recorded)
        insort(self._model, model)
        return True

    def model(self, recorded: int) -> int:
        """The model's revision for a recorded one; one that nobody was told yet gets a place among its neighbours."""
        place = bisect_left(self._recorded, recorded)
        if place < len(self._recorded) and self._recorded[place] == recorded:
            return self._model[place]
        if place == 0:
            highest = self._model[0] - 1 if self._model else recorded
            return min(recorded, max(highest, 0))
        after = self._model[place - 1] + recorded - self._recorded[place - 1]
        return after if place == len(self._model) else min(after, self._model[place] - 1)


@define
class Correspondence:
    """All correspondences of one replay.  ``names`` are of everything that is drawn by lot, but for uids."""

    uids: Bijection = Factory(Bijection)
    names: Bijection = Factory(Bijection)
    revisions: OrderIsomorphism = Factory(OrderIsomorphism)
    times: dict[str, str] = Factory(dict[str, str])
    """The times that the recorded server has told as its own, and what the model told there."""

    def copy(self) -> Correspondence:
        """The same correspondences, which go their own way."""
        return Correspondence(self.uids.copy(), self.names.copy(), self.revisions.copy(), dict(self.times))

    def path(self, recorded: str) -> str:
        """A path as the model is asked for it."""
        return "/".join(self.text(part) for part in recorded.split("/"))

    def query(self, recorded: Mapping[str, str]) -> dict[str, str]:
        """A query as the model is asked for it."""
        return {name: self._parameter(name, value) for name, value in recorded.items()}

    def body(self, recorded: object, place: str = "") -> object:
        """A body as the model is asked with it, with all that is called otherwise translated."""
        if isinstance(recorded, dict):
            fields = cast("dict[str, Any]", recorded)
            return {self.text(name): self.body(value, name) for name, value in fields.items()}
        if isinstance(recorded, list):
            return [self.body(item, place) for item in cast("list[object]", recorded)]
        if place == "nodePort" and type(recorded) is int:
            return int(self.names.model(str(recorded)))
        if not isinstance(recorded, str):
            return recorded
        if place == "resourceVersion":
            return self.revision(recorded)
        return self.times.get(recorded) or self.text(recorded)

    def text(self, recorded: str) -> str:
        """A text as the model is asked with it."""
        return _translated(recorded, lambda word: self.names.model(self.uids.model(word)))

    def recorded_text(self, model: str) -> str:
        """A text of the model as it would be recorded."""
        return _translated(model, lambda word: self.names.recorded(self.uids.recorded(word)))

    def revision(self, recorded: str) -> str:
        """A resourceVersion as the model is asked with it; what is no number, or means none, stays."""
        if recorded in _TEXT_OF_NO_REVISION or not (recorded.isascii() and recorded.isdigit()):
            return recorded
        return str(self.revisions.model(int(recorded)))

    def _parameter(self, name: str, recorded: str) -> str:
        match name:
            case "resourceVersion":
                return self.revision(recorded)
            case "continue":
                return self._token(recorded)
            case _:
                return self.text(recorded)

    def _token(self, recorded: str) -> str:
        """A continue token as the model is asked with it; what is none stays."""
        token = decode_token(recorded)
        if isinstance(token, str):
            return recorded
        revision = token.revision if token.revision == PRESENT else self.revisions.model(token.revision)
        return encode_token(Token(revision, self.text(token.start)))


def _translated(text: str, translate: Callable[[str], str]) -> str:
    """A text with each word translated: as a whole if it has a partner, or else by its parts."""
    if len(text) > _LONGEST_TEXT:
        return text

    def word(found: re.Match[str]) -> str:
        whole = translate(found[0])
        return _PARTS.sub(lambda part: translate(part[0]), found[0]) if whole == found[0] else whole

    return _WORD.sub(word, text)
