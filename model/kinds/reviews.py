"""Kinds that are asked and never stored: reviews of rights and tokens, bindings, the status of components.

Lives here: their names, as far as a request must be told what it may hold.  They are in no table of stored kinds: who
looks for an object finds none of these.  See :mod:`.kind` for what the fields mean.
"""

from __future__ import annotations

from attrs import evolve

from .kind import Kind

_AUTHORIZATION = "authorization.k8s.io"
_AUTHENTICATION = "authentication.k8s.io"


def _review(group: str, name: str, plural: str = "", *, namespaced: bool = False) -> Kind:
    version = "v1"
    return Kind(group=group, version=version, name=name, plural=plural or f"{name.lower()}s", namespaced=namespaced)


SELF_SUBJECT_ACCESS_REVIEW = _review(_AUTHORIZATION, "SelfSubjectAccessReview")
SUBJECT_ACCESS_REVIEW = _review(_AUTHORIZATION, "SubjectAccessReview")
LOCAL_SUBJECT_ACCESS_REVIEW = _review(_AUTHORIZATION, "LocalSubjectAccessReview", namespaced=True)
SELF_SUBJECT_RULES_REVIEW = _review(_AUTHORIZATION, "SelfSubjectRulesReview")
SELF_SUBJECT_REVIEW = _review(_AUTHENTICATION, "SelfSubjectReview")
TOKEN_REVIEW = _review(_AUTHENTICATION, "TokenReview")
TOKEN_REQUEST = _review(_AUTHENTICATION, "TokenRequest", "serviceaccounts", namespaced=True)
BINDING = _review("", "Binding", namespaced=True)
COMPONENT_STATUS = evolve(
    _review("", "ComponentStatus", "componentstatuses"), deprecation="v1 ComponentStatus is deprecated in v1.19+"
)

REVIEWS: tuple[Kind, ...] = (
    SELF_SUBJECT_ACCESS_REVIEW,
    SUBJECT_ACCESS_REVIEW,
    LOCAL_SUBJECT_ACCESS_REVIEW,
    SELF_SUBJECT_RULES_REVIEW,
    SELF_SUBJECT_REVIEW,
    TOKEN_REVIEW,
)
"""What can be created only, and is answered at once."""
