"""Requests for certificates.

Lives here: the strategies of these kinds, nothing else.  See :mod:`.kind` for what they mean.

Source: Kubernetes 1.36, ``pkg/registry/certificates``.
"""

from __future__ import annotations

from .kind import Kind

KINDS: tuple[Kind, ...] = (
    Kind(
        group="certificates.k8s.io",
        version="v1",
        name="CertificateSigningRequest",
        plural="certificatesigningrequests",
        namespaced=False,
        has_status=True,
        kept_by_main=("spec",),
    ),
)
