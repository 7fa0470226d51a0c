"""Checks of single fields that several kinds share.

Lives here: one check for each form of text or number, from the value and its place to the causes.  Must not know:
kinds; the forms themselves (:mod:`..forms` does).

Source: Kubernetes 1.36, ``pkg/apis/core/validation/validation.go``.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import Final

from ...frozen_json import FrozenMap
from .. import forms
from ..answer import Cause
from ..causes import invalid_value, not_supported, required
from ..label_selectors import label_selector

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
"""A range of addresses."""

_PATH: Final = re.compile(r"[A-Za-z0-9/\-._~%!$&'()*+,;=:]+")


def is_qualified(text: str) -> bool:
    """Whether a text is a qualified name."""
    return not forms.qualified_name(text)


def label_causes(text: str, at: str) -> Iterator[Cause]:
    """What is wrong with a lowercase RFC 1123 label."""
    return forms.complaints(at, text, forms.dns_label)


def subdomain_causes(text: str, at: str) -> Iterator[Cause]:
    """What is wrong with a lowercase RFC 1123 subdomain."""
    return forms.complaints(at, text, forms.dns_subdomain)


def qualified_causes(text: str, at: str) -> Iterator[Cause]:
    """What is wrong with a qualified name."""
    return forms.complaints(at, text, forms.qualified_name)


def label_value_causes(text: str, at: str) -> Iterator[Cause]:
    """What is wrong with the value of a label."""
    return forms.complaints(at, text, forms.label_value)


def segment_causes(text: str, at: str) -> Iterator[Cause]:
    """What is wrong with a text that must be there and be able to stand in a URL."""
    if not text:
        yield required(at)
    else:
        yield from forms.complaints(at, text, forms.path_segment)


def prefixed_causes(text: str, at: str) -> Iterator[Cause]:
    """What is wrong with a path after a domain: ``example.com/controller``."""
    domain, _, path = text.partition("/")
    if not domain or not path:
        yield invalid_value(at, f'"{text}": must be a domain-prefixed path (such as "acme.io/foo")')
        return
    yield from forms.complaints(at, domain, forms.dns_subdomain)
    if not _PATH.fullmatch(path):
        yield invalid_value(at, f'"{path}": Invalid path')


def network(text: str) -> Network | None:
    """The network that a text such as ``10.0.0.0/8`` means; ``None`` if it means none."""
    if "/" not in text:
        return None
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def address_causes(text: str, at: str) -> Iterator[Cause]:
    """What is wrong with an IP address."""
    return forms.complaints(at, text, forms.ip_address)


def labels_causes(labels: FrozenMap, at: str) -> Iterator[Cause]:
    """What is wrong with a set of labels."""
    return forms.labels(at, labels)


def selector_causes(selector: FrozenMap, at: str) -> Iterator[Cause]:
    """What is wrong with a label selector."""
    return label_selector(selector, at)


def port_causes(number: object, at: str) -> Iterator[Cause]:
    """What is wrong with the number of a port."""
    for why in forms.port_number(number if isinstance(number, int) else 0):
        yield invalid_value(at, f"{number}: {why}")


def target_causes(port: object, at: str) -> Iterator[Cause]:
    """What is wrong with a port that is given by its number or its name."""
    if isinstance(port, str):
        yield from forms.complaints(at, port, forms.port_name)
    else:
        yield from port_causes(port, at)


def choice_causes(value: object, choices: tuple[str, ...], at: str) -> Iterator[Cause]:
    """What is wrong with a value that must be one of a few; one that is missing is told as such."""
    if value in (None, ""):
        yield required(at)
    elif value not in choices:
        yield not_supported(at, value, choices)
