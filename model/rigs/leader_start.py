"""How an election begins: somebody leads, and everybody knows.

Lives here: the etcd and the electors of the first moment.  It is the worst moment to begin with: the leader's renewal
has just been committed and its answer is still to come, and all others have just seen that renewal.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from ..apiserver.front import handle
from ..apiserver.request import create
from ..etcd import KeyValue, Member
from ..kinds import of_name
from ..machinery.leader_election import Attempt, Config, Elector, Record, Update
from ..machinery.lease_lock import LEASE, lease_of
from ..objects import Object
from .leader_requests import CONFIG_MAP, work_of

DEAD = "z"
"""Who holds the Lease where nobody leads: somebody who is no more."""


@frozen
class Start:
    """The first moment."""

    revision: int
    keys: dict[str, KeyValue]
    electors: dict[str, Elector]


def begun(config: Config, names: Sequence[str], *, first_try: int, vacant: bool) -> Start:
    """The first moment of an election between these electors.

    The first one leads, unless the Lease is ``vacant``; the others try again at ``first_try``.
    """
    holder = DEAD if vacant else names[0]
    record = Record(holder, config.stored_duration, 0, 0)
    etcd = Member()
    namespace = Object.of({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}})
    handle(etcd, create(of_name("Namespace"), namespace))
    handle(etcd, create(CONFIG_MAP, work_of(0)))
    lease = handle(etcd, create(LEASE, lease_of(record))).object
    version = "" if lease is None else lease.resource_version
    electors = {name: Elector(name, observed=record, fetched=record, version=version, wake=first_try) for name in names}
    if not vacant:
        electors[holder] = Elector(
            holder,
            phase="leader",
            observed=record,
            version=version,
            wake=None,
            until=config.renew_deadline,
            renewed_at=-config.retry_period,
            attempt=Attempt(0, record, Update(record, version), fast=True),
        )
    return Start(etcd.revision, dict(etcd.keys), electors)
