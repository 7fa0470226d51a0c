"""The forms that names, labels and other short texts must have.

Lives here: one function a form, which gives a complaint for each way in which a text fails; a text may fail in several
ways at once, and a real server then lists as many causes.  Must not know: which field has which form.

Source: Kubernetes 1.36, ``apimachinery/pkg/util/validation/{validation,ip}.go``,
``apimachinery/pkg/api/validation/{generic,path/name}.go``.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from ..frozen_json import as_map
from .answer import Cause
from .causes import invalid_value

Form: TypeAlias = Callable[[str], tuple[str, ...]]
"""From a text to the complaints about it, none if it has the form."""

_LABEL: Final = r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?"
_LABEL_FORM: Final = re.compile(_LABEL)
_SUBDOMAIN_FORM: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_SUBDOMAIN_WITH_UNDERSCORE: Final = re.compile(r"[a-z0-9_](?:[-._a-z0-9]*[a-z0-9])?")
_LABEL_1035_FORM: Final = re.compile(r"[a-z](?:[-a-z0-9]*[a-z0-9])?")
_QUALIFIED_FORM: Final = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?")
_LABEL_VALUE_FORM: Final = re.compile(r"(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?")
_PORT_NAME_FORM: Final = re.compile(r"[-a-z0-9]+")
_CONFIG_KEY_FORM: Final = re.compile(r"[-._a-zA-Z0-9]+")
_HEADER_FORM: Final = re.compile(r"[-A-Za-z0-9]+")
_ENVIRONMENT_FORM: Final = re.compile(r"[ -<>-~]+")
_LABEL_LENGTH: Final = 63
_SUBDOMAIN_LENGTH: Final = 253
_PORT_NAME_LENGTH: Final = 15
_LARGEST_PORT: Final = 65535


def _checked(text: str, form: re.Pattern[str], longest: int, what: str) -> tuple[str, ...]:
    long = (f"must be no more than {longest} characters",) if len(text) > longest else ()
    return long if form.fullmatch(text) else (*long, f"must be {what}")


def dns_label(text: str) -> tuple[str, ...]:
    """A part of a domain name: ``web-1``."""
    return _checked(text, _LABEL_FORM, _LABEL_LENGTH, "a lowercase RFC 1123 label")


def dns_subdomain(text: str) -> tuple[str, ...]:
    """Parts of a domain name between dots: ``web.example.com``."""
    return _checked(text, _SUBDOMAIN_FORM, _SUBDOMAIN_LENGTH, "a lowercase RFC 1123 subdomain")


def dns_search_path(text: str) -> tuple[str, ...]:
    """A domain in which names are looked up; underscores may be in it."""
    return _checked(text, _SUBDOMAIN_WITH_UNDERSCORE, _SUBDOMAIN_LENGTH, "a lowercase RFC 1123 subdomain")


def dns_1035_label(text: str) -> tuple[str, ...]:
    """A part of a domain name that begins with a letter."""
    return _checked(text, _LABEL_1035_FORM, _LABEL_LENGTH, "a DNS-1035 label")


def path_segment(text: str) -> tuple[str, ...]:
    """What can stand between two slashes of a URL."""
    if text in (".", ".."):
        return (f"may not be '{text}'",)
    return path_segment_prefix(text)


def path_segment_prefix(text: str) -> tuple[str, ...]:
    """What such a text may begin with."""
    return tuple(f"may not contain '{sign}'" for sign in "/%" if sign in text)


def qualified_name(text: str) -> tuple[str, ...]:
    """A name, with the domain of its owner before a slash or without."""
    prefix, slash, name = text.partition("/")
    if "/" in name:
        return ("must be a qualified name with an optional DNS subdomain prefix and '/'",)
    if not slash:
        prefix, name = "", prefix
    found: list[str] = []
    if slash:
        found.extend(["prefix part must be non-empty"] if not prefix else dns_subdomain(prefix))
    if not name:
        found.append("name part must be non-empty")
    found.extend(_checked(name, _QUALIFIED_FORM, _LABEL_LENGTH, "a qualified name"))
    return tuple(found)


def label_value(text: str) -> tuple[str, ...]:
    """The value of a label."""
    return _checked(text, _LABEL_VALUE_FORM, _LABEL_LENGTH, "a valid label value")


def port_name(text: str) -> tuple[str, ...]:
    """The name of a port of a container."""
    found = [f"must be no more than {_PORT_NAME_LENGTH} characters"] if len(text) > _PORT_NAME_LENGTH else []
    if not _PORT_NAME_FORM.fullmatch(text):
        found.append("must contain only lower case alphanumeric characters and '-'")
    if not any("a" <= character <= "z" for character in text):
        found.append("must contain at least one letter (a-z)")
    if "--" in text:
        found.append("must not contain consecutive hyphens")
    if text.startswith("-") or text.endswith("-"):
        found.append("must not begin or end with a hyphen")
    return tuple(found)


def port_number(number: int) -> tuple[str, ...]:
    """The number of a port."""
    return () if 1 <= number <= _LARGEST_PORT else (f"must be between 1 and {_LARGEST_PORT}, inclusive",)


def config_key(text: str) -> tuple[str, ...]:
    """A key of a config map or secret, which can be a file's name too."""
    found = list(_checked(text, _CONFIG_KEY_FORM, _SUBDOMAIN_LENGTH, "a valid config key"))
    if text == ".":
        found.append("must not be '.'")
    elif text == "..":
        found.append("must not be '..'")
    elif text.startswith(".."):
        found.append("must not start with '..'")
    return tuple(found)


def environment_name(text: str) -> tuple[str, ...]:
    """The name of an environment variable: printable, without ``=``."""
    return () if _ENVIRONMENT_FORM.fullmatch(text) else ("must consist only of printable ASCII characters without '='",)


def header_name(text: str) -> tuple[str, ...]:
    """The name of an HTTP header."""
    return () if _HEADER_FORM.fullmatch(text) else ("must consist of alphanumeric characters or '-'",)


def ip_address(text: str) -> tuple[str, ...]:
    """An address of IP, of either version."""
    try:
        ipaddress.ip_address("" if "%" in text else text)
    except ValueError:
        return ("must be a valid IP address",)
    return ()


def complaints(field: str, text: str, form: Form) -> Iterator[Cause]:
    """A cause for each way in which a field's text fails to have a form."""
    for why in form(text):
        yield invalid_value(field, f'"{text}": {why}')


def labels(field: str, values: object) -> Iterator[Cause]:
    """What is wrong with labels; all of it is said of the map as a whole."""
    for key, value in as_texts(values):
        yield from complaints(field, key, qualified_name)
        yield from complaints(field, value, label_value)


def as_texts(values: object) -> Iterator[tuple[str, str]]:
    """The entries of a map of texts."""
    for key, value in as_map(values).items():
        yield key, value if isinstance(value, str) else ""
