"""What client libraries do for controllers: informers, work queues, expectations.

Lives here: values and pure functions on them.  Must not know: who holds them, when they are called, or any one
controller.
"""
