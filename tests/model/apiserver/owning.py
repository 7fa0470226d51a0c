"""What the tests of ownership share: a server that tracks who owns which field.

Lives here: :class:`Owners`, which asks in the name of managers, and the reading of what they own.
"""

from __future__ import annotations

from typing import Any

from attrs import Factory, define

from seatrial.model.apiserver import APPLY_PATCH, Answer, Request, Settings, front
from seatrial.model.apiserver.rest import parse_request
from seatrial.model.etcd import Member
from seatrial.model.frozen_json import freeze
from seatrial.model.objects import Object

TRACKING = Settings(tracks_ownership=True)
MAPS = "/api/v1/namespaces/default/configmaps"


@define
class Owners:
    """A server with the namespace ``default``."""

    etcd: Member = Factory(Member)
    settings: Settings = TRACKING

    def __attrs_post_init__(self) -> None:
        assert self.ask("POST", "/api/v1/namespaces", {"metadata": {"name": "default"}}).ok

    def ask(self, method: str, path: str, body: object = None, manager: str = "", **more: Any) -> Answer:
        """One request of a manager."""
        query = {**more.pop("query", {}), **({"fieldManager": manager} if manager else {})}
        asked = parse_request(method, path, body=freeze(body), query=query, **more)
        assert isinstance(asked, Request), asked
        return front.handle(self.etcd, asked, self.settings)

    def apply(self, manager: str, data: object, name: str = "x", *, force: bool = False, **metadata: Any) -> Answer:
        """A server-side apply of a config map."""
        config = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": name, **metadata},
            **({} if data is None else {"data": data}),
        }
        query = {"force": "true"} if force else {}
        return self.ask("PATCH", f"{MAPS}/{name}", config, manager, media_type=APPLY_PATCH, query=query)

    def put(self, manager: str, data: object, name: str = "x", **metadata: Any) -> Answer:
        """A PUT of a config map."""
        body = {"metadata": {"name": name, **metadata}, "data": data}
        return self.ask("PUT", f"{MAPS}/{name}", body, manager)

    def make(self, manager: str, data: object, name: str = "x", **metadata: Any) -> Answer:
        """A POST of a config map."""
        return self.ask("POST", MAPS, {"metadata": {"name": name, **metadata}, "data": data}, manager)


def shown(answer: Answer) -> Object:
    """The object of a success."""
    assert answer.object is not None, answer
    return answer.object


def owned(answer: Answer) -> dict[tuple[str, str, str], Any]:
    """What each manager owns, by its name, operation and subresource."""
    entries: list[dict[str, Any]] = shown(answer).thaw()["metadata"].get("managedFields", [])
    return {
        (each.get("manager", ""), each["operation"], each.get("subresource", "")): each["fieldsV1"] for each in entries
    }


def data_of(answer: Answer) -> dict[str, str]:
    """The data of a config map."""
    data: dict[str, str] = shown(answer).thaw().get("data", {})
    return data
