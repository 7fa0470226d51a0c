"""What an API server does with a client's GET, LIST or WATCH: from where it is answered, and with what.

What a read demands of the state that it is answered from is planned by :mod:`seatrial.model.apiserver.reading`; here
that is got: from etcd as it is now, or from the server's watch cache, which may have to come far enough first.

A watch is answered once: with the frames that the server's cache has for it up to any point, then the stream ends; a
client that wants more watches again from what it was told last.  A stream that lives on tells nothing else.

Lives here: the steps of reads and watches.  Must not know: which reads a client makes, or what is promised of them.

Left out: that a read which waits for its server's watch cache is given up after three seconds (504, retried by
clients); until then it waits, which is no step.

Source: Kubernetes 1.36, ``apiserver/pkg/storage/cacher/{cacher,delegator,lister_watcher}.go``; KEP-2340; recordings J,
K.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from ..apiserver.answer import Answer, Frame
from ..apiserver.decoding import parse_resource_version
from ..apiserver.paging import WHOLE
from ..apiserver.reading import Demand, Plan, Selection, get_answer, list_answer, select
from ..apiserver.reads import read, read_all, too_large
from ..apiserver.request import Request
from ..apiserver.storage import Stored
from ..apiserver.watching import bookmark, initial_frames, wants_initial_events
from ..errors import ModelError
from ..etcd import Cells
from ..objects import resource_prefix
from ..profiles import Profile
from .copies import Copies
from .read_events import GetServed, ListServed, RevisionAsked, WatchServed
from .read_parts import ReadParts
from .state import Awaiting, Call, ClusterDraft, reader

TOO_OLD = Answer(410, "Expired", "too old resource version")


@frozen(eq=False)
class Inquiry:
    """A read on its way: the state, the call that it is, and the request in the name of whoever sent it."""

    draft: ClusterDraft
    call: Call
    request: Request

    @property
    def resource(self) -> str:
        """What is read."""
        return self.request.kind.resource

    @property
    def prefix(self) -> str:
        """What the keys of everything that may be told begin with."""
        return resource_prefix(self.resource, self.request.namespace)

    @property
    def cache(self) -> str:
        """The reader that is the server's own watch cache."""
        return reader(self.call.server, self.resource)

    @property
    def position(self) -> int:
        """How far the server's watch cache has come."""
        return self.draft.positions[self.cache]

    def cached(self) -> tuple[Stored, ...]:
        """What the server's watch cache has of it."""
        return self.draft.copies[self.cache].under(self.prefix)


