"""What the tests of admission share: a server with plugins, and the objects that many of them need.

Lives here: :class:`Admitting`.
"""

from __future__ import annotations

from typing import Any

from attrs import Factory, define

from seatrial.model import kinds
from seatrial.model.apiserver import NO_OPTIONS, Answer, Options, Settings, create, delete, front, patch, update
from seatrial.model.apiserver.reads import read
from seatrial.model.etcd import Member
from seatrial.model.frozen_json import freeze_map
from seatrial.model.objects import Object

DRY_RUN = Options(dry_run=("All",))


@define
class Admitting:
    """A server with some plugins on an etcd of its own, which has the namespace ``shop``."""

    settings: Settings
    etcd: Member = Factory(Member)

    def __attrs_post_init__(self) -> None:
        assert self.make("Namespace", "shop", namespace="").ok

    def make(
        self, kind: str, name: str, *, options: Options = NO_OPTIONS, namespace: str = "shop", **fields: Any
    ) -> Answer:
        """Create an object; ``metadata`` may be among the fields."""
        metadata = {"name": name, **({"namespace": namespace} if namespace else {}), **fields.pop("metadata", {})}
        object_ = Object.of({**fields, "metadata": metadata})
        return front.handle(self.etcd, create(kinds.of_name(kind), object_, options=options), self.settings)

    def put(self, kind: str, object_: Object, *, subresource: str = "") -> Answer:
        """Replace an object."""
        return front.handle(self.etcd, update(kinds.of_name(kind), object_, subresource=subresource), self.settings)

    def change(
        self, kind: str, name: str, changes: dict[str, Any], *, subresource: str = "", namespace: str = "shop"
    ) -> Answer:
        """Change an object by a merge patch."""
        asked = patch(kinds.of_name(kind), namespace, name, freeze_map(changes), subresource=subresource)
        return front.handle(self.etcd, asked, self.settings)

    def remove(self, kind: str, name: str, *, namespace: str = "shop") -> Answer:
        """Delete an object."""
        return front.handle(self.etcd, delete(kinds.of_name(kind), namespace, name), self.settings)

    def read(self, kind: str, name: str, *, namespace: str = "shop") -> Object:
        """What etcd holds."""
        found = read(self.etcd, kinds.of_name(kind).key(namespace, name))
        assert found is not None
        return found.object

    def pod(self, name: str, *, options: Options = NO_OPTIONS, metadata: Any = None, **spec: Any) -> Answer:
        """Create a pod, with one container unless the spec has others."""
        containers = spec.pop("containers", [{"name": "c", "image": "img:1"}])
        return self.make("Pod", name, options=options, metadata=metadata or {}, spec={"containers": containers, **spec})


def admitted(answer: Answer) -> Object:
    """The object of an answer that admits."""
    assert answer.ok, answer
    assert answer.object is not None
    return answer.object
