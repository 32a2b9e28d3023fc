"""`serve`: the index in a browser."""

import json
from typing import Annotated

import typer

from ovmr_index.cli.options import AsJson, settings
from ovmr_index.cli.output import say

EXAMPLE = "Example: ovmr-index --root demo serve --open"


def serve(
    context: typer.Context,
    *,
    host: Annotated[
        str, typer.Option(metavar="HOST", help="The name or address of this machine to serve on.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, metavar="N", help="The port; 0 picks a free one.")
    ] = 8765,
    open_browser: Annotated[
        bool, typer.Option("--open", help="Open the first page in a browser.")
    ] = False,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Let nobody change a mark.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show the index in a browser, until Ctrl-C.

    It prints its address. Pages are for this machine alone, unless --host is another address of it:
    then the address that is printed has a token, without which nothing is shown.
    """
    from ovmr_index.cli.server_log import log_in_lines
    from ovmr_index.integrations.packages import installed_by

    chosen = settings(context, as_json)
    with installed_by("what `serve` needs", "run `pip install 'ovmr-index[web]'`"):
        from ovmr_index.web.options import ServeOptions
        from ovmr_index.web.server import serve as serve_pages
    log_in_lines()
    options = ServeOptions(host, port, read_only)

    def announce(address: str) -> None:
        print(json.dumps({"address": address}) if chosen.json else address, flush=True)
        if open_browser:
            _open(address)

    with chosen.open() as index:
        serve_pages(index, options, announce)


def _open(address: str) -> None:
    """Open an address beside the server, as some browsers do not return."""
    import threading
    import webbrowser

    def run() -> None:
        if not webbrowser.open(address):
            say("no browser is found here; open the address in yours")

    threading.Thread(target=run, daemon=True).start()
