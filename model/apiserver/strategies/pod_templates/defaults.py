"""What a server fills in where the specification of pods says nothing.

Lives here: the defaults of a PodSpec, which pods and templates share.  What only pods get is in :mod:`..pods.defaults`.
Must not know: whole objects, admission.

Most specifications have their defaults already: then the very same value is given back, and what was seen lately is
remembered.

Source: Kubernetes 1.36, ``pkg/apis/core/v1/{defaults,zz_generated.defaults}.go``; scenarios b-pod, s-generation.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Final

from ....frozen_json import EMPTY, FrozenMap, Json, as_map
from ....quantities import Quantity
from ..reading import part, parts, replaced, text, with_defaults, with_pointer_defaults
from .images import is_latest

_OF_SPEC: Final = FrozenMap(
    {"dnsPolicy": "ClusterFirst", "restartPolicy": "Always", "schedulerName": "default-scheduler"}
)
_POINTERS_OF_SPEC: Final = FrozenMap({"securityContext": EMPTY, "terminationGracePeriodSeconds": 30})
_OF_CONTAINER: Final = FrozenMap({"terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File"})
_OF_PROBE: Final = FrozenMap({"timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3})
_OF_HTTP: Final = FrozenMap({"path": "/", "scheme": "HTTP"})
_OF_PORT: Final = FrozenMap({"protocol": "TCP"})
_OF_FIELD: Final = FrozenMap({"apiVersion": "v1"})
_FILE_MODE: Final = FrozenMap({"defaultMode": 0o644})
_PROBES: Final = ("livenessProbe", "readinessProbe", "startupProbe")
_CONTAINERS: Final = ("containers", "initContainers", "ephemeralContainers")

_OF_SOURCE: Final[dict[str, tuple[FrozenMap, FrozenMap]]] = {
    "secret": (EMPTY, _FILE_MODE),
    "configMap": (EMPTY, _FILE_MODE),
    "downwardAPI": (EMPTY, _FILE_MODE),
    "projected": (EMPTY, _FILE_MODE),
    "hostPath": (EMPTY, FrozenMap({"type": ""})),
    "iscsi": (FrozenMap({"iscsiInterface": "default"}), EMPTY),
    "rbd": (FrozenMap({"pool": "rbd", "user": "admin", "keyring": "/etc/ceph/keyring"}), EMPTY),
    "azureDisk": (
        EMPTY,
        FrozenMap({"cachingMode": "ReadWrite", "fsType": "ext4", "kind": "Shared", "readOnly": False}),
    ),
    "scaleIO": (FrozenMap({"storageMode": "ThinProvisioned", "fsType": "xfs"}), EMPTY),
}
"""Of each source of a volume: the defaults of plain fields, and of pointers."""


@lru_cache(maxsize=2048)
def default_spec(spec: FrozenMap) -> FrozenMap:
    """The specification of a pod with its defaults, whether it is a pod's or a template's."""
    spec = with_pointer_defaults(with_defaults(spec, _OF_SPEC), _POINTERS_OF_SPEC)
    for name in _CONTAINERS:
        if name in spec:
            spec = replaced(spec, name, _same_or(spec[name], tuple([_container(each) for each in parts(spec, name)])))
    if "volumes" in spec:
        spec = replaced(spec, "volumes", _same_or(spec["volumes"], tuple(map(_volume, parts(spec, "volumes")))))
    if "overhead" in spec:
        spec = replaced(spec, "overhead", rounded(as_map(spec["overhead"])))
    account = text(spec, "serviceAccountName") or text(spec, "serviceAccount")
    if account and not text(spec, "serviceAccountName") == text(spec, "serviceAccount") == account:
        spec = FrozenMap({**spec, "serviceAccountName": account, "serviceAccount": account})
    resources = part(spec, "resources")
    return spec if resources is None else replaced(spec, "resources", _resources(resources))


def default_template(template: FrozenMap) -> FrozenMap:
    """A template with the defaults of its specification."""
    return replaced(template, "spec", default_spec(as_map(template.get("spec"))))


def _same_or(old: Json, new: tuple[FrozenMap, ...]) -> Json:
    """The old list if the new one has the very same items."""
    if isinstance(old, tuple) and all(before is after for before, after in zip(old, new, strict=True)):
        return old
    return new


def _container(container: FrozenMap) -> FrozenMap:
    if not text(container, "imagePullPolicy"):
        container = container.set("imagePullPolicy", _pull_policy(text(container, "image")))
    container = with_defaults(container, _OF_CONTAINER)
    for name in _PROBES:
        probe = part(container, name)
        if probe is not None:
            container = replaced(container, name, _probe(probe))
    lifecycle = part(container, "lifecycle")
    if lifecycle is not None:
        for name in ("postStart", "preStop"):
            handler = part(lifecycle, name)
            lifecycle = lifecycle if handler is None else replaced(lifecycle, name, _handler(handler))
        container = replaced(container, "lifecycle", lifecycle)
    if "ports" in container:
        ports = tuple([with_defaults(port, _OF_PORT) for port in parts(container, "ports")])
        container = replaced(container, "ports", _same_or(container["ports"], ports))
    if "env" in container:
        variables = tuple([_variable(each) for each in parts(container, "env")])
        container = replaced(container, "env", _same_or(container["env"], variables))
    resources = part(container, "resources")
    return container if resources is None else replaced(container, "resources", _resources(resources))


def _pull_policy(image: str) -> str:
    return "Always" if is_latest(image) else "IfNotPresent"


def _probe(probe: FrozenMap) -> FrozenMap:
    probe = with_defaults(_handler(probe), _OF_PROBE)
    grpc = part(probe, "grpc")
    if grpc is None or "service" in grpc:
        return probe
    return probe.set("grpc", grpc.set("service", ""))


def _handler(handler: FrozenMap) -> FrozenMap:
    http = part(handler, "httpGet")
    return handler if http is None else replaced(handler, "httpGet", with_defaults(http, _OF_HTTP))


def _variable(variable: FrozenMap) -> FrozenMap:
    source = part(variable, "valueFrom")
    return variable if source is None else replaced(variable, "valueFrom", _with_field_version(source))


def _with_field_version(source: FrozenMap) -> FrozenMap:
    field = part(source, "fieldRef")
    return source if field is None else replaced(source, "fieldRef", with_defaults(field, _OF_FIELD))


def _volume(volume: FrozenMap) -> FrozenMap:
    if len(volume) <= ("name" in volume):
        return volume.set("emptyDir", EMPTY)
    for name, (plain, pointers) in _OF_SOURCE.items():
        source = part(volume, name)
        if source is not None:
            volume = replaced(volume, name, with_pointer_defaults(with_defaults(source, plain), pointers))
    image = part(volume, "image")
    if image is not None and not text(image, "pullPolicy"):
        volume = volume.set("image", image.set("pullPolicy", _pull_policy(text(image, "reference"))))
    claim = as_map(as_map(volume.get("ephemeral")).get("volumeClaimTemplate"))
    if claim and not as_map(claim.get("spec")).get("volumeMode"):
        mode = as_map(claim.get("spec")).set("volumeMode", "Filesystem")
        volume = volume.set("ephemeral", FrozenMap({"volumeClaimTemplate": claim.set("spec", mode)}))
    downward = part(volume, "downwardAPI")
    if downward is not None:
        volume = replaced(volume, "downwardAPI", _with_items(downward))
    projected = part(volume, "projected")
    if projected is not None and "sources" in projected:
        sources = tuple([_projection(source) for source in parts(projected, "sources")])
        volume = replaced(volume, "projected", replaced(projected, "sources", _same_or(projected["sources"], sources)))
    return volume


def _with_items(downward: FrozenMap) -> FrozenMap:
    if "items" not in downward:
        return downward
    files = tuple([_with_field_version(file) for file in parts(downward, "items")])
    return replaced(downward, "items", _same_or(downward["items"], files))


def _projection(source: FrozenMap) -> FrozenMap:
    token = part(source, "serviceAccountToken")
    if token is not None and token.get("expirationSeconds") is None:
        source = source.set("serviceAccountToken", token.set("expirationSeconds", 3600))
    downward = part(source, "downwardAPI")
    return source if downward is None else replaced(source, "downwardAPI", _with_items(downward))


def _resources(resources: FrozenMap) -> FrozenMap:
    for name in ("limits", "requests"):
        if name in resources:
            resources = replaced(resources, name, rounded(as_map(resources[name])))
    return resources


def rounded(amounts: FrozenMap) -> FrozenMap:
    """Amounts rounded up to the next thousandth: nothing finer is kept of what pods ask for."""
    finer = {name: amount for name, amount in amounts.items() if isinstance(amount, str) and amount[-1:] in ("n", "u")}
    if not finer:
        return amounts
    return FrozenMap({**amounts, **{name: _to_thousandths(amount) for name, amount in finer.items()}})


def _to_thousandths(amount: str) -> str:
    quantity = Quantity.of(amount)
    return str(Quantity(Fraction(-(-quantity.value * 1000 // 1), 1000), quantity.family))
