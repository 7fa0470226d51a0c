"""Webhooks: oracles that may allow, deny, patch, or be silent, and that are asked on every try."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import define, evolve
from tests.model.apiserver.admitting import DRY_RUN, Admitting, admitted

from seatrial.model import kinds
from seatrial.model.apiserver import SMALL, Answer, Attempt, FollowUp, decide, front, update
from seatrial.model.apiserver.admission import Review
from seatrial.model.apiserver.front import EtcdLookup
from seatrial.model.apiserver.reads import read
from seatrial.model.apiserver.settings import Failure, Verdict
from seatrial.model.apiserver.storage import Outcome
from seatrial.model.frozen_json import freeze_map

WEBHOOKS = evolve(
    SMALL, plugins=frozenset({"NamespaceLifecycle", "MutatingAdmissionWebhook", "ValidatingAdmissionWebhook"})
)
ALLOW = Verdict()


@define
class Hook:
    """A webhook that notes what it is asked; it gives one verdict, which may add a key to the data."""

    verdict: Verdict | Failure = ALLOW
    adds: str = ""
    asked: int = 0

    def __call__(self, review: Review) -> Verdict | Failure:
        """Answer."""
        self.asked += 1
        if self.adds and review.object is not None:
            patch = {"op": "add", "path": f"/data/{self.adds}", "value": "1"}
            return Verdict(patch=(freeze_map(patch),))
        return self.verdict


def serving(**hooks: Hook) -> Admitting:
    """A server that reaches these webhooks."""
    return Admitting(evolve(WEBHOOKS, webhooks={f"{name}.x.y": hook for name, hook in hooks.items()}))


def configure(
    server: Admitting, kind: str, *names: str, operations: tuple[str, ...] = ("CREATE",), **more: Any
) -> None:
    """Make one configuration with these webhooks, which are asked about config maps."""
    rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": operations, "resources": ["configmaps"]}
    webhooks = [
        {
            "name": f"{name}.x.y",
            "rules": [rule],
            "clientConfig": {"url": "https://127.0.0.1:1/"},
            "failurePolicy": "Fail",
            "sideEffects": "None",
            "admissionReviewVersions": ["v1"],
            **more,
        }
        for name in names
    ]
    assert server.make(f"{kind}WebhookConfiguration", "-".join(names), namespace="", webhooks=webhooks).ok


@pytest.mark.parametrize("failure", ["unreachable", "slow"])
@pytest.mark.parametrize(("policy", "status"), [("Fail", 500), ("Ignore", 201)])
def test_silence_refuses_or_is_ignored(failure: Failure, policy: str, status: int) -> None:
    """A webhook that does not answer is an internal error, or nothing, as its failurePolicy says."""
    server = serving(h=Hook(failure))
    configure(server, "Validating", "h", failurePolicy=policy)
    answer = server.make("ConfigMap", "a")
    assert answer.status == status
    if status == 500:
        assert answer.reason == "InternalError"
        assert 'failed calling webhook "h.x.y"' in answer.causes[0].message


def test_a_webhook_that_nobody_supplied_cannot_be_reached() -> None:
    """The configuration alone is enough to refuse."""
    server = serving()
    configure(server, "Validating", "h")
    assert server.make("ConfigMap", "a").status == 500


def test_a_denial_is_told_with_the_webhooks_words() -> None:
    """Status and reason are the webhook's own."""
    server = serving(h=Hook(Verdict(allowed=False, message="not today")))
    configure(server, "Validating", "h")
    answer = server.make("ConfigMap", "a")
    assert (answer.status, answer.reason) == (403, "Forbidden")
    assert answer.message == 'admission webhook "h.x.y" denied the request: not today'
    bare = serving(h=Hook(Verdict(allowed=False, status=200, reason="")))
    configure(bare, "Validating", "h")
    assert (bare.make("ConfigMap", "a").status, bare.make("ConfigMap", "a").message) == (
        400,
        'admission webhook "h.x.y" denied the request without explanation',
    )


