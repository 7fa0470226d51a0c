"""Policies as objects: which of them, by which binding and with which parameters, have a say about a request.

Lives here: what validating and mutating policies have in common.  Must not know: what they do.

A policy does nothing without a binding.  A real server takes up a new one after about a second; here at once.

Source: Kubernetes 1.36, ``apiserver/pkg/admission/plugin/policy/generic``; recordings M.6; scenario o-admission.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from ...errors import BadInput
from ...frozen_json import FrozenMap, as_map
from ...kinds import of_object
from ...objects import Object, ObjectKey
from ..lookup import Lookup
from ..selectors import selector_of
from .expressions import conditions_hold, variables_of, with_composed
from .matching import matches
from .review import Review


@frozen
class Invocation:
    """One policy by one binding, with one parameter object (``None``: it has none)."""

    policy: Object
    binding: Object
    params: Object | None = None

    @property
    def key(self) -> str:
        """Tells invocations apart."""
        params = "" if self.params is None else f"{self.params.namespace}/{self.params.name}"
        return f"{self.policy.name} {self.binding.name} {params}"

    @property
    def fails(self) -> bool:
        """Whether a policy that cannot be evaluated refuses."""
        return bool(self.policy.spec.get("failurePolicy", "Fail") == "Fail")

    def seen(self, review: Review, lookup: Lookup) -> FrozenMap | None:
        """What its expressions see; ``None`` if its match conditions do not hold.

        Raises:
            ValueError: the conditions cannot be evaluated.
        """
        seen = variables_of(review, lookup, self.params)
        seen = with_composed(seen, self.policy.spec.get("variables"), lookup)
        return seen if conditions_hold(self.policy.spec.get("matchConditions"), seen, lookup) else None


@frozen
class Misconfigured:
    """A policy by a binding that cannot be invoked, and why."""

    policy: Object
    binding: Object
    why: str


def invocations(review: Review, lookup: Lookup, policies: str, bindings: str) -> Iterator[Invocation | Misconfigured]:
    """All that have a say about a request, in order of names.

    ``policies`` and ``bindings`` are the resources of the policies and of their bindings.
    """
    bound = lookup.list(bindings)
    if not bound:
        return
    for policy in lookup.list(policies):
        if not matches(as_map(policy.spec.get("matchConstraints")), review, lookup):
            continue
        for binding in bound:
            resources = as_map(binding.spec.get("matchResources"))
            if binding.spec.get("policyName") == policy.name and matches(resources, review, lookup):
                yield from _with_params(policy, binding, review, lookup)


def _with_params(
    policy: Object, binding: Object, review: Review, lookup: Lookup
) -> Iterator[Invocation | Misconfigured]:
    kind, reference = as_map(policy.spec.get("paramKind")), as_map(binding.spec.get("paramRef"))
    if not kind or not reference:
        yield Invocation(policy, binding)
        return
    try:
        found = _params(kind, reference, review, lookup)
    except BadInput as error:
        yield Misconfigured(policy, binding, f"failed to configure binding: {error}")
        return
    if not found and reference.get("parameterNotFoundAction") != "Allow":
        why = "no params found for policy binding with `Deny` parameterNotFoundAction"
        yield Misconfigured(policy, binding, f"failed to configure binding: {why}")
    for params in found:
        yield Invocation(policy, binding, params)


def _params(kind: FrozenMap, reference: FrozenMap, review: Review, lookup: Lookup) -> list[Object]:
    """The parameter objects that a binding names, or selects; without a namespace, those where the object is."""
    found = of_object(str(kind.get("apiVersion")), str(kind.get("kind")))
    namespace = str(reference.get("namespace") or review.request.namespace) if found.namespaced else ""
    name = reference.get("name")
    if name:
        params = lookup.get(ObjectKey(found.resource, namespace, str(name)))
        return [] if params is None else [params]
    selector = selector_of(as_map(reference.get("selector")))
    return [each for each in lookup.list(found.resource, namespace) if selector.admits(each.labels)]
