"""What to type next: the last line of a command, for a person who reads it on a terminal."""

import shlex
import shutil
import sys
from pathlib import Path

from ovmr_index.cli.options import Settings
from ovmr_index.cli.output import say
from ovmr_index.errors import Words
from ovmr_index.vocabularies.names import LVIS_TRAIN


def note_next(chosen: Settings, *words: str) -> None:
    """Print a command to type next, with the root and the index that were given.

    Nothing is printed with --quiet or --json, beside data on standard output, or where standard
    error is no terminal.
    """
    if is_read() and not (chosen.quiet or chosen.json or chosen.data_on_stdout):
        say(f"next: {program()} {shlex.join([*Words.given, *words])}", "note")


def is_read() -> bool:
    """Whether a person reads standard error."""
    return sys.stderr is not None and sys.stderr.isatty()


def of_vocabulary(name: str) -> tuple[str, ...]:
    """Return the option that names a vocabulary, nothing for the usual one."""
    return () if name == LVIS_TRAIN else ("--vocabulary", name)


def program() -> str:
    """Return how to call this program from here, where it may not be on the path."""
    if shutil.which("ovmr-index"):
        return "ovmr-index"
    if Path(sys.argv[0]).name == "ovmr-index":
        return shlex.quote(sys.argv[0])
    return f"{shlex.quote(sys.executable)} -m ovmr_index"
