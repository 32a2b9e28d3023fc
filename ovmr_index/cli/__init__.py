"""The command line: it parses, calls `Index` and prints. Light to import."""

import atexit
import gc
import io
import os
import sys

from ovmr_index.cli.closed_streams import stand_in
from ovmr_index.cli.errors import explained_errors
from ovmr_index.cli.signals import end_as_interrupted

COMPLETE = "_OVMR_INDEX_COMPLETE"  # names the shell that asks how to complete a line
_OBJECTS = 200_000  # made before Python looks for cycles: at 700 a start takes 0.09 s more


def main() -> None:
    """Run `ovmr-index` with the arguments of the process; exits with 0, 1, 2, 129, 130 or 143.

    A shell that completes a line gets its answer instead.
    """
    gc.set_threshold(_OBJECTS)
    atexit.register(gc.freeze)  # a last look for cycles takes 0.05 s, for nothing
    stand_in()
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A name that the terminal cannot show must not end the command.
        sys.stdout.reconfigure(errors="backslashreplace")
    end_as_interrupted()
    if shell := os.environ.get(COMPLETE):
        from ovmr_index.cli.completion.answer import answer

        answer(shell, sys.argv[1:])
        return
    with explained_errors():
        from ovmr_index.cli.app import app

        app(prog_name="ovmr-index")
