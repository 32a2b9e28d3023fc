"""Blocks of row numbers: the units in which several processes share the images of an index."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement


def block_of(pk: ColumnElement[int], size: int) -> ColumnElement[int]:
    """Return the number of the block that a row is in; each has `size` row numbers."""
    return pk // size


def in_blocks(pk: ColumnElement[int], size: int, blocks: Collection[int]) -> ColumnElement[Any]:
    """Return the condition that a row is in one of some blocks, by their numbers.

    The range that they are in lets the database look at no others.
    """
    first, last = min(blocks), max(blocks)
    return pk.between(first * size, last * size + size - 1) & block_of(pk, size).in_(blocks)
