"""One small cluster as a machine: etcd, API servers with watch caches, controllers with informers, clients, faults.

Lives here: the composition.  Which variables there are (``state``), which steps change them, and how they become a
:class:`~seatrial.model.machine.Machine` (``compose``).  What a step computes is written elsewhere, in functions that
know nothing of machines: ``model.etcd``, ``model.apiserver``, ``model.machinery``, ``model.controllers``.

One atomic step is one thing that the real system does atomically: one etcd transaction, one message served, one answer
taken, one event applied to one copy.  Between any two steps of one component anything else may happen.

- ``serving``    API servers: a request is served, its transaction committed or lost, its answer sent
- ``reading``    what clients read: from etcd, or from a server's watch cache, and watches; ``read_parts`` its guards
- ``copies``     watch caches and informers: listing, applying the next event, and what happens when history is gone
- ``etcd_members``  which member of etcd each server talks to
- ``processes``  controllers and scripts: beginning, taking an answer, asking the next question
- ``faults``     crashes, lost answers, late commits, switching servers
- ``events``, ``copy_events``, ``read_events``, ``member_events``  what these steps emit
- ``history``, ``read_history``  observers: what promises need to know of the past
"""

from .compose import Cluster
from .parts import Parts

__all__ = ["Cluster", "Parts"]
