"""One HTTP request through the whole chain of a server, on an etcd that nobody else uses meanwhile.

Lives here: :func:`serve`, the order of the stages before an object is looked at: authentication, authorization, the
route.  Must not know: what the stages decide.

Source: recordings L; Kubernetes 1.36, ``apiserver/pkg/server/config.go`` (DefaultBuildHandlerChain).
"""

from __future__ import annotations

from ..etcd.cells import Cells
from . import front
from .answer import Answer
from .authentication import authenticate
from .http import HttpRequest
from .rest import NotModelled, parse_request
from .settings import FULL, Settings


def serve(cells: Cells, http: HttpRequest, settings: Settings = FULL) -> Answer | NotModelled:
    """The answer to a request; ``cells`` (an etcd) are changed by writes."""
    lookup = front.EtcdLookup(cells, settings)
    user = authenticate(http, lookup)
    if isinstance(user, Answer):
        return user
    request = parse_request(
        http.method, http.path, query=http.query, body=http.body, media_type=http.media_type, user=user.name
    )
    if isinstance(request, Answer | NotModelled):
        return request
    return front.handle(cells, request, settings)
