"""How machines are explored, and how the model is compared with real servers.

Lives here: the engines, all of which take any :class:`~seatrial.model.machine.Machine` and return one
:class:`~.verdict.Verdict`; shrinking; mutants and the evidence for the catalogue; conformance.  Must not know: how a
result is printed.

- ``space``, ``judge``, ``expand``   packed states, judgements by projection, successors of whole frontiers
- ``exhaustive``                     breadth first, every state
- ``walk``, ``hypothesis_machine``   random behaviours
- ``shrink``                         from any trace to a shortest one
- ``check``                          one door to all engines
- ``mutants``                        the model with one guard removed
- ``guarantees``                     the catalogue's triples, run
- ``conformance``                    model against recordings and running servers
"""
