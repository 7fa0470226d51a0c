"""A reconciler that is not deterministic."""

import itertools

from seatrial import Cluster, Key, Scenario, api

NAMES = itertools.count()


def script():
    """Delete two things, whichever."""
    yield from api.delete("ConfigMap", Key("default", f"x{next(NAMES)}"))
    yield from api.delete("ConfigMap", Key("default", "y"))


one = Scenario("one", Cluster(scripts={"script": script}, apiservers=1))
