"""A kubelet restarts on an API server that lags, and runs what is gone (kubernetes#59848)."""

from __future__ import annotations

from tests.litmus.verdicts import broken, end_of, kept, told

LITMUS = "stale-kubelet-restart"


def test_one_identity_runs_on_two_nodes() -> None:
    """With first lists of whatever a server has, two pods of one name run, each on a node of its own."""
    found = broken(LITMUS, "first-read=any")
    containers = end_of(found).containers

    runs = {node: [each.name for each in containers[node]] for node in containers}
    assert runs == {"node-1": ["db-0"], "node-2": ["db-0"]}
    assert len({each.uid for node in containers for each in containers[node]}) == 2
    assert "node-1 has stopped the containers of pod default/db-0" in " ".join(told(found))


def test_a_consistent_first_list_prevents_it() -> None:
    """With consistent first lists no pod's name ever runs twice, in any of all states."""
    kept(LITMUS, "first-read=consistent")
