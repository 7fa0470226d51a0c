"""What the tests of authorization share: roles and bindings in a few words, a server's view of them, and a server.

Lives here: makers of RBAC objects, :class:`View` (a lookup made of objects) and :class:`Guarded` (a server on an etcd
that checks tokens and rights).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import Factory, define, field, frozen

from seatrial.model import kinds
from seatrial.model.apiserver import Answer, Settings, User, create, front
from seatrial.model.apiserver.bootstrap import objects
from seatrial.model.apiserver.chain import serve
from seatrial.model.apiserver.http import HttpRequest
from seatrial.model.apiserver.settings import ADMIN, AUTHENTICATED
from seatrial.model.etcd import Member
from seatrial.model.frozen_json import freeze
from seatrial.model.objects import Object, ObjectKey

GROUP = "rbac.authorization.k8s.io"
API = f"/apis/{GROUP}/v1"
ALICE = User("alice", ("dev", AUTHENTICATED), "u-alice")
SETTINGS = Settings(authorization="RBAC", tokens={"admin": ADMIN, "alice": ALICE})


def rule(verbs: str, resources: str = "", *, groups: str = ",", names: str = "", urls: str = "") -> dict[str, Any]:
    """A rule, its lists written with commas; the groups ``,`` are the core group alone."""
    lists = {"verbs": verbs, "resources": resources, "resourceNames": names, "nonResourceURLs": urls}
    fields: dict[str, Any] = {name: texts.split(",") for name, texts in lists.items() if texts}
    if resources:
        fields["apiGroups"] = [""] if groups == "," else groups.split(",")
    return fields


def role(name: str, *rules: Mapping[str, Any], namespace: str = "") -> Object:
    """A role of a namespace, or one of the cluster."""
    metadata = {"name": name, "namespace": namespace} if namespace else {"name": name}
    kind = "Role" if namespace else "ClusterRole"
    return Object.of({"apiVersion": f"{GROUP}/v1", "kind": kind, "metadata": metadata, "rules": list(rules)})


def binding(name: str, to: str, *subjects: str, namespace: str = "") -> Object:
    """A binding to ``Role/name`` or ``ClusterRole/name`` of subjects such as ``User/alice``."""
    kind, _, of = to.partition("/")
    metadata = {"name": name, "namespace": namespace} if namespace else {"name": name}
    return Object.of(
        {
            "apiVersion": f"{GROUP}/v1",
            "kind": "RoleBinding" if namespace else "ClusterRoleBinding",
            "metadata": metadata,
            "roleRef": {"apiGroup": GROUP, "kind": kind, "name": of},
            "subjects": [dict(zip(("kind", "name", "namespace"), each.split("/"), strict=False)) for each in subjects],
        }
    )


@frozen
class View:
    """What a server sees, made of objects."""

    objects: tuple[Object, ...] = field(converter=tuple[Object, ...])
    settings: Settings = SETTINGS

    def get(self, key: ObjectKey) -> Object | None:
        """The object at a key."""
        return next((each for each in self.objects if _key(each) == key), None)

    live = get

    def list(self, resource: str, namespace: str = "") -> tuple[Object, ...]:
        """All objects of a resource, in one namespace if given."""
        found = [each for each in self.objects if _key(each).resource == resource]
        return tuple(each for each in found if not namespace or each.namespace == namespace)

    def live_list(self, resource: str, namespace: str = "") -> tuple[Object, ...]:
        """The same: the view is never stale."""
        return self.list(resource, namespace)


def _key(object_: Object) -> ObjectKey:
    return kinds.of_object(object_.api_version, object_.kind).key(object_.namespace, object_.name)


@define
class Guarded:
    """A server that checks tokens and rights."""

    etcd: Member = Factory(Member)
    settings: Settings = SETTINGS

    def load(self, loaded: Iterable[Object]) -> Guarded:
        """Store objects as an administrator."""
        for each in loaded:
            answer = front.handle(self.etcd, create(kinds.of_object(each.api_version, each.kind), each))
            assert answer.ok, answer
        return self

    def ask(self, who: str | None, method: str, path: str, body: object = None, **more: Any) -> Answer:
        """One request of the client with this token."""
        headers = {name: tuple(values) for name, values in more.pop("headers", {}).items()}
        request = HttpRequest(method=method, path=path, body=freeze(body), token=who, headers=headers, **more)
        answer = serve(self.etcd, request, self.settings)
        assert isinstance(answer, Answer), answer
        return answer


def fresh() -> Guarded:
    """A server of a fresh cluster, with the namespace ``shop``."""
    guarded = Guarded().load(objects())
    assert guarded.ask("admin", "POST", "/api/v1/namespaces", {"metadata": {"name": "shop"}}).status == 201
    return guarded
