"""A pod acts as a service account, and carries its token.

Lives here: the plugin ``ServiceAccount``.  Must not know: who makes accounts (a controller makes one named ``default``
in each namespace, some time after the namespace) or what their tokens are good for.

A real server names the token's volume at random; here its name has a fixed ending.  Nothing else refers to it.

Source: Kubernetes 1.36, ``plugin/pkg/admission/serviceaccount``; recordings H.3; scenario b-pod.
"""

from __future__ import annotations

from typing import Final

from ...frozen_json import FrozenMap, Json, as_items, as_map, freeze_map
from ...objects import Object, ObjectKey
from ..answer import Answer
from ..lookup import Lookup
from .review import Plugin, Review, refuse

DEFAULT: Final = "default"
"""The account of a pod that names none."""

TOKEN_PATH: Final = "/var/run/secrets/kubernetes.io/serviceaccount"  # noqa: S105 - where it is, not what it is
_VOLUME: Final = "kube-api-access-"
_ENDING: Final = "model"
_MIRROR: Final = "kubernetes.io/config.mirror"
_MOUNTABLE_ONLY: Final = "kubernetes.io/enforce-mountable-secrets"

_TOKEN_VOLUME: Final = freeze_map(
    {
        "sources": [
            {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
            {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
            {
                "downwardAPI": {
                    "items": [
                        {"path": "namespace", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}}
                    ]
                }
            },
        ],
        "defaultMode": 420,
    }
)


def mutate(review: Review, lookup: Lookup) -> Object | Answer:
    """A new pod with its account filled in, and what the account brings with it; 403 without the account."""
    pod = review.object
    assert pod is not None  # noqa: S101 - deletions are not mutated
    if not review.asks_to(("CREATE",), "pods"):
        return pod
    if _MIRROR in pod.annotations:
        return _refuse_mirror(review, pod) or pod
    name = pod.spec.get("serviceAccountName") or pod.spec.get("serviceAccount") or DEFAULT
    pod = pod.with_field("spec.serviceAccountName", name).with_field("spec.serviceAccount", name)
    account = _account(review.request.namespace, name, lookup)
    if account is None:
        return _unknown_account(review, name)
    if _wants_token(account, pod):
        pod = _with_token(pod)
    secrets = account.root.get("imagePullSecrets")
    if secrets and not pod.spec.get("imagePullSecrets"):
        pod = pod.with_field("spec.imagePullSecrets", secrets)
    return _refuse_secrets(review, account, pod) or pod


def validate(review: Review, lookup: Lookup) -> Answer | None:
    """Refuse (403) a new pod whose account has gone since it was filled in, or may not use a secret."""
    pod = review.object
    if pod is None or not review.asks_to(("CREATE",), "pods"):
        return None
    if _MIRROR in pod.annotations:
        return _refuse_mirror(review, pod)
    name = pod.spec.get("serviceAccountName", "")
    if not name:
        return refuse(review, f"no service account specified for pod {review.request.namespace}/{pod.name}")
    account = _account(review.request.namespace, name, lookup)
    return _unknown_account(review, name) if account is None else _refuse_secrets(review, account, pod)


SERVICE_ACCOUNT: Final = Plugin("ServiceAccount", mutate=mutate, validate=validate)


def _account(namespace: str, name: str, lookup: Lookup) -> Object | None:
    """The account as the cache has it; if the cache has none, as etcd has it."""
    key = ObjectKey("serviceaccounts", namespace, name)
    return lookup.get(key) or lookup.live(key)


def _unknown_account(review: Review, name: str) -> Answer:
    place = f"{review.request.namespace}/{name}"
    return refuse(review, f'error looking up service account {place}: serviceaccount "{name}" not found')


def _refuse_mirror(review: Review, pod: Object) -> Answer | None:
    """A mirror pod shows what a kubelet runs of its own accord, so it must not name what only the cluster has."""
    if pod.spec.get("serviceAccountName"):
        return refuse(review, "a mirror pod may not reference service accounts")
    if any("secret" in as_map(volume) for volume in as_items(pod.spec.get("volumes"))):
        return refuse(review, "a mirror pod may not reference secrets")
    return None


def _wants_token(account: Object, pod: Object) -> bool:
    """The pod's own wish counts, then the account's."""
    for wish in (pod.spec.get("automountServiceAccountToken"), account.root.get("automountServiceAccountToken")):
        if wish is not None:
            return bool(wish)
    return True


def _with_token(pod: Object) -> Object:
    """The pod with a volume for the token, mounted in each container that has nothing at its place yet."""
    volumes = as_items(pod.spec.get("volumes"))
    names = (str(as_map(volume).get("name", "")) for volume in volumes)
    present = next((name for name in names if name.startswith(_VOLUME)), None)
    name = present or _VOLUME + _ENDING
    mount = FrozenMap({"name": name, "readOnly": True, "mountPath": TOKEN_PATH})
    needed = False
    for part in ("spec.initContainers", "spec.containers"):
        containers = as_items(pod.field(part))
        mounted = tuple(_mounting(container, mount) for container in containers)
        if mounted != containers:
            pod, needed = pod.with_field(part, mounted), True
    if needed and present is None:
        pod = pod.with_field("spec.volumes", (*volumes, FrozenMap({"name": name, "projected": _TOKEN_VOLUME})))
    return pod


def _mounting(container: Json, mount: FrozenMap) -> Json:
    if not isinstance(container, FrozenMap):
        return container
    mounts = as_items(container.get("volumeMounts"))
    if any(as_map(each).get("mountPath") == TOKEN_PATH for each in mounts):
        return container
    return container.set("volumeMounts", (*mounts, mount))


def _refuse_secrets(review: Review, account: Object, pod: Object) -> Answer | None:
    """Some accounts limit the secrets of their pods to those that they list."""
    if account.annotations.get(_MOUNTABLE_ONLY) not in ("1", "t", "T", "true", "TRUE", "True"):
        return None
    allowed = {as_map(secret).get("name") for secret in as_items(account.root.get("secrets"))}
    for volume in as_items(pod.spec.get("volumes")):
        secret = as_map(as_map(volume).get("secret")).get("secretName")
        if secret and secret not in allowed:
            why = f"because service account {account.name} does not reference that secret"
            return refuse(review, f'volume with secret.secretName="{secret}" is not allowed {why}')
    return None