def test_validation_comes_before_validating_webhooks_and_after_mutating_ones() -> None:
    """An invalid object never reaches a validating webhook; a mutating one is asked about it all the same."""
    early, late = Hook(), Hook()
    server = serving(early=early, late=late)
    configure(server, "Mutating", "early")
    configure(server, "Validating", "late")
    assert server.make("ConfigMap", "Bad_Name").status == 422
    assert (early.asked, late.asked) == (1, 0)


def test_mutating_webhooks_build_on_each_other_in_order_of_names() -> None:
    """Each sees what those before it have done."""
    server = serving(a=Hook(adds="a"), b=Hook(adds="b"))
    configure(server, "Mutating", "b")
    configure(server, "Mutating", "a")
    made = admitted(server.make("ConfigMap", "x", data={"n": "0"}))
    assert dict(made.root["data"]) == {"a": "1", "b": "1", "n": "0"}


def test_a_webhook_is_asked_again_once_if_it_wants_to_see_later_changes() -> None:
    """With IfNeeded a second round asks the first again, as the second changed the object after it; never a third."""
    first, second = Hook(adds="a"), Hook(adds="b")
    server = serving(a=first, b=second)
    configure(server, "Mutating", "a", "b", reinvocationPolicy="IfNeeded")
    assert server.make("ConfigMap", "x", data={"n": "0"}).ok
    assert (first.asked, second.asked) == (2, 1)
    never = serving(a=(first := Hook(adds="a")), b=(second := Hook(adds="b")))
    configure(never, "Mutating", "a", "b", reinvocationPolicy="Never")
    assert never.make("ConfigMap", "x", data={"n": "0"}).ok
    assert (first.asked, second.asked) == (1, 1)


def test_a_dry_run_asks_webhooks_too() -> None:
    """Without effects of their own they may be asked, and refuse; one with effects cannot be configured."""
    server = serving(h=Hook(Verdict(allowed=False)))
    configure(server, "Validating", "h", sideEffects="NoneOnDryRun")
    assert server.make("ConfigMap", "a", options=DRY_RUN).status == 403


def test_webhooks_are_asked_about_deletions() -> None:
    """Mutating ones too: there is nothing to change, but they may refuse."""
    server = serving(h=Hook(Verdict(allowed=False)))
    configure(server, "Mutating", "h", operations=("DELETE",))
    admitted(server.make("ConfigMap", "a"))
    assert server.remove("ConfigMap", "a").status == 403


def test_a_webhook_may_warn() -> None:
    """Its warnings reach the client."""
    server = serving(h=Hook(Verdict(warnings=("odd",))))
    configure(server, "Validating", "h")
    assert server.make("ConfigMap", "a").warnings == ("odd",)


def test_a_write_that_loses_asks_its_webhooks_again() -> None:
    """The request is computed again from the fresh object, admission and all, so a webhook sees it twice."""
    hook = Hook()
    server = serving(h=hook)
    made = admitted(server.make("ConfigMap", "a", data={"n": "0"}))
    configure(server, "Validating", "h", operations=("UPDATE",))
    kind = kinds.of_name("ConfigMap")
    asked = update(kind, made.with_field("data.n", "2").without_metadata("resourceVersion"))
    lookup = EtcdLookup(server.etcd, server.settings)
    step: Outcome | FollowUp = decide(asked, read(server.etcd, asked.key), current=False, lookup=lookup)
    assert isinstance(step, Attempt)
    assert hook.asked == 1
    assert server.change("ConfigMap", "a", {"data": {"n": "1"}}).ok
    before = hook.asked
    while not isinstance(step, Answer):
        assert isinstance(step, Attempt)
        step = front.commit(server.etcd, step, lookup)
    assert (step.status, hook.asked) == (200, before + 1)
