"""A promise that raises."""

from seatrial import Cluster, Scenario, always, api


@always()
def looks_for_what_is_not_there(state):
    """There is always something."""
    return state.keys["nothing"]


def script():
    """Delete something."""
    yield from api.delete("ConfigMap", ("default", "x"))


one = Scenario("one", Cluster(scripts={"script": script}, apiservers=1))
