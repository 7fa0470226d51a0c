"""Webhooks: servers outside that are asked, and may change or refuse.

Lives here: the plugins ``MutatingAdmissionWebhook`` and ``ValidatingAdmissionWebhook``: which webhooks are asked, in
which order, and what their answers, or their silence, mean.  Must not know: what a webhook thinks: it is a function of
the server's settings, by its name; one that is not there cannot be reached.

Webhooks are asked again whenever the request is computed again, so one may see a request several times.  They are asked
about dry runs too: a configuration with a webhook that minds them is invalid.

Source: Kubernetes 1.36, ``apiserver/pkg/admission/plugin/webhook``; recordings M.6; scenario o-admission.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...frozen_json import FrozenMap, as_items, as_map
from ...objects import Object
from ..answer import Answer, Cause, Details
from ..lookup import Lookup
from ..settings import Verdict
from .expressions import conditions_hold, variables_of
from .matching import matches
from .review import Mutated, Plugin, Review, refuse
from .writing import patched


def mutate(review: Review, lookup: Lookup) -> Object | Mutated | Answer:
    """The object as webhooks change it, one after the other, each seeing what those before it did."""
    object_ = review.object
    assert object_ is not None  # noqa: S101 - deletions are not mutated
    asked: frozenset[str] = frozenset()
    again: frozenset[str] = frozenset()
    for name, hook in _hooks("mutatingwebhookconfigurations", lookup):
        if review.again is not None and name not in review.again:
            continue
        verdict = _verdict(hook, review.about(object_), lookup)
        if isinstance(verdict, Answer):
            return verdict
        if verdict is None:
            continue
        if verdict.patch:
            try:
                changed = patched(review.request.kind, object_, verdict.patch)
            except ValueError as error:
                return _failure(str(error))
            if changed != object_:
                object_, again = changed, again | asked
        if hook.get("reinvocationPolicy") == "IfNeeded":
            asked |= {name}
    changes = object_ != review.object
    return Mutated(object_, changes, asked, again) if changes or asked else object_


def validate(review: Review, lookup: Lookup) -> Answer | None:
    """The first refusal of a webhook, in order of names; a real server asks all at once."""
    for _, hook in _hooks("validatingwebhookconfigurations", lookup):
        verdict = _verdict(hook, review, lookup)
        if isinstance(verdict, Answer):
            return verdict
    return None


def validate_deletion(review: Review, lookup: Lookup) -> Answer | None:
    """The first refusal of a webhook that may change objects; of a deletion there is nothing to change."""
    if review.operation != "DELETE":
        return None
    for _, hook in _hooks("mutatingwebhookconfigurations", lookup):
        verdict = _verdict(hook, review, lookup)
        if isinstance(verdict, Answer):
            return verdict
    return None


def warn(review: Review, lookup: Lookup) -> tuple[str, ...]:
    """What webhooks warn of."""
    verdicts = (_verdict(hook, review, lookup) for _, hook in _hooks("validatingwebhookconfigurations", lookup))
    return tuple(warning for verdict in verdicts if isinstance(verdict, Verdict) for warning in verdict.warnings)


MUTATING_ADMISSION_WEBHOOK: Final = Plugin("MutatingAdmissionWebhook", mutate=mutate, validate=validate_deletion)
VALIDATING_ADMISSION_WEBHOOK: Final = Plugin("ValidatingAdmissionWebhook", validate=validate, warn=warn)


def _hooks(resource: str, lookup: Lookup) -> Iterator[tuple[str, FrozenMap]]:
    """All webhooks by a name that tells them apart: configurations in order of names, in each as it lists them."""
    for configuration in lookup.list(resource):
        for hook in as_items(configuration.root.get("webhooks")):
            yield f"{configuration.name}/{as_map(hook).get('name')}", as_map(hook)


def _verdict(hook: FrozenMap, review: Review, lookup: Lookup) -> Verdict | Answer | None:
    """What a webhook says: ``None`` if it has no say, or none that counts; an answer if it, or its silence, refuses."""
    if not matches(hook, review, lookup, rules="rules") or not as_items(hook.get("rules")):
        return None
    ignored = hook.get("failurePolicy", "Fail") == "Ignore"
    conditions = as_items(hook.get("matchConditions"))
    try:
        if conditions and not conditions_hold(conditions, variables_of(review, lookup), lookup):
            return None
    except ValueError as error:
        return None if ignored else refuse(review, str(error))
    name = str(hook.get("name"))
    oracle = lookup.settings.webhooks.get(name)
    verdict = "unreachable" if oracle is None else oracle(review)
    if isinstance(verdict, Verdict):
        return verdict if verdict.allowed else _denied(name, verdict)
    if ignored:
        return None
    why = "context deadline exceeded" if verdict == "slow" else "connection refused"
    return _failure(f'failed calling webhook "{name}": failed to call webhook: {why}')


def _denied(name: str, verdict: Verdict) -> Answer:
    said = f": {verdict.message or verdict.reason}" if verdict.message or verdict.reason else " without explanation"
    message = f'admission webhook "{name}" denied the request{said}'
    return Answer(max(verdict.status, 400), verdict.reason, message)


def _failure(why: str) -> Answer:
    """500: a webhook that must be asked could not be."""
    return Answer(500, "InternalError", f"Internal error occurred: {why}", (Cause("", "", why),), Details())
