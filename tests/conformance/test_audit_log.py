"""The model's API server against requests and answers from a real one's audit log; and what timing may change there."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from seatrial.checker.conformance.apiserver_recording import conform_apiserver
from seatrial.model.apiserver import desired

LOG = Path(__file__).parents[1] / "data" / "recordings" / "apiserver-1.36-from-audit-log.jsonl.gz"
Lines = list[dict[str, Any]]


def lines() -> Lines:
    """The lines of the recording."""
    return [json.loads(text) for text in gzip.decompress(LOG.read_bytes()).decode().splitlines()]


def written(tmp_path: Path, content: Lines) -> Path:
    """A recording of some lines."""
    path = tmp_path / "recording.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in content), encoding="utf-8")
    return path


def test_the_whole_log_is_followed() -> None:
    """Of all lines at least 98 % match; at most 2 % are passed over, each with a reason."""
    report = conform_apiserver(LOG)
    assert report.steps == 170
    assert report.matched >= 0.98 * report.steps, report.mismatches[:5]
    assert report.skipped <= 0.02 * report.steps, report.reasons


@pytest.mark.parametrize("scenario", ["m-conc", "p-order", "q-crd", "r-misc"])
def test_each_scenario_is_followed(scenario: str) -> None:
    """All lines match: where writers race, where requests have several faults, of custom resources, and the rest."""
    pytest.importorskip("celpy")
    report = conform_apiserver(LOG, scenarios=[scenario])
    assert report.mismatches == ()
    assert report.skipped == 0


def none_is_broken(*_: object) -> tuple[()]:
    """A server that looks at no rules of a schema."""
    return ()


def test_a_server_without_rules_of_schemas_does_not_match(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both that a rule is broken and that rules were not looked at is seen."""
    monkeypatch.setattr(desired, "broken_rules", none_is_broken)
    differences = conform_apiserver(LOG, scenarios=["q-crd"]).mismatches
    assert {"status", "details.causes"} <= {each.field for each in differences}


def is_list_of(plural: str) -> Callable[[dict[str, Any]], bool]:
    """Whether a line is a list of a custom kind."""
    return lambda line: line["request"]["method"] == "GET" and line["request"]["path"].endswith(f"/q-crd/{plural}")


def test_a_list_is_refused_only_until_a_cache_is_filled(tmp_path: Path) -> None:
    """A list that was refused as the cache was being filled matches, unless one from that cache was shown before."""
    content = [line for line in lines() if line["scenario"] == "q-crd"]
    first, second, *_ = [index for index, line in enumerate(content) if is_list_of("widgets")(line)]
    assert [content[index]["response"]["status"] for index in (first, second)] == [429, 200]
    for index in (first, second):
        content[index]["step"] = f"list {index}"
    assert conform_apiserver(written(tmp_path, content)).mismatches == ()
    content[first], content[second] = content[second], content[first]
    report = conform_apiserver(written(tmp_path, content))
    assert [(each.field, each.expected, each.actual) for each in report.mismatches] == [("status", 429, 200)]


REVISIONS: dict[str, list[list[int]]] = {
    "at once": [[704, 705], [708, 709], [711, 711], [721, 722], [723, 723]],
    "meanwhile": [[704, 707], [708, 711], [711, 711], [721, 723], [723, 723]],
}
"""etcd's revision at the lines about definitions, by when the recorder looked."""


@pytest.mark.parametrize("when", ["at once", "meanwhile"])
def test_what_the_server_writes_itself_is_no_part_of_a_request(tmp_path: Path, when: str) -> None:
    """However far the server's controllers have got when etcd's revision is looked at, the lines match."""
    content = [line for line in lines() if line["scenario"] == "q-crd"]
    about = [line for line in content if "customresourcedefinitions" in line["request"]["path"]][:5]
    for line, pair in zip(about, REVISIONS[when], strict=True):
        line["etcd_revision"] = pair
    assert conform_apiserver(written(tmp_path, content)).mismatches == ()
