"""Namespaces, config maps, secrets: the core kinds that hold configuration and divide a cluster.

Lives here: their strategies.  Must not know: requests, storage.

Source: Kubernetes 1.36, ``pkg/apis/core/validation/validation.go``, ``pkg/apis/core/v1/{conversion,defaults}.go``;
scenario i-validation.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from typing import Final

from ...frozen_json import FrozenMap, as_items, as_map
from ...objects import Object
from ..answer import Cause
from ..causes import invalid_value, required, too_long
from ..forms import as_texts, complaints, config_key
from .checks import qualified_causes
from .strategy import Strategy, UpdateCheck

_NAME_LABEL: Final = "kubernetes.io/metadata.name"
_OF_NAMESPACES: Final = "kubernetes"
_MOST_BYTES: Final = 1 << 20
_DEMANDED: Final[Mapping[str, tuple[str, ...]]] = {
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
}
"""What must be in secrets of some types."""

_BASIC: Final = ("username", "password")
_ACCOUNT: Final = "kubernetes.io/service-account.name"


# --- config maps ----------------------------------------------------------------------------------------------------


def _config_map(object_: Object) -> Iterator[Cause]:
    data, binary = as_map(object_.field("data")), as_map(object_.field("binaryData"))
    size = 0
    for key, value in as_texts(data):
        yield from complaints(f"data[{key}]", key, config_key)
        if key in binary:
            yield invalid_value(f"data[{key}]", f'"{key}": duplicate of key present in binaryData')
        size += len(value.encode("utf-8", "replace"))
    for key, value in as_texts(binary):
        yield from complaints(f"binaryData[{key}]", key, config_key)
        size += len(_decoded(value))
    if size > _MOST_BYTES:
        yield too_long("[]", _MOST_BYTES)


# --- secrets --------------------------------------------------------------------------------------------------------


def _secret_default(secret: Object) -> Object:
    """What is written as text is kept as bytes, in place of bytes with the same key."""
    if "stringData" not in secret.root:
        return secret
    written = as_map(secret.root["stringData"])
    encoded = {key: base64.b64encode(text.encode("utf-8", "replace")).decode() for key, text in as_texts(written)}
    secret = secret.without_field("stringData")
    return secret.with_field("data", FrozenMap({**as_map(secret.field("data")), **encoded})) if encoded else secret


def _secret(secret: Object) -> Iterator[Cause]:
    data = as_map(secret.field("data"))
    for key in data:
        yield from complaints(f"data[{key}]", key, config_key)
    if sum(len(_decoded(value)) for _, value in as_texts(data)) > _MOST_BYTES:
        yield too_long("data", _MOST_BYTES)
    kind = str(secret.field("type", ""))
    if kind == "kubernetes.io/service-account-token" and not secret.annotations.get(_ACCOUNT):
        yield required(f"metadata.annotations[{_ACCOUNT}]")
    if kind == "kubernetes.io/basic-auth" and not any(key in data for key in _BASIC):
        yield from (required(f"data[{key}]") for key in _BASIC)
    for key in _DEMANDED.get(kind, ()):
        if key not in data or (kind.endswith("ssh-auth") and not data[key]):
            yield required(f"data[{key}]")
        elif key.startswith(".") and not _is_json_object(_decoded(str(data[key]))):
            yield invalid_value(f"data[{key}]", "<secret contents redacted>: is no JSON object")


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError):
        return text.encode("utf-8", "replace")


def _is_json_object(content: bytes) -> bool:
    try:
        return isinstance(json.loads(content), dict)
    except (ValueError, RecursionError):
        return False


# --- namespaces -----------------------------------------------------------------------------------------------------


def _labelled_by_name(namespace: Object) -> Object:
    """A namespace has its name as a label, so that selectors can name it; one that has no name yet gets it later."""
    if not namespace.name:
        return namespace
    return namespace.with_metadata(labels=namespace.labels.set(_NAME_LABEL, namespace.name))


def _new_namespace(namespace: Object) -> Object:
    """What is in a namespace goes before it does."""
    finalizers = as_items(namespace.spec.get("finalizers"))
    if _OF_NAMESPACES in finalizers:
        return namespace
    return namespace.with_field("spec.finalizers", (*finalizers, _OF_NAMESPACES))


def _with_names_only(account: Object) -> Object:
    """The secrets of a service account are named, whatever else is said of them."""
    secrets = as_items(account.field("secrets"))
    if not secrets:
        return account
    named = (as_map(secret).get("name") for secret in secrets)
    return account.with_field("secrets", tuple(FrozenMap({"name": name} if name else {}) for name in named))


def _updated_with_names_only(new: Object, existing: Object, subresource: str) -> Object:
    del existing, subresource
    return _with_names_only(new)


def _finalize_change(new: Object, existing: Object, subresource: str) -> Iterator[Cause]:
    """What /finalize leaves must be names of finalizers."""
    del existing
    if subresource != "finalize":
        return
    for index, item in enumerate(as_items(new.spec.get("finalizers"))):
        name, at = str(item), f"spec.finalizers[{index}]"
        yield from qualified_causes(name, at)
        if "/" not in name and name not in ("kubernetes", "orphan", "foregroundDeletion"):
            yield invalid_value(at, f'"{name}": name is neither a standard finalizer name nor is it fully qualified')


def _namespace_status(new: Object, existing: Object) -> Iterator[Cause]:
    """The phase follows from whether deletion has begun."""
    del existing
    wanted = "Terminating" if new.is_terminating else "Active"
    if new.status.get("phase") != wanted:
        yield invalid_value("status.Phase", f"{new.status.get('phase', '')!r}: may only be {wanted!r} now")


STRATEGIES: Final[Mapping[str, Strategy]] = {
    "configmaps": Strategy(validate=_config_map, on_update=UpdateCheck.WHOLE),
    "namespaces": Strategy(
        default=_labelled_by_name,
        prepare_creation=_new_namespace,
        validate_change=_finalize_change,
        validate_status=_namespace_status,
    ),
    "secrets": Strategy(default=_secret_default, validate=_secret, on_update=UpdateCheck.WHOLE),
    "serviceaccounts": Strategy(
        prepare_creation=_with_names_only, prepare_update=_updated_with_names_only, on_update=UpdateCheck.WHOLE
    ),
}
