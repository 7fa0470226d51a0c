"""Who may write what, where, and how much; who owns what.

Lives here: their triples.
"""

from ..admission import (
    api_default_deny,
    api_quota_charge_is_used,
    api_quota_not_exceeded,
    ns_immortal,
    ns_no_create_in_terminating,
    ns_no_orphans,
)
from ..guarantee import Guarantee, Limit
from ..ownership import (
    binding_write_once,
    obj_apply_conflict,
    obj_apply_keeps_others,
    obj_apply_owns,
    svc_address_unique,
)

GUARANTEES: tuple[Guarantee, ...] = (
    Guarantee(
        api_default_deny,
        holds_in=("revocation",),
        teeth=(("everybody-may", "revocation"),),
        limits=(Limit("revoked-but-allowed", "revocation-stale"),),
    ),
    Guarantee(
        ns_no_create_in_terminating,
        holds_in=("namespaces", "teardown"),
        teeth=(("no-namespace-lifecycle", "namespaces"), ("terminating-is-not-seen", "teardown")),
    ),
    Guarantee(
        ns_no_orphans,
        holds_in=("namespaces", "teardown-settled", "quotas", "addresses"),
        teeth=(("no-namespace-lifecycle", "namespaces"),),
        limits=(Limit("created-during-teardown", "teardown"),),
    ),
    Guarantee(
        ns_immortal,
        holds_in=("namespaces",),
        teeth=(("no-namespace-lifecycle", "namespaces"),),
    ),
    Guarantee(
        api_quota_not_exceeded,
        holds_in=("quotas", "quota-leak"),
        teeth=(("quota-is-not-charged", "quotas"), ("no-compare", "quotas")),
    ),
    Guarantee(
        api_quota_charge_is_used,
        holds_in=("quotas",),
        teeth=(("quota-is-not-charged", "quotas"),),
        limits=(Limit("quota-leak", "quota-leak"),),
    ),
    Guarantee(
        obj_apply_conflict,
        holds_in=("appliers",),
        teeth=(("apply-always-forces", "appliers"),),
    ),
    Guarantee(
        obj_apply_owns,
        holds_in=("appliers",),
        teeth=(("apply-owns-nothing", "appliers"), ("apply-keeps-old-values", "appliers")),
    ),
    Guarantee(
        obj_apply_keeps_others,
        holds_in=("appliers",),
        teeth=(("apply-drops-the-rest", "appliers"),),
    ),
    Guarantee(
        binding_write_once,
        holds_in=("binders",),
        teeth=(("binding-overwrites", "binders"), ("binding-of-the-deleted", "binders")),
    ),
    Guarantee(
        svc_address_unique,
        holds_in=("addresses",),
        teeth=(("address-not-reserved", "addresses"),),
    ),
)
