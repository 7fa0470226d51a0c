"""The model's API server against a recording of a real one; and that the comparison can fail."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from seatrial.checker.conformance.apiserver_recording import conform_apiserver
from seatrial.checker.conformance.apiserver_world import Handler
from seatrial.checker.conformance.fields import DRAWN, MASKED
from seatrial.checker.conformance.report import Report
from seatrial.model.apiserver import Answer, Settings, desired, preparation, validation
from seatrial.model.apiserver.chain import serve
from seatrial.model.apiserver.http import HttpRequest
from seatrial.model.apiserver.rest import NotModelled
from seatrial.model.apiserver.storage import charging
from seatrial.model.apiserver.storage import steps as steps_of_writes
from seatrial.model.errors import BadInput
from seatrial.model.etcd.cells import Cells
from seatrial.model.objects import Object

DATA = Path(__file__).parents[1] / "data" / "recordings"
CRUD = DATA / "apiserver-1.36-a-configmap-crud.jsonl"
WHOLE = DATA / "apiserver-1.36.jsonl.gz"
WITHOUT_CACHE = DATA / "apiserver-1.36-no-watch-cache.jsonl"


def test_the_whole_scenario_matches() -> None:
    """All 66 lines of the scenario are answered as the real server answered them, and none is passed over."""
    report = conform_apiserver(CRUD)
    assert report.mismatches == ()
    assert (report.steps, report.matched, report.mismatched, report.skipped) == (66, 66, 0, 0)
    assert report.reasons == ()


def test_the_whole_recording_is_followed() -> None:
    """Of all lines of the long recording at least 98 % match; at most 2 % are passed over, each with a reason."""
    report = conform_apiserver(WHOLE)
    assert report.steps == 1246
    assert report.matched >= 0.98 * report.steps, report.mismatches[:5]
    assert report.skipped <= 0.02 * report.steps, report.reasons
    assert sum(dict(report.reasons).values()) == report.skipped


def test_a_server_without_watch_caches_is_followed() -> None:
    """All lines match: pages at resourceVersion=0, snapshots that a compaction ends, watches that it does not."""
    report = conform_apiserver(WITHOUT_CACHE)
    assert report.mismatches == ()
    assert (report.matched, report.skipped) == (43, 0)


@pytest.mark.parametrize("scenario", ["j-list", "k-watch", "l-watch-gone", "v-leader-election"])
def test_reads_and_watches_are_followed(scenario: str) -> None:
    """All lines of the scenarios about lists and watches match, each frame with each field."""
    report = conform_apiserver(WHOLE, scenarios=[scenario])
    assert report.mismatches == ()
    assert report.skipped == 0


def test_scenarios_can_be_selected() -> None:
    """The scenario by name gives the same; a name that is not there is refused with those that are."""
    assert conform_apiserver(CRUD, scenarios=["a-configmap-crud"]).matched == 66
    with pytest.raises(BadInput, match="there are a-configmap-crud"):
        conform_apiserver(CRUD, scenarios=["z-nothing"])


def nothing_is_refused(*_: object) -> None:
    """A guard that was taken out."""


def no_causes(*_: object) -> tuple[()]:
    """A validation that was taken out."""
    return ()


def unchanged(*arguments: object) -> object:
    """A check of its last argument that was taken out."""
    return arguments[-1]


def client_keeps_uid(kind: Any, object_: Object, revision: int) -> Object:
    """Every object of one name has the same uid."""
    return preparation.stamped(kind, object_, revision).with_metadata(uid=f"uid-of-{object_.name}")


@pytest.mark.parametrize(
    ("module", "guard", "mutant", "steps"),
    [
        (desired, "check_version", nothing_is_refused, {"PUT with a stale resourceVersion"}),
        (desired, "check_preconditions", nothing_is_refused, {"PUT with a wrong uid, no resourceVersion"}),
        (desired, "check_options", nothing_is_refused, {"dryRun with a wrong value"}),
        (charging, "check_creation_version", unchanged, {"create with resourceVersion set"}),
        (desired, "validate_creation", no_causes, {"create with an invalid name", "create without name"}),
        (desired, "validate_update", no_causes, {"immutable: change data", "immutable: unset"}),
        (validation, "_sealed_fields", no_causes, {"immutable: change data", "immutable: unset"}),
        (desired, "agree_with_url", unchanged, {"PUT with another name in the body"}),
        (steps_of_writes, "stamped", client_keeps_uid, {"recreate: another uid, another creationTimestamp"}),
    ],
)
def test_a_server_without_one_of_its_guards_does_not_match(
    monkeypatch: pytest.MonkeyPatch, module: object, guard: str, mutant: Callable[..., object], steps: set[str]
) -> None:
    """Taking one guard out makes lines fail that are about it."""
    monkeypatch.setattr(module, guard, mutant)
    assert steps <= {mismatch.step for mismatch in conform_apiserver(CRUD).mismatches}


def changing(**fields: object) -> Handler:
    """A server that answers each GET of one object with some of its fields changed."""

    def handle(cells: Cells, request: HttpRequest, settings: Settings, **more: Any) -> Answer | NotModelled:
        answer = serve(cells, request, settings, **more)
        if request.method != "GET" or isinstance(answer, NotModelled) or answer.object is None:
            return answer
        object_ = answer.object
        for path, value in fields.items():
            path = path.replace("__", ".")  # noqa: PLW2901 - the field's path
            object_ = object_.without_field(path) if value is None else object_.with_field(path, value)
        return evolve(answer, object=object_)

    return handle


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("data__k", "other"),
        ("data__more", "1"),
        ("data", None),
        ("metadata__labels", {"a": "b"}),
        ("metadata__generation", 1),
        ("metadata__deletionTimestamp", "2030-01-01T00:00:00Z"),
        ("metadata__creationTimestamp", None),
        ("metadata__finalizers", ["x/y"]),
        ("metadata__uid", "uid-other"),
        ("metadata__resourceVersion", "3"),
        ("kind", "Secret"),
    ],
)
def test_a_wrong_field_is_a_mismatch(field: str, value: object) -> None:
    """A field too many, too few or other is seen; the report names the field and the line."""
    report = conform_apiserver(CRUD, handler=changing(**{field: value}))
    first = report.mismatches[0]
    assert (first.line, first.step) == (7, "get")
    assert first.field.startswith(field.replace("__", "."))
    assert report.steps == report.matched + report.mismatched == 66


def test_a_revision_too_many_is_a_mismatch_of_its_line() -> None:
    """A server that writes when nothing changes differs there, and in the one list at that revision; not ever after."""

    def handle(cells: Cells, request: HttpRequest, settings: Settings, **more: Any) -> Answer | NotModelled:
        if request.method == "PUT" and "dryRun" in request.query:
            cells.revision += 1
        return serve(cells, request, settings, **more)

    first, *more = conform_apiserver(CRUD, handler=handle).mismatches
    assert (first.line, first.step) == (59, "dry run PUT")
    assert (first.field, first.expected, first.actual) == ("etcd_revision", 0, 1)
    assert [(each.line, each.field) for each in more] == [(63, "metadata.resourceVersion")]


def test_masks_are_few_and_explained() -> None:
    """What is never compared is listed in one place with its reason."""
    assert all(MASKED.values())
    assert set(MASKED) == {"metadata.selfLink"}
    assert all(path.startswith(("spec.", "status.")) for path in DRAWN)


def rewritten(tmp_path: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """The recording with a change in each line."""
    lines = [json.loads(text) for text in CRUD.read_text(encoding="utf-8").splitlines()]
    for line in lines:
        change(line)
    path = tmp_path / "recording.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    return path


def test_what_is_passed_over_is_counted_by_reason(tmp_path: Path) -> None:
    """What is no request, or asks for what the model has not, is passed over with its reason, and never matched."""

    def change(line: dict[str, Any]) -> None:
        if line["seq"] == 4:
            line["request"]["method"] = "CONNECT"
        if line["seq"] == 6:
            table = {"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io"}
            line["request"] |= {"method": "GET", "headers": table, "body": None}

    report = conform_apiserver(rewritten(tmp_path, change))
    assert (report.matched, report.skipped) == (64, 2)
    assert dict(report.reasons) == {
        "the line is not a request to an API server": 1,
        "not modelled yet: answers as tables": 1,
    }
    assert dict(report.scenarios)["a-configmap-crud"].skipped == 2


def test_where_a_recording_begins_does_not_matter(tmp_path: Path) -> None:
    """Revisions correspond in order, whatever the first one was, and whatever others wrote between two lines."""

    def change(line: dict[str, Any]) -> None:
        shift = 1000 + 7 * line["seq"]
        line["etcd_revision"] = [revision + shift for revision in line["etcd_revision"]]

    report = conform_apiserver(rewritten(tmp_path, change))
    assert report.mismatched > 0  # the versions in the bodies were not shifted along

    def all_change(line: dict[str, Any]) -> None:
        line["etcd_revision"] = [revision + 1000 for revision in line["etcd_revision"]]
        for part in (line["request"], line["response"]):
            part["body"] = shifted(part["body"], 1000)

    assert conform_apiserver(rewritten(tmp_path, all_change)).matched == 66


def shifted(value: Any, by: int, name: str = "") -> Any:
    """A body with all its versions moved, except those that mean none or are made up."""
    if isinstance(value, dict):
        return {key: shifted(item, by, key) for key, item in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(value, list):
        return [shifted(item, by) for item in value]  # pyright: ignore[reportUnknownVariableType]
    if name == "resourceVersion" and value not in ("", "0", "abc", "-1"):
        return str(int(value) + by)
    return value


class Unusable(Exception):
    """The recording was refused with a word about the right place."""


def usable(file: Path, *, place: str) -> Report:
    """The report, or :class:`Unusable` if the recording is refused at this place."""
    try:
        return conform_apiserver(file)
    except BadInput as error:
        raise (Unusable if place in str(error) else AssertionError)(str(error)) from error


ODD: list[object] = [None, True, 7, "", "abc", [1], {}, {"metadata": []}, {"items": [1]}, ["a", "b"]]


def replaced(value: Any, path: list[str], odd: object) -> Any:
    """A line with what is at a path replaced."""
    return {**value, path[0]: odd if len(path) == 1 else replaced(value[path[0]], path[1:], odd)}


@pytest.mark.parametrize("odd", ODD, ids=repr)
@pytest.mark.parametrize(
    "path",
    [
        "request.body.metadata.resourceVersion",
        "response.body.metadata.resourceVersion",
        *("request.query", "request.path", "request.raw_body", "request.content_type", "request.body.metadata"),
        *("response.body", "response.body.metadata", "response.reason", "actor", "step", "etcd_revision"),
    ],
)
def test_an_odd_line_is_a_mismatch_or_bad_input(tmp_path: Path, path: str, odd: object) -> None:
    """Whatever stands in a field of a line, the outcome is a report or one clear refusal that names the line."""
    lines = [json.loads(text) for text in CRUD.read_text(encoding="utf-8").splitlines()[:9]]
    lines[8] = replaced(lines[8], path.split("."), odd)
    file = tmp_path / "odd.jsonl"
    file.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    with suppress(Unusable):
        report = usable(file, place=f"{file}:9")
        assert report.steps == report.matched + report.mismatched + report.skipped == 9
