"""Policies that refuse or warn.

Lives here: the plugin ``ValidatingAdmissionPolicy``, for policies as objects and for those of the server's settings.
Must not know: the language of their expressions.

A policy refuses as invalid (422), though it says "is forbidden", unless it names another reason.  Where several refuse,
a real server tells of one of them by chance; here it is the one that the settings name, or the first by name.

Source: Kubernetes 1.36, ``apiserver/pkg/admission/plugin/policy/validating``; recordings M.6; scenario o-admission.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from attrs import evolve, frozen

from ...frozen_json import FrozenMap, as_items, as_map
from ..answer import Answer, Cause
from ..lookup import Lookup
from .policies import Invocation, Misconfigured, invocations
from .review import Plugin, Review, refuse

_STATUS_OF: Final[Mapping[str, int]] = {
    "Forbidden": 403,
    "Invalid": 422,
    "RequestEntityTooLarge": 413,
    "Unauthorized": 401,
}


@frozen
class Objection:
    """What a policy says against a request, and what is to be done about it."""

    policy: str
    binding: str
    message: str
    reason: str = ""
    actions: tuple[str, ...] = ("Deny",)


def validate(review: Review, lookup: Lookup) -> Answer | None:
    """The first refusal of a policy."""
    for policy in lookup.settings.policies:
        verdict = policy.admits(review)
        if verdict is not True:
            why = f"denied request: {verdict}" if verdict else "denied request"
            return _refusal(review, f"Policy '{policy.name}' {why}", "")
    denied = (each for each in objections(review, lookup) if "Deny" in each.actions)
    first = next(denied, None)
    if first is not None and lookup.settings.heard_first:
        first = next((each for each in (first, *denied) if each.policy == lookup.settings.heard_first), first)
    if first is None:
        return None
    by = f"ValidatingAdmissionPolicy '{first.policy}' with binding '{first.binding}'"
    return _refusal(review, f"{by} denied request: {first.message}", first.reason)


def warn(review: Review, lookup: Lookup) -> tuple[str, ...]:
    """What policies have against a request without refusing it."""
    return tuple(
        f"Validation failed for ValidatingAdmissionPolicy '{each.policy}' with binding '{each.binding}': {each.message}"
        for each in objections(review, lookup)
        if "Warn" in each.actions
    )


VALIDATING_ADMISSION_POLICY: Final = Plugin("ValidatingAdmissionPolicy", validate=validate, warn=warn)


def objections(review: Review, lookup: Lookup) -> Iterator[Objection]:
    """All that policies say against a request."""
    found = invocations(review, lookup, "validatingadmissionpolicies", "validatingadmissionpolicybindings")
    for each in found:
        if isinstance(each, Invocation):
            yield from _objections(each, review, lookup)
        elif each.policy.spec.get("failurePolicy", "Fail") == "Fail":
            yield _misconfigured(each)


def _misconfigured(each: Misconfigured) -> Objection:
    return Objection(each.policy.name, each.binding.name, each.why)


def _objections(invocation: Invocation, review: Review, lookup: Lookup) -> Iterator[Objection]:
    actions = tuple(str(action) for action in as_items(invocation.binding.spec.get("validationActions")))
    ours = Objection(invocation.policy.name, invocation.binding.name, "", actions=actions)
    try:
        seen = invocation.seen(review, lookup)
    except ValueError as error:
        if invocation.fails:
            yield evolve(ours, message=str(error))
        return
    if seen is None:
        return
    for validation in (as_map(item) for item in as_items(invocation.policy.spec.get("validations"))):
        expression = str(validation.get("expression", ""))
        try:
            if lookup.settings.expressions(expression, seen) is True:
                continue
            message, reason = _message(validation, expression, seen, lookup), str(validation.get("reason", ""))
        except ValueError as error:
            if not invocation.fails:
                continue
            message, reason = f"expression '{expression}' resulted in error: {error}", ""
        yield evolve(ours, message=message, reason=reason)


def _message(validation: FrozenMap, expression: str, seen: FrozenMap, lookup: Lookup) -> str:
    """What a validation says: by an expression, by a text, or just that it failed."""
    by_expression = validation.get("messageExpression")
    if by_expression:
        try:
            message = lookup.settings.expressions(str(by_expression), seen)
        except ValueError:
            message = None
        if isinstance(message, str) and message.strip() and "\n" not in message:
            return message
    return str(validation.get("message") or f"failed expression: {expression.strip()}")


def _refusal(review: Review, message: str, reason: str) -> Answer:
    """The form of a 403 that is told as something else."""
    told = refuse(review, message, (Cause("", "", message),))
    return evolve(told, status=_STATUS_OF.get(reason, 422), reason=reason or "Invalid")
