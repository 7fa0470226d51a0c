"""What names on the command line mean."""

from __future__ import annotations

from pathlib import Path

from tests.cli.command import EXAMPLES, TARGETS

from seatrial.model.scenarios import QUICK
from seatrial.targets import resolve


def names(*targets: object) -> list[str]:
    """The names of the scenarios that some targets mean."""
    return [each.scenario.name for each in resolve([str(each) for each in targets])]


def test_no_target_means_the_quick_set() -> None:
    """All shipped scenarios that need nothing to be made from."""
    assert names() == list(QUICK)


def test_targets_keep_their_order_and_manifests_are_one() -> None:
    """Manifests stand where the first of them stood."""
    manifests = (EXAMPLES / "replicaset.yaml", EXAMPLES / "webapp.yaml")
    assert names("store", manifests[0], TARGETS / "counting.py", manifests[1], "editors") == [
        *("store", "manifest", "low", "high", "editors")
    ]


def test_one_scenario_of_a_file_is_named_by_its_variable_or_its_name() -> None:
    """Either way."""
    assert (
        names(EXAMPLES / "widgets.py:widgets_fixed")
        == names(EXAMPLES / "widgets.py:widgets-fixed")
        == ["widgets-fixed"]
    )


def test_a_files_promises_go_with_its_scenarios() -> None:
    """Only those that it makes itself: the catalogue is judged anyway."""
    low, high = resolve([str(TARGETS / "counting.py")])
    assert [each.id for each in low.invariants] == ["never-three"]
    assert low.invariants == high.invariants
    assert low.origin.endswith("counting.py")


def test_a_file_may_import_its_neighbours(tmp_path: Path) -> None:
    """As it does when Python runs it."""
    (tmp_path / "parts_of_mine.py").write_text("TOP = 3\n", encoding="utf-8")
    text = (TARGETS / "counting.py").read_text(encoding="utf-8").replace("Counter(5)", "Counter(TOP)")
    (tmp_path / "mine.py").write_text(f"from parts_of_mine import TOP\n{text}", encoding="utf-8")
    assert names(tmp_path / "mine.py") == ["low", "high"]
