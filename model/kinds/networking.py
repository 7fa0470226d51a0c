"""Services, what routes to them, and the addresses that they have.

Lives here: the strategies of these kinds, nothing else.  See :mod:`.kind` for what they mean.

Source: Kubernetes 1.36, ``pkg/registry/core/{service,endpoint}``, ``pkg/registry/networking``,
``pkg/registry/discovery``; scenarios d-service-lease-others, s-generation.
"""

from __future__ import annotations

from ..frozen_json import EMPTY, FrozenMap
from .kind import Generation, Kind, NameRule

_GROUP = "networking.k8s.io"

KINDS: tuple[Kind, ...] = (
    Kind(
        group="",
        version="v1",
        name="Service",
        plural="services",
        name_rule=NameRule.DNS_1035,
        has_status=True,
        create_on_update=True,
        answers_delete_with_object=True,
        initial_status=FrozenMap({"loadBalancer": EMPTY}),
    ),
    Kind(
        group="",
        version="v1",
        name="Endpoints",
        plural="endpoints",
        create_on_update=True,
        deprecation="v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice",
    ),
    Kind(
        group="discovery.k8s.io",
        version="v1",
        name="EndpointSlice",
        plural="endpointslices",
        generation=Generation.CONTENT_OR_LABELS,
        immutable=("addressType",),
    ),
    Kind(
        group=_GROUP,
        version="v1",
        name="Ingress",
        plural="ingresses",
        generation=Generation.SPEC,
        has_status=True,
        initial_status=FrozenMap({"loadBalancer": EMPTY}),
    ),
    Kind(
        group=_GROUP,
        version="v1",
        name="IngressClass",
        plural="ingressclasses",
        namespaced=False,
        generation=Generation.SPEC,
        immutable=("spec.controller",),
    ),
    Kind(group=_GROUP, version="v1", name="NetworkPolicy", plural="networkpolicies", generation=Generation.SPEC),
    Kind(
        group=_GROUP,
        version="v1",
        name="IPAddress",
        plural="ipaddresses",
        namespaced=False,
        name_rule=NameRule.ADDRESS,
        immutable=("spec.parentRef",),
    ),
    Kind(
        group=_GROUP,
        version="v1",
        name="ServiceCIDR",
        plural="servicecidrs",
        namespaced=False,
        has_status=True,
    ),
)
