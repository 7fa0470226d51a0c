"""Last stage, the storage loop: a write ends in one etcd transaction, conditional on what it was computed from.

A write goes through these steps, and anything else may happen between any two of them:

1. :func:`decide` computes from a *copy* of the object what to do.  The copy may be the server's watch cache's, and
   stale (``current=False``).  An error or "nothing to do" that was computed from such a copy proves nothing: the
   outcome is :class:`Reread`, and :func:`decide` is asked again with what a fresh read of etcd gave (``current=True``).
2. An :class:`Attempt` is one etcd transaction: *if* the key's ``mod_revision`` is still that of the copy, put or
   delete; *else* read the key.  Only the transaction of a creation by POST reads nothing: if it loses, the request
   looks at what has the name in a step of its own, or makes up another name.
3. :func:`after_commit` gives the answer, or a :class:`FollowUp` when the request needs one more transaction.
   :func:`after_loss` computes everything again from the fresh object that the else-branch read.

So a client sees a conflict only if its own request named a version or a uid: all others are retried here, without
limit.

**The open race.**  A request that has made up its mind to remove (stage ``Remove``) does not look at finalizers
again, however often its transaction loses.  A finalizer that is added in between is lost with the object.
(Kubernetes issues 77988 and 110521; a cure was merged and reverted.)  The same goes for the resourceVersion of an
update that takes the last finalizer off.

Source: Kubernetes 1.36, ``apiserver/pkg/storage/etcd3/store.go`` (GuaranteedUpdate, conditionalDelete),
``…/storage/cacher``, ``…/registry/generic/registry/store.go``; recordings B.3 to B.8, G, and the etcd log of each
request.
"""

from .creation import DRY_RUN_UID
from .loop import after_commit, after_loss, decide
from .steps import Attempt, FollowUp, Outcome, Reread, Stored

__all__ = [
    "DRY_RUN_UID",
    "Attempt",
    "FollowUp",
    "Outcome",
    "Reread",
    "Stored",
    "after_commit",
    "after_loss",
    "decide",
]
