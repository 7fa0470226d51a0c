"""Profiles: how releases of Kubernetes and etcd differ where it matters, as knobs.

Kubernetes' own behaviour has moved, and so has that of the programs around it.  Each such change is a *knob* with a
few settings, and for each setting the versions where it holds.  A *profile* is one setting of every knob.  A system
that has a ``profile`` follows it; a scenario says with which profile it is explored.

Lives here: the knobs, and the profiles that have names.  Must not know: who follows a knob, or how.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Literal

from attrs import evolve, frozen

from .errors import BadInput


@frozen
class Knob:
    """One thing in which versions differ.

    Attributes:
        name: as on the command line, with hyphens.
        meaning: what it decides.
        settings: for each setting, the versions where it holds.
        source: where that is said.
    """

    name: str
    meaning: str
    settings: Mapping[str, str]
    source: str


@frozen(kw_only=True)
class Profile:
    """One setting of every knob (:data:`KNOBS` tells what they mean); by default as the newest versions do."""

    first_read: Literal["any", "consistent"] = "consistent"
    consistent_lists: Literal["etcd", "cache"] = "cache"
    progress: Literal["in-order", "overtakes"] = "in-order"
    compacted_deletion: Literal["told", "lost"] = "told"
    window_start: Literal["exact", "one-early"] = "exact"
    update_retry: Literal["any-error", "conflict"] = "any-error"
    informer_order: Literal["per-key", "in-order", "atomic"] = "atomic"
    own_writes: Literal["expectations", "own-revisions"] = "expectations"
    live_get: Literal["no", "yes"] = "yes"
    namespace_check: Literal["cached", "settled"] = "cached"
    assumed_pods: Literal["expire", "stay"] = "stay"
    names: Literal["generated", "deterministic"] = "deterministic"
    deletes: Literal["by-name", "by-uid"] = "by-uid"
    patches: Literal["blind", "with-version"] = "with-version"
    own_patch: Literal["window", "awaited"] = "awaited"

    def with_(self, **settings: str) -> Profile:
        """The profile with other settings of these knobs.

        Raises:
            BadInput: there is no such knob or setting.
        """
        for name, setting in settings.items():
            _check(name.replace("_", "-"), setting)
        changes: dict[str, Any] = dict(settings)
        return evolve(self, **changes)

    @property
    def settings(self) -> dict[str, str]:
        """The setting of each knob, by the knob's name."""
        return {knob: getattr(self, knob.replace("-", "_")) for knob in KNOBS}

    @property
    def text(self) -> str:
        """What tells this profile from the newest one: ``KNOB=SETTING,…``, or empty."""
        newest = NEWEST.settings
        return ",".join(f"{knob}={set_}" for knob, set_ in self.settings.items() if set_ != newest[knob])


_ALL: Final = (
    Knob(
        "first-read",
        "how new the first list of a starting informer is",
        {
            "any": "client-go before 1.35 (resourceVersion 0: whatever the server's watch cache has)",
            "consistent": "client-go 1.35 and later (a streaming list, as new as etcd)",
        },
        "client-go tools/cache/reflector.go; KEP-3157; kubernetes issue 59848",
    ),
    Knob(
        "consistent-lists",
        "from where a server answers a list without resourceVersion",
        {"etcd": "Kubernetes before 1.31", "cache": "Kubernetes 1.31 and later, once the cache has come far enough"},
        "KEP-2340",
    ),
    Knob(
        "progress",
        "whether etcd's progress notification can overtake an event of the same or an earlier revision",
        {
            "overtakes": "etcd before 3.4.25 and before 3.5.8",
            "in-order": "etcd 3.4.25, 3.5.8, 3.6 and later",
        },
        "etcd issue 15220",
    ),
    Knob(
        "compacted-deletion",
        "whether a watch that begins at the compacted revision is told the deletions made there",
        {"lost": "etcd 3.4.23, 3.5.1 (observed)", "told": "etcd 3.5.16, 3.6.8 (observed)"},
        "etcd issue 19179; recordings of etcd, A.17",
    ),
    Knob(
        "window-start",
        "the oldest revision from which a watch cache without events in its window lets a watch begin",
        {
            "one-early": "Kubernetes before 1.8 (an event between the list and the watch could be missed)",
            "exact": "Kubernetes 1.8 and later",
        },
        "kubernetes issue 49956, pull request 49992",
    ),
    Knob(
        "update-retry",
        "when an update that was computed from a server's cached copy is computed again from a fresh one",
        {
            "conflict": "Kubernetes before 1.15: only when the compare was lost",
            "any-error": "Kubernetes 1.15 and later: also when anything else went wrong, or nothing was left to do",
        },
        "kubernetes issues 77619, 82130; apiserver/pkg/storage/etcd3/store.go",
    ),
    Knob(
        "informer-order",
        "in which order an informer's queue hands out what it was told",
        {
            "per-key": "client-go before 1.36: object by object",
            "in-order": "client-go 1.36 with InOrderInformers: as it happened",
            "atomic": "client-go 1.36 and later with AtomicFIFO: as it happened, and a list replaces all at once",
        },
        "client-go tools/cache/{delta_fifo,the_real_fifo}.go",
    ),
    Knob(
        "own-writes",
        "how a controller knows that its informer has what it wrote",
        {
            "expectations": "all versions: counted, for at most five minutes",
            "own-revisions": "Kubernetes 1.36 (KEP-5647): it waits for the revision of its last write",
        },
        "KEP-5647; pkg/controller/controller_utils.go",
    ),
    Knob(
        "live-get",
        "whether a controller asks the API server once more before it destroys something",
        {
            "no": "what many controllers did: they trust their informer",
            "yes": "since the repairs: adoption (pull request 42938), protected claims (80492), orphaned pods (82365)",
        },
        "kubernetes issues 43032, 76703",
    ),
    Knob(
        "namespace-check",
        "what keeps objects out of a namespace that is being deleted",
        {
            "cached": "all versions: each server looks into its own cache when a create arrives",
            "settled": "none exactly: content is deleted only after every server knows and earlier requests are over "
            "(Kubernetes 1.5 and later wait a while instead)",
        },
        "kubernetes issue 36891, pull request 37431",
    ),
    Knob(
        "assumed-pods",
        "whether the scheduler forgets a pod that it has bound and not yet seen bound",
        {"expire": "Kubernetes before 1.26, after 30 seconds", "stay": "Kubernetes 1.26 and later"},
        "kubernetes issue 106361, pull request 110925",
    ),
    Knob(
        "names",
        "how a controller names what it creates",
        {
            "generated": "for example pods of a ReplicaSet: a second creation makes a second object",
            "deterministic": "for example pods of a StatefulSet: a second creation is refused",
        },
        "kubernetes issue 62772",
    ),
    Knob(
        "deletes",
        "what a controller demands of an object that it deletes",
        {"by-name": "that it has this name", "by-uid": "that it is the very object that was seen"},
        "kubernetes issue 20572; zookeeper-operator issue 312",
    ),
    Knob(
        "patches",
        "what a client's merge patch demands of the object",
        {"blind": "nothing", "with-version": "that nobody changed it since it was read"},
        "kubermatic issue 6759",
    ),
    Knob(
        "own-patch",
        "what an operator framework does when it has patched an object and the change has not come back yet",
        {
            "window": "kopf before pull request 844: it waits a moment, then goes on with what it has",
            "awaited": "kopf afterwards: it waits for the resourceVersion of its own patch",
        },
        "kopf documentation, Configuration, Consistency",
    ),
)

