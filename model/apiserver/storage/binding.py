"""A POST of a binding: one transaction on the pod.

Lives here: the decisions of a binding.  Must not know: which pods can be bound (``subresources`` does).

Source: Kubernetes 1.36, ``pkg/registry/core/pod/storage/storage.go`` (BindingREST); recordings B.4, H.1.
"""

from __future__ import annotations

from ..admission import Lookup
from ..answer import Answer, not_found, succeeded
from ..request import Request
from ..subresources.binding import bound, check_binding, precondition_refused
from .enclosed import enclosed
from .steps import Attempt, Outcome, Stored, confirmed


def bind(request: Request, copy: Stored | None, *, current: bool, lookup: Lookup) -> Outcome:
    """Give a pod to a node, starting from the cached copy of the pod as an update does."""
    binding = enclosed(request, check_binding, lookup)
    if isinstance(binding, Answer):
        return binding
    kind = request.kind
    if copy is None:
        return confirmed(not_found(kind, request.name), request, current=current)
    new = precondition_refused(kind, copy.object, binding) or bound(kind, copy.object, binding)
    if isinstance(new, Answer):
        return confirmed(new, request, current=current)
    if request.options.is_dry_run:
        return confirmed(succeeded(copy.revision), request, current=current)
    return Attempt(request, request.key, copy, new.without_metadata("resourceVersion"))
