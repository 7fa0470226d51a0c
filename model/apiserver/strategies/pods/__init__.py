"""Pods.

Lives here: their strategy, a file a part of it:

    defaults      what only pods get by default
    qos           the class that follows from what a pod asks for
    preparation   what the server owns of a pod
    validation    which pods are valid
    changes       what of a pod may change, through which subresource
    resizing      what a running pod may ask for instead
    statuses      what a status may say
    warnings      what is odd in a pod

What pods share with templates is in :mod:`..pod_templates`.  Must not know: requests, storage.

Source: Kubernetes 1.36, ``pkg/registry/core/pod/strategy.go``; recordings F, H.2; scenario b-pod.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..strategy import Strategy, UpdateCheck
from .changes import change_causes
from .defaults import default_pod
from .preparation import for_creation, for_update
from .statuses import status_causes
from .validation import new_pod_causes, pod_causes
from .warnings import pod_warnings

STRATEGIES: Final[Mapping[str, Strategy]] = {
    "pods": Strategy(
        default=default_pod,
        prepare_creation=for_creation,
        prepare_update=for_update,
        validate=pod_causes,
        validate_new=new_pod_causes,
        validate_change=change_causes,
        validate_status=status_causes,
        on_update=UpdateCheck.WHOLE,
        warn=pod_warnings,
    )
}