KNOBS: Final[Mapping[str, Knob]] = MappingProxyType({each.name: each for each in _ALL})
"""All knobs, by name."""

NEWEST: Final = Profile()
"""Kubernetes 1.36 with etcd 3.6, and well-made controllers."""

EARLIER: Final = Profile(first_read="any")
"""As the newest, but informers begin with whatever a server has: what can happen with newer ones can happen here."""

_1_34: Final = evolve(EARLIER, informer_order="per-key")
_1_30: Final = evolve(_1_34, consistent_lists="etcd")
_1_25: Final = evolve(_1_30, assumed_pods="expire", progress="overtakes", compacted_deletion="lost")
_1_7: Final = evolve(_1_25, window_start="one-early", update_retry="conflict", live_get="no", deletes="by-name")

PROFILES: Final[Mapping[str, tuple[str, Profile]]] = MappingProxyType(
    {
        "kubernetes-1.36": ("Kubernetes 1.36 and etcd 3.6", NEWEST),
        "kubernetes-1.34": ("Kubernetes 1.34 and etcd 3.6: informers begin with whatever a server has", _1_34),
        "kubernetes-1.30": ("Kubernetes 1.30 and etcd 3.5.16: besides, plain lists are read from etcd", _1_30),
        "kubernetes-1.25": (
            "Kubernetes 1.25 and etcd 3.5.1: besides, the scheduler forgets, and etcd has its errors of that time",
            _1_25,
        ),
        "kubernetes-1.7": (
            "Kubernetes 1.7: besides, the storage loop and the watch cache have the errors of that time",
            _1_7,
        ),
    }
)
"""The profiles that have names, newest first: a sentence and the profile."""


def profile_named(text: str, base: Profile = NEWEST) -> Profile:
    """The profile that is meant: a name, or ``KNOB=SETTING,…``, which changes these knobs of ``base`` only.

    The words of the list are taken one after the other, so a name may be followed by knobs.

    Raises:
        BadInput: there is no such profile, knob or setting.
    """
    profile = base
    for word in text.split(","):
        knob, is_knob, setting = word.strip().partition("=")
        if is_knob:
            _check(knob, setting)
            profile = profile.with_(**{knob.replace("-", "_"): setting})
        elif knob in PROFILES:
            profile = PROFILES[knob][1]
        else:
            raise BadInput(
                f"there is no profile {knob!r}",
                remedy=f"{_meant(knob, PROFILES)}there are {', '.join(PROFILES)}, or KNOB=SETTING for one knob",
            )
    return profile


def _check(knob: str, setting: str) -> None:
    if knob not in KNOBS:
        raise BadInput(
            f"there is no knob {knob!r}", remedy=f"{_meant(knob, KNOBS)}`seatrial list profiles` lists the knobs"
        )
    if setting not in KNOBS[knob].settings:
        raise BadInput(
            f"knob {knob!r} has no setting {setting!r}", remedy=f"its settings: {', '.join(KNOBS[knob].settings)}"
        )


def _meant(name: str, among: Mapping[str, object]) -> str:
    near = difflib.get_close_matches(name, among, 1)
    return f"did you mean {near[0]!r}? " if near else ""
