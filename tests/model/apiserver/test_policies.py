"""Policies: as Python in the settings, and as objects whose expressions somebody evaluates."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from tests.model.apiserver.admitting import Admitting, admitted

from seatrial.model.apiserver import SMALL, Answer
from seatrial.model.apiserver.settings import Policy, Verdict, Webhook
from seatrial.model.frozen_json import FrozenMap, Json, as_map, freeze, freeze_map

POLICIES = frozenset(
    {"NamespaceLifecycle", "ValidatingAdmissionPolicy", "MutatingAdmissionPolicy", "MutatingAdmissionWebhook"}
)


def small_language(expression: str, variables: FrozenMap) -> Json:
    """The language of these tests: ``PATH`` is there, ``!PATH`` is not, ``=JSON-like text`` is itself, ``?`` fails.

    Raises:
        ValueError: for ``?``.
    """
    if expression == "?":
        raise ValueError("no such key: x")
    if expression.startswith("="):
        return freeze(WRITTEN[expression[1:]])
    value: Json = variables
    for part in expression.lstrip("!").split("."):
        value = as_map(value).get(part)
    return (value is None) if expression.startswith("!") else (value is not None)


WRITTEN: dict[str, Any] = {
    "text": "by expression",
    "label": {"metadata": {"labels": {"by": "policy"}}},
    "kind": {"kind": "Secret"},
    "patch": [{"op": "add", "path": "/data/patched", "value": "yes"}],
    "bad patch": [{"op": "remove", "path": "/data/none"}],
}
SETTINGS = evolve(SMALL, plugins=POLICIES, expressions=small_language)


@pytest.fixture
def server() -> Admitting:
    """A server with policies."""
    return Admitting(SETTINGS)


def rules(*operations: str, resources: tuple[str, ...] = ("configmaps",), **more: Any) -> dict[str, Any]:
    """Constraints that match operations on resources of the core group."""
    rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": operations or ("CREATE",), "resources": resources}
    return {"resourceRules": [rule], **more}


def validating(
    server: Admitting, name: str, validation: Any, *, actions: tuple[str, ...] = ("Deny",), **spec: Any
) -> None:
    """Make a policy with one validation, and its binding."""
    binding = {"policyName": name, "validationActions": actions, **spec.pop("binding", {})}
    spec = {"matchConstraints": rules(), "validations": [validation], "failurePolicy": "Fail", **spec}
    assert server.make("ValidatingAdmissionPolicy", name, namespace="", spec=spec).ok
    assert server.make("ValidatingAdmissionPolicyBinding", name, namespace="", spec=binding).ok


def mutating(server: Admitting, name: str, mutation: Any, **spec: Any) -> None:
    """Make a policy with one mutation, and its binding."""
    spec = {
        "matchConstraints": rules("CREATE", "UPDATE"),
        "mutations": [mutation],
        "failurePolicy": "Fail",
        "reinvocationPolicy": "IfNeeded",
        **spec,
    }
    assert server.make("MutatingAdmissionPolicy", name, namespace="", spec=spec).ok
    assert server.make("MutatingAdmissionPolicyBinding", name, namespace="", spec={"policyName": name}).ok


def told(answer: Answer) -> tuple[int, str, str]:
    """Status, reason, and the end of the message of a refusal."""
    return answer.status, answer.reason, answer.message.rpartition("request: ")[2]


def test_a_rule_of_ones_own_is_a_python_function() -> None:
    """It sees each valid write as a whole, and says yes, no, or why not."""
    rule = Policy(
        "no-b", lambda review: review.object is None or "b" not in review.object.root.get("data", ()) or "no b here"
    )
    server = Admitting(evolve(SMALL, plugins=POLICIES, policies=(rule,)))
    whole = server.make("ConfigMap", "a", data={"a": "1"})
    assert whole.status == 201
    refused = server.make("ConfigMap", "b", data={"b": "1"})
    assert told(refused) == (422, "Invalid", "no b here")
    assert server.change("ConfigMap", "a", {"data": {"b": "1"}}).status == 422
    assert server.make("ConfigMap", "Bad_Name", data={"b": "1"}).message.startswith('ConfigMap "Bad_Name" is invalid')
    assert server.make("ConfigMap", "a", data={"b": "1"}).status == 422


@pytest.mark.parametrize(
    ("validation", "expected"),
    [
        ({"expression": "object.data.a"}, None),
        ({"expression": "object.data.b"}, (422, "Invalid", "failed expression: object.data.b")),
        ({"expression": "object.data.b", "message": "b is missing"}, (422, "Invalid", "b is missing")),
        ({"expression": "object.data.b", "message": "m", "reason": "Forbidden"}, (403, "Forbidden", "m")),
        ({"expression": "object.data.b", "messageExpression": "=text"}, (422, "Invalid", "by expression")),
        ({"expression": "object.data.b", "message": "m", "messageExpression": "?"}, (422, "Invalid", "m")),
        ({"expression": "?"}, (422, "Invalid", "expression '?' resulted in error: no such key: x")),
        ({"expression": "request.user"}, (422, "Invalid", "failed expression: request.user")),
        ({"expression": "request.userInfo.username"}, None),
        ({"expression": "!oldObject"}, None),
    ],
)
def test_a_policy_refuses_in_its_own_words(server: Admitting, validation: Any, expected: Any) -> None:
    """What is not true refuses: as invalid unless another reason is given, and with the best message there is."""
    validating(server, "p", validation)
    answer = server.make("ConfigMap", "a", data={"a": "1"})
    if expected is None:
        assert answer.status == 201
        return
    assert told(answer) == expected
    assert answer.message.startswith(
        "configmaps \"a\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'p' denied"
    )
    assert [cause.reason for cause in answer.causes] == [""]


def test_a_policy_that_cannot_be_evaluated_may_be_ignored(server: Admitting) -> None:
    """``failurePolicy: Ignore`` admits what cannot be judged; it still refuses what is judged false."""
    validating(server, "p", {"expression": "?"}, failurePolicy="Ignore")
    assert server.make("ConfigMap", "a").status == 201
    validating(server, "q", {"expression": "object.data.b"}, failurePolicy="Ignore")
    assert server.make("ConfigMap", "b").status == 422


def test_a_policy_may_only_warn(server: Admitting) -> None:
    """The object is stored, and the client is warned."""
    validating(server, "p", {"expression": "object.data.b", "message": "odd"}, actions=("Warn",))
    made = server.make("ConfigMap", "a")
    assert (made.status, made.warnings) == (
        201,
        ("Validation failed for ValidatingAdmissionPolicy 'p' with binding 'p': odd",),
    )


def test_a_policy_sees_what_is_deleted(server: Admitting) -> None:
    """Of a deletion there is only the old object; a refusal leaves it where it is."""
    validating(server, "p", {"expression": "!oldObject.data.keep"}, matchConstraints=rules("DELETE"))
    for name in ("keep", "drop"):
        admitted(server.make("ConfigMap", name, data={name: "1"}))
    assert [server.remove("ConfigMap", name).status for name in ("keep", "drop")] == [422, 200]


@pytest.mark.parametrize(
    ("constraints", "refused"),
    [
        (rules(), True),
        (rules("UPDATE"), False),
        (rules("*"), True),
        (rules(resources=("*",)), True),
        (rules(resources=("*/*",)), True),
        (rules(resources=("configmaps/status",)), False),
        (rules(resources=("secrets",)), False),
        (rules(namespaceSelector={"matchLabels": {"kubernetes.io/metadata.name": "shop"}}), True),
        (rules(namespaceSelector={"matchLabels": {"kubernetes.io/metadata.name": "other"}}), False),
        (rules(objectSelector={"matchLabels": {"app": "x"}}), True),
        (rules(objectSelector={"matchLabels": {"app": "y"}}), False),
        (rules(excludeResourceRules=rules(resources=("configmaps",))["resourceRules"]), False),
    ],
)
def test_constraints_choose_requests(server: Admitting, constraints: dict[str, Any], refused: bool) -> None:
    """By operation, resource and part, by the labels of the namespace and of the object."""
    validating(server, "p", {"expression": "nothing"}, matchConstraints=constraints)
    answer = server.make("ConfigMap", "a", metadata={"labels": {"app": "x"}})
    assert answer.status == (422 if refused else 201)


@pytest.mark.parametrize(
    ("conditions", "status"),
    [
        ([], 422),
        (["object.data.a"], 422),
        (["object.data.b"], 201),
        (["?", "object.data.b"], 201),
        (["?", "object.data.a"], 422),
        (["variables.known"], 422),
        (["variables.failing"], 201),
    ],
)
def test_match_conditions_choose_requests_too(server: Admitting, conditions: list[str], status: int) -> None:
    """All must hold; one that is false wins over one that cannot be evaluated; variables fail where they are used."""
    validating(
        server,
        "p",
        {"expression": "nothing"},
        matchConditions=[{"name": f"c{index}", "expression": each} for index, each in enumerate(conditions)],
        variables=[{"name": "failing", "expression": "?"}, {"name": "known", "expression": "object.data.a"}],
    )
    assert server.make("ConfigMap", "a", data={"a": "1"}).status == status


@pytest.mark.parametrize(
    ("reference", "status"),
    [
        ({"name": "params"}, 201),
        ({"name": "none"}, 422),
        ({"name": "none", "parameterNotFoundAction": "Allow"}, 201),
        ({"selector": {"matchLabels": {"role": "params"}}}, 201),
        ({"name": "params", "namespace": "elsewhere"}, 422),
    ],
)
def test_a_binding_may_bring_parameters(server: Admitting, reference: dict[str, Any], status: int) -> None:
    """They are found by name or by labels, where the object is unless a namespace is named; or their lack refuses."""
    admitted(server.make("Secret", "params", data={"wanted": ""}, metadata={"labels": {"role": "params"}}))
    validating(
        server,
        "p",
        {"expression": "params.data.wanted"},
        paramKind={"apiVersion": "v1", "kind": "Secret"},
        binding={"paramRef": {"parameterNotFoundAction": "Deny", **reference}},
    )
    assert server.make("ConfigMap", "a").status == status


def test_no_policy_has_a_say_about_policies(server: Admitting) -> None:
    """One that refuses everything can be taken away again."""
    everything = {"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": ["*"]}
    validating(server, "p", {"expression": "nothing"}, matchConstraints={"resourceRules": [everything]})
    assert server.make("ConfigMap", "a").status == 422
    assert server.remove("ValidatingAdmissionPolicyBinding", "p", namespace="").ok
    assert server.make("ConfigMap", "a").status == 201


def test_a_policy_may_merge_a_part_into_the_object(server: Admitting) -> None:
    """As server-side apply merges; so a PUT that only lacks what the policy adds changes nothing."""
    mutating(server, "p", {"patchType": "ApplyConfiguration", "applyConfiguration": {"expression": "=label"}})
    made = admitted(server.make("ConfigMap", "a", metadata={"labels": {"own": "1"}}, data={"a": "1"}))
    assert dict(made.labels) == {"by": "policy", "own": "1"}
    before = server.etcd.revision
    without = made.with_metadata(labels={"own": "1"})
    assert server.put("ConfigMap", without).status == 200
    assert server.etcd.revision == before


def test_a_policy_may_patch(server: Admitting) -> None:
    """The operations of a JSON patch; one that cannot be carried out refuses, unless failures are ignored."""
    mutating(server, "p", {"patchType": "JSONPatch", "jsonPatch": {"expression": "=patch"}})
    made = admitted(server.make("ConfigMap", "a", data={"a": "1"}))
    assert dict(made.root["data"]) == {"a": "1", "patched": "yes"}
    mutating(server, "q", {"patchType": "JSONPatch", "jsonPatch": {"expression": "=bad patch"}}, failurePolicy="Ignore")
    assert server.make("ConfigMap", "b", data={"a": "1"}).ok
    mutating(server, "r", {"patchType": "JSONPatch", "jsonPatch": {"expression": "=bad patch"}})
    assert server.make("ConfigMap", "c", data={"a": "1"}).status == 422


def test_a_policy_cannot_make_another_kind_of_object(server: Admitting) -> None:
    """Kind and version are not a policy's to change."""
    mutating(server, "p", {"patchType": "ApplyConfiguration", "applyConfiguration": {"expression": "=kind"}})
    assert server.make("ConfigMap", "a").status == 422


@pytest.mark.parametrize(("wish", "there"), [("IfNeeded", True), ("Never", False)])
def test_a_policy_that_wants_to_sees_later_changes(wish: str, there: bool) -> None:
    """A webhook runs after the policies; if it undoes what one has done, that one may do it again, once."""
    undo = freeze_map({"op": "remove", "path": "/data/patched"})
    webhooks: dict[str, Webhook] = {"h.x.y": lambda _: Verdict(patch=(undo,))}
    server = Admitting(evolve(SETTINGS, webhooks=webhooks))
    hook = {
        "name": "h.x.y",
        "rules": rules()["resourceRules"],
        "clientConfig": {"url": "https://h/"},
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
    }
    assert server.make("MutatingWebhookConfiguration", "h", namespace="", webhooks=[hook]).ok
    mutation = {"patchType": "JSONPatch", "jsonPatch": {"expression": "=patch"}}
    mutating(server, "p", mutation, reinvocationPolicy=wish)
    made = admitted(server.make("ConfigMap", "a", data={"a": "1"}))
    assert ("patched" in made.root["data"]) == there
