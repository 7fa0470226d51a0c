"""Config maps, secrets, and the other core kinds that hold configuration.

Lives here: their strategies.  Must not know: requests, storage.

Source: Kubernetes 1.36, ``pkg/apis/core/validation``; scenario i-validation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from ...frozen_json import as_map
from ...objects import Object
from ..answer import Cause
from ..causes import invalid_value
from .strategy import Strategy

_DATA_KEY = re.compile(r"[-._a-zA-Z0-9]+")
_DATA_KEY_LENGTH = 253


def _config_map(object_: Object) -> Iterator[Cause]:
    for part in ("data", "binaryData"):
        for key in as_map(object_.field(part)):
            if len(key) > _DATA_KEY_LENGTH or not _DATA_KEY.fullmatch(key) or key in (".", ".."):
                yield invalid_value(f"{part}[{key}]", f"{key!r} is no valid config key")


STRATEGIES: Final[Mapping[str, Strategy]] = {
    "configmaps": Strategy(validate=_config_map),
    "secrets": Strategy(validate=_config_map),
}
