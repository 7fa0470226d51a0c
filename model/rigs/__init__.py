"""Rigs: machines around one part of the system alone, so that it can be searched further than within a cluster.

A cluster (:mod:`seatrial.model.cluster`) is all of the system in one machine, each part as coarse as the others bear.
A rig takes one part in full (etcd's members, a stream of watches, an informer, a work queue, an elector) and puts as
little as possible around it.  Both use the same functions of the part itself: nothing is written twice.

- ``store``, ``store_edges``    one etcd: transactions, reads, compaction, and what lies at the edges of its promises
- ``watches``, ``leases``       one etcd with those who watch it, and with clients that hold a lock by a lease
- ``restore``                   one etcd that is replaced by a backup of itself
- ``quorum``                    several members of etcd; ``quorum_watch``, ``quorum_history``
- ``informers``                 a reflector, its queue, store and handlers; ``informer_events``
- ``workqueues``, ``own_writes``  a work queue with workers; a controller that must not act twice
- ``leaders``                   electors, their clocks and their work; ``leader_clockwork``, ``leader_requests``, …

Variables that are alike in them: ``left``, how often an ordinary step may still be taken, and ``budgets``, how often a
fault may still happen.

Lives here: the systems, with their rules and what they emit.  Must not know: which of them are explored, and how
(:mod:`seatrial.model.scenarios`), or what is promised of them.
"""
