"""First stage: what was sent is understood, and agrees with the URL.

Lives here: the checks of options and bodies that need nothing but the request, in the order in which a real server
makes them: media type, options, the body's form and types, its name and namespace against the URL.  Must not know:
what is stored.

    text        a text becomes JSON
    bounds      what is too much for anybody      400
    options     media type and options            415 422
    scalars     values without parts
    typed       objects of built-in kinds, by the schema of their kind
    strict      fields that nobody knows
    bodies      all this in its order             400, 422 for patches
    deletions   the body of a DELETE              400
    warnings    what is dropped, said to the client
"""

from .bodies import Undecodable, agree_with_url, decode, decode_body, decode_patched, finished
from .bounds import bounded
from .deletions import delete_options
from .options import check_options, parse_resource_version
from .text import Parsed, parse_text
from .warnings import warnings_of, with_deprecation, with_warnings

__all__ = [
    "Parsed",
    "Undecodable",
    "agree_with_url",
    "bounded",
    "check_options",
    "decode",
    "decode_body",
    "decode_patched",
    "delete_options",
    "finished",
    "parse_resource_version",
    "parse_text",
    "warnings_of",
    "with_deprecation",
    "with_warnings",
]
