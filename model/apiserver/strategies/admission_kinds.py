"""Policies and webhooks of admission: which are valid.

Lives here: their strategies.  Must not know: requests, storage, how they are obeyed (admission does), and the language
of expressions: one that cannot be compiled is refused by a real server, and taken here.

Source: Kubernetes 1.36, ``pkg/apis/admissionregistration/{v1/defaults.go,validation/validation.go}``; scenarios
d-service-lease-others, o-admission.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ...frozen_json import EMPTY, FrozenMap, as_items, as_map
from ...objects import Object
from ..answer import Cause
from ..causes import duplicate, forbidden_value, invalid_value, not_supported, required
from .checks import qualified_causes, selector_causes, subdomain_causes
from .strategy import Strategy

_FAILURE_POLICIES: Final = ("Fail", "Ignore")
_MATCH_POLICIES: Final = ("Equivalent", "Exact")
_SIDE_EFFECTS: Final = ("None", "NoneOnDryRun")
_OPERATIONS: Final = ("*", "CONNECT", "CREATE", "DELETE", "UPDATE")
_SCOPES: Final = ("*", "Cluster", "Namespaced")
_ACTIONS: Final = ("Audit", "Deny", "Warn")
_REASONS: Final = ("Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized")
_PATCH_TYPES: Final = ("ApplyConfiguration", "JSONPatch")
_REINVOCATIONS: Final = ("IfNeeded", "Never")
_NOT_FOUND_ACTIONS: Final = ("Allow", "Deny")
_REVIEW_VERSIONS: Final = ("v1", "v1beta1")
_LONGEST_TIMEOUT: Final = 30
_PARTS_OF_NAME: Final = 3
_WEBHOOK: Final = FrozenMap(
    {
        "failurePolicy": "Fail",
        "matchPolicy": "Equivalent",
        "namespaceSelector": EMPTY,
        "objectSelector": EMPTY,
        "timeoutSeconds": 10,
    }
)
_MUTATING_WEBHOOK: Final = _WEBHOOK.set("reinvocationPolicy", "Never")
_MATCH: Final = FrozenMap({"matchPolicy": "Equivalent", "namespaceSelector": EMPTY, "objectSelector": EMPTY})


# --- defaults -------------------------------------------------------------------------------------------------------


def _webhooks_default(configuration: Object) -> Object:
    return _with_webhook_defaults(configuration, _WEBHOOK)


def _mutating_webhooks_default(configuration: Object) -> Object:
    return _with_webhook_defaults(configuration, _MUTATING_WEBHOOK)


def _with_webhook_defaults(configuration: Object, defaults: FrozenMap) -> Object:
    webhooks = as_items(configuration.field("webhooks"))
    if not webhooks:
        return configuration
    return configuration.with_field("webhooks", tuple(_webhook_default(as_map(each), defaults) for each in webhooks))


def _webhook_default(webhook: FrozenMap, defaults: FrozenMap) -> FrozenMap:
    webhook = _with_scopes(FrozenMap({**defaults, **webhook}), "rules")
    client = as_map(webhook.get("clientConfig"))
    if isinstance(client.get("service"), FrozenMap) and "port" not in client["service"]:
        webhook = webhook.set("clientConfig", client.set("service", client["service"].set("port", 443)))
    return webhook


def _with_scopes(values: FrozenMap, name: str) -> FrozenMap:
    """The values, whose rules reach resources of every scope unless they say otherwise."""
    rules = as_items(values.get(name))
    if not rules:
        return values
    return values.set(name, tuple(FrozenMap({"scope": "*", **as_map(rule)}) for rule in rules))


def _match_default(match: FrozenMap) -> FrozenMap:
    match = _with_scopes(FrozenMap({**_MATCH, **match}), "resourceRules")
    return _with_scopes(match, "excludeResourceRules")


def _policy_default(policy: Object) -> Object:
    spec = policy.spec if policy.spec.get("failurePolicy") else policy.spec.set("failurePolicy", "Fail")
    if isinstance(spec.get("matchConstraints"), FrozenMap):
        spec = spec.set("matchConstraints", _match_default(spec["matchConstraints"]))
    return policy.with_field("spec", spec)


def _binding_default(binding: Object) -> Object:
    match = binding.spec.get("matchResources")
    return binding.with_field("spec.matchResources", _match_default(match)) if isinstance(match, FrozenMap) else binding


# --- webhooks -------------------------------------------------------------------------------------------------------


def _webhooks(configuration: Object) -> Iterator[Cause]:
    names = set[str]()
    for index, item in enumerate(as_items(configuration.field("webhooks"))):
        webhook, at = as_map(item), f"webhooks[{index}]"
        yield from _webhook(webhook, at)
        yield from _review_versions(as_items(webhook.get("admissionReviewVersions")), f"{at}.admissionReviewVersions")
        name = str(webhook.get("name", ""))
        if name and name in names:
            yield duplicate(f"{at}.name", name)
        names.add(name)


def _webhook(webhook: FrozenMap, at: str) -> Iterator[Cause]:
    yield from _full_name_causes(str(webhook.get("name", "")), f"{at}.name")
    for index, rule in enumerate(as_items(webhook.get("rules"))):
        yield from _rule(as_map(rule), f"{at}.rules[{index}]")
    for name, choices in (
        ("failurePolicy", _FAILURE_POLICIES),
        ("matchPolicy", _MATCH_POLICIES),
        ("sideEffects", _SIDE_EFFECTS),
    ):
        if webhook.get(name) is not None and webhook[name] not in choices:
            yield not_supported(f"{at}.{name}", webhook[name], choices)
        elif webhook.get(name) is None and name == "sideEffects":
            yield required(f"{at}.sideEffects", "must specify one of None, NoneOnDryRun")
    timeout = webhook.get("timeoutSeconds")
    if timeout is not None and not 1 <= timeout <= _LONGEST_TIMEOUT:
        yield invalid_value(f"{at}.timeoutSeconds", f"{timeout}: the timeout value must be between 1 and 30 seconds")
    for name in ("namespaceSelector", "objectSelector"):
        yield from selector_causes(as_map(webhook.get(name)), f"{at}.{name}")
    if webhook.get("reinvocationPolicy") not in (None, *_REINVOCATIONS):
        yield not_supported(f"{at}.reinvocationPolicy", webhook["reinvocationPolicy"], _REINVOCATIONS)
    yield from _client_causes(as_map(webhook.get("clientConfig")), f"{at}.clientConfig")
    yield from _conditions(as_items(webhook.get("matchConditions")), f"{at}.matchConditions")


def _full_name_causes(name: str, at: str) -> Iterator[Cause]:
    """What is wrong with the name of a webhook: it must be a domain of three parts at least."""
    if not name:
        yield required(at)
        return
    found = tuple(subdomain_causes(name, at))
    yield from found
    if not found and name.count(".") + 1 < _PARTS_OF_NAME:
        yield invalid_value(at, f"{name!r}: should be a domain with at least three segments separated by dots")


def _rule(rule: FrozenMap, at: str) -> Iterator[Cause]:
    operations = as_items(rule.get("operations"))
    if not operations:
        yield required(f"{at}.operations")
    if len(operations) > 1 and "*" in operations:
        yield invalid_value(f"{at}.operations", "if '*' is present, must not specify other operations")
    for index, operation in enumerate(operations):
        if operation not in _OPERATIONS:
            yield not_supported(f"{at}.operations[{index}]", operation, _OPERATIONS)
    yield from _resource_causes(rule, at)
    if rule.get("scope") not in (None, *_SCOPES):
        yield not_supported(f"{at}.scope", rule["scope"], _SCOPES)


def _resource_causes(rule: FrozenMap, at: str) -> Iterator[Cause]:
    for name in ("apiGroups", "apiVersions", "resources"):
        items = as_items(rule.get(name))
        if not items:
            yield required(f"{at}.{name}")
        if name != "resources" and len(items) > 1 and "*" in items:
            yield invalid_value(f"{at}.{name}", "if '*' is present, must not specify other values")
        for index, item in enumerate(items):
            if item == "" and name != "apiGroups":
                yield required(f"{at}.{name}[{index}]")


def _client_causes(client: FrozenMap, at: str) -> Iterator[Cause]:
    url, service = client.get("url"), client.get("service")
    if (url is None) == (service is None):
        yield required(at, "exactly one of url or service is required")
    elif url is not None and not str(url).startswith("https://"):
        yield invalid_value(f"{at}.url", f"{url!r}: 'https' is the only allowed URL scheme")
    elif url is None:
        for name in ("name", "namespace"):
            if not as_map(service).get(name):
                yield required(f"{at}.service.{name}", f"service {name} is required")


def _review_versions(versions: tuple[object, ...], at: str) -> Iterator[Cause]:
    if not versions:
        yield required(at, f"must specify one of {', '.join(_REVIEW_VERSIONS)}")
        return
    for index, version in enumerate(versions):
        if version in versions[:index]:
            yield invalid_value(f"{at}[{index}]", "duplicate version")
    if not set(versions) & set(_REVIEW_VERSIONS):
        yield invalid_value(at, f"must include at least one of {', '.join(_REVIEW_VERSIONS)}")


def _conditions(conditions: tuple[object, ...], at: str) -> Iterator[Cause]:
    names = set[str]()
    for index, item in enumerate(conditions):
        condition, here = as_map(item), f"{at}[{index}]"
        if not str(condition.get("expression", "")).strip():
            yield required(f"{here}.expression")
        name = str(condition.get("name", ""))
        if not name:
            yield required(f"{here}.name")
            continue
        yield from qualified_causes(name, f"{here}.name")
        if name in names:
            yield duplicate(f"{here}.name", name)
        names.add(name)


# --- policies -------------------------------------------------------------------------------------------------------


def _validating_policy(policy: Object) -> Iterator[Cause]:
    yield from _policy(policy)
    spec = policy.spec
    validations, annotations = as_items(spec.get("validations")), as_items(spec.get("auditAnnotations"))
    if not validations and not annotations:
        for name in ("validations", "auditAnnotations"):
            yield required(f"spec.{name}", "validations or auditAnnotations must be present")
    for index, item in enumerate(validations):
        validation, at = as_map(item), f"spec.validations[{index}]"
        if not str(validation.get("expression", "")).strip():
            yield required(f"{at}.expression", "expression is not specified")
        if validation.get("reason") not in (None, *_REASONS):
            yield not_supported(f"{at}.reason", validation["reason"], _REASONS)


def _mutating_policy(policy: Object) -> Iterator[Cause]:
    yield from _policy(policy)
    mutations = as_items(policy.spec.get("mutations"))
    if not mutations:
        yield required("spec.mutations", "mutations must contain at least one item")
    for index, item in enumerate(mutations):
        mutation, at = as_map(item), f"spec.mutations[{index}]"
        kind = mutation.get("patchType", "")
        if kind not in _PATCH_TYPES:
            yield (not_supported(f"{at}.patchType", kind, _PATCH_TYPES) if kind else required(f"{at}.patchType"))
            continue
        field = "applyConfiguration" if kind == "ApplyConfiguration" else "jsonPatch"
        other = "jsonPatch" if kind == "ApplyConfiguration" else "applyConfiguration"
        if field not in mutation:
            yield required(f"{at}.{field}", f"must be specified when patchType is {kind}")
        if other in mutation:
            yield invalid_value(f"{at}.{other}", f"must not be specified when patchType is {kind}")
    reinvocation = policy.spec.get("reinvocationPolicy", "")
    if not reinvocation:
        yield required("spec.reinvocationPolicy")
    elif reinvocation not in _REINVOCATIONS:
        yield not_supported("spec.reinvocationPolicy", reinvocation, _REINVOCATIONS)


def _policy(policy: Object) -> Iterator[Cause]:
    spec = policy.spec
    if spec.get("failurePolicy") not in (None, *_FAILURE_POLICIES):
        yield not_supported("spec.failurePolicy", spec["failurePolicy"], _FAILURE_POLICIES)
    if isinstance(spec.get("paramKind"), FrozenMap):
        for name in ("apiVersion", "kind"):
            if not spec["paramKind"].get(name):
                yield required(f"spec.paramKind.{name}")
    if not isinstance(spec.get("matchConstraints"), FrozenMap):
        yield required("spec.matchConstraints")
    else:
        if not spec["matchConstraints"].get("resourceRules"):
            yield required("spec.matchConstraints.resourceRules")
        yield from _match(spec["matchConstraints"], "spec.matchConstraints")
    yield from _conditions(as_items(spec.get("matchConditions")), "spec.matchConditions")


def _match(match: FrozenMap, at: str) -> Iterator[Cause]:
    if match.get("matchPolicy") not in (None, *_MATCH_POLICIES):
        yield not_supported(f"{at}.matchPolicy", match["matchPolicy"], _MATCH_POLICIES)
    for name in ("namespaceSelector", "objectSelector"):
        yield from selector_causes(as_map(match.get(name)), f"{at}.{name}")
    for name in ("resourceRules", "excludeResourceRules"):
        for index, rule in enumerate(as_items(match.get(name))):
            yield from _rule(as_map(rule), f"{at}.{name}[{index}]")


def _validating_binding(binding: Object) -> Iterator[Cause]:
    yield from _binding(binding)
    actions = as_items(binding.spec.get("validationActions"))
    if not actions:
        yield required("spec.validationActions", "at least one validation action is required")
    for index, action in enumerate(actions):
        if action not in _ACTIONS:
            yield not_supported(f"spec.validationActions[{index}]", action, _ACTIONS)
        if action in actions[:index]:
            yield duplicate(f"spec.validationActions[{index}]", action)
    if {"Deny", "Warn"} <= set(actions):
        yield invalid_value("spec.validationActions", "must not contain both Deny and Warn")


def _binding(binding: Object) -> Iterator[Cause]:
    spec = binding.spec
    name = str(spec.get("policyName", ""))
    if name:
        yield from subdomain_causes(name, "spec.policyName")
    else:
        yield required("spec.policyName")
    parameter = spec.get("paramRef")
    if isinstance(parameter, FrozenMap):
        yield from _parameter_causes(parameter)
    if isinstance(spec.get("matchResources"), FrozenMap):
        yield from _match(spec["matchResources"], "spec.matchResources")


def _parameter_causes(parameter: FrozenMap) -> Iterator[Cause]:
    named, selected = bool(parameter.get("name")), "selector" in parameter
    if named and selected:
        yield forbidden_value("spec.paramRef.name", "name and selector are mutually exclusive")
        yield forbidden_value("spec.paramRef.selector", "name and selector are mutually exclusive")
    elif not named and not selected:
        yield required("spec.paramRef", "one of name or selector must be specified")
    action = parameter.get("parameterNotFoundAction")
    if action is None:
        yield required("spec.paramRef.parameterNotFoundAction")
    elif action not in _NOT_FOUND_ACTIONS:
        yield not_supported("spec.paramRef.parameterNotFoundAction", action, _NOT_FOUND_ACTIONS)


def _no_status_causes(new: Object, existing: Object) -> Iterator[Cause]:
    del new, existing
    return iter(())


STRATEGIES: Final[Mapping[str, Strategy]] = {
    "validatingwebhookconfigurations": Strategy(default=_webhooks_default, validate=_webhooks),
    "mutatingwebhookconfigurations": Strategy(default=_mutating_webhooks_default, validate=_webhooks),
    "validatingadmissionpolicies": Strategy(
        default=_policy_default, validate=_validating_policy, validate_status=_no_status_causes
    ),
    "mutatingadmissionpolicies": Strategy(default=_policy_default, validate=_mutating_policy),
    "validatingadmissionpolicybindings": Strategy(default=_binding_default, validate=_validating_binding),
    "mutatingadmissionpolicybindings": Strategy(default=_binding_default, validate=_binding),
}
