"""What the checks of pod security have in common: how they look at containers, and how they speak of them.

Lives here: :class:`Check`, the containers of a pod with the fields of their security contexts, and the words of a
finding.  Must not know: what is forbidden.

Source: Kubernetes 1.36, ``pod-security-admission/policy``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from attrs import frozen

from ....frozen_json import FrozenMap, Json, as_items, as_map

LATEST = 1_000_000
"""The minor version that ``latest`` stands for: later than any."""


@frozen
class Pod:
    """A pod, or the template of one: its annotations and its spec, and the minor version of the rules to apply."""

    annotations: FrozenMap
    spec: FrozenMap
    minor: int = LATEST

    @property
    def is_windows(self) -> bool:
        """Whether it says that it is for Windows, to which some rules do not apply."""
        return bool(as_map(self.spec.get("os")).get("name") == "windows")


@frozen
class Finding:
    """What a check forbids, in short, and where it was found."""

    reason: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.reason} ({self.detail})" if self.detail else self.reason


Check = Callable[[Pod], "Finding | None"]


def containers(pod: Pod) -> Iterator[FrozenMap]:
    """All containers: those that prepare, those that work, and those for debugging."""
    for part in ("initContainers", "containers", "ephemeralContainers"):
        for container in as_items(pod.spec.get(part)):
            yield as_map(container)


def context(holder: FrozenMap, *path: str) -> Json:
    """A field of the security context of a container (or of a pod's spec); ``None`` if it is not set."""
    value: Json = holder.get("securityContext")
    for part in path:
        value = as_map(value).get(part)
    return value


def name(container: FrozenMap) -> str:
    """The name of a container."""
    return str(container.get("name", ""))


def quoted(names: Iterable[object]) -> str:
    """Names as a list in a message."""
    return ", ".join(f'"{each}"' for each in names)


def these(singular: str, names: list[str]) -> str:
    """Things with their names: ``container "a"`` or ``containers "a", "b"``."""
    return f"{singular if len(names) == 1 else singular + 's'} {quoted(names)}"


def setters(pod: Pod, is_bad: Callable[[FrozenMap], bool]) -> list[str]:
    """Who sets something bad in a security context: the pod, and the containers by name; empty if nobody does."""
    found = ["pod"] if is_bad(pod.spec) else []
    bad = [name(container) for container in containers(pod) if is_bad(container)]
    return [*found, these("container", bad)] if bad else found
