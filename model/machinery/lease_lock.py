"""The lock of leader election as a Lease: requests of it, and what their answers mean.

Lives here: records as Leases and back.  Must not know: how an elector decides (:mod:`.leader_election`), or how a
request is answered.

A release writes an empty holder, with a duration of one second, because a Lease must have one that is positive.  Every
update names a resourceVersion: a Lease without one is refused.

Source: client-go tools/leaderelection/resourcelock/leaselock.go.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Final

from ..apiserver.answer import Answer
from ..apiserver.request import Request, create, get, update
from ..clocks import Time, exact
from ..kinds import of_name
from ..objects import Object
from .leader_election import Ask, Create, Failed, Get, Got, Missing, Record, Reply, Update, Written

LEASE: Final = of_name("Lease")
NAMESPACE: Final = "default"
NAME: Final = "lock"
KEY: Final = LEASE.key(NAMESPACE, NAME)

_MIDNIGHT: Final = "2000-01-02T"
_DAY: Final = 24 * 60 * 60
_MICRO: Final = 1_000_000


def timestamp(time: Time) -> str:
    """A wall clock's reading, in seconds since (or before) midnight, as a Lease stores it: to the microsecond.

    >>> timestamp(Fraction(7, 2)), timestamp(-1)
    ('2000-01-02T00:00:03.500000Z', '2000-01-01T23:59:59.000000Z')
    """
    seconds, micros = divmod(int(time * _MICRO // 1), _MICRO)
    day = _MIDNIGHT if seconds >= 0 else "2000-01-01T"
    minutes, second = divmod(seconds % _DAY, 60)
    hour, minute = divmod(minutes, 60)
    return f"{day}{hour:02}:{minute:02}:{second:02}.{micros:06}Z"


def reading(stamp: str) -> Time:
    """The wall clock's reading that a :func:`timestamp` shows."""
    hour, minute, second = stamp[len(_MIDNIGHT) : -1].split(":")
    whole = int(hour) * 3600 + int(minute) * 60
    day = 0 if stamp.startswith(_MIDNIGHT) else _DAY
    return exact(whole - day + Fraction(second))


def lease_of(record: Record, version: str = "") -> Object:
    """A record as a Lease; conditional on a version if one is given."""
    metadata = {"name": NAME, "namespace": NAMESPACE, **({"resourceVersion": version} if version else {})}
    spec = {
        "holderIdentity": record.holder,
        "leaseDurationSeconds": record.duration,
        "acquireTime": timestamp(record.acquired),
        "renewTime": timestamp(record.renewed),
        "leaseTransitions": record.transitions,
    }
    return Object.of({"apiVersion": LEASE.api_version, "kind": LEASE.name, "metadata": metadata, "spec": spec})


def record_of(lease: Object) -> Record:
    """The record that a Lease holds."""
    spec: Any = lease.spec
    return Record(
        spec.get("holderIdentity", ""),
        spec["leaseDurationSeconds"],
        reading(spec["acquireTime"]),
        reading(spec["renewTime"]),
        spec["leaseTransitions"],
    )


def request_of(ask: Ask) -> Request:
    """What is asked of the lock, as a request to the API server."""
    match ask:
        case Get():
            return get(LEASE, NAMESPACE, NAME)
        case Create(record):
            return create(LEASE, lease_of(record))
        case Update(record, version):
            return update(LEASE, lease_of(record, version))


def reply_of(ask: Ask, answer: Answer) -> Reply:
    """What the API server's answer means for the lock."""
    lease = answer.object
    if answer.refused or lease is None:
        return Missing() if answer.reason == "NotFound" else Failed(conflict=answer.reason == "Conflict")
    return Got(record_of(lease), lease.resource_version) if isinstance(ask, Get) else Written(lease.resource_version)
