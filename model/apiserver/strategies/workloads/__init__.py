"""The kinds that keep pods of a template running, and what belongs to them.

Lives here: their strategies, a file a part of them:

    defaults      what is filled in
    preparation   what the server owns of a daemon set
    specs         which specifications are valid
    rolling       how pods are exchanged for others
    changes       what may change
    statuses      what a status may say
    warnings      what is odd in them

Must not know: requests, storage.

Source: Kubernetes 1.36, ``pkg/registry/{apps,core}/*/strategy.go``; recordings F; scenarios c-replicaset-deployment,
d-service-lease-others, s-generation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..strategy import Strategy, UpdateCheck
from . import changes, defaults, preparation, specs, statuses, warnings

STRATEGIES: Final[Mapping[str, Strategy]] = {
    "replicasets": Strategy(
        default=defaults.replica_set,
        validate=specs.replica_set,
        validate_status=statuses.replica_set,
        warn=warnings.named_warnings,
    ),
    "deployments": Strategy(
        default=defaults.deployment,
        validate=specs.deployment,
        validate_status=statuses.deployment,
        warn=warnings.named_warnings,
    ),
    "statefulsets": Strategy(
        default=defaults.stateful_set,
        validate=specs.stateful_set,
        validate_change=changes.stateful_set,
        validate_status=statuses.stateful_set,
        warn=warnings.stateful_set_warnings,
    ),
    "daemonsets": Strategy(
        default=defaults.daemon_set,
        prepare_creation=preparation.new_daemon_set,
        prepare_update=preparation.changed_daemon_set,
        validate=specs.daemon_set,
        validate_status=statuses.daemon_set,
        warn=warnings.template_warnings,
        on_update=UpdateCheck.TWICE,
    ),
    "replicationcontrollers": Strategy(
        default=defaults.replication_controller,
        validate=specs.replication_controller,
        validate_status=statuses.replication_controller,
        warn=warnings.named_warnings,
        on_update=UpdateCheck.TWICE,
    ),
    "controllerrevisions": Strategy(
        validate=specs.controller_revision,
        validate_change=changes.controller_revision,
        on_update=UpdateCheck.WHOLE,
    ),
    "podtemplates": Strategy(default=defaults.pod_template, validate=specs.pod_template),
}
