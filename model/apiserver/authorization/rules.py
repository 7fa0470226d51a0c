"""The rules of roles: what one allows, and whether some rules cover others.

Lives here: :class:`Rule`, :func:`uncovered` and the compact text of rules that refusals show.  Must not know: roles,
bindings, users.

Source: Kubernetes 1.36, ``plugin/pkg/auth/authorizer/rbac/rbac.go`` (RuleAllows),
``pkg/apis/rbac/v1/evaluation_helpers.go``, ``component-helpers/auth/rbac/validation/policy_comparator.go``,
``pkg/registry/rbac/validation/policy_compact.go``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import product
from typing import Final

from attrs import frozen

from ...frozen_json import FrozenMap, Json, as_items
from .attributes import Attributes

ALL: Final = "*"
"""What stands for every verb, group, resource or URL."""


@frozen
class Rule:
    """One rule of a role: verbs on resources of groups (maybe only on some names), or on URLs that name none."""

    verbs: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()

    def allows(self, wanted: Attributes) -> bool:
        """Whether the rule grants what is wanted."""
        if ALL not in self.verbs and wanted.verb not in self.verbs:
            return False
        if not wanted.is_resource:
            return any(_url_covers(url, wanted.path) for url in self.urls)
        return (
            (ALL in self.groups or wanted.group in self.groups)
            and _resource_covers(self.resources, wanted.combined_resource)
            and (not self.names or wanted.name in self.names)
        )

    def covers(self, atom: Rule) -> bool:
        """Whether the rule grants at least what an atom (see :meth:`atoms`) does."""
        return (
            _has_all(self.verbs, atom.verbs)
            and _has_all(self.groups, atom.groups)
            and all(_resource_covers(self.resources, resource) for resource in atom.resources)
            and all(any(_url_covers(own, url) for own in self.urls) for url in atom.urls)
            and (not self.names or (bool(atom.names) and set(atom.names) <= set(self.names)))
        )

    def atoms(self) -> Iterator[Rule]:
        """The rule in pieces of one verb, one resource and at most one name, or one verb and one URL."""
        for group, resource, verb in product(self.groups, self.resources, self.verbs):
            for name in self.names or (None,):
                yield Rule((verb,), (group,), (resource,), () if name is None else (name,))
        for url, verb in product(self.urls, self.verbs):
            yield Rule((verb,), urls=(url,))

    @property
    def as_json(self) -> FrozenMap:
        """The rule as it stands in a role."""
        parts: dict[str, Json] = {
            "apiGroups": self.groups,
            "resources": self.resources,
            "resourceNames": self.names,
            "nonResourceURLs": self.urls,
        }
        return FrozenMap({"verbs": self.verbs, **{name: texts for name, texts in parts.items() if texts}})

    def __str__(self) -> str:
        """The compact form of refusals: ``{APIGroups:[""], Resources:["secrets"], Verbs:["*"]}``."""
        parts = (
            ("APIGroups", self.groups),
            ("Resources", self.resources),
            ("NonResourceURLs", self.urls),
            ("ResourceNames", self.names),
            ("Verbs", self.verbs),
        )
        return "{" + ", ".join(f"{name}:{quoted(texts)}" for name, texts in parts if texts) + "}"


EVERYTHING: Final = (Rule((ALL,), (ALL,), (ALL,)), Rule((ALL,), urls=(ALL,)))
"""The rules that cover all others."""


def rules_of(entries: object) -> tuple[Rule, ...]:
    """The rules in a role's field ``rules``; what is of a wrong type counts as empty."""
    return tuple(
        Rule(
            verbs=_texts(entry.get("verbs")),
            groups=_texts(entry.get("apiGroups")),
            resources=_texts(entry.get("resources")),
            names=_texts(entry.get("resourceNames")),
            urls=_texts(entry.get("nonResourceURLs")),
        )
        for entry in as_items(entries)
        if isinstance(entry, FrozenMap)
    )


def uncovered(own: Iterable[Rule], granted: Iterable[Rule]) -> tuple[Rule, ...]:
    """The atoms of the granted rules that none of one's own rules covers."""
    own = tuple(own)
    return tuple(atom for rule in granted for atom in rule.atoms() if not any(each.covers(atom) for each in own))


def compacted(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The same rules with the verbs of each single resource brought together."""
    simple: dict[tuple[tuple[str, ...], ...], Rule] = {}
    others: list[Rule] = []
    for rule in rules:
        if rule.urls or len(rule.names) > 1 or (len(rule.groups), len(rule.resources)) != (1, 1):
            others.append(rule)
            continue
        place = (rule.groups, rule.resources, rule.names)
        before = simple.get(place)
        simple[place] = Rule((*before.verbs, *rule.verbs), *place) if before is not None else rule
    return (*others, *simple.values())


def quoted(texts: Iterable[str]) -> str:
    """Texts as a Go program prints a list of them."""
    return "[" + " ".join(json.dumps(text, ensure_ascii=False) for text in texts) + "]"


def _texts(value: object) -> tuple[str, ...]:
    return tuple(text for text in as_items(value) if isinstance(text, str))


def _has_all(own: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    return ALL in own or set(wanted) <= set(own)


def _resource_covers(own: tuple[str, ...], wanted: str) -> bool:
    """A resource is covered by its own name and by ``*``; a subresource also by ``*/<subresource>``."""
    _, slash, subresource = wanted.partition("/")
    return ALL in own or wanted in own or (bool(slash) and f"{ALL}/{subresource}" in own)


def _url_covers(own: str, wanted: str) -> bool:
    return own == wanted or (own.endswith(ALL) and wanted.startswith(own.rstrip(ALL)))
