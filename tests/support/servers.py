"""`serve` as a process of its own."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import httpx
import httpx._transports.default

from tests.support.warm import warm_start
from tests.support.warm_process import WarmProcess

# What httpx does for each request, though no server here has a certificate: it takes longer than
# many a page.
read_certificates = cache(httpx.create_ssl_context)
patch.object(httpx._transports.default, "create_ssl_context", read_certificates).start()


class Server(NamedTuple):
    """A server and the address that it printed, without a slash at the end."""

    process: WarmProcess
    address: str


@contextmanager
def serving(root: Path, *options: str) -> Iterator[Server]:
    """Serve the index below a folder on a free port, until the block ends."""
    process = warm_start().start("--root", root, "serve", "--port", "0", *options, stderr=None)
    assert process.stdout is not None
    try:
        yield Server(process, process.stdout.readline().strip().rstrip("/"))
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=30)
        finally:
            process.kill()  # which is for one that has not ended
