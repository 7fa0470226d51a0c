"""The system: the Kubernetes control plane as a pure state machine.

Lives here: the kernel (what machines are), etcd, the API server, what client libraries do, controllers, faults, and the
composition of all these into small clusters.  ``README.md`` says what is modelled, what is not, and which bugs that
hides.

Must not know: how states are explored, what is promised about them, files, clocks, randomness.  Nothing here does input
or output, and nothing keeps state between calls.

- ``draft``, ``state``, ``machine``     the kernel: rules on drafts, states as values, actions; nothing of Kubernetes
- ``events``                            how what happens is told
- ``frozen_json``, ``objects``, ``kinds``  API objects as frozen values; the rules in which kinds differ
- ``etcd``                              revisions, transactions, history, compaction, watches, leases, members
- ``apiserver``                         one request, stage by stage
- ``machinery``                         reflectors, informers, work queues, expectations, leader election
- ``api``, ``reconcile``                what a reconciler may ask; how it is run again after each answer
- ``controllers``, ``nodes``            one reconciler a file; the kubelet, and the containers that only it touches
- ``clocks``                            the time of one machine: offset, rate, jumps
- ``faults``, ``profiles``              what may go wrong, with budgets; in what versions differ
- ``cluster``                           all of it as the steps of one machine
- ``rigs``                              machines around one part alone
- ``scenario``, ``scenarios``           what is explored, by name
"""
