"""SQL functions for SQLite: its builds need not have any of mathematics.

`bit_count` counts those of a number of 64 bits, for perceptual hashes. `packed_doubles` hands over
the numbers of many rows at once. The others serve a stable draw: PostgreSQL has `ln` and `sqrt`;
`dialects` writes the others there in what it has.
"""

import hashlib
import math
import sqlite3
from array import array
from typing import Any

DIGITS = 13


def draw_number(text: str) -> int:
    """Return the first 13 hexadecimal digits of a text's MD5 as a number of 52 bits.

    MD5 only spreads here: so few bits fit into a double together with a half.
    """
    digest = hashlib.md5(text.encode(), usedforsecurity=False)
    return int(digest.hexdigest()[:DIGITS], 16)


class PackedDoubles:
    """The numbers of a group as doubles, in the order of its rows: the bytes of an `array`.

    A row costs a third of what it costs to be fetched.
    """

    __slots__ = ("_doubles", "step")

    def __init__(self) -> None:
        self._doubles = array("d")
        self.step = self._doubles.append  # itself: a method of ours would take twice the time

    def finalize(self) -> Any:
        """Return the bytes."""
        return self._doubles.tobytes()


def add_functions(connection: sqlite3.Connection) -> None:
    """Give a connection the functions, in place of SQLite's own where it has them."""
    connection.create_function("draw_number", 1, draw_number, deterministic=True)
    connection.create_function("bit_count", 1, _bit_count, deterministic=True)
    connection.create_aggregate("packed_doubles", 1, PackedDoubles)
    connection.create_function("ln", 1, math.log, deterministic=True)
    connection.create_function("sqrt", 1, math.sqrt, deterministic=True)


def _bit_count(number: int) -> int:
    return (number & 0xFFFF_FFFF_FFFF_FFFF).bit_count()
