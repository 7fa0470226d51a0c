"""etcd's JSON gateway: requests and answers as they go over the wire and stand in recordings.

Lives here: translation between JSON and the model's requests, answers and refusals.  It decides nothing: what
is asked and what is answered is the model's.  Where the model uses etcd's own names for fields, so does the
wire; the tables below are the rest.

Source: etcd ``api/etcdserverpb/rpc.proto``; observed behaviour of etcd 3.4 to 3.6, recordings A.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any, Final, TypeVar, cast

from attrs import AttrsInstance, fields_dict, frozen

from seatrial.model.errors import BadInput
from seatrial.model.etcd import (
    Compact,
    Compare,
    DeleteRange,
    DeleteRangeResponse,
    Event,
    Filter,
    KeyValue,
    LeaseGrant,
    LeaseKeepAlive,
    LeaseList,
    LeaseListResponse,
    LeaseRevoke,
    LeaseTimeToLive,
    LeaseTimeToLiveResponse,
    Put,
    PutResponse,
    Range,
    RangeResponse,
    Refused,
    Request,
    Response,
    Result,
    Status,
    StatusResponse,
    Target,
    Txn,
    TxnResponse,
    WatchCancel,
    WatchCreate,
    WatchProgress,
    WatchRequest,
)
from seatrial.model.etcd.refusals import Code
from seatrial.model.etcd.requests import Operation
from seatrial.model.etcd.responses import CompactResponse, LeaseResponse, OperationResponse

from .etcd_wire import Encoding, Fields, Json, NotModelled, filled

Plain = TypeVar("Plain", bound=AttrsInstance)

OK: Final = 200

_OPERATIONS: Final[dict[str, type[Operation]]] = {
    "range": Range,
    "put": Put,
    "delete_range": DeleteRange,
    "txn": Txn,
}
_PATHS: Final[dict[str, type[Request]]] = {
    "/v3/kv/range": Range,
    "/v3/kv/put": Put,
    "/v3/kv/deleterange": DeleteRange,
    "/v3/kv/txn": Txn,
    "/v3/kv/compaction": Compact,
    "/v3/lease/grant": LeaseGrant,
    "/v3/lease/revoke": LeaseRevoke,
    "/v3/lease/keepalive": LeaseKeepAlive,
    "/v3/lease/timetolive": LeaseTimeToLive,
    "/v3/lease/leases": LeaseList,
    "/v3/maintenance/status": Status,
}
_ADDITIONAL: Final = {f"/v3/kv/lease/{name}": f"/v3/lease/{name}" for name in ("revoke", "timetolive", "leases")}
WATCH_PATH: Final = "/v3/watch"
_SAID_ON_STREAMS: Final[dict[str, type[WatchRequest]]] = {
    "create_request": WatchCreate,
    "cancel_request": WatchCancel,
    "progress_request": WatchProgress,
}
_BYTES: Final = {"key", "range_end", "value"}
_OPERANDS: Final = {
    Target.VERSION: "version",
    Target.CREATE: "create_revision",
    Target.MOD: "mod_revision",
    Target.VALUE: "value",
    Target.LEASE: "lease",
}
_RENAMED: Final = {"ttl": "TTL", "id": "ID"}  # the fields of leases are written in capitals
_IGNORED: Final = {
    Range: "serializable",  # a single member answers both kinds of reads alike
    Compact: "physical",  # when space on disk is freed cannot be told from outside
}


# --- Requests -----------------------------------------------------------------------------------------------


def read_request(path: str, body: object, encoding: Encoding) -> Request | WatchRequest:
    """The request that a body sent to a path of the gateway is.

    Raises:
        NotModelled: the model has no such request, or not all of it.
        BadInput: a field is malformed, or the body is no JSON object.
    """
    name = path.rsplit("/", 1)[-1]
    address = _address(path)
    kind = _PATHS.get(_ADDITIONAL.get(address, address))
    if kind is None and address != WATCH_PATH:
        raise NotModelled(f"the model does not serve {path}")
    if not isinstance(body, dict):
        raise BadInput(f"the body of {name} is not a JSON object")
    fields = Fields(name, cast("Json", body), encoding)
    return _read_said_on_stream(fields) if kind is None else _read(fields, kind)


def read_said(body: object, encoding: Encoding) -> WatchRequest:
    """What one of the messages is that a client sends on a stream of watches.

    Raises:
        NotModelled: the model has no such message, or not all of it.
        BadInput: it is malformed.
    """
    if not isinstance(body, dict):
        raise BadInput("a message on a stream is not a JSON object")
    return _read_said_on_stream(Fields("watch", cast("Json", body), encoding))


def is_watch(path: str) -> bool:
    """Whether streams of watches are opened at a path."""
    return _address(path) == WATCH_PATH


def _address(path: str) -> str:
    """A path by its present name; all of these releases still serve the one from before the first release."""
    return re.sub("^/v3beta/", "/v3/", path)


def _read_said_on_stream(outer: Fields) -> WatchRequest:
    for name, kind in _SAID_ON_STREAMS.items():
        inner = outer.inner(name)
        if inner is not None:
            outer.done()
            return _read(inner, kind)
    raise NotModelled(f"the model watches only by {' or '.join(_SAID_ON_STREAMS)}")


def _read(fields: Fields, kind: type[Plain]) -> Plain:
    """A request, or a part of one, from its fields; all of them must be known."""
    if kind in _IGNORED:
        fields.flag(_IGNORED[kind])
    values = {name: _read_field(fields, name, each.default) for name, each in fields_dict(kind).items()}
    fields.done()
    return kind(**values)


def _read_field(fields: Fields, name: str, default: object) -> Any:
    """One field; its kind shows in its name or in its default."""
    if name in _BYTES:
        return fields.bytes(name)
    if name == "compare":
        return tuple(_read_compare(each) for each in fields.objects(name))
    if name in ("success", "failure"):
        return tuple(_read_branch(each) for each in fields.objects(name))
    if name == "filters":
        return fields.choices(name, Filter)
    if isinstance(default, bool):
        return fields.flag(name)
    if isinstance(default, StrEnum):
        return fields.choice(name, type(default))
    return fields.number(_RENAMED.get(name, name))


def _read_compare(fields: Fields) -> Compare:
    target = fields.choice("target", Target)
    operands = {each: fields.bytes(name) if name in _BYTES else fields.number(name) for each, name in _OPERANDS.items()}
    operand = operands[target]  # what is given for another target counts as not given
    result = fields.choice("result", Result)
    compare = Compare(fields.bytes("key"), target, result, operand, fields.bytes("range_end"))
    fields.done()
    return compare


def _read_branch(fields: Fields) -> Operation:
    """One operation of a transaction's branch."""
    for name, kind in _OPERATIONS.items():
        inner = fields.inner(f"request_{name}")
        if inner is not None:
            fields.done()
            return _read(inner, kind)
    raise NotModelled("the model has no operation that says nothing")


