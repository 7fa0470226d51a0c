"""How machines are explored, and how the model is compared with real servers.

Lives here: the engines, all of which take any :class:`~seatrial.model.machine.Machine` and return one
:class:`~.verdict.Verdict`; shrinking; mutants and the evidence for the catalogue; conformance.  Must not know: how a
result is printed.

- ``space``, ``judge``, ``expand``   packed states, judgements by projection, successors of whole frontiers
- ``exhaustive``                     breadth first, every state
- ``walk``, ``hypothesis_machine``   random behaviours
- ``shrink``                         from any trace to a shortest one
- ``check``                          one door to all engines
- ``mutants``, ``*_mutations``       the model with one guard removed
- ``evidence``, ``guarantees``       the catalogue's triples, run and shown; ``corpus`` and ``remake``: their traces
- ``litmus``, ``litmus_cases``       real bugs, each with the setting that turns its verdict over
- ``precedence``                     which error wins when a request is wrong in two ways
- ``conformance``                    model against recordings and running servers
"""
