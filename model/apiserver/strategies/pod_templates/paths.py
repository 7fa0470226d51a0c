"""Paths of files in volumes.

Lives here: which are valid.  Must not know: volumes.

Source: Kubernetes 1.36, ``pkg/apis/core/validation/validation.go``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...answer import Cause
from ...causes import invalid_value

_LARGEST_MODE: Final = 0o777


def no_backsteps(path: str, at: str) -> Iterator[Cause]:
    """A path must not lead upwards."""
    if ".." in path.split("/"):
        yield invalid_value(at, f"\"{path}\": must not contain '..'")


def descending(path: str, at: str) -> Iterator[Cause]:
    """A path must lead downwards from where it begins."""
    if path.startswith("/"):
        yield invalid_value(at, f'"{path}": must be a relative path')
    yield from no_backsteps(path, at)


def unreserved(path: str, at: str) -> Iterator[Cause]:
    """A path must lead downwards, and not begin with two dots: such names are the kubelet's."""
    yield from descending(path, at)
    if path.startswith("..") and not path.startswith("../"):
        yield invalid_value(at, f"\"{path}\": must not start with '..'")


def file_mode(mode: int | None, at: str) -> Iterator[Cause]:
    """The permissions of a file are three octal digits."""
    if mode is not None and not 0 <= mode <= _LARGEST_MODE:
        yield invalid_value(at, f"{mode}: must be a number between 0 and 0777 (octal), both inclusive")
