"""Who may ask for a page, and what a browser may do with it."""

import ipaddress
import re
import socket
from hmac import compare_digest

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ovmr_index.web.options import ServeOptions

TOKEN_HEADER = "X-Ovmr-Token"  # the token of the page that asks for a change
_LARGEST = 16 << 20  # bytes of what a page sends
_SAFE = ("GET", "HEAD")
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?")
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Guard:
    """Refuse what does not come from this program's own pages; add the headers that bind them.

    A page elsewhere may send a browser here under a name of its own (DNS rebinding): its `Host`
    shows that. It may send a form: its `Origin` shows that, and it has no token of a page.
    """

    def __init__(self, app: ASGIApp, options: ServeOptions) -> None:
        """Stand before an application."""
        self._app, self._options = app, options
        self._names = _names(options)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or let the application do it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_bound(message: Message) -> None:
            if message["type"] == "http.response.start":
                _bind(MutableHeaders(scope=message))
            await send(message)

        request = Request(scope)
        answer = self._foreign(request) or self._stranger(request) or self._change(request)
        await (answer or self._app)(scope, receive, send_bound)

    def _foreign(self, request: Request) -> Response | None:
        """Return a refusal of a foreign or malformed `Host` or `Origin`."""
        hosts = request.headers.getlist("host")
        found = _HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
        if found is None:
            return _refusal("the request has no Host, or one that is no name of a machine", 400)
        if not self._is_known(found[1].lower()):
            return _refusal("this address is not served here; use the one that `serve` printed")
        origins = request.headers.getlist("origin")
        if origins and origins not in ([f"http://{hosts[0]}"], [f"https://{hosts[0]}"]):
            return _refusal("the request comes from a page of another site")
        return None

    def _is_known(self, host: str) -> bool:
        """Whether a request may name this host: an address cannot be rebound, a name can."""
        if host in self._names:
            return True
        try:
            address = ipaddress.ip_address(host.strip("[]"))
        except ValueError:
            return False
        return address.is_loopback or self._options.token is not None

    def _stranger(self, request: Request) -> Response | None:
        """Return a refusal of a browser without the token, or take the token and give a cookie."""
        token = self._options.token
        if token is None:
            return None
        cookie = f"ovmr_token_{request.url.port or 80}"
        if _equal(request.query_params.get("token"), token):
            clean = RedirectResponse(str(_relative(request)), 303)
            clean.set_cookie(cookie, token, httponly=True, samesite="lax")
            return clean
        if _equal(request.cookies.get(cookie), token):
            return None
        return _refusal("a token is missing; open the address that `serve` printed")

    def _change(self, request: Request) -> Response | None:
        """Return a refusal of a change that no page of this program asks for."""
        if request.method in _SAFE:
            return None
        if self._options.read_only:
            return _refusal("the index is served with --read-only; nothing can be changed")
        if not _equal(request.headers.get(TOKEN_HEADER), self._options.page_token):
            return _refusal("the page is older than this server; load it again")
        length = request.headers.get("content-length", "")
        if not length.isdecimal() or int(length) > _LARGEST:
            return _refusal("the request is too large, or does not say how large it is", 413)
        return None


def _names(options: ServeOptions) -> frozenset[str]:
    """Return the names, in lower case, that requests may give this machine."""
    own = {"localhost"}
    if options.token is not None:
        own |= {options.host.lower(), socket.gethostname().lower(), socket.getfqdn().lower()}
    return frozenset(own)


def _relative(request: Request) -> str:
    """Return the address that was asked for, without the token."""
    url = request.url.remove_query_params("token")
    path = f"/{url.path.lstrip('/')}"  # `//name` would lead elsewhere
    return f"{path}?{url.query}" if url.query else path


def _equal(given: str | None, expected: str) -> bool:
    """Compare secrets in a time that does not tell how much of them is equal."""
    return compare_digest((given or "").encode(), expected.encode())


def _refusal(reason: str, status: int = 403) -> Response:
    return PlainTextResponse(f"{reason}\n", status)


def _bind(headers: MutableHeaders) -> None:
    """Add what binds an answer: it runs no foreign script, and no page elsewhere shows it."""
    for name, value in _HEADERS.items():
        headers[name] = value
    headers.setdefault("Cache-Control", "no-store")
