"""Policies that change objects.

Lives here: the plugin ``MutatingAdmissionPolicy``.  Must not know: the language of the expressions.

An expression gives a part of an object, which is merged as server-side apply would, or the operations of a JSON patch.

Source: Kubernetes 1.36, ``apiserver/pkg/admission/plugin/policy/mutating``; recordings M.6; scenario o-admission.
"""

from __future__ import annotations

from typing import Final

from attrs import evolve

from ...frozen_json import FrozenMap, Json, as_items, as_map
from ...objects import Object
from ..answer import Answer, Cause
from ..lookup import Lookup
from .policies import Invocation, invocations
from .review import Mutated, Plugin, Review, refuse
from .writing import applied, patched


def mutate(review: Review, lookup: Lookup) -> Object | Mutated | Answer:
    """The object as policies change it.

    Once one has changed it, all that want to see later changes are asked again on the second round, that one too.
    """
    object_ = review.object
    assert object_ is not None  # noqa: S101 - deletions are not mutated
    asked: frozenset[str] = frozenset()
    for each in invocations(review, lookup, "mutatingadmissionpolicies", "mutatingadmissionpolicybindings"):
        if not isinstance(each, Invocation):
            if each.policy.spec.get("failurePolicy", "Fail") == "Fail":
                return _refusal(review, each.policy, each.binding, each.why)
            continue
        if review.again is not None and each.key not in review.again:
            continue
        try:
            changed = _changed(each, review.about(object_), lookup)
        except ValueError as error:
            if each.fails:
                return _refusal(review, each.policy, each.binding, str(error))
            continue
        if changed is None:
            continue
        object_ = changed
        if each.policy.spec.get("reinvocationPolicy") == "IfNeeded":
            asked |= {each.key}
    changes = object_ != review.object
    return Mutated(object_, changes, asked, asked if changes else frozenset()) if changes or asked else object_


MUTATING_ADMISSION_POLICY: Final = Plugin("MutatingAdmissionPolicy", mutate=mutate)


def _changed(invocation: Invocation, review: Review, lookup: Lookup) -> Object | None:
    """The object after all mutations of a policy; ``None`` if its conditions do not hold.

    Raises:
        ValueError: an expression cannot be evaluated, or does not give what can be applied.
    """
    assert review.object is not None  # noqa: S101 - deletions are not mutated
    object_ = review.object
    seen = invocation.seen(review, lookup)
    if seen is None:
        return None
    for mutation in (as_map(each) for each in as_items(invocation.policy.spec.get("mutations"))):
        seen = seen.set("object", object_.root)
        if mutation.get("patchType") == "JSONPatch":
            operations = _evaluated(mutation.get("jsonPatch"), seen, lookup)
            object_ = patched(review.request.kind, object_, as_items(operations))
        else:
            object_ = applied(
                review.request.kind, object_, as_map(_evaluated(mutation.get("applyConfiguration"), seen, lookup))
            )
    return object_


def _evaluated(holder: object, seen: FrozenMap, lookup: Lookup) -> Json:
    return lookup.settings.expressions(str(as_map(holder).get("expression", "")), seen)


def _refusal(review: Review, policy: Object, binding: Object, why: str) -> Answer:
    message = f"policy '{policy.name}' with binding '{binding.name}' denied request: {why}"
    told = refuse(review, message, (Cause("", "", message),))
    return evolve(told, status=422, reason="Invalid")
