"""What a controller is: a reconciler with the resources that it watches and the handler of what it sees.

Lives here: the value, the outcome of a handler, and the decorator that makes a controller of a reconciler.  Must not
know: any one controller, or who runs it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence

from attrs import frozen

from .. import kinds
from ..errors import ModelError
from ..kinds import Kind
from ..objects import OwnerReference
from ..reconcile import Reconciler
from .expectations import Expectations
from .informer import Change
from .workqueue import Key


@frozen
class Seen:
    """What a change means to a controller: keys to look at, and its expectations after it."""

    keys: tuple[Key, ...]
    expectations: Expectations


Handler = Callable[[str, Change, Expectations], Seen]


def of_owned(watched: Kind) -> Handler:
    """The handler of most controllers; ``watched`` is the kind that is reconciled.

    A change of a watched object puts its own key on the queue, one of an owned object that of the owner that controls
    it.
    """

    def handle(resource: str, change: Change, expectations: Expectations) -> Seen:
        stored = change.new or change.old
        assert stored is not None  # noqa: S101 - a change has at least one of the two
        object_ = stored.object
        if resource == watched.resource:
            return Seen((Key(object_.namespace, object_.name),), expectations)
        owner = object_.controller_ref()
        if owner is None or (_group(owner), owner.kind) != (watched.group, watched.name):
            return Seen((), expectations)
        return Seen((Key(object_.namespace, owner.name),), expectations)

    return handle


def _group(owner: OwnerReference) -> str:
    """The API group of an owner; its version may be another than the one that is watched."""
    return owner.api_version.rpartition("/")[0]


@frozen(eq=False)
class Controller:
    """A controller.

    Attributes:
        name: of its process.
        reconciler: called with one :class:`~.workqueue.Key`.
        resources: what its informers watch, for example ``("replicasets", "pods")``.
        handler: called with the resource, the change and the expectations for every change in an informer's copy,
            after the copy has it.
        node: of a kubelet, the node whose containers it starts and stops.
    """

    name: str
    reconciler: Reconciler
    resources: tuple[str, ...]
    handler: Handler
    node: str = ""


def reconciler(
    *, watches: Kind | str, owns: Kind | str | Sequence[Kind | str] = (), name: str = ""
) -> Callable[[Reconciler], Controller]:
    """Make a controller of a generator function that takes one :class:`~.workqueue.Key`.

    It is run for an object of the kind that it ``watches`` whenever that object, or one that it controls of a kind that
    it ``owns``, has changed; its informers hold the objects of all these kinds.  Kinds are named as in manifests
    (``"Pod"``), custom ones in full (``"Widget.v1.example.com"``).  ``name`` is that of the process, by default the
    function's.

    Raises:
        BadInput: a kind is not known.
        ModelError: the function is no generator function, or does not take exactly one argument.
    """
    watched = _kind(watches)
    owned = (owns,) if isinstance(owns, Kind | str) else tuple(owns)
    resources = dict.fromkeys([watched.resource, *(_kind(each).resource for each in owned)])

    def make(function: Reconciler) -> Controller:
        _check(function)
        called = name or function.__name__.strip("_").replace("_", "-")
        return Controller(called, function, tuple(resources), of_owned(watched))

    return make


def _kind(kind: Kind | str) -> Kind:
    return kinds.of_name(kind) if isinstance(kind, str) else kind


def _check(function: Reconciler) -> None:
    """Refuse at once what would fail later, in the middle of a search."""
    name = getattr(function, "__name__", repr(function))
    if not inspect.isgeneratorfunction(function):
        message = (
            f"reconciler {name} is no generator function: it asks with `yield from api.get(…)` and the like, and one "
            "that asks nothing still needs a `yield` somewhere"
        )
        raise ModelError(message)
    try:
        inspect.signature(function).bind(Key("namespace", "name"))
    except TypeError as error:
        message = f"reconciler {name} is called with one argument, the key of the object to look at: {error}"
        raise ModelError(message) from None
