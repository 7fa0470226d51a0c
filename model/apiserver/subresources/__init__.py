"""Subresources: parts of an object, and requests about one, that have a URL of their own.

Lives here, a file each: what a part looks like and how it changes the whole (``scale``), and what a request does to a
pod or says about it (``binding``, ``eviction``), each a pure function of objects.  Must not know: in which transactions
they are carried out (``storage`` does), or which kinds have which subresource (``routes`` does).

``status``, ``finalize``, ``ephemeralcontainers`` and ``resize`` show and take the whole object; what they leave as it
was is said by the strategies of the kinds.
"""

from .parts import about_brought, about_whole, is_about_part, part_of, unseen, whole_of

__all__ = ["about_brought", "about_whole", "is_about_part", "part_of", "unseen", "whole_of"]
