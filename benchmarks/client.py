"""A browser's part of a visit, without the browser: requests over connections that are kept."""

import json
import re
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from http.client import HTTPConnection
from typing import NamedTuple, Self
from urllib.parse import urlsplit

from benchmarks.processes import CommandError

CONNECTIONS = 6  # a browser has as many to one server
_TOKEN = re.compile(r'<meta name="token" content="([^"]+)"')


class Answer(NamedTuple):
    """An answer: wall seconds from the request to the last byte, and what was sent."""

    seconds: float
    status: int
    body: bytes
    etag: str | None


class Client:
    """One connection to a server; use it in a `with` block, which closes it."""

    def __init__(self, address: str) -> None:
        """Open nothing yet; `address` is what `serve` printed."""
        parts = urlsplit(address)
        self._origin = f"http://{parts.netloc}"
        self._connection = HTTPConnection(parts.netloc, timeout=120)

    def __enter__(self) -> Self:
        """Use it until the block ends."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self._connection.close()

    def get(self, path: str, etag: str | None = None) -> Answer:
        """Ask for a path, or whether the copy with an `etag` is still right."""
        return self._ask("GET", path, None, {"If-None-Match": etag} if etag else {})

    def post(self, path: str, token: str, value: object) -> Answer:
        """Send a value as JSON, with the token of a page."""
        headers = {"X-Ovmr-Token": token, "Content-Type": "application/json"}
        return self._ask("POST", path, json.dumps(value), headers | {"Origin": self._origin})

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        started = time.perf_counter()
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        content = response.read()
        seconds = time.perf_counter() - started
        if response.status >= 400:
            raise CommandError(f"{method} {path}: status {response.status}: {content[:500]!r}")
        return Answer(seconds, response.status, content, response.headers.get("ETag"))


def get_all(
    address: str, paths: Sequence[str], etags: Sequence[str | None] | None = None
) -> tuple[float, list[Answer]]:
    """Ask for paths over several connections; return the wall seconds and the answers."""
    asked = [*zip(paths, etags or [None] * len(paths), strict=True)]
    parts = [asked[i::CONNECTIONS] for i in range(CONNECTIONS)]

    def run(part: Sequence[tuple[str, str | None]]) -> list[Answer]:
        with Client(address) as client:
            return [client.get(path, etag) for path, etag in part]

    started = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        found = list(threads.map(run, parts))
    seconds = time.perf_counter() - started
    return seconds, [found[i % CONNECTIONS][i // CONNECTIONS] for i in range(len(paths))]


def token_of(page: bytes) -> str:
    """Return the token that a page sends with each change."""
    found = _TOKEN.search(page.decode())
    if found is None:
        raise CommandError("a page has no token")
    return found[1]


class Exemplar(NamedTuple):
    """The natural keys of an exemplar, as a mark of it is sent; without a region, an image."""

    category_id: int
    source: str
    file_name: str
    region_id: int | None


class Tiles(HTMLParser):
    """The exemplars in a page and their thumbnails' addresses; one may stand there twice."""

    def __init__(self, page: bytes) -> None:
        """Read the page."""
        super().__init__()
        self.thumbnails: dict[str, None] = {}
        self.exemplars: dict[Exemplar, None] = {}
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what a tile has."""
        given = {name: value or "" for name, value in attrs}
        if tag == "img" and given.get("src", "").startswith("/thumbnails/"):
            self.thumbnails[given["src"]] = None
        if "data-exemplar" in given:
            region = int(given["data-region"]) if given["data-region"] else None
            category_id = int(given["data-category"])
            one = Exemplar(category_id, given["data-source"], given["data-file"], region)
            self.exemplars[one] = None
