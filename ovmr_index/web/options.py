"""How the pages are served."""

import secrets
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """Where pages are served, and who may change the index.

    `host` is a name or an address of this machine; port 0 picks a free one. `token` is what a
    browser must bring to see anything, None where only this machine can ask. `page_token` is in
    every page and must come with every change, so that no other page can make one.
    """

    host: str = "127.0.0.1"
    port: int = 8765
    read_only: bool = False
    token: str | None = None
    page_token: str = field(default_factory=secrets.token_urlsafe, repr=False)