@frozen(eq=False)
class Reading:
    """Reads of one cluster.  Knobs: ``consistent-lists``, ``progress``, ``window-start``."""

    copies: Copies
    profile: Profile

    @property
    def parts(self) -> ReadParts:
        """The functions that can be exchanged."""
        return self.copies.parts.reads

    def take_up(self, inquiry: Inquiry) -> Answer | Awaiting:
        """The answer to a read, or what it waits for."""
        request, draft = inquiry.request, inquiry.draft
        if request.verb == "watch":
            return self._watch(inquiry)
        wanted = self.parts.plan(request, cached=self._is_cached(inquiry))
        if isinstance(wanted, Answer):
            return wanted
        if wanted.revision > draft.revision:
            return too_large(wanted.revision, draft.revision, cached=self._is_cached(inquiry))
        return self._get(inquiry, wanted) if request.verb == "get" else self._list(inquiry, wanted)

    def resume(self, inquiry: Inquiry, least: int) -> Answer:
        """The answer to a list, or to a watch that begins with one, that waited for the cache to come to ``least``.

        The cache knows how far it has come from etcd's progress notifications.  Where one can overtake an event, the
        cache may believe that it has come so far and lack a change.
        """
        if self.profile.progress == "in-order":
            self._require_come_to(inquiry, least)
        if inquiry.request.verb == "watch":
            return self._initial(inquiry, least) if wants_initial_events(inquiry.request) else self._on(inquiry, least)
        wanted = self.parts.plan(inquiry.request)
        page = wanted.page if isinstance(wanted, Plan) else WHOLE
        return self._list_from_cache(inquiry, Plan(Demand.MOST_RECENT, least, page))

    # --- One object ---------------------------------------------------------------------------------------------

    def _get(self, inquiry: Inquiry, wanted: Plan) -> Answer:
        request, draft = inquiry.request, inquiry.draft
        cached = wanted.demand is not Demand.MOST_RECENT and self._is_cached(inquiry)
        if cached:
            self._require_readable(inquiry, wanted.revision)
            found = draft.copies[inquiry.cache].get(request.key.path)
        else:
            self.copies.etcd.require_quorum(draft, inquiry.call.server)
            found = read(draft, request.key)
        revision = 0 if found is None else found.revision
        draft.emit(GetServed(inquiry.call.server, inquiry.call.process, request, revision, cached))
        return get_answer(request, found)

    # --- Lists --------------------------------------------------------------------------------------------------

    def _list(self, inquiry: Inquiry, wanted: Plan) -> Answer | Awaiting:
        if wanted.demand is Demand.EXACT:
            return self._list_exactly(inquiry, wanted)
        if not self._is_cached(inquiry):
            return self._list_from_etcd(inquiry, wanted)
        if wanted.demand is not Demand.MOST_RECENT:
            self._require_readable(inquiry, wanted.revision)
            return self._list_from_cache(inquiry, wanted)
        if self.profile.consistent_lists == "etcd":
            return self._list_from_etcd(inquiry, wanted)
        return self._await_present(inquiry)

    def _await_present(self, inquiry: Inquiry) -> Awaiting:
        """Ask etcd for its present revision; the answer then comes from the cache, once that has come so far."""
        self.copies.etcd.require_quorum(inquiry.draft, inquiry.call.server)
        present = self.parts.confirmed(inquiry.draft)
        inquiry.draft.emit(RevisionAsked(inquiry.call.server, inquiry.call.process, inquiry.request, present))
        return Awaiting(present)

    def _list_from_etcd(self, inquiry: Inquiry, wanted: Plan) -> Answer:
        self.copies.etcd.require_quorum(inquiry.draft, inquiry.call.server)
        found = read_all(inquiry.draft, inquiry.resource, inquiry.request.namespace)
        return self._listed(inquiry, wanted, found, inquiry.draft.revision)

    def _list_exactly(self, inquiry: Inquiry, wanted: Plan) -> Answer:
        """The state at one revision: the server's snapshots reach as far back as its window, then etcd is asked."""
        self._check_kept(inquiry, wanted.revision)
        etcd: Cells = inquiry.draft
        if self._is_cached(inquiry) and wanted.revision >= self._begin(inquiry):
            self._require_come_to(inquiry, wanted.revision)
            etcd = _Remembered(inquiry.draft, self._begin(inquiry))
        elif wanted.revision < inquiry.draft.compacted:
            return self.parts.expired(wanted.page)
        found = read_all(etcd, inquiry.resource, inquiry.request.namespace, revision=wanted.revision)
        return self._listed(inquiry, wanted, found, wanted.revision)

    def _list_from_cache(self, inquiry: Inquiry, wanted: Plan) -> Answer:
        revision = self.parts.stamp(inquiry.position, wanted.revision)
        return self._listed(inquiry, wanted, inquiry.cached(), revision)

    def _listed(self, inquiry: Inquiry, wanted: Plan, found: Sequence[Stored], revision: int) -> Answer:
        call, request = inquiry.call, inquiry.request
        answer = list_answer(request, found, revision, wanted.page)
        told = tuple(each for each in found if answer.items is not None and each.object in answer.items)
        demanded = wanted.demand.name
        inquiry.draft.emit(
            ListServed(call.server, call.process, request, demanded, wanted.revision, revision, told, wanted.page)
        )
        return answer

    # --- Watches ------------------------------------------------------------------------------------------------

    def _watch(self, inquiry: Inquiry) -> Answer | Awaiting:
        request = inquiry.request
        self._check_cached(inquiry)
        selection = select(request)
        if isinstance(selection, Answer):
            return selection
        version = parse_resource_version(request.options.resource_version)
        if isinstance(version, Answer):
            return version
        if not request.options.resource_version and self._is_consistent(request):
            return self._await_present(inquiry)
        if wants_initial_events(request):
            if version > inquiry.draft.revision:
                return self._ended(inquiry, version, too_large(version, inquiry.draft.revision, cached=True))
            self._require_readable(inquiry, version)
            return self._initial(inquiry, version)
        return self._on(inquiry, version or inquiry.position)

    def _is_consistent(self, request: Request) -> bool:
        """Whether a watch without resourceVersion begins with a state as new as etcd.

        Since it is taken for a streaming list (the default of ``sendInitialEvents``), it does; before, only if the
        client asked for a streaming list.

        Source: Kubernetes 1.36, ``apimachinery/pkg/apis/meta/internalversion/defaults.go``, ``apiserver/pkg/storage/
        cacher/cacher.go`` (getWatchCacheResourceVersion); Kubernetes 1.30, ``cacher/delegator.go`` (Watch).
        """
        return request.options.send_initial_events is not None or self.profile.consistent_lists == "cache"

    def _on(self, inquiry: Inquiry, version: int) -> Answer:
        """The changes after a revision, up to any one: the stream may end at any time."""
        oldest = self.copies.oldest(inquiry.draft, inquiry.call.server, inquiry.resource)
        if self.parts.too_old(version, oldest):
            return self._ended(inquiry, version, TOO_OLD)
        self._check_kept(inquiry, version)
        self.copies.require_fresh_enough(inquiry.draft, inquiry.cache, inquiry.resource)
        frames = self._changes(inquiry, version)
        count = inquiry.draft.choose(range(len(frames) + 1))
        whole = count == len(frames)
        frames = frames[:count]
        if whole and inquiry.request.options.allow_bookmarks and inquiry.position > version:
            frames.append(bookmark(inquiry.request.kind, self.parts.bookmark_at(inquiry.draft, inquiry.position)))
        return self._told(inquiry, version, frames, whole=whole)

    def _changes(self, inquiry: Inquiry, after: int) -> list[Frame]:
        """What the server's cache has to tell, after a revision and up to where it has come."""
        begin, position = self._begin(inquiry), inquiry.position
        selection = _selection(inquiry)
        events = self.parts.events(inquiry.draft.log, inquiry.prefix, after, begin, position)
        told = (self.parts.frame_of(inquiry.request, selection, event) for event in events)
        return self.parts.in_order([frame for frame in told if frame is not None])

    def _initial(self, inquiry: Inquiry, least: int) -> Answer:
        """What there is, as ADDED, and a bookmark if the client allows them; from there it watches again."""
        come_to = self.parts.stamp(inquiry.position, least)
        objects = [each.object for each in inquiry.cached()]
        frames = initial_frames(inquiry.request, _selection(inquiry), objects, come_to)
        return self._told(inquiry, come_to, list(frames), whole=True)

    def _ended(self, inquiry: Inquiry, start: int, error: Answer) -> Answer:
        """A watch that cannot begin."""
        answer = self.parts.ended(error)
        if answer.frames is not None:
            self._told(inquiry, start, list(answer.frames), whole=False)
        return answer

    def _told(self, inquiry: Inquiry, start: int, frames: list[Frame], *, whole: bool) -> Answer:
        call = inquiry.call
        told = tuple(frames)
        inquiry.draft.emit(
            WatchServed(call.server, call.process, inquiry.request, start, inquiry.position, whole, told)
        )
        return Answer(200, frames=told)

    # --- How far the server's own copy has come --------------------------------------------------------------------

    def _begin(self, inquiry: Inquiry) -> int:
        return self.copies.begin(inquiry.draft, inquiry.call.server, inquiry.resource)

    def _is_cached(self, inquiry: Inquiry) -> bool:
        return inquiry.resource in self.copies.resources

    def _check_cached(self, inquiry: Inquiry) -> None:
        """Only what servers have a watch cache of can be watched here.

        Raises:
            ModelError: something else is.
        """
        if not self._is_cached(inquiry):
            message = (
                f"{inquiry.call.process} watches {inquiry.resource}, of which the servers have no watch cache; "
                f'say `Cluster(cached=["{inquiry.resource}"])`'
            )
            raise ModelError(message)

    def _check_kept(self, inquiry: Inquiry, revision: int) -> None:
        """Clients read the past only where it is kept.

        Raises:
            ModelError: it is not.
        """
        if revision < inquiry.draft.revision and not self.copies.remembers:
            message = (
                f"{inquiry.call.process} reads {inquiry.resource} as of revision {revision}, and this cluster forgets "
                "the past; say `Cluster(remembers=True)`"
            )
            raise ModelError(message)

    def _require_come_to(self, inquiry: Inquiry, revision: int) -> None:
        """The cache misses nothing up to a revision; until then the read waits."""
        self.parts.await_changes(self.copies.missed(inquiry.draft, inquiry.cache, inquiry.resource, revision))

    def _require_readable(self, inquiry: Inquiry, revision: int) -> None:
        """The same, and the cache is not older than the scenario allows."""
        self._require_come_to(inquiry, revision)
        self.copies.require_fresh_enough(inquiry.draft, inquiry.cache, inquiry.resource)


def _selection(inquiry: Inquiry) -> Selection:
    selection = select(inquiry.request)
    assert isinstance(selection, Selection)  # noqa: S101 - looked at when it was taken up
    return selection


class _Remembered:
    """Etcd as a watch cache remembers it: the cache still knows revisions that etcd has compacted away."""

    def __init__(self, etcd: Cells, begin: int) -> None:
        self.revision = etcd.revision
        self.compacted = begin
        self.log = etcd.log
        self.keys = etcd.keys
