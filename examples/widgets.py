"""Check your own controller: a bug that everybody writes once, and the same controller without it.

    seatrial check examples/widgets.py              both scenarios
    seatrial check examples/widgets.py:widgets      the careless one
    pytest examples/widgets.py                      as tests

Each Widget is to have one pod. The careless controller creates it when its cache shows none, and lets the server make
up a name. But a cache may lag, and a create that got no answer may have been carried out all the same.
"""

from seatrial import Cluster, Object, Scenario, Violated, always, api, check, faults, reconciler
from seatrial.model.kinds import custom

WIDGET = custom("example.com", "v1", "Widget", "widgets")


def pod_of(widget, **metadata):
    """The pod that a Widget wants."""
    owner = widget.as_owner().as_json
    metadata = {"namespace": widget.namespace, "ownerReferences": [owner], **metadata}
    spec = {"containers": [{"name": "main", "image": widget.spec["image"]}]}
    return Object.of({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})


@reconciler(watches=WIDGET, owns="Pod")
def careless(key):
    """No pod in the cache: make one."""
    widget = yield from api.get(WIDGET, key)
    if widget is None or widget.is_terminating:
        return
    pods = yield from api.list("Pod", namespace=key.namespace, owner=widget)
    if not pods:
        yield from api.create(pod_of(widget, generateName=f"{widget.name}-"))


@reconciler(watches=WIDGET, owns="Pod")
def careful(key):
    """The same, but the pod's name follows from the Widget's: the second create of one pod is refused."""
    widget = yield from api.get(WIDGET, key)
    if widget is None or widget.is_terminating:
        return
    pods = yield from api.list("Pod", namespace=key.namespace, owner=widget)
    if not pods:
        try:
            yield from api.create(pod_of(widget, name=widget.name))
        except api.ApiError as error:
            if error.reason != "AlreadyExists":
                raise


@always(source="the Widgets' manual")
def never_two_pods(state):
    """A Widget never has two pods."""
    pods = [each.value for path, each in state.keys.items() if path.startswith("/registry/pods/")]
    owners = [pod.controller_ref().uid for pod in pods]
    return len(owners) == len(set(owners)) if owners else None  # None: nothing to judge yet


def scenario(name, controller):
    """One Widget, two API servers; the controller may crash once, and every cache may be one change behind."""
    widget = {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w"}, "spec": {"image": "nginx"}}
    cluster = Cluster(objects=[Object.of(widget)], reconcilers=[controller], apiservers=2)
    return Scenario(name, cluster, faults=[faults.crash(1), faults.stale_cache(1)])


widgets = scenario("widgets", careless)
widgets_fixed = scenario("widgets-fixed", careful)


def test_the_careless_controller_makes_two_pods():
    """The counterexample is the shortest one there is."""
    try:
        check(widgets, [never_two_pods])
    except Violated as violated:
        assert violated.trace.violated.invariant == "never-two-pods"
    else:
        raise AssertionError("it was found to be safe")


def test_the_careful_controller_does_not():
    """It keeps its own promise, and all those of the catalogue that are about it."""
    verdict = check(widgets_fixed)
    assert verdict.holds
    assert check(widgets_fixed, [never_two_pods]).holds
