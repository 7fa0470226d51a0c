"""The decorator that makes a controller of a generator function."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from seatrial.model import api
from seatrial.model.apiserver.storage import Stored
from seatrial.model.cluster import Cluster
from seatrial.model.errors import BadInput, ModelError
from seatrial.model.kinds import custom, of_name
from seatrial.model.machine import Machine
from seatrial.model.machinery.controller import reconciler
from seatrial.model.machinery.expectations import Expectations
from seatrial.model.machinery.informer import Change
from seatrial.model.machinery.workqueue import Key
from seatrial.model.objects import Object

Asking = Generator[api.Effect, Any, None]
WIDGET = custom("example.com", "v1", "Widget", "widgets")


def does_nothing(key: Key) -> Asking:
    """Look at a ConfigMap."""
    yield from api.get("ConfigMap", key)


@pytest.mark.parametrize("kind", ["Widget.v1.example.com", WIDGET])
@pytest.mark.parametrize("owns", ["Pod", ["Pod"], ("pods", "Pod"), of_name("Pod")])
def test_kinds_are_named_in_any_way(kind: Any, owns: Any) -> None:
    """By name, by full name, as values; one or several, each resource once."""
    made = reconciler(watches=kind, owns=owns)(does_nothing)
    assert (made.name, made.resources) == ("does-nothing", ("widgets.example.com", "pods"))
    assert made.reconciler is does_nothing


def test_a_controller_need_own_nothing() -> None:
    """And may have another name than its function."""
    made = reconciler(watches="ConfigMap", name="janitor")(does_nothing)
    assert (made.name, made.resources) == ("janitor", ("configmaps",))


def test_changes_put_the_watched_object_on_the_queue() -> None:
    """A watched object its own key, an owned one the key of the object that controls it, others nothing."""
    handler = reconciler(watches=WIDGET, owns="Pod")(does_nothing).handler
    widget = Object.of(
        {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w", "namespace": "n", "uid": "u"}}
    )
    pod = Object.of({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "n"}})
    owned = pod.with_metadata(ownerReferences=(widget.as_owner().as_json,))

    def keys(resource: str, object_: Object) -> tuple[Key, ...]:
        change = Change("", 5, None, Stored(object_, 5))
        return handler(resource, change, Expectations()).keys

    assert keys("widgets.example.com", widget) == (Key("n", "w"),)
    assert keys("pods", owned) == (Key("n", "w"),)
    assert keys("pods", pod) == ()


@pytest.mark.parametrize("kind", ["Widget", "Pood", "Widget.v1.example"])
def test_unknown_kinds_are_refused_with_advice(kind: str) -> None:
    """At once, and the advice says how a custom kind is named."""
    with pytest.raises(BadInput, match=r"v1\.example\.com|example\.com/v1"):
        reconciler(watches=kind)


def test_a_function_that_never_yields_is_refused() -> None:
    """At once, not in the middle of a search."""

    def forgot(key: Key) -> None:
        del key

    with pytest.raises(ModelError, match="forgot is no generator function"):
        reconciler(watches="Pod")(forgot)  # type: ignore[arg-type]


def test_a_function_of_other_arguments_is_refused() -> None:
    """It is called with one key."""

    def wants_two(namespace: str, name: str) -> Asking:
        yield from api.get("Pod", (namespace, name))

    with pytest.raises(ModelError, match="wants_two is called with one argument"):
        reconciler(watches="Pod")(wants_two)


def test_reading_what_is_not_watched_is_explained() -> None:
    """A controller without an informer for a kind, and a script without any, are told what to do."""
    thing = Object.of({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": "default"}})
    controller = reconciler(watches="Secret")(does_nothing)
    with pytest.raises(ModelError, match=r"does-nothing reads configmaps .* name the kind in `owns`"):
        _run(Cluster(objects=[thing], reconcilers=[controller]).machine("m"))

    def script() -> Asking:
        yield from api.get("Secret", ("default", "s"))

    with pytest.raises(ModelError, match=r"script reads secrets .* live=True"):
        _run(Cluster(objects=[thing], scripts={"script": script}).machine("m"))


def _run(machine: Machine) -> None:
    machine.enabled(machine.initial)
