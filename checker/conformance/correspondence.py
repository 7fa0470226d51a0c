"""What in a recording is called otherwise in the model: uids, generated names, revisions.

Lives here: the correspondence between the two, made as answers are compared, and the translation of requests by it.  A
client's later requests carry what the *real* server told it, so they must be translated before the model gets them.
Must not know: what is compared besides.

* uids and generated names are random on a real server: they correspond one to one (:class:`Bijection`).
* revisions are etcd's: they correspond one to one and in the same order (:class:`OrderIsomorphism`).
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Mapping
from typing import Any, Final, cast

from attrs import Factory, define

_TEXT_OF_NO_REVISION: Final = ("", "0")


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
    """All correspondences of one replay."""

    uids: Bijection = Factory(Bijection)
    names: Bijection = Factory(Bijection)
    revisions: OrderIsomorphism = Factory(OrderIsomorphism)

    def path(self, recorded: str) -> str:
        """A path as the model is asked for it."""
        return "/".join(self.names.model(part) for part in recorded.split("/"))

    def query(self, recorded: Mapping[str, str]) -> dict[str, str]:
        """A query as the model is asked for it."""
        return {
            name: self.revision(value) if name == "resourceVersion" else self.names.model(value)
            for name, value in recorded.items()
        }

    def body(self, recorded: object, place: str = "") -> object:
        """A body as the model is asked with it, with its uids, generated names and resourceVersions translated."""
        if isinstance(recorded, dict):
            fields = cast("dict[str, Any]", recorded)
            return {name: self.body(value, name) for name, value in fields.items()}
        if isinstance(recorded, list):
            return [self.body(item) for item in cast("list[object]", recorded)]
        if not isinstance(recorded, str):
            return recorded
        if place == "resourceVersion":
            return self.revision(recorded)
        return self.names.model(self.uids.model(recorded))

    def revision(self, recorded: str) -> str:
        """A resourceVersion as the model is asked with it; what is no number, or means none, stays."""
        if recorded in _TEXT_OF_NO_REVISION or not (recorded.isascii() and recorded.isdigit()):
            return recorded
        return str(self.revisions.model(int(recorded)))
