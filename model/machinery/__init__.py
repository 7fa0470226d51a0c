"""What client libraries do for controllers, between an API server and a reconciler.

On the way in: a :mod:`.reflector` lists and watches, a :mod:`.delta_queue` keeps what it heard, a
:mod:`.shared_informer` takes it over into its store (:mod:`.indexer`) and tells handlers, which add keys to a
:mod:`.workqueue` (back-off: :mod:`.rate_limit`).  A :mod:`.controller` is what takes them off.  What keeps it from
acting twice: :mod:`.expectations` and the :mod:`.consistency` of its own writes.  On the way out: :mod:`.failover` from
one server to another, and leader election.  :mod:`.informer` is an informer in short: a copy, and the changes to it.

Lives here: values and pure functions on them.  Must not know: who holds them, when they are called, or any one
controller.
"""
