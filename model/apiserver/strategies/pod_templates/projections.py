"""Files in volumes that are made from other objects, or from the pod itself.

Lives here: the rules for items of volumes, and for ``projected``.  Must not know: other volumes.

Source: Kubernetes 1.36, ``pkg/apis/core/validation/validation.go``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ....frozen_json import FrozenMap
from ...answer import Cause
from ...causes import forbidden_value, invalid_value, required
from ..reading import maybe_number, number, part, parts, text
from .environment import FIELDS_IN_VOLUMES, field_reference, resource_reference
from .paths import file_mode, unreserved

_SHORTEST_TOKEN: Final = 10 * 60
_LONGEST_TOKEN: Final = 1 << 32
_SOURCES: Final = ("secret", "configMap", "downwardAPI", "serviceAccountToken", "clusterTrustBundle", "podCertificate")


def key_to_path(item: FrozenMap, at: str) -> Iterator[Cause]:
    """What is wrong with a key that is shown as a file."""
    for name in ("key", "path"):
        if not text(item, name):
            yield required(f"{at}.{name}")
    yield from unreserved(text(item, "path"), f"{at}.path")
    yield from file_mode(maybe_number(item, "mode"), f"{at}.mode")


def downward_file(file: FrozenMap, at: str) -> Iterator[Cause]:
    """What is wrong with a field of the pod that is shown as a file."""
    if not text(file, "path"):
        yield required(f"{at}.path")
    yield from unreserved(text(file, "path"), f"{at}.path")
    field, resource = part(file, "fieldRef"), part(file, "resourceFieldRef")
    if field is not None:
        yield from field_reference(field, FIELDS_IN_VOLUMES, f"{at}.fieldRef")
        if resource is not None:
            yield invalid_value(at, '"resource": fieldRef and resourceFieldRef can not be specified simultaneously')
    elif resource is not None:
        yield from resource_reference(resource, f"{at}.resourceFieldRef", names_container=True)
    else:
        yield required(at, "one of fieldRef and resourceFieldRef is required")
    yield from file_mode(maybe_number(file, "mode"), f"{at}.mode")


def projected(volume: FrozenMap, at: str) -> Iterator[Cause]:
    """What is wrong with a volume that several sources share."""
    yield from file_mode(maybe_number(volume, "defaultMode"), f"{at}.defaultMode")
    seen: set[str] = set()
    for index, source in enumerate(parts(volume, "sources")):
        field = f"{at}.sources[{index}]"
        yield from _source(source, field, at, seen)
        if sum(part(source, name) is not None for name in _SOURCES) > 1:
            yield forbidden_value(field, "may not specify more than 1 volume type per source")


def _source(source: FrozenMap, at: str, volume: str, seen: set[str]) -> Iterator[Cause]:
    for name in ("secret", "configMap"):
        keys = part(source, name)
        if keys is None:
            continue
        if not text(keys, "name"):
            yield required(f"{at}.{name}.name")
        for index, item in enumerate(parts(keys, "items")):
            yield from key_to_path(item, f"{at}.{name}.items[{index}]")
            yield from _once(text(item, "path"), volume, seen)
    downward = part(source, "downwardAPI")
    for file in () if downward is None else parts(downward, "items"):
        yield from downward_file(file, f"{at}.downwardAPI")
        yield from _once(text(file, "path"), volume, seen)
    token = part(source, "serviceAccountToken")
    if token is not None:
        yield from _token(token, at, volume)


def _once(path: str, at: str, seen: set[str]) -> Iterator[Cause]:
    if path in seen:
        yield invalid_value(at, f'"{path}": conflicting duplicate paths')
    elif path:
        seen.add(path)


def _token(token: FrozenMap, at: str, volume: str) -> Iterator[Cause]:
    """A token's path is complained about as if it were the volume's: so it is upstream."""
    seconds = number(token, "expirationSeconds")
    if seconds < _SHORTEST_TOKEN:
        why = f"{seconds}: may not specify a duration less than 10 minutes"
        yield invalid_value(f"{at}.serviceAccountToken.expirationSeconds", why)
    if seconds > _LONGEST_TOKEN:
        why = f"{seconds}: may not specify a duration larger than 2^32 seconds"
        yield invalid_value(f"{at}.serviceAccountToken.expirationSeconds", why)
    path = text(token, "path")
    if not path:
        yield required(f"{volume}.path")
    else:
        yield from unreserved(path, f"{volume}.path")
