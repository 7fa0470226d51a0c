"""Jobs and cron jobs: defaults, identity, validity, changes, status."""

from __future__ import annotations

from typing import Any

import pytest
from tests.model.apiserver.checks import CONTAINER, change_refused_for, decoded, prepared, refused_for
from tests.model.apiserver.server import SHOP, Server

from seatrial.model import kinds
from seatrial.model.apiserver.preparation import for_creation, stamped
from seatrial.model.apiserver.strategies.batch.policies import count_of
from seatrial.model.apiserver.strategies.batch.schedules import is_schedule
from seatrial.model.objects import Object

Found = list[tuple[str, str]]
JOBS = SHOP.replace("/api/v1", "/apis/batch/v1") + "/jobs"
PODS: dict[str, Any] = {"spec": {"restartPolicy": "Never", "containers": [CONTAINER]}}


def job(**spec: Any) -> dict[str, Any]:
    """The parts of a job."""
    return {"spec": {"template": PODS, **spec}}


def cron(**spec: Any) -> dict[str, Any]:
    """The parts of a cron job."""
    return {"spec": {"schedule": "* * * * *", "jobTemplate": {"spec": {"template": PODS}}, **spec}}


def made(**parts: Any) -> Object:
    """A job as it is stored at revision 7."""
    kind = kinds.of_name("Job")
    return stamped(kind, for_creation(kind, decoded("Job", **parts)), 7)


def test_a_job_gets_its_defaults() -> None:
    """One pod must succeed, and six may fail.

    Source: recordings of kube-apiserver 1.36, scenario s-generation.
    """
    spec = decoded("Job", **job()).thaw()["spec"]
    assert {name: value for name, value in spec.items() if name != "template"} == {
        "parallelism": 1,
        "completions": 1,
        "backoffLimit": 6,
        "manualSelector": False,
        "completionMode": "NonIndexed",
        "suspend": False,
        "podReplacementPolicy": "TerminatingOrFailed",
    }
    many = decoded("Job", **job(parallelism=2)).spec
    assert ("completions" in many, many["parallelism"]) == (False, 2)
    policy = {"rules": [{"action": "Ignore", "onExitCodes": {"operator": "In", "values": [1]}}]}
    assert decoded("Job", **job(podFailurePolicy=policy)).spec["podReplacementPolicy"] == "Failed"


def test_a_job_selects_its_pods_by_its_uid() -> None:
    """Selector and labels are made from uid and name, when the job has them; labels of its own it gets from its pods.

    Source: recordings of kube-apiserver 1.36, scenarios d-service-lease-others and s-generation.
    """
    stored = made(**job())
    spec = stored.thaw()["spec"]
    labels = {
        "batch.kubernetes.io/controller-uid": stored.uid,
        "batch.kubernetes.io/job-name": "x",
        "controller-uid": stored.uid,
        "job-name": "x",
    }
    assert spec["selector"] == {"matchLabels": {"batch.kubernetes.io/controller-uid": stored.uid}}
    assert spec["template"]["metadata"]["labels"] == labels
    assert dict(stored.labels) == labels


def test_a_job_may_select_by_hand() -> None:
    """Then nothing is made, and its own selector must fit."""
    selector = {"matchLabels": {"app": "web"}}
    by_hand = job(manualSelector=True, selector=selector, template={**PODS, "metadata": {"labels": {"app": "web"}}})
    assert made(**by_hand).thaw()["spec"]["selector"] == selector
    assert refused_for("Job", **by_hand) == []
    assert refused_for("Job", **job(manualSelector=True, selector=selector)) == [
        ("Invalid", "spec.template.metadata.labels")
    ]
    assert refused_for("Job", **job(manualSelector=True)) == [
        ("Required", "spec.selector"),
        ("Invalid", "spec.template.metadata.labels"),
    ]


def test_labels_that_claim_another_job_are_refused() -> None:
    """What is there already is not made, and must fit."""
    wrong = job(template={**PODS, "metadata": {"labels": {"job-name": "other"}}})
    assert refused_for("Job", **wrong) == [
        ("Invalid", "spec.template.metadata.labels[job-name]"),
    ]


