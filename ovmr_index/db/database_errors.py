"""Errors of either database, with what to do about each."""

from ovmr_index.db import postgresql_errors, sqlite_errors


def is_of_postgresql(error: BaseException) -> bool:
    """Whether an error is of PostgreSQL's driver; SQLAlchemy may wrap it."""
    return hasattr(getattr(error, "orig", None) or error, "sqlstate")


def is_busy(error: BaseException) -> bool:
    """Whether another connection has locked the index, or is in the way."""
    if is_of_postgresql(error):
        return postgresql_errors.is_busy(error)
    return sqlite_errors.is_busy(error)


def is_unwritable(error: BaseException) -> bool:
    """Whether the index can perhaps be read, and cannot be written."""
    if is_of_postgresql(error):
        return postgresql_errors.is_unwritable(error)
    return sqlite_errors.is_unwritable(error)


def describe(error: BaseException, *, remedy: str | None = None) -> str:
    """Return what the database says and what to do: the `remedy` where nothing better is known."""
    if is_of_postgresql(error):
        return postgresql_errors.describe(error, remedy=remedy)
    return sqlite_errors.describe(error, remedy=remedy)
