"""What pods and templates of pods share: the specification of pods.

Lives here: its defaults and its validity, a file a part of it:

    defaults      what is filled in
    images        the tag that a reference to an image means
    spec          the whole of it, in order
    template      a template's metadata, and its selector
    containers    the three lists of containers
    environment, mounts, probes, resources, security    parts of a container
    volumes, projections, paths                         parts of a volume
    scheduling    affinity, tolerations, spreading, gates

Must not know: whole objects, what may change, admission.
"""

from .defaults import default_spec, default_template
from .spec import annotations_of_pods, spec_causes
from .template import labels_of, runs_for_ever, selection, selector_causes, selects_own, template_causes

__all__ = [
    "annotations_of_pods",
    "default_spec",
    "default_template",
    "labels_of",
    "runs_for_ever",
    "selection",
    "selector_causes",
    "selects_own",
    "spec_causes",
    "template_causes",
]
