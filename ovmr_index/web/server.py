"""The server: it binds, says where it is, and answers until it is interrupted."""

import secrets
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from threading import Thread, current_thread, main_thread

import uvicorn
from sqlalchemy.exc import DBAPIError
from starlette.applications import Starlette
from starlette.requests import Request
from uvicorn.server import HANDLED_SIGNALS

from ovmr_index.errors import OvmrIndexError
from ovmr_index.index.index import Index
from ovmr_index.web.app import create_app
from ovmr_index.web.options import ServeOptions
from ovmr_index.web.pages.categories import categories
from ovmr_index.web.sockets import bind, find_place

_OTHER_SIGNALS = [getattr(signal, name) for name in ("SIGHUP",) if hasattr(signal, name)]
_GOODBYE = 1  # seconds that an answer may take after the end was asked for
_FIRST_LOOK = 2  # seconds in which the first page is made, before the address is printed


def serve(index: Index, options: ServeOptions, announce: Callable[[str], None]) -> None:
    """Serve the pages of an index until the process is interrupted.

    Where others than this machine can ask, a token is made, which is a part of the address.

    Args:
        index: An index that is there.
        options: Where to serve, and whether the index may be changed.
        announce: What is called with the address once the first page is made, or after two seconds.

    Raises:
        OvmrIndexError: The port is in use, or may not be used.
        UsageError: The host is no name or address of this machine.
        KeyboardInterrupt: The process was interrupted.
    """
    place = find_place(options.host, options.port)
    if not place.is_loopback:
        options = replace(options, token=secrets.token_urlsafe())
    listening = bind(place)
    try:
        app = create_app(index, options)
        first_look = Thread(target=_look_first, args=(app,), daemon=True)
        first_look.start()
        first_look.join(_FIRST_LOOK)
        announce(_address(listening, options))
        config = uvicorn.Config(
            app,
            lifespan="off",
            ws="none",
            proxy_headers=False,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_GOODBYE,
        )
        _Server(config).run(sockets=[listening])
    finally:
        listening.close()


class _Server(uvicorn.Server):
    """A server that ends on Ctrl-C, SIGTERM and SIGHUP, unless the process ignores them."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Hear signals; raise again, at the end, those that came.

        An error that a handler raised would be taken for one of the request that is answered.
        """
        if current_thread() is not main_thread():  # where none is heard
            yield
            return
        before = {one: signal.getsignal(one) for one in (*HANDLED_SIGNALS, *_OTHER_SIGNALS)}
        with super().capture_signals():
            for one, handler in before.items():
                is_ignored = handler is signal.SIG_IGN
                signal.signal(one, signal.SIG_IGN if is_ignored else self.handle_exit)
            try:
                yield
            finally:
                for one in _OTHER_SIGNALS:
                    signal.signal(one, before[one])


def _look_first(app: Starlette) -> None:
    """Make the first page before anybody asks for it: what it counts is kept.

    What is wrong is said when it is asked for.
    """
    scope = {"type": "http", "app": app, "path": "/", "query_string": b"", "headers": []}
    with suppress(OvmrIndexError, DBAPIError, OSError):
        categories(Request(scope))


def _address(listening: socket.socket, options: ServeOptions) -> str:
    """Return the address that a browser opens, with the token where there is one."""
    address, port = listening.getsockname()[:2]
    host = socket.gethostname() if address in {"0.0.0.0", "::"} else address
    host = f"[{host}]" if ":" in host else host
    token = "" if options.token is None else f"?token={options.token}"
    return f"http://{host}:{port}/{token}"
