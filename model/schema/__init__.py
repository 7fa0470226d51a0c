"""The types of API objects: which fields there are, what is in them, how their lists are merged.

Lives here: the types, and the look-up of a kind's record; the structural schemas of custom resources.  The table itself
is data (``data/v1_36.py``), generated from the OpenAPI document that Kubernetes publishes.  Must not know: requests,
defaults, validity.

>>> pod = record_of("", "v1", "Pod")
>>> containers = pod.field("spec").field("containers")
>>> containers.merge, containers.keys, containers.items.field("image")
('map', ('name',), Scalar.TEXT)

Source: the OpenAPI document of Kubernetes 1.36.0.
"""

from .structural import Structural, fitted, structural
from .types import ANY, Listed, Mapped, Record, Scalar, Type, known_kinds, record_of

__all__ = [
    "ANY",
    "Listed",
    "Mapped",
    "Record",
    "Scalar",
    "Structural",
    "Type",
    "fitted",
    "known_kinds",
    "record_of",
    "structural",
]
