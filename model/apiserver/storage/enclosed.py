"""What a POST to a subresource of a pod brings: an object that is stored nowhere.

Lives here: the checks of such an object that need nothing but itself, in the order in which a real server makes them.
Must not know: what the object then does to the pod.

Source: Kubernetes 1.36, ``apiserver/pkg/endpoints/handlers/create.go``, ``pkg/registry/core/pod/storage``.
"""

from __future__ import annotations

from collections.abc import Callable

from ...objects import Object
from .. import admission
from ..admission import Lookup, Review
from ..answer import Answer, bad_request
from ..decoding import agree_with_url, check_options, decode_body
from ..request import Request
from ..subresources import about_brought


def enclosed(request: Request, check: Callable[[Object], Answer | None], lookup: Lookup) -> Object | Answer:
    """The object that a request brings, or the first refusal; ``check`` is its validation."""
    refusal = check_options(request)
    if refusal is not None:
        return refusal
    sent = decode_body(about_brought(request))
    if not isinstance(sent, Answer):
        sent = agree_with_url(request, sent)
    if isinstance(sent, Answer):
        return sent
    admitted = admission.mutate(Review("CREATE", request, sent), lookup)
    if isinstance(admitted, Answer):
        return admitted
    if admitted.name != request.name:
        return bad_request(f"name in URL does not match name in {admitted.kind} object")
    return check(admitted) or admission.validate(Review("CREATE", request, admitted), lookup) or admitted