def write_request(request: Request | WatchRequest, encoding: Encoding) -> tuple[str, Json]:
    """The path of the gateway, and the body, with which a request is made."""
    body = _write(request, encoding)
    for name, said in _SAID_ON_STREAMS.items():
        if isinstance(request, said):
            return WATCH_PATH, {name: body}
    path = next(path for path, kind in _PATHS.items() if isinstance(request, kind))
    if isinstance(request, Compact):
        body["physical"] = True  # answer when it is done, so that nothing is half compacted when one looks
    return path, body


def _write(value: AttrsInstance, encoding: Encoding) -> Json:
    """The fields of a value that the model names as the wire does."""
    return filled(
        {
            _RENAMED.get(name, name): _write_field(getattr(value, name), encoding, encoded=name in _BYTES)
            for name in fields_dict(type(value))
        }
    )


def _write_field(value: Any, encoding: Encoding, *, encoded: bool) -> Any:
    if encoded:
        return encoding.write(value)
    if isinstance(value, StrEnum):
        return "" if value is next(iter(type(value))) else value  # the first choice goes without saying
    if isinstance(value, tuple):
        return [_write_item(each, encoding) for each in cast("tuple[Compare | Operation | Filter, ...]", value)]
    return value


def _write_item(item: Compare | Operation | Filter, encoding: Encoding) -> Json | str:
    """One element of a list in a request."""
    if isinstance(item, Filter):
        return item
    if isinstance(item, Compare):
        shape = {"target": item.target, "result": item.result, "range_end": encoding.write(item.range_end)}
        value = encoding.write(str(item.operand)) if item.target is Target.VALUE else item.operand
        return filled({"key": encoding.write(item.key), **shape, _OPERANDS[item.target]: value})
    name = next(name for name, kind in _OPERATIONS.items() if isinstance(item, kind))
    return {f"request_{name}": _write(item, encoding)}


# --- Answers ------------------------------------------------------------------------------------------------


