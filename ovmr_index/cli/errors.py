"""The one place where an exception becomes a line on standard error and an exit code."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from ovmr_index.cli.colours import styled
from ovmr_index.cli.signals import SignalledError, received
from ovmr_index.errors import OvmrIndexError, UsageError, os_reason, speaking, without_passwords

_ERROR = "error:"
FAILED, WRONG_USAGE, INTERRUPTED = 1, 2, 130

# Of libraries that cannot be loaded, and of threads.
_SHORT_OF_MEMORY = (
    "failed to map segment",
    "annot allocate memory",
    "can't start new thread",
    "error return without exception set",  # by C code that got no memory, Python's own too
    "without setting an exception",
)
_OS_REMEDIES = {
    errno.EACCES: "get the permission, or give another path",
    errno.EDQUOT: "make room, or give another path",
    errno.EMFILE: "raise the limit of open files (ulimit -n)",
    errno.ENOSPC: "make room, or give another path",
    errno.EPERM: "get the permission, or give another path",
    errno.EROFS: "give another path",
}


class _ExplainedExit(SystemExit):
    """The end of a command whose reason was said; `at_once` where Python has no memory to end."""

    at_once = False


class Shortage:
    """Whether a command has said that memory is short: there may be too little to end, too."""

    is_said = False


@contextmanager
def explained_errors() -> Iterator[None]:
    """Turn what a command raises into one line on standard error and the exit code for it.

    Whoever reads standard output may leave early (`| head`): that ends a command in silence.
    """
    Shortage.is_said = False
    with speaking(shell=True):
        try:
            yield
            if sys.stdout is not None:
                sys.stdout.flush()
        except (KeyboardInterrupt, SystemExit) as ended:
            if not _is_interrupted(ended):
                _require_written()
                raise
            signal = ended if isinstance(ended, SignalledError) else received()
            _exit(str(signal or "interrupted"), signal.code if signal else INTERRUPTED)
        except OvmrIndexError as error:
            _exit(f"error: {error}", WRONG_USAGE if isinstance(error, UsageError) else FAILED)
        except BrokenPipeError:
            _exit("", 0)
        except _other_errors() as error:
            reason = _explained(error)
            if reason is None:
                raise
            _exit_in_need(reason, is_short=_is_short_of_memory(error))


def _is_interrupted(ended: BaseException) -> bool:
    """Whether a command was interrupted and nothing was said of that.

    Typer ends in silence where a signal comes while it reads the arguments.
    """
    if isinstance(ended, SystemExit):
        return ended.code == INTERRUPTED and not isinstance(ended, _ExplainedExit)
    return True


def _require_written() -> None:
    """Write what is left for standard output; end with an error where that cannot be written."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        _finish_output()
    except OSError as error:
        _exit(f"error: {_explained(error)}", FAILED)


def printable(text: str) -> str:
    """Return the text in one line: control characters as Python writes them."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)


def message_line(text: str) -> str:
    """Return a message in one line, without the passwords that may be in it."""
    return printable(without_passwords(text))


def _exit_in_need(reason: str, *, is_short: bool) -> None:
    """End with an error of the system, at once where memory is short, which is said one time."""
    said = "" if is_short and Shortage.is_said else f"error: {reason}"
    _exit(said, FAILED, at_once=is_short)


def _exit(message: str, code: int, *, at_once: bool = False) -> None:
    _finish_output()
    if message:
        with suppress(OSError):  # the terminal may be gone
            kind = styled(_ERROR, "error", sys.stderr)
            line = message_line(message)
            said = f"{kind}{line.removeprefix(_ERROR)}" if line.startswith(_ERROR) else line
            print(f"ovmr-index: {said}", file=sys.stderr)
            Shortage.is_said = at_once
    ended = _ExplainedExit(code)
    ended.at_once = at_once
    raise ended from None


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
    """Return what else can go wrong; a database that was not imported has raised nothing."""
    memory = (
        MemoryError,
        ImportError,
        RuntimeError,
        SystemError,
    )  # as far as memory is their reason
    databases = (("sqlite3", "Error"), ("psycopg", "Error"), ("sqlalchemy.exc", "DBAPIError"))
    raised = (getattr(sys.modules.get(module), name, None) for module, name in databases)
    return (OSError, UnicodeError, *memory, *(error for error in raised if error is not None))


def _explained(error: Exception) -> str | None:
    """Return what is wrong and what to do, None for an error of the program itself."""
    if _is_short_of_memory(error):
        return "the memory is too small for this; ask for less at once"
    if isinstance(error, ImportError | RuntimeError | SystemError):
        return None
    if isinstance(error, OSError):
        named = isinstance(error.filename, str | bytes)
        where = f"{os.fsdecode(error.filename)}: " if named else ""
        if error.errno == errno.EBADF and not named:
            return "write error: Bad file descriptor; open standard output, or write with -o"
        remedy = _OS_REMEDIES.get(error.errno or 0, "check the path")
        return f"{where}{os_reason(error)}; {remedy}"
    if isinstance(error, UnicodeEncodeError):
        return "a name or value is not UTF-8 text; give another"
    from ovmr_index.db import database_errors

    return f"the index: {database_errors.describe(error)}"


def _is_short_of_memory(error: Exception) -> bool:
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    return isinstance(error, MemoryError) or (
        isinstance(error, ImportError | RuntimeError | SystemError)
        and any(sign in str(error) for sign in _SHORT_OF_MEMORY)
    )
