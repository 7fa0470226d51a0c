"""Two scenarios of one name."""

from seatrial import Cluster, Scenario

first = Scenario("same", Cluster())
second = Scenario("same", Cluster())
