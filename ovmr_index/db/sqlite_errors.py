"""SQLite's errors by their code, with what to do about each: the same words wherever one is met."""

import sqlite3

from ovmr_index.errors import command, option

_BUSY = "another process is writing to it; try again later"
DAMAGED = "it is damaged; restore a backup, or delete it and ingest again"
_NOT_PERMITTED = "get the permission to write, or give another {db}"
# `{db}` is the option of that name.
_REMEDIES = {
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_CANTOPEN: "check that it is there, and the permissions of its folder",
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_FULL: "make room on the disk, or for temporary files (SQLITE_TMPDIR)",
    sqlite3.SQLITE_IOERR: "check the disk and its space",
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_NOTADB: "it is no SQLite database; give another {db}",
    sqlite3.SQLITE_PERM: _NOT_PERMITTED,
    sqlite3.SQLITE_READONLY: _NOT_PERMITTED,
}
_UNWRITABLE = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY}
_NOT_TEXT = "Could not decode to UTF-8"  # Python's own words, without a code of SQLite's
NOT_JSON = "malformed JSON"


def code_of(error: BaseException) -> int:
    """Return the primary code of the driver's error, 0 without one; SQLAlchemy may wrap it."""
    return getattr(_cause(error), "sqlite_errorcode", 0) & 0xFF


def has_remedy(code: int) -> bool:
    """Whether the file or the system is at fault, and not the statement."""
    return code in _REMEDIES


def is_busy(error: BaseException) -> bool:
    """Whether another connection has locked the index."""
    return code_of(error) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def is_broken_text(error: BaseException) -> bool:
    """Whether the index holds text that is not UTF-8, which no part of this program writes."""
    cause = _cause(error)
    return isinstance(cause, UnicodeDecodeError) or str(cause).startswith(_NOT_TEXT)


def is_unwritable(error: BaseException) -> bool:
    """Whether the index can perhaps be read, and cannot be written."""
    return code_of(error) in _UNWRITABLE


def describe(error: BaseException, *, remedy: str | None = None) -> str:
    """Return what SQLite says and what to do: the `remedy` where nothing better is known."""
    if is_broken_text(error):
        return f"it holds text that is not UTF-8; {DAMAGED}; {command('db check')} says where"
    if str(_cause(error)) == NOT_JSON:
        return f"it holds text that is no JSON; {DAMAGED}; {command('db check')} says where"
    return with_remedy(str(_cause(error)), code_of(error), remedy=remedy)


def with_remedy(
    message: str, code: int, *, reading: bool = False, remedy: str | None = None
) -> str:
    """Return what SQLite says and what to do; `reading` is for a connection that cannot write."""
    if reading and code == sqlite3.SQLITE_READONLY:
        # By what a stopped write has left, which the next command clears.
        return f"{message}; a write was stopped; run {command('status')}, then this again"
    usual = remedy or f"run {command('db check')}"
    return f"{message}; {_REMEDIES.get(code, usual).format(db=option('db'))}"


def _cause(error: BaseException) -> BaseException:
    return getattr(error, "orig", None) or error
