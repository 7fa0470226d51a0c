"""What a PATCH makes of an object: one file a type of patch.

Lives here, a file each:

    merge       merge patch
    operations  JSON patch
    strategic   strategic merge patch
    choice      the choice by media type, and the checks that all types share

What server-side apply makes of an object is ownership's (:mod:`..ownership`).  Must not know: conflicts and retries (a
patch is simply applied again to the fresh object).

Source: Kubernetes 1.36, ``apiserver/pkg/endpoints/handlers/patch.go``; recordings D, E.
"""

from .choice import patched
from .merge import merge

__all__ = ["merge", "patched"]
