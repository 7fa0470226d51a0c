"""What a reconciler may do, as things to ``yield from``.

A reconciler is a generator: ``pod = yield from api.get("Pod", key)``.  ``yield from`` carries the type of
the answer.  What it yields are *effects*, frozen values; whoever runs the generator answers them.  A refusal is raised
as :class:`ApiError`, so that reconcilers read like ordinary Python.

Lives here: the effects and the verbs.  Must not know: how an effect is carried out, when, or by whom.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any, Final, TypeAlias

from attrs import frozen

from . import kinds
from .apiserver import request as requests
from .apiserver.answer import Answer, Frame
from .apiserver.request import NO_OPTIONS, Options, Request
from .frozen_json import freeze_map
from .kinds import Kind
from .machinery.workqueue import Key
from .nodes.containers import Containers
from .objects import Object, resource_prefix


@frozen(cache_hash=True)
class Ask:
    """Send a request to an API server and wait for the answer.

    ``read_at`` is not sent: it is the revision of the copy that the new content was computed from, 0 if there was none.
    Promises about lost updates look at it.
    """

    request: Request
    read_at: int = 0


@frozen(cache_hash=True)
class Look:
    """Read an informer's copy of one resource: all objects whose etcd keys begin with ``prefix``."""

    resource: str
    prefix: str


@frozen(cache_hash=True)
class ExpectCreations:
    """Expect so many creations for a key before acting for it again."""

    key: Key
    count: int


@frozen(cache_hash=True)
class ExpectDeletions:
    """Expect the deletion of the named objects for a key before acting for it again."""

    key: Key
    names: tuple[str, ...]


@frozen(cache_hash=True)
class CreationsFailed:
    """So many expected creations will never be seen."""

    key: Key
    count: int


@frozen(cache_hash=True)
class DeletionFailed:
    """An expected deletion will never be seen."""

    key: Key
    name: str


@frozen(cache_hash=True)
class Fulfilled:
    """Ask whether everything that was expected for a key has been seen."""

    key: Key


@frozen(cache_hash=True)
class Running:
    """Of a kubelet: ask which containers of pods of one name run on its node."""

    key: Key


@frozen(cache_hash=True)
class StartContainers:
    """Of a kubelet: start a pod's containers on its node."""

    containers: Containers


@frozen(cache_hash=True)
class StopContainers:
    """Of a kubelet: stop a pod's containers on its node, and wait until they have stopped."""

    containers: Containers


@frozen(cache_hash=True)
class Wrote:
    """Remember the revision of a write that was made for a key."""

    key: Key
    resource: str
    revision: int


@frozen(cache_hash=True)
class AwaitOwnWrites:
    """Wait until this process's informers have everything that it remembers to have written for a key."""

    key: Key


@frozen(cache_hash=True)
class AwaitSettled:
    """Wait until every server knows of all changes of a resource, and no earlier write in a namespace is on its way."""

    resource: str
    namespace: str


@frozen(cache_hash=True)
class Setting:
    """Ask for the setting of a knob: as which version of itself a program behaves."""

    knob: str


OfExpectations: TypeAlias = ExpectCreations | ExpectDeletions | CreationsFailed | DeletionFailed | Fulfilled
OfNode: TypeAlias = Running | StartContainers | StopContainers
Effect: TypeAlias = Ask | Look | OfExpectations | OfNode | Wrote | AwaitOwnWrites | AwaitSettled | Setting
EFFECTS: Final = (
    *(Ask, Look, ExpectCreations, ExpectDeletions, CreationsFailed, DeletionFailed, Fulfilled),
    *(Running, StartContainers, StopContainers, Wrote, AwaitOwnWrites, AwaitSettled, Setting),
)
Place: TypeAlias = tuple[str, str]
"""Where an object is: namespace and name, like the :class:`~.machinery.workqueue.Key` that a reconciler is given."""

NOT_FOUND: Final = 404