@frozen
class Dialect:
    """How a release's gateway speaks: whether a refusal repeats its text, and which status gRPC code 9 has.

    ``storage_version`` is told in a server's status, with the quota of its database, since etcd 3.6.

    Source: observed behaviour of etcd 3.4.23, 3.5.1, 3.5.16 and 3.6.8, recordings A.19.
    """

    repeats_error: bool = False
    failed_precondition: int = 400
    storage_version: str = ""

    def status(self, code: int) -> int:
        """The HTTP status for a gRPC code."""
        return {5: 404, 8: 429, 9: self.failed_precondition}.get(code, 400)


DIALECTS: Final = {
    "3.4.23": Dialect(repeats_error=True, failed_precondition=412),
    "3.5.1": Dialect(repeats_error=True),
    "3.5.16": Dialect(),
    "3.6.8": Dialect(storage_version="3.6.0"),
}
_DATABASE_QUOTA: Final = 2 * 1024**3


def write_refusal(refused: Refused, dialect: Dialect) -> tuple[int, Json]:
    """The HTTP status and the body of a refusal."""
    return _write_refusal(refused.code, refused.message, dialect)


def write_malformed(message: str, dialect: Dialect) -> tuple[int, Json]:
    """The HTTP status and the body of the answer to a request that the gateway cannot read."""
    return _write_refusal(Code.INVALID_ARGUMENT, message, dialect)


def _write_refusal(code: Code, message: str, dialect: Dialect) -> tuple[int, Json]:
    body: Json = {"code": int(code), "message": message}
    if dialect.repeats_error:
        body["error"] = message
    return dialect.status(code), body


def header(revision: int) -> Json:
    """An answer's header, with what the model knows of it."""
    return filled({"revision": revision})


def write_answer(request: Request, response: Response, encoding: Encoding) -> Json:
    """The body of an answer to a request."""
    match response:
        case CompactResponse():
            return {"header": header(response.revision)}
        case LeaseListResponse():
            leases = [filled({"ID": each}) for each in response.ids]
            return filled({"header": header(response.revision), "leases": leases})
        case LeaseResponse():
            return _write_lease(request, response)
        case LeaseTimeToLiveResponse():
            told = {"ID": response.id, "TTL": response.ttl, "grantedTTL": response.granted_ttl}
            keys = [encoding.write(key) for key in response.keys]
            return filled({"header": header(response.revision), **told, "keys": keys})
        case StatusResponse():
            return _write_status(response)
        case _:
            return _write_response(response, encoding)


def _write_status(response: StatusResponse) -> Json:
    """What a server tells of itself, but for what changes with its disk and its log."""
    told = filled({"header": header(response.revision), "version": response.version})
    storage = DIALECTS[response.version].storage_version
    if storage:
        told |= {"storageVersion": storage, "dbSizeQuota": str(_DATABASE_QUOTA), "downgradeInfo": {}}
    return told


def _write_lease(request: Request, response: LeaseResponse) -> Json:
    told = {"header": header(response.revision)}
    if isinstance(request, LeaseRevoke):
        return told
    body = filled({**told, "ID": response.id, "TTL": response.ttl})
    return {"result": body} if isinstance(request, LeaseKeepAlive) else body


def _write_response(response: OperationResponse, encoding: Encoding) -> Json:
    told: Json = {"header": header(response.revision)}
    match response:
        case PutResponse(previous=previous):
            told["prev_kv"] = None if previous is None else write_kv(previous, encoding)
        case RangeResponse(kvs=kvs, count=count, more=more):
            told |= {"kvs": [write_kv(kv, encoding) for kv in kvs], "more": more, "count": count}
        case DeleteRangeResponse(deleted=deleted, previous=doomed):
            told |= {"deleted": deleted, "prev_kvs": [write_kv(kv, encoding) for kv in doomed]}
        case TxnResponse(succeeded=succeeded, responses=responses):
            told |= {"succeeded": succeeded, "responses": [_write_nested(each, encoding) for each in responses]}
    return filled(told)


def _write_nested(response: OperationResponse, encoding: Encoding) -> Json:
    name = {
        PutResponse: "put",
        RangeResponse: "range",
        DeleteRangeResponse: "delete_range",
        TxnResponse: "txn",
    }[type(response)]
    return {f"response_{name}": _write_response(response, encoding)}


def write_kv(kv: KeyValue, encoding: Encoding) -> Json:
    """A key with its value and revisions."""
    return _write(kv, encoding)


def write_event(event: Event, encoding: Encoding) -> Json:
    """An event of a watch; that it is a put goes without saying."""
    previous = None if event.previous is None else write_kv(event.previous, encoding)
    kind = "" if event.kind == "PUT" else event.kind
    return filled({"type": kind, "kv": write_kv(event.kv, encoding), "prev_kv": previous})
