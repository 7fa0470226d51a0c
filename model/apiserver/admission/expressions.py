"""Expressions of policies and webhooks: what they may speak of, and what comes of them.

Lives here: the variables that an expression sees.  Must not know: the language that they are written in, which whoever
sets up the server evaluates (``Settings.expressions``).

Source: Kubernetes 1.36, ``apiserver/pkg/admission/plugin/cel``; documentation, "Common Expression Language".
"""

from __future__ import annotations

from ...frozen_json import EMPTY, FrozenMap, Json, as_items, as_map
from ...objects import Object, ObjectKey
from ..lookup import Lookup
from .review import Review


def variables_of(review: Review, lookup: Lookup, params: Object | None = None) -> FrozenMap:
    """What an expression sees of a request: ``object``, ``oldObject``, ``request``, ``namespaceObject``, ``params``."""
    request = review.request
    namespace = lookup.get(ObjectKey("namespaces", "", request.namespace)) if request.kind.namespaced else None
    return FrozenMap(
        {
            "object": _root(review.object),
            "oldObject": _root(review.old),
            "params": _root(params),
            "namespaceObject": _root(namespace),
            "request": _request(review),
        }
    )


def with_composed(seen: FrozenMap, composed: object, lookup: Lookup) -> FrozenMap:
    """What is seen, and the policy's own ``variables`` on top.

    Each may speak of those before it.  One that cannot be evaluated is missing: only whoever speaks of it fails.
    """
    known: dict[str, Json] = {}
    for variable in (as_map(each) for each in as_items(composed)):
        try:
            seen_now = seen.set("variables", FrozenMap(known))
            known[str(variable.get("name"))] = lookup.settings.expressions(str(variable.get("expression")), seen_now)
        except ValueError:
            continue
    return seen.set("variables", FrozenMap(known))


def conditions_hold(conditions: object, seen: FrozenMap, lookup: Lookup) -> bool:
    """Whether all match conditions hold.

    Raises:
        ValueError: one cannot be evaluated, and none is false.
    """
    wrong: ValueError | None = None
    for condition in (as_map(each) for each in as_items(conditions)):
        try:
            if lookup.settings.expressions(str(condition.get("expression")), seen) is not True:
                return False
        except ValueError as error:
            wrong = wrong or error
    if wrong is not None:
        raise wrong
    return True


def _root(object_: Object | None) -> FrozenMap | None:
    return None if object_ is None else object_.root


def _request(review: Review) -> FrozenMap:
    request, kind = review.request, review.request.kind
    api = {"group": kind.group, "version": kind.version}
    return FrozenMap(
        {
            "kind": FrozenMap({**api, "kind": kind.name}),
            "resource": FrozenMap({**api, "resource": kind.plural}),
            "subResource": request.subresource,
            "name": request.name or (review.object.name if review.object is not None else ""),
            "namespace": request.namespace,
            "operation": review.operation,
            "userInfo": FrozenMap({"username": request.user, "groups": request.groups}),
            "dryRun": request.options.is_dry_run,
            "options": EMPTY,
        }
    )