class ApiError(Exception):
    """An API server refused, or no answer came (504: the write may have happened, or may still happen)."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"{answer.status} {answer.reason}: {answer.message}")
        self.answer = answer

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.answer.status

    @property
    def reason(self) -> str:
        """The reason in the API's vocabulary, for example ``NotFound``, ``Conflict`` or ``AlreadyExists``."""
        return self.answer.reason


def get(
    kind: Kind | str, key: Place, *, live: bool = False, options: Options = NO_OPTIONS
) -> Generator[Effect, Any, Object | None]:
    """One object, or ``None`` if there is none.

    It comes from this process's informer and may be an old state; with ``live`` it is asked of the API server, as it is
    now, or as the ``options`` allow (``Options(resource_version="0")``: as the server's watch cache has it).

    Raises:
        ApiError: (``live``) refused for another reason than that it does not exist, or no answer came.
    """
    namespace, name = key
    found = _kind(kind)
    if not live:
        path = found.key(namespace, name).path
        seen: tuple[Object, ...] = yield Look(found.resource, path)
        return next((each for each in seen if each.name == name), None)
    answer = yield Ask(requests.get(found, namespace, name, options=options))
    return None if answer.status == NOT_FOUND else _shown(answer)


def list(  # noqa: A001 - the verb's name; this module has no other use for lists
    kind: Kind | str, *, namespace: str = "", owner: Object | None = None
) -> Generator[Effect, Any, tuple[Object, ...]]:
    """Objects of a kind as this process's informer has them, in the order of their keys.

    All of them, or those of one namespace, or those that ``owner`` controls.
    """
    resource = _kind(kind).resource
    seen: tuple[Object, ...] = yield Look(resource, resource_prefix(resource, namespace))
    return tuple(each for each in seen if owner is None or _controls(owner, each))


def _controls(owner: Object, object_: Object) -> bool:
    reference = object_.controller_ref()
    return reference is not None and reference.uid == owner.uid


def list_live(
    kind: Kind | str, *, namespace: str = "", options: Options = NO_OPTIONS
) -> Generator[Effect, Any, Answer]:
    """Objects of a kind, asked of the API server: the answer with its ``items`` and the ``revision`` that they show.

    ``options`` say how new they must be (``resource_version``, ``resource_version_match``), how many are wanted
    (``limit``), and where to go on (``continue_token``).

    Raises:
        ApiError: refused (410 Expired if that state is forgotten), or no answer came.
    """
    return _accepted((yield Ask(requests.list_(_kind(kind), namespace, options=options))))


def watch(
    kind: Kind | str, *, namespace: str = "", options: Options = NO_OPTIONS
) -> Generator[Effect, Any, tuple[Frame, ...]]:
    """What happened to objects of a kind after ``options.resource_version``: frames, until the server ends the stream.

    It may end at any time; whoever wants more watches again from what it was told last.  If the server has forgotten
    what happened then, the only frame is an ERROR with status 410.

    Raises:
        ApiError: refused, or no answer came.
    """
    return _accepted((yield Ask(requests.watch(_kind(kind), namespace, options=options)))).frames or ()


def create(object_: Object, *, options: Options = NO_OPTIONS) -> Generator[Effect, Any, Object]:
    """Create an object; the answer is the object as stored.

    Raises:
        ApiError: refused, or no answer came.
    """
    return _shown((yield Ask(requests.create(_kind_of(object_), object_, options=options))))


def update(
    object_: Object, *, subresource: str = "", conditional: bool = True, options: Options = NO_OPTIONS
) -> Generator[Effect, Any, Object]:
    """Replace an object.

    It is conditional on the resourceVersion that the object carries; with ``conditional=False`` that is left out, and
    the last writer wins.

    Raises:
        ApiError: refused (409 Conflict if somebody else wrote in between), or no answer came.
    """
    read_at = int(object_.resource_version or 0)
    sent = object_ if conditional else object_.without_metadata("resourceVersion")
    request = requests.update(_kind_of(object_), sent, subresource=subresource, options=options)
    return _shown((yield Ask(request, read_at)))


