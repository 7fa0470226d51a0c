"""Controllers: one reconciler a file, written with the verbs of :mod:`seatrial.model.api` and nothing else.

A controller is a reconciler (a generator that is given one key), the resources that it watches, and a handler that says
what a change in its informers means to its work queue and expectations.  It must not know who runs it.
"""