def test_a_put_that_forgets_what_was_made_is_refused_twice(server: Server) -> None:
    """A job is checked as a new one, then as a changed one, then for what may not change.

    Source: recordings of kube-apiserver 1.36, scenario d-service-lease-others.
    """
    body = {"metadata": {"name": "o"}, **job()}
    assert server.ask("POST", JOBS, body).status == 201
    again = server.ask("PUT", f"{JOBS}/o", body)
    twice = [("FieldValueRequired", "spec.selector"), ("FieldValueInvalid", "spec.template.metadata.labels")] * 2
    fixed = [("FieldValueInvalid", "spec.selector"), ("FieldValueInvalid", "spec.template")]
    assert [(cause.reason, cause.field) for cause in again.causes] == [*twice, *fixed]


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, []),
        ({"parallelism": -1, "backoffLimit": -1}, [("Invalid", "spec.parallelism"), ("Invalid", "spec.backoffLimit")]),
        ({"template": {"spec": {"containers": [CONTAINER]}}}, [("Required", "spec.template.spec.restartPolicy")]),
        (
            {"template": {"spec": {**PODS["spec"], "restartPolicy": "No"}}},
            [("NotSupported", "spec.template.spec.restartPolicy")] * 2,
        ),
        ({"completionMode": "Random"}, [("NotSupported", "spec.completionMode")]),
        ({"completionMode": "Indexed", "parallelism": 1}, [("Required", "spec.completions")]),
        ({"backoffLimitPerIndex": 1}, [("Invalid", "spec.backoffLimitPerIndex")]),
        ({"podReplacementPolicy": "Never"}, [("NotSupported", "spec.podReplacementPolicy")]),
        ({"managedBy": "me"}, [("Invalid", "spec.managedBy")]),
        ({"successPolicy": {"rules": []}}, [("Invalid", "spec.successPolicy")]),
        (
            {"completionMode": "Indexed", "completions": 2, "successPolicy": {"rules": [{"succeededIndexes": "0-5"}]}},
            [("Invalid", "spec.successPolicy.rules[0].succeededIndexes")],
        ),
        (
            {"podFailurePolicy": {"rules": [{"action": "Ignore"}]}},
            [("Invalid", "spec.podFailurePolicy.rules[0]")],
        ),
        (
            {
                "podFailurePolicy": {
                    "rules": [{"action": "Cry", "onExitCodes": {"operator": "In", "values": [0, 3, 3, 1]}}]
                }
            },
            [
                ("NotSupported", "spec.podFailurePolicy.rules[0].action"),
                ("Invalid", "spec.podFailurePolicy.rules[0].onExitCodes.values[0]"),
                ("Duplicate", "spec.podFailurePolicy.rules[0].onExitCodes.values[2]"),
                ("Invalid", "spec.podFailurePolicy.rules[0].onExitCodes.values"),
            ],
        ),
    ],
)
def test_jobs_must_be_valid(spec: dict[str, Any], expected: Found) -> None:
    """The pods of a job come to an end, and what counts by number has numbers."""
    assert refused_for("Job", **job(**spec)) == expected


def test_pods_of_a_numbered_job_must_have_names() -> None:
    """The job's name and the highest number make one."""
    parts = {"metadata": {"name": "x" * 62}, **job(completionMode="Indexed", completions=3)}
    assert refused_for("Job", **parts) == [("Invalid", "metadata.name")]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({}, {"parallelism": 5, "suspend": True}, []),
        ({}, {"completions": 2}, [("Invalid", "spec.completions")]),
        ({"completionMode": "Indexed"}, {"completionMode": "Indexed", "completions": 3, "parallelism": 3}, []),
        (
            {"completionMode": "Indexed"},
            {"completionMode": "Indexed", "completions": 3},
            [("Invalid", "spec.completions")],
        ),
        ({}, {"template": {"spec": {**PODS["spec"], "nodeSelector": {"a": "b"}}}}, [("Invalid", "spec.template")]),
        ({"suspend": True}, {"template": {"spec": {**PODS["spec"], "nodeSelector": {"a": "b"}}}}, []),
    ],
)
def test_what_of_a_job_may_change(old: dict[str, Any], new: dict[str, Any], expected: Found) -> None:
    """How many run at once; where they run, while none has yet."""
    base: dict[str, Any] = {"manualSelector": True, "selector": {}, "completions": 1, "parallelism": 1}
    assert change_refused_for("Job", job(**base, **old), job(**{**base, **new})) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({}, {"active": 1, "startTime": "2024-01-01T00:00:00Z", "uncountedTerminatedPods": {}}, []),
        ({}, {"active": -1}, [("Invalid", "status.active")]),
        ({"failed": 2}, {"failed": 1}, [("Invalid", "status.failed")]),
        ({}, {"completionTime": "2024-01-01T00:00:00Z"}, [("Invalid", "status.completionTime")]),
        (
            {},
            {"conditions": [{"type": "Complete", "status": "True"}]},
            [("Required", "status.completionTime"), ("Invalid", "status.conditions"), ("Required", "status.startTime")],
        ),
        ({"startTime": "2024-01-01T00:00:00Z"}, {}, [("Required", "status.startTime")]),
    ],
)
def test_the_status_of_a_job(old: dict[str, Any], new: dict[str, Any], expected: Found) -> None:
    """What has happened has happened, and who has finished has nothing left to do."""
    before, after = ({**job(), "status": status} for status in (old, new))
    assert change_refused_for("Job", before, after, "status") == expected


