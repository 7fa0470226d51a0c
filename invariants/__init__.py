"""What is promised: invariants, and the catalogue that says where each holds, ends and can be broken.

An invariant is a published sentence with a judgement: the docstring of a function that reads states or steps and says
whether they keep it.  The catalogue adds its *triple*: the scenarios in which a complete search finds nothing, the
circumstances in which the promise is known to end, and the mutants that prove that the judgement can fail.

- ``invariant``   what a promise is: modes, parts, premises, limits
- ``clusters``    what promises about a cluster share
- ``judging``     its plain meaning on a behaviour that is given as a list of actions
- ``store``       what etcd promises
- ``writes``      what the single write path promises: API servers, compare-and-swap, deletion, finalizers
- ``requests``    what an answer means for the store: errors, dry runs, creations, stale copies
- ``objects``     what holds over the life of one object: identity, generation, spec and status, grace, patches
- ``admission``   who may write what, where and how much: rights, namespaces, quotas
- ``ownership``   who owns what: applied fields, a pod's node, a Service's address
- ``copies``      what watch caches and informers promise about the past that they show
- ``replicasets`` what the ReplicaSet controller promises
- ``guarantee``   a promise with its triple; ``triples`` has them all, one file a group
- ``catalogue``   the look-up of promises

What may live here: promises, judged on what the state and the events show, each with the document that makes it.  A
judgement takes nothing for granted that the state can tell; each of its parts must be one that some mutant breaks.
Must not know: how states are explored or stored, how a mutant changes the model, or how anything is shown.
"""
