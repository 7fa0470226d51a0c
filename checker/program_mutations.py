"""What mutants change in kubelets, in operators, and in what they rely on.

Lives here: the changes, and the mutants that are made of them.  Must not know: which promise a change breaks.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, Final

from attrs import evolve

from seatrial.model import api
from seatrial.model.api import Effect, StopContainers
from seatrial.model.apiserver import storage
from seatrial.model.apiserver.storage import Stored
from seatrial.model.machinery.controller import Controller
from seatrial.model.machinery.workqueue import Key
from seatrial.model.nodes.kubelet import should_run
from seatrial.model.objects import Object
from seatrial.model.reconcile import Reconciler

from .mutations import Change, Row, controllers, deciding, exchanging_parts


def never_stopping(controller: Controller) -> Controller:
    """A kubelet that confirms the end of pods, but does not stop their containers."""

    def deaf(reconciler: Reconciler) -> Reconciler:
        def reconcile(key: Key) -> Generator[Effect, Any, None]:
            generator = reconciler(key)
            answer: Any = None
            while True:
                try:
                    effect = generator.send(answer)
                except StopIteration:
                    return
                answer = None if isinstance(effect, StopContainers) else (yield effect)

        return reconcile

    return evolve(controller, reconciler=deaf(controller.reconciler)) if controller.node else controller


def running_everything(controller: Controller) -> Controller:
    """A kubelet that runs every pod, wherever it is bound."""

    def reconcile(key: Key) -> Generator[Effect, Any, None]:
        pod = yield from api.get("Pod", key)
        if pod is not None and should_run(pod) and not (yield from api.running(key)):
            yield from api.start_containers(pod)

    def handle(resource: str, change: Any, expectations: Any) -> Any:
        seen = controller.handler(resource, change, expectations)
        object_: Object = (change.new or change.old).object
        return evolve(seen, keys=(Key(object_.namespace, object_.name),))

    return evolve(controller, reconciler=reconcile, handler=handle) if controller.node else controller


def decide_without_uid(request: Any, copy: Stored | None, *, current: bool, lookup: Any) -> storage.Outcome:
    """The uid that a DELETE names is not looked at."""
    if request.options.precondition_uid is not None:
        request = evolve(request, options=evolve(request.options, precondition_uid=None))
    return storage.decide(request, copy, current=current, lookup=lookup)


def decide_making_names_up(request: Any, copy: Stored | None, *, current: bool, lookup: Any) -> storage.Outcome:
    """Every object that is created gets a name that is made up; the one that it has is taken for its beginning."""
    if request.verb == "create" and not request.subresource and Object(request.body).name:
        sent = Object(request.body)
        renamed = sent.with_metadata(generateName=f"{sent.name}-").without_metadata("name")
        request = evolve(request, body=renamed.root)
    return storage.decide(request, copy, current=current, lookup=lookup)


def seen_at_once(*given: Any) -> bool:
    """A controller does not wait for what it wrote."""
    del given
    return True


def doubling(script: str) -> Change:
    """A cluster in which a script runs twice."""
    return lambda system: evolve(system, scripts={**system.scripts, f"{script}-2": system.scripts[script]})


OF_KUBELETS: Final[tuple[Row, ...]] = (
    (
        "kubelet-does-not-stop",
        "a kubelet confirms the end of a pod whose containers it has not stopped",
        controllers(never_stopping),
    ),
    (
        "kubelet-runs-everything",
        "a kubelet runs every pod that it sees, wherever it is bound",
        controllers(running_everything),
    ),
)

OF_PROGRAMS: Final[tuple[Row, ...]] = (
    (
        "uid-is-not-compared",
        "a DELETE that names a uid removes whatever has the name",
        deciding(decide_without_uid),
    ),
    (
        "names-are-made-up",
        "a server makes up the end of every name, also of one that is given",
        deciding(decide_making_names_up),
    ),
    (
        "own-writes-are-not-awaited",
        "a controller does not wait until it sees what it wrote",
        exchanging_parts(own_writes_seen=seen_at_once),
    ),
)

OF_SCHEDULERS: Final[tuple[Row, ...]] = (
    (
        "second-scheduler",
        "a second scheduler binds pods, and neither knows of the other",
        doubling("scheduler"),
    ),
)
