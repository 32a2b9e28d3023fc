"""Requests to the application itself, without a server between."""

import asyncio
from typing import Any

import httpx
from starlette.applications import Starlette


class Asking:
    """What a browser would send to an address: paths are as they are given, byte for byte."""

    def __init__(self, app: Starlette, address: str) -> None:
        """Ask an application that is served at an address, as `http://127.0.0.1:8765`."""
        self._transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self._address, self.cookies = address, httpx.Cookies()

    def get(self, path: str, **options: Any) -> httpx.Response:
        """Ask for a page."""
        return self.ask("GET", path, **options)

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send a request; `options` are those of httpx."""
        url = httpx.URL(self._address).copy_with(raw_path=path.encode())
        return asyncio.run(self._ask(method, url, options))

    async def _ask(self, method: str, url: httpx.URL, options: Any) -> httpx.Response:
        async with httpx.AsyncClient(transport=self._transport, cookies=self.cookies) as client:
            answer = await client.request(method, url, **options)
            self.cookies = client.cookies
            return answer
