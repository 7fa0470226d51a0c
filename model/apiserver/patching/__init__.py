"""What a PATCH makes of an object: one file a type of patch.

Lives here: the choice by media type, and the checks that all types share.  Must not know: conflicts and retries (a
patch is simply applied again to the fresh object).

Source: Kubernetes 1.36, ``apiserver/pkg/endpoints/handlers/patch.go``; recordings D, E.
"""

from .merge import merge, patched

__all__ = ["merge", "patched"]
