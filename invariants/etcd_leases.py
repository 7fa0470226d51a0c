"""What etcd's leases promise, and what a lock that hangs on one does not.

Source of the catalogue's sentences: etcd documentation, "Lease API" and "Why etcd".
"""

from __future__ import annotations

from seatrial.model.draft import View
from seatrial.model.faults import PAUSE
from seatrial.model.machine import Step
from seatrial.model.rigs.leases import LOCK, LeaseEnded, Protected

from .invariant import Parts, always, stepwise

LEASES = ("leases", "lease_clients", "renewed")


@stepwise(on=LeaseEnded, source="etcd documentation, Lease API; server/lease/lessor.go (Revoke)", needs=LEASES)
def lease_one_revision(before: View, step: Step, after: View) -> Parts:
    """When a lease ends, all keys that are attached to it are deleted, in one revision."""
    for ended in step.emitted(LeaseEnded):
        keys = {key for key, kv in before.keys.items() if kv.lease == ended.lease}
        yield "no key outlives its lease", not keys.intersection(after.keys)
        yield "its keys are deleted in one revision", after.revision == before.revision + bool(keys)


@stepwise(on=LeaseEnded, source="etcd server/lease/lessor.go (Promote)", needs=LEASES)
def lease_not_early(before: View, step: Step, after: View) -> Parts:
    """No lease expires before its time since it was last kept alive has passed; a new leader only makes it longer."""
    del after
    for ended in step.emitted(LeaseEnded):
        if ended.expired:
            begun = dict(before.renewed).get(ended.lease, ended.now)
            yield "its time has passed", ended.now - begun >= before.leases[ended.lease].ttl


@always(
    source="etcd documentation, Why etcd (notes on the usage of lock and lease)",
    limits={PAUSE: "a client that is paused for longer than its lease lives goes on believing that it has the lock"},
    needs=LEASES,
)
def lease_mutex(state: View) -> bool | None:
    """At most one client believes that it has a lock that hangs on a lease."""
    believing = sum(1 for each in state.lease_clients.values() if each.phase == "holding")
    return believing == 1 if believing else None


@stepwise(on=Protected, source="etcd documentation, Why etcd (notes on the usage of lock and lease)", needs=LEASES)
def lease_fenced_write_safe(before: View, step: Step, after: View) -> Parts:
    """A write that compares the lock's revision of creation is made only by the client that has the lock."""
    del after
    for write in step.emitted(Protected):
        holder = before.keys.get(LOCK)
        if write.succeeded:
            yield "the writer has the lock", holder is not None and holder.lease == write.lease
