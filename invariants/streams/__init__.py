"""What a stream of changes promises: judgements of what a watcher heard, wherever it was heard.

A watcher of etcd and one of an API server hear the same kinds of messages: changes at revisions, how far the stream has
come, that it cannot go on.  The judgements here are pure functions of such messages, so they judge a step of a machine
as well as the output of ``kubectl get --watch`` or ``etcdctl watch``.

- ``heard``       the neutral value: messages, and the position that a watcher has come to
- ``rules``       what both kinds of streams share: order, uniqueness, gaps, progress
- ``etcd``        the nine promises of etcd's watches, and two more
- ``kubernetes``  the eight promises of an API server's watches
- ``judgement``   a whole stream judged: which promise breaks at which message

May know: what a stream says, and, where somebody can tell it, what truly happened.  Must not know: machines, files, or
who listened.

Source: etcd documentation, "KV API guarantees", Watch APIs; etcd ``tests/robustness/validate/watch.go``; Kubernetes
documentation, "Efficient detection of changes".
"""
