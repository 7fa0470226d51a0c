"""Model against real servers: recordings replayed, and a running etcd driven side by side.

Lives here: everything that compares the model's answers with those of real servers.  What a recording is
(its file format) is known by :mod:`seatrial.traces`; what an answer is, by :mod:`seatrial.model`.
"""