def patch(
    kind: Kind | str,
    key: Place,
    change: Mapping[str, object],
    *,
    subresource: str = "",
    options: Options = NO_OPTIONS,
) -> Generator[Effect, Any, Object]:
    """Apply a merge patch; it is conditional only if it sets ``metadata.resourceVersion``.

    Raises:
        ApiError: refused, or no answer came.
    """
    namespace, name = key
    changed = freeze_map(change)
    request = requests.patch(_kind(kind), namespace, name, changed, subresource=subresource, options=options)
    return _shown((yield Ask(request)))


def ask(request: Request) -> Generator[Effect, Any, Answer]:
    """Any other request; the answer as it is, refusals included."""
    answer: Answer = yield Ask(request)
    return answer


def delete(kind: Kind | str, key: Place, *, options: Options = NO_OPTIONS) -> Generator[Effect, Any, bool]:
    """Delete an object; the answer is whether there was one.

    Raises:
        ApiError: refused for another reason than that it does not exist, or no answer came.
    """
    namespace, name = key
    answer = yield Ask(requests.delete(_kind(kind), namespace, name, options=options))
    if answer.refused and answer.status != NOT_FOUND:
        raise ApiError(answer)
    return bool(answer.status != NOT_FOUND)


def expect_creations(key: Key, count: int) -> Generator[Effect, Any, None]:
    """Do not act for ``key`` again before so many creations were seen."""
    yield ExpectCreations(key, count)


def expect_deletions(key: Key, names: tuple[str, ...]) -> Generator[Effect, Any, None]:
    """Do not act for ``key`` again before the deletion of these objects was seen."""
    yield ExpectDeletions(key, names)


def creations_failed(key: Key, count: int) -> Generator[Effect, Any, None]:
    """So many of the expected creations failed, or were not tried."""
    yield CreationsFailed(key, count)


def deletion_failed(key: Key, name: str) -> Generator[Effect, Any, None]:
    """One of the expected deletions failed."""
    yield DeletionFailed(key, name)


def fulfilled(key: Key) -> Generator[Effect, Any, bool]:
    """Whether everything expected for ``key`` was seen."""
    return bool((yield Fulfilled(key)))


def wrote(key: Key, stored: Object) -> Generator[Effect, Any, None]:
    """Remember, for ``key``, an object that was just created or updated, as the answer showed it."""
    yield Wrote(key, _kind_of(stored).resource, int(stored.resource_version))


def await_own_writes(key: Key) -> Generator[Effect, Any, None]:
    """Wait until this process's informers have all that it wrote for ``key`` and remembers."""
    yield AwaitOwnWrites(key)


def await_settled(kind: Kind | str, namespace: str) -> Generator[Effect, Any, None]:
    """Wait until all servers know of all changes of a kind, and no earlier write in the namespace is on its way.

    No program can ask for that; it is what some programs wait a while for.
    """
    yield AwaitSettled(_kind(kind).resource, namespace)


def setting(knob: str) -> Generator[Effect, Any, str]:
    """The setting of a knob of :mod:`.profiles`: as which version of itself a program behaves."""
    return str((yield Setting(knob)))


def running(key: Key) -> Generator[Effect, Any, tuple[Containers, ...]]:
    """The containers that run on this kubelet's node for pods of one name."""
    found: tuple[Containers, ...] = yield Running(key)
    return found


def start_containers(pod: Object) -> Generator[Effect, Any, None]:
    """Start a pod's containers on this kubelet's node."""
    yield StartContainers(Containers.of(pod))


def stop_containers(containers: Containers) -> Generator[Effect, Any, None]:
    """Stop containers on this kubelet's node."""
    yield StopContainers(containers)


def _accepted(answer: Answer) -> Answer:
    if answer.refused:
        raise ApiError(answer)
    return answer


def _shown(answer: Answer) -> Object:
    if answer.refused or answer.object is None:
        raise ApiError(answer)
    return answer.object


def _kind(kind: Kind | str) -> Kind:
    return kinds.of_name(kind) if isinstance(kind, str) else kind


def _kind_of(object_: Object) -> Kind:
    return kinds.of_object(object_.api_version, object_.kind)
