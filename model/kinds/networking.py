"""Services, and what routes to them.

Lives here: the strategies of these kinds, nothing else.  See :mod:`.kind` for what they mean.
"""

from __future__ import annotations

from ..frozen_json import EMPTY, FrozenMap
from .kind import Kind, NameRule

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
)
