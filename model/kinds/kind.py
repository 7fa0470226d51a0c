"""What a kind of API objects is: the rules in which kinds differ, as data.

Lives here: :class:`Kind` and the vocabularies of its fields.  Must not know: which kinds there are, or how the rules
are applied (``apiserver`` does that).

Source: Kubernetes 1.36, ``pkg/registry/*/strategy.go``; recordings C.4, C.6, C.8, F, G.5.
"""

from __future__ import annotations

from enum import Enum
from typing import Literal

from attrs import frozen

from ..frozen_json import EMPTY, FrozenMap, Json
from ..objects import ObjectKey


class Generation(Enum):
    """What makes ``metadata.generation`` grow by one."""

    NONE = "nothing: the kind has no generation of its own (a client's value is kept)"
    SPEC = "a change of spec"
    SPEC_OR_ANNOTATIONS = "a change of spec or of annotations"
    CONTENT = "a change of anything but metadata and status"
    CONTENT_OR_LABELS = "a change of anything but metadata and status, or of labels"
    ONCE = "nothing: it is 1 from the creation on"


class NameRule(Enum):
    """What ``metadata.name`` may look like."""

    SUBDOMAIN = "a lowercase RFC 1123 subdomain"
    LABEL = "a lowercase RFC 1123 label"
    DNS_1035 = "a DNS-1035 label"
    PATH_SEGMENT = "anything but . and .., without / and %"
    ADDRESS = "an IP address in its canonical form"


FIXED_BY_STATUS: tuple[str, ...] = (
    "metadata.annotations",
    "metadata.finalizers",
    "metadata.labels",
    "metadata.ownerReferences",
)
"""What /status of some kinds leaves of the metadata as it was: all of it that clients can change."""

Propagation = Literal["Background", "Orphan"]


@frozen(cache_hash=True, repr=False)
class Kind:
    """The strategy of one kind.

    ``initial_status`` and ``initial_spec`` are what the server sets at creation, ``defaults`` what it fills in where a
    field is absent (only those that decide something in the model).  ``immutable`` fields may never change;
    ``sealed_by`` names a field that, once true, makes the ``sealed`` ones immutable.  ``kept_by_main`` (besides the
    status) and ``kept_by_status`` (besides the spec) are fields that a write through the main resource, or through
    /status, leaves as they are (of a custom resource /status changes the status and nothing else); a creation loses its
    status, unless the kind is ``created_with_status``.  ``answers_delete_with_object``: a DELETE that removes the
    object answers with it instead of with a Status.  ``graceful``: deletion waits for a grace period. Of a custom kind,
    ``definition`` is the schema of its content (``None``: no definition is known, and everything is valid), and
    ``scale`` the paths of the replicas wanted, the replicas there are and the selector (empty: none), if it has a
    subresource of that name.  ``deprecation`` is what clients are warned of who ask for anything of a kind that is on
    its way out.
    """

    group: str
    version: str
    name: str
    plural: str
    namespaced: bool = True
    custom: bool = False
    name_rule: NameRule = NameRule.SUBDOMAIN
    generation: Generation = Generation.NONE
    has_status: bool = False
    created_with_status: bool = False
    allow_unconditional_update: bool = True
    create_on_update: bool = False
    collection_deletable: bool = True
    graceful: bool = False
    default_propagation: Propagation = "Background"
    answers_delete_with_object: bool = False
    initial_spec: FrozenMap = EMPTY
    initial_status: FrozenMap | None = None
    defaults: tuple[tuple[str, Json], ...] = ()
    immutable: tuple[str, ...] = ()
    sealed_by: str = ""
    sealed: tuple[str, ...] = ()
    kept_by_main: tuple[str, ...] = ()
    kept_by_status: tuple[str, ...] = ()
    definition: FrozenMap | None = None
    scale: tuple[str, str, str] | None = None
    deprecation: str = ""

    @property
    def api_version(self) -> str:
        """As manifests say it: ``apps/v1``, or ``v1`` for the core group."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def resource(self) -> str:
        """The name of its resource in an :class:`ObjectKey`: the plural; ``<plural>.<group>`` for custom ones."""
        return f"{self.plural}.{self.group}" if self.custom else self.plural

    def key(self, namespace: str, name: str) -> ObjectKey:
        """The key of one object of this kind; the namespace of cluster-wide ones is ignored."""
        return ObjectKey(self.resource, namespace if self.namespaced else "", name)

    def __repr__(self) -> str:
        return f"<Kind {self.name} {self.api_version}>"
