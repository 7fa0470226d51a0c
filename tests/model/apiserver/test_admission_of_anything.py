"""Whatever is sent, admission answers: no body, however hostile, breaks a plugin."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.model.apiserver.admitting import Admitting, admitted

from seatrial.model.apiserver import FULL
from seatrial.model.frozen_json import FrozenMap, Json

WORDS = ("name", "cpu", "memory", "limits", "requests", "resources", "securityContext", "capabilities", "add", "ALL")
FIELDS = {
    "pods": ("containers", "initContainers", "volumes", "tolerations", "priorityClassName", "serviceAccountName",
             "securityContext", "overhead", "activeDeadlineSeconds", "affinity", "nodeName"),
    "services": ("type", "ports", "allocateLoadBalancerNodePorts", "selector"),
    "persistentvolumeclaims": ("resources", "storageClassName", "accessModes"),
}  # fmt: skip
KINDS = {"pods": "Pod", "services": "Service", "persistentvolumeclaims": "PersistentVolumeClaim"}

scalars = (
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(("", "1", "500m", "1Gi", "x", "Always", *WORDS))
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=3),
    max_leaves=12,
)


def everything_true(expression: str, variables: FrozenMap) -> Json:
    """A language in which all is well."""
    del expression, variables
    return True


def busy_server() -> Admitting:
    """A namespace with everything that plugins look at."""
    server = Admitting(evolve(FULL, expressions=everything_true))
    admitted(server.make("ServiceAccount", "default"))
    limit = {"min": {"cpu": "1m"}, "max": {"cpu": "2"}, "maxLimitRequestRatio": {"cpu": "4"}}
    spec = {"limits": [{"type": kind, **limit} for kind in ("Container", "Pod")]}
    admitted(server.make("LimitRange", "lr", spec=spec))
    hard = {"pods": "9", "requests.cpu": "9", "services.nodeports": "9", "requests.storage": "9Gi"}
    admitted(server.make("ResourceQuota", "q", spec={"hard": hard}))
    status = {"hard": hard, "used": dict.fromkeys(hard, "0")}
    assert server.change("ResourceQuota", "q", {"status": status}, subresource="status").ok
    labels = {
        f"pod-security.kubernetes.io/{mode}": level for mode, level in (("enforce", "baseline"), ("warn", "restricted"))
    }
    assert server.change("Namespace", "shop", {"metadata": {"labels": labels}}, namespace="").ok
    return server


@pytest.mark.parametrize("plural", FIELDS)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_no_spec_breaks_admission(plural: str, data: st.DataObject) -> None:
    """Each spec is admitted or refused with a status that a server gives, and what is refused is not stored."""
    spec: dict[str, Any] = data.draw(st.dictionaries(st.sampled_from(FIELDS[plural]), anything, max_size=4))
    if plural == "pods":
        spec = {
            "containers": [
                {"name": "c", "image": "i", **data.draw(st.dictionaries(st.sampled_from(WORDS), anything, max_size=2))}
            ],
            **spec,
        }
    server = busy_server()
    answer = server.make(KINDS[plural], "x", spec=spec)
    assert answer.status in {201, 400, 403, 404, 422}, answer
    stored = any(key.endswith("/shop/x") and f"/{plural}/" in key for key in server.etcd.keys)
    assert stored == (answer.status == 201)
