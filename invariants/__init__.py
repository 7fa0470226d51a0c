"""What is promised: invariants, and the catalogue that says where each holds, ends and can be broken.

An invariant is a published sentence with a judgement: the docstring of a function that reads states or steps and says
whether they keep it.  The catalogue adds its *triple*: the scenarios in which a complete search finds nothing, the
circumstances in which the promise is known to end, and the mutants that prove that the judgement can fail.

- ``invariant``   what a promise is: modes, parts, premises, limits
- ``clusters``    what promises about a cluster share
- ``judging``     its plain meaning on a behaviour that is given as a list of actions
- ``store``       what etcd promises; ``store_edges`` the same of absent keys, empty changes, and compacted revisions
- ``etcd_watches``, ``etcd_leases``  what it promises of these; ``quorum`` what it promises when it has several members
- ``streams``     what watches of etcd and of API servers promise, judged on any stream that somebody heard
- ``writes``      what the single write path promises: API servers, compare-and-swap, deletion, finalizers
- ``requests``    what an answer means for the store: errors, dry runs, creations, stale copies
- ``objects``     what holds over the life of one object: identity, generation, spec and status, grace, patches
- ``admission``   who may write what, where and how much: rights, namespaces, quotas
- ``ownership``   who owns what: applied fields, a pod's node, a Service's address
- ``copies``      what watch caches and informers promise about the past that they show
- ``reads``       what API servers promise about GET and LIST; ``cached_watches`` the same of watches
- ``sessions``    what a client is promised over all that it reads; ``pasts`` is what these are compared with
- ``informers``   what reflectors and informers promise to handlers; ``workqueues`` the same of work queues
- ``own_writes``  what keeps a controller from acting on what it has not seen yet
- ``leaders``     what leader election promises
- ``replicasets`` what the ReplicaSet controller promises; ``programs`` what other controllers and scripts do
- ``nodes``       what is promised of containers that run
- ``guarantee``   a promise with its triple; ``triples`` has them all, one file a group
- ``catalogue``   the look-up of promises

What may live here: promises, judged on what the state and the events show, each with the document that makes it.  A
judgement takes nothing for granted that the state can tell; each of its parts must be one that some mutant breaks.
Must not know: how states are explored or stored, how a mutant changes the model, or how anything is shown.
"""
