"""Policies and webhooks by which a cluster's users take part in admission.

Lives here: the strategies of these kinds, nothing else.  See :mod:`.kind` for what they mean.

Source: Kubernetes 1.36, ``pkg/registry/admissionregistration``; scenarios d-service-lease-others, o-admission.
"""

from __future__ import annotations

from .kind import FIXED_BY_STATUS, Generation, Kind


def _kind(name: str, plural: str, generation: Generation, *, has_status: bool = False) -> Kind:
    """A kind of the group: cluster-wide, and never replaced without saying which version."""
    return Kind(
        group="admissionregistration.k8s.io",
        version="v1",
        name=name,
        plural=plural,
        namespaced=False,
        generation=generation,
        has_status=has_status,
        kept_by_status=FIXED_BY_STATUS,
        allow_unconditional_update=False,
    )


KINDS: tuple[Kind, ...] = (
    _kind("ValidatingAdmissionPolicy", "validatingadmissionpolicies", Generation.SPEC, has_status=True),
    _kind("ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings", Generation.SPEC),
    _kind("MutatingAdmissionPolicy", "mutatingadmissionpolicies", Generation.SPEC),
    _kind("MutatingAdmissionPolicyBinding", "mutatingadmissionpolicybindings", Generation.SPEC),
    _kind("ValidatingWebhookConfiguration", "validatingwebhookconfigurations", Generation.CONTENT),
    _kind("MutatingWebhookConfiguration", "mutatingwebhookconfigurations", Generation.CONTENT),
)