def test_a_cron_job_gets_its_defaults() -> None:
    """The jobs that it makes do not: they get theirs when they are made.

    Source: recordings of kube-apiserver 1.36, scenario s-generation.
    """
    spec = prepared("CronJob", **cron()).thaw()["spec"]
    assert (spec["concurrencyPolicy"], spec["suspend"]) == ("Allow", False)
    assert (spec["successfulJobsHistoryLimit"], spec["failedJobsHistoryLimit"]) == (3, 1)
    assert list(spec["jobTemplate"]["spec"]) == ["template"]
    assert spec["jobTemplate"]["spec"]["template"]["spec"]["schedulerName"] == "default-scheduler"


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"schedule": ""}, [("Required", "spec.schedule")]),
        ({"schedule": "often"}, [("Invalid", "spec.schedule")]),
        ({"schedule": "TZ=UTC * * * * *"}, [("Invalid", "spec.schedule")]),
        ({"timeZone": "Local"}, [("Invalid", "spec.timeZone")]),
        ({"timeZone": "../etc"}, [("Invalid", "spec.timeZone")]),
        ({"timeZone": "Europe/Berlin"}, []),
        ({"concurrencyPolicy": "Both"}, [("NotSupported", "spec.concurrencyPolicy")]),
        ({"startingDeadlineSeconds": -1}, [("Invalid", "spec.startingDeadlineSeconds")]),
        (
            {"jobTemplate": {"spec": {"template": PODS, "selector": {}, "manualSelector": True}}},
            [("Invalid", "spec.jobTemplate.spec.selector"), ("NotSupported", "spec.jobTemplate.spec.manualSelector")],
        ),
    ],
)
def test_cron_jobs_must_be_valid(spec: dict[str, Any], expected: Found) -> None:
    """They have a schedule, and make jobs that select their own pods."""
    assert refused_for("CronJob", **cron(**spec)) == expected


def test_the_name_of_a_new_cron_job_leaves_room() -> None:
    """Its jobs are named after it and the time; one that is there may have any name."""
    named = {"metadata": {"name": "x" * 53, "namespace": "shop"}, **cron()}
    assert refused_for("CronJob", **named) == [("Invalid", "metadata.name")]
    assert change_refused_for("CronJob", named, named) == []


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("* * * * *", True),
        ("*/5 8-18 1,15 jan-mar mon-fri", True),
        ("@daily", True),
        ("@every 1h30m", True),
        ("? * * * *", True),
        ("@often", False),
        ("* * * *", False),
        ("60 * * * *", False),
        ("* 24 * * *", False),
        ("* * 0 * *", False),
        ("* * * 13 *", False),
        ("* * * * 7", False),
        ("5-1 * * * *", False),
        ("*/0 * * * *", False),
        ("1/2/3 * * * *", False),
        ("a * * * *", False),
    ],
)
def test_which_texts_are_schedules(text: str, *, valid: bool) -> None:
    """Five fields within their bounds, or one of a few names."""
    assert is_schedule(text) == valid


@pytest.mark.parametrize(
    ("text", "count"), [("", 0), ("0", 1), ("0,2-4", 4), ("4", None), ("1,1", None), ("3-2", None), ("a", None)]
)
def test_lists_of_indexes(text: str, count: int | None) -> None:
    """Indexes ascend, and are below the number of completions."""
    assert count_of(text, 5 if text.startswith("0") else 4) == count
