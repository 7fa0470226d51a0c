"""Kinds: looked up by what manifests, URLs and people say; what is unknown is refused with advice."""

from __future__ import annotations

import pytest

from seatrial.model import kinds
from seatrial.model.errors import BadInput


@pytest.mark.parametrize("kind", kinds.BUILTIN, ids=repr)
def test_each_kind_is_found_by_every_name(kind: kinds.Kind) -> None:
    """A manifest, a URL and a person's name for a kind lead to the same strategy."""
    assert kinds.of_object(kind.api_version, kind.name) is kind
    assert kinds.of_url(kind.group, kind.version, kind.plural) is kind
    assert kinds.of_name(kind.name) is kinds.of_name(kind.plural) is kind


def test_the_kinds_that_a_first_cluster_needs_are_there() -> None:
    """The table holds what the shipped manifests and controllers use."""
    names = {kind.name for kind in kinds.BUILTIN}
    assert names >= {"Namespace", "ServiceAccount", "ConfigMap", "Secret", "Pod", "ReplicaSet"}
    assert names >= {"Deployment", "Lease", "Service"}


def test_an_unknown_group_with_a_dot_is_a_custom_resource() -> None:
    """A custom resource demands a version for a PUT and is stored under its group."""
    widget = kinds.of_object("example.com/v1", "Widget")
    assert (widget.plural, widget.resource, widget.custom) == ("widgets", "widgets.example.com", True)
    assert not widget.allow_unconditional_update
    assert widget.key("shop", "w").path == "/registry/example.com/widgets/shop/w"
    assert kinds.of_url("example.com", "v1", "widgets") is None
    assert kinds.of_url("example.com", "v1", "widgets", known=[widget]) is widget


@pytest.mark.parametrize(
    ("api_version", "name"),
    [
        ("v1", "Podd"),
        ("apps/v1", "CronJob"),
        ("apps/v2", "Deployment"),
        ("storage.k8s.io/v2", "StorageClass"),
        ("", ""),
    ],
)
def test_an_unknown_kind_is_refused_with_advice(api_version: str, name: str) -> None:
    """A kind that cannot be a custom resource and is not modelled is bad input, which lists what is."""
    with pytest.raises(BadInput, match=r"modelled are .*ConfigMap"):
        kinds.of_object(api_version, name)


def test_the_nearest_name_is_suggested() -> None:
    """A misspelt kind gets the nearest one as advice."""
    with pytest.raises(BadInput, match="did you mean ReplicaSet"):
        kinds.of_name("ReplicaSets2")


@pytest.mark.parametrize(
    ("name", "plural"),
    [("Pod", "pods"), ("NetworkPolicy", "networkpolicies"), ("Ingress", "ingresses"), ("Endpoints", "endpoints")],
)
def test_plurals_are_guessed_as_clients_do(name: str, plural: str) -> None:
    """The guess follows the rule of Kubernetes' own clients."""
    assert kinds.guess_plural(name) == plural


def test_cluster_wide_kinds_have_keys_without_namespace() -> None:
    """A namespace given for a cluster-wide kind is ignored."""
    assert kinds.of_name("Namespace").key("ignored", "shop").path == "/registry/namespaces/shop"
