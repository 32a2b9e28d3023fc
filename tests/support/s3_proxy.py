"""A proxy in front of an S3 server: it notes requests, refuses some, and breaks off others."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

_OWN = {"connection", "transfer-encoding", "content-length"}


class Request(NamedTuple):
    """A request: its path `/bucket/key` with the query of a listing, and the range it is for."""

    method: str
    path: str
    range: str | None

    @property
    def reads(self) -> bool:
        """Whether it is for the content of an object."""
        return self.method == "GET" and "list-type" not in self.path


class Answer(NamedTuple):
    """What is answered in place of the server."""

    status: int
    code: str = "SlowDown"


class Cut(NamedTuple):
    """How many bytes of a body are sent before the connection ends."""

    after: int


Rule = Callable[[Request], Answer | Cut | None]


@dataclass
class Proxy:
    """A proxy that runs: where it is, what was asked, and the rule that says what goes wrong."""

    address: str = ""
    requests: list[Request] = field(default_factory=list)
    rule: Rule = lambda _: None

    def reads(self) -> list[str]:
        """Return the paths of the objects that were read so far."""
        return [one.path for one in self.requests if one.reads]


def first(count: int, fault: Answer | Cut, which: str = "") -> Rule:
    """Return the rule that the first `count` reads of a path with `which` in it go wrong."""
    left, lock = [count], threading.Lock()

    def rule(request: Request) -> Answer | Cut | None:
        with lock:
            if not request.reads or which not in request.path or not left[0]:
                return None
            left[0] -= 1
            return fault

    return rule


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    proxy: Proxy
    upstream: str

    def do_GET(self) -> None:
        request = Request(self.command, unquote(self.path), self.headers.get("Range"))
        self.proxy.requests.append(request)
        fault = self.proxy.rule(request)
        if isinstance(fault, Answer):
            xml = f"<Error><Code>{fault.code}</Code><Message>wait</Message></Error>"
            self._send(fault.status, {"Content-Type": "application/xml"}, xml.encode())
        else:
            self._send(*self._forwarded(), fault)

    def do_HEAD(self) -> None:
        self.do_GET()

    def _forwarded(self) -> tuple[int, dict[str, str], bytes]:
        connection = HTTPConnection(self.upstream, timeout=30)
        try:
            connection.putrequest(self.command, self.path, True, True)
            for name, value in self.headers.items():
                connection.putheader(name, value)  # the Host that was signed, too
            connection.endheaders()
            response = connection.getresponse()
            return response.status, dict(response.headers.items()), response.read()
        finally:
            connection.close()

    def _send(
        self, status: int, headers: dict[str, str], body: bytes, cut: Cut | None = None
    ) -> None:
        self.send_response_only(status)
        size = headers.get("Content-Length") if self.command == "HEAD" else None
        for name, value in headers.items():
            if name.lower() not in _OWN:
                self.send_header(name, value)
        self.send_header("Content-Length", size or str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body if cut is None else body[: cut.after])
        if cut is not None:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def proxy_before(server: str) -> Iterator[Proxy]:
    """Run a proxy before a server, which is given by its address."""
    proxy = Proxy()
    own = {"proxy": proxy, "upstream": urlsplit(server).netloc}
    handler = type("_OwnHandler", (_Handler,), own)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        proxy.address = f"http://127.0.0.1:{running.server_port}"
        thread = threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            running.shutdown()
            thread.join()
