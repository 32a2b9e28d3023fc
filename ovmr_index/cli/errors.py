"""The one place where an exception becomes a line on standard error and an exit code."""

import errno
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from ovmr_index.db import sqlite_errors
from ovmr_index.errors import OvmrIndexError, UsageError, os_reason

FAILED, WRONG_USAGE, INTERRUPTED = 1, 2, 130

_OS_REMEDIES = {
    errno.EACCES: "get the permission, or give another path",
    errno.EDQUOT: "make room, or give another path",
    errno.EMFILE: "raise the limit of open files (ulimit -n)",
    errno.ENOSPC: "make room, or give another path",
    errno.EPERM: "get the permission, or give another path",
    errno.EROFS: "give another path",
}


@contextmanager
def explained_errors() -> Iterator[None]:
    """Turn what a command raises into one line on standard error and the exit code for it.

    Whoever reads standard output may leave early (`| head`): that ends a command in silence.
    """
    try:
        yield
        if sys.stdout is not None:
            sys.stdout.flush()
    except KeyboardInterrupt:
        _exit("interrupted", INTERRUPTED)
    except OvmrIndexError as error:
        _exit(f"error: {error}", WRONG_USAGE if isinstance(error, UsageError) else FAILED)
    except BrokenPipeError:
        _exit("", 0)
    except _other_errors() as error:
        _exit(f"error: {_explained(error)}", FAILED)


def printable(text: str) -> str:
    """Return the text in one line: control characters as Python writes them."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)


def _exit(message: str, code: int) -> None:
    _finish_output()
    if message:
        print(f"ovmr-index: {printable(message)}", file=sys.stderr)
    raise SystemExit(code) from None


def _finish_output() -> None:
    """Write what is left for standard output; drop it where nobody takes it.

    Otherwise Python would try again when it ends, and complain.
    """
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _other_errors() -> tuple[type[Exception], ...]:
    """Return what else can go wrong; SQLAlchemy, if it was not imported, has raised nothing."""
    errors = (OSError, MemoryError, UnicodeError, sqlite3.Error)
    alchemy = sys.modules.get("sqlalchemy.exc")
    return errors if alchemy is None else (*errors, alchemy.DBAPIError)


def _explained(error: Exception) -> str:
    if isinstance(error, OSError):
        named = isinstance(error.filename, str | bytes)
        where = f"{os.fsdecode(error.filename)}: " if named else ""
        remedy = _OS_REMEDIES.get(error.errno or 0, "check the path")
        return f"{where}{os_reason(error)}; {remedy}"
    if isinstance(error, MemoryError):
        return "the memory is too small for this; ask for less at once"
    if isinstance(error, UnicodeEncodeError):
        return "a name or value is not UTF-8 text; give another"
    return f"the index: {sqlite_errors.describe(error)}"
