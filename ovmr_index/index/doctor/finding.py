"""What a check finds, and how a check that fails itself becomes a finding too."""

import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Literal, NamedTuple

from sqlalchemy.exc import SQLAlchemyError

from ovmr_index.errors import OvmrIndexError, os_reason, shortened

State = Literal["ok", "note", "problem"]

# What a look at a system that is not well may raise.
_FAILURES = (
    *(OSError, OvmrIndexError, sqlite3.Error, SQLAlchemyError, ImportError, UnicodeError),
    *(ValueError, RuntimeError, MemoryError, EOFError, subprocess.SubprocessError),
)


class DoctorCheck(NamedTuple):
    """A check of `doctor`: what was looked at, how it is, and what to type.

    Attributes:
        section: `environment`, `packages`, `machine`, `tree` or `index`.
        check: What was looked at.
        state: `ok`, `note` (works, with less) or `problem` (does not work).
        found: What there is.
        advice: What to do about it, "" where nothing is to be done.
    """

    section: str
    check: str
    state: State
    found: str
    advice: str = ""


class Look(NamedTuple):
    """A check that is still to be made: `find` yields what it finds.

    With `seconds` it has so long to answer: one that asks a file system may wait for ever.
    """

    section: str
    check: str
    find: Callable[[], Iterable[DoctorCheck]]
    seconds: float | None = None


def sized(size: int) -> str:
    """Return a number of bytes as people read it."""
    for unit, name in ((10**9, "GB"), (10**6, "MB")):
        if size >= unit // 10:
            return f"{size / unit:,.1f} {name}"
    return f"{size:,} bytes"


def made(look: Look) -> Iterator[DoctorCheck]:
    """Yield what a check finds; what it raises is a problem, and so is no answer in time."""
    if look.seconds is None:
        yield from _found(look)
        return
    answer: list[list[DoctorCheck]] = []
    thread = threading.Thread(target=lambda: answer.append(_found(look)), daemon=True)
    thread.start()
    thread.join(look.seconds)
    if answer:
        yield from answer[0]
    else:
        found = f"no answer from the file system in {look.seconds:g} s"
        advice = "see whether the disk or the network it is on still answers, with `df`"
        yield DoctorCheck(look.section, look.check, "problem", found, advice)


def _found(look: Look) -> list[DoctorCheck]:
    found: list[DoctorCheck] = []
    try:
        found.extend(look.find())
    except _FAILURES as error:
        named = f"{error.filename}: " if isinstance(error, OSError) and error.filename else ""
        reason = os_reason(error) if isinstance(error, OSError) else str(error)
        said = shortened(f"{named}{reason or type(error).__name__}")
        said = said if isinstance(error, OvmrIndexError) else f"cannot be checked: {said}"
        found.append(DoctorCheck(look.section, look.check, "problem", said))
    return found
