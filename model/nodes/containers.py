"""What runs on a node: the containers of pods, all those of one pod together.

Lives here: the value, and what tells of its start and end.  Must not know: who decides about them.
"""

from __future__ import annotations

from attrs import frozen

from ..machinery.workqueue import Key
from ..objects import Object


@frozen(cache_hash=True, order=True)
class Containers:
    """The containers of one pod; two pods of one name are told apart by their uids."""

    namespace: str
    name: str
    uid: str

    @classmethod
    def of(cls, pod: Object) -> Containers:
        """Those that a pod asks for."""
        return cls(pod.namespace, pod.name, pod.uid)

    @property
    def key(self) -> Key:
        """The place of their pod's object."""
        return Key(self.namespace, self.name)


@frozen(cache_hash=True)
class Started:
    """Containers of a pod run on a node from now on."""

    node: str
    containers: Containers

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"{self.node} runs the containers of {_pod(self.containers)}"

    @property
    def arrow(self) -> None:
        """No message."""


@frozen(cache_hash=True)
class Stopped:
    """Containers of a pod do not run on a node any more."""

    node: str
    containers: Containers

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"{self.node} has stopped the containers of {_pod(self.containers)}"

    @property
    def arrow(self) -> None:
        """No message."""


def _pod(containers: Containers) -> str:
    return f"pod {containers.namespace}/{containers.name} ({containers.uid})"
