"""What a server warns of in objects that it takes."""

from __future__ import annotations

from typing import Any

import pytest
from tests.model.apiserver.checks import CONTAINER, pod, workload
from tests.model.apiserver.server import SHOP, Server

SETS = SHOP.replace("/api/v1", "/apis/apps/v1") + "/replicasets"
TWICE = {**CONTAINER, "env": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]}
HIDES = '.env[1]: hides previous definition of "A", which may be dropped when using apply'


DOTS = "surprising behavior; a DNS label is recommended: [must not contain dots]"
EXTENDS = {**CONTAINER, "env": [{"name": "A", "value": "1"}, {"name": "A", "value": "$(A)2"}]}
FRACTION = {**CONTAINER, "resources": {"requests": {"memory": "100m"}}}
NEGATIVE = "must be >= 0; negative values are invalid and will be treated as 1"
OLD_LABEL = 'deprecated since v1.14; use "kubernetes.io/os" instead'
NOT_WHOLE = 'fractional byte value "100m" is invalid, must be an integer'


@pytest.mark.parametrize(
    ("name", "spec", "expected"),
    [
        ("plain", {}, []),
        ("a.b", {}, [f"metadata.name: this is used in the Pod's hostname, which can result in {DOTS}"]),
        ("twice", {"containers": [TWICE]}, [f"spec.containers[0]{HIDES}"]),
        ("extends", {"containers": [EXTENDS]}, []),
        ("negative", {"terminationGracePeriodSeconds": -1}, [f"spec.terminationGracePeriodSeconds: {NEGATIVE}"]),
        (
            "old",
            {"nodeSelector": {"beta.kubernetes.io/os": "linux"}},
            [f"spec.nodeSelector[beta.kubernetes.io/os]: {OLD_LABEL}"],
        ),
        (
            "bytes",
            {"containers": [FRACTION]},
            [f"spec.containers[0].resources.requests[memory]: {NOT_WHOLE}"],
        ),
    ],
)
def test_odd_pods_are_taken_with_warnings(server: Server, name: str, spec: dict[str, Any], expected: list[str]) -> None:
    """What is valid and yet hardly meant is told to its client.

    Source: Kubernetes 1.36, ``pkg/api/pod/warnings.go``.
    """
    answer = server.ask("POST", f"{SHOP}/pods", {"metadata": {"name": name}, **pod(**spec)})
    assert (answer.status, list(answer.warnings)) == (201, expected)


def test_an_odd_template_is_told_of_when_it_comes(server: Server) -> None:
    """Who changes nothing of it is not told again, and a refusal comes without warnings."""
    odd = workload()
    odd["spec"]["template"]["spec"]["containers"] = [TWICE]
    body: dict[str, Any] = {"metadata": {"name": "web"}, **odd}
    warning = f"spec.template.spec.containers[0]{HIDES}"
    assert server.ask("POST", SETS, body).warnings == (warning,)
    assert server.ask("POST", SETS, body).warnings == ()
    assert server.ask("PUT", f"{SETS}/web", body).warnings == ()
    body["spec"]["replicas"] = 3
    assert server.ask("PUT", f"{SETS}/web", body).warnings == (warning,)
