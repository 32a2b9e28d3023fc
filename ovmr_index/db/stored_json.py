"""JSON that the index keeps as text, decoded: what is damaged is said with its table and row."""

import json
from typing import Any, TypeVar

import msgspec

from ovmr_index.errors import DamagedError, command, shortened

T = TypeVar("T")

_WRONG = (msgspec.MsgspecError, ValueError, RecursionError)


def decoded(
    decoder: msgspec.json.Decoder[T], content: str, column: str, row: object, remedy: str
) -> T:
    """Return what a text of the index is as JSON.

    Args:
        decoder: What it should be.
        content: The text.
        column: The table and the column that it is in, as in `sources.header`.
        row: The row of the table, by what names it.
        remedy: What to type where it is damaged.

    Raises:
        DamagedError: It is no JSON, or other JSON.
    """
    try:
        return decoder.decode(content)
    except _WRONG as error:
        raise _damaged(error, column, row, remedy) from None


def read_again() -> str:
    """Return what to type where the index holds other than what was read."""
    return f"run {command('ingest', rehash=True)}, which reads it again"


def decoded_object(
    content: str, column: str, row: object, remedy: str | None = None
) -> dict[str, Any]:
    """Return the object that a text of the index is as JSON, with its numbers as they were read.

    Raises DamagedError as `decoded`.
    """
    try:
        found = json.loads(content)
    except _WRONG as error:
        raise _damaged(error, column, row, remedy or read_again()) from None
    if not isinstance(found, dict):
        raise _damaged(ValueError("it is no object"), column, row, remedy or read_again())
    return found


def _damaged(error: Exception, column: str, row: object, remedy: str) -> DamagedError:
    problem = f"{column} of {shortened(str(row))} is not the JSON that it should be"
    return DamagedError(f"the index is damaged: {problem} ({shortened(str(error))}); {remedy}")
