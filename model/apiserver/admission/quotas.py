"""Resource quotas: how much the objects of a namespace may use together.

Lives here: whether an object fits into the quotas of its namespace, and what their ``used`` is once it is counted: the
plugin ``ResourceQuota``, but for its writes.  Must not know: when and how they are written (``storage.charging`` does).

Only a quota with a status limits anything: a controller fills in ``hard`` and ``used`` some time after it was made.
Quotas are looked up in the server's cache.  A real server also remembers those that it wrote itself, and counts the
requests of one namespace that wait together in one write; here each is counted by a write of its own, so more of them
lose the compare and are repeated, and never fewer.

Source: Kubernetes 1.36, ``apiserver/pkg/admission/plugin/resourcequota/controller.go``; recordings L; scenarios
o-admission, t-contention.
"""

from __future__ import annotations

from typing import Final

from attrs import frozen

from ...objects import Object
from ...quantities import amounts
from ..answer import Answer
from ..lookup import Lookup
from .resources import Amounts, added
from .review import Plugin, Review, refuse
from .usage import counted_names, is_counted, is_in_scope, unsaid, used_by

NAME: Final = "ResourceQuota"


@frozen
class Counted:
    """One quota, and its ``used`` with the object counted."""

    quota: Object
    used: Amounts

    @property
    def charged(self) -> Object:
        """The quota as it is to be written."""
        return self.quota.with_field("status.used", {name: str(used) for name, used in self.used.items()})


def charges(review: Review, lookup: Lookup) -> tuple[Counted, ...] | Answer:
    """What must be written before the object may be, or why it may not be (403); empty if nothing counts it."""
    object_ = review.object
    if NAME not in lookup.settings.plugins or object_ is None or not is_counted(review):
        return ()
    about_it: list[Object] = []
    for quota in lookup.list("resourcequotas", review.request.namespace):
        names = counted_names(review, quota)
        if not names or not is_in_scope(review, quota, object_):
            continue
        refusal = _refuse_uncountable(review, object_, quota, names)
        if refusal is not None:
            return refusal
        about_it.append(quota)
    if not about_it:
        return ()
    usage = used_by(review, object_)
    negative = sorted(name for name, quantity in usage.items() if quantity.value < 0)
    if negative:
        return refuse(review, f"quota usage is negative for resource(s): {','.join(negative)}")
    found = [_charge(review, usage, quota) for quota in about_it]
    refusals = (each for each in found if isinstance(each, Answer))
    return next(refusals, None) or tuple(each for each in found if isinstance(each, Counted))


def validate(review: Review, lookup: Lookup) -> Answer | None:
    """Refuse (403) a dry run of what does not fit, or does not say what it would need.

    Other writes are looked at when they are charged, which follows at once: this is the last of the plugins.
    """
    if not review.request.options.is_dry_run:
        return None
    found = charges(review, lookup)
    return found if isinstance(found, Answer) else None


RESOURCE_QUOTA: Final = Plugin(NAME, validate=validate)


def _refuse_uncountable(review: Review, object_: Object, quota: Object, names: list[str]) -> Answer | None:
    """A quota cannot count what the object does not say, or where its own use is not known yet."""
    missing = unsaid(review, object_, names)
    if missing:
        return refuse(review, f"failed quota: {quota.name}: must specify {missing}")
    used = amounts(quota.status.get("used"))
    if not all(name in used for name in names):
        return refuse(review, f"status unknown for quota: {quota.name}, resources: {','.join(sorted(names))}")
    return None


def _charge(review: Review, usage: Amounts, quota: Object) -> Counted | Answer | None:
    hard, used = amounts(quota.status.get("hard")), amounts(quota.status.get("used"))
    wanted = {name: quantity for name, quantity in usage.items() if name in hard}
    if review.old is not None and review.operation == "UPDATE" and is_in_scope(review, quota, review.old):
        before = used_by(review, review.old)
        wanted = {name: more - before[name] if name in before else more for name, more in wanted.items()}
    wanted = {name: quantity for name, quantity in wanted.items() if quantity.value > 0}
    if not wanted:
        return None
    then = added(used, wanted)
    over = sorted(name for name in wanted if then[name].value > hard[name].value)
    if over:
        asked, taken, most = (_told(those, over) for those in (wanted, used, hard))
        return refuse(review, f"exceeded quota: {quota.name}, requested: {asked}, used: {taken}, limited: {most}")
    return Counted(quota, then)


def _told(those: Amounts, names: list[str]) -> str:
    return ",".join(f"{name}={those[name]}" for name in names if name in those)
