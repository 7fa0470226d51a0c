"""Service accounts that somebody made whose request is not in a recording.

Lives here: :func:`unrecorded_account`.  Must not know: how it is made in the replay.

Where no controller runs, somebody must play its part: a pod is admitted only if its namespace has its service account.
Most scenarios begin with that request; one lets a pod be refused first, and then the account is there.
"""

from __future__ import annotations

from seatrial.model.etcd.cells import Cells
from seatrial.model.objects import Object, ObjectKey
from seatrial.traces.recordings import Line

_CREATED = 201


def unrecorded_account(line: Line, cells: Cells) -> Object | None:
    """The default account of a namespace in which a pod was admitted, if the model's namespace has none."""
    method, path = line.fields["request"]["method"], str(line.fields["request"]["path"])
    parts = path.strip("/").split("/")
    if method != "POST" or line.fields["response"]["status"] != _CREATED or parts[:3] != ["api", "v1", "namespaces"]:
        return None
    if parts[4:] != ["pods"] or ObjectKey("serviceaccounts", parts[3], "default").path in cells.keys:
        return None
    return Object.of(
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": "default", "namespace": parts[3]},
            "automountServiceAccountToken": False,
        }
    )
