"""The end of a tar: how many zeros are padding, and from how many on they are what was not copied.

A tar ends with two blocks of zeros, and then with zeros up to the end of a record. No tar says how
long its records are. GNU tar, bsdtar and Python write 20 blocks (10,240 bytes), 7-Zip and Go only
the two blocks. For tapes, and by `dd conv=sync`, people take powers of two up to 1 MiB, or 63, 126
or 127 blocks, which old programs took at most. Where a copy was not finished, the files at the end
are zeros, and the length fits none of these records: but for one tar in 64 that lacks 100 KB. What
is missing within one record cannot be told from padding.
"""

import os
from typing import IO

BLOCK = 512
END = 2 * BLOCK  # bytes of zeros that every tar ends with
_USUAL = 20  # blocks of a record
_OTHERS = (63, 126, 127, *(1 << power for power in range(5, 12)))
_PIECE = 1 << 14  # more than the zeros of most tars
_READ = 1 << 24
_LONGEST = max(_OTHERS) * BLOCK


def is_padding(zeros: int, *lengths: int) -> bool:
    """Return whether zeros after the two blocks of the end of a tar are no more than padding.

    `lengths` are those of the tar with its zeros, in bytes: one of them fills records. Where it is
    the last of several in a file, that of the tar alone, and of all to its end.
    """
    blocks = zeros // BLOCK
    if blocks < _USUAL:
        return True
    return any(
        blocks < record and length // BLOCK % record == 0
        for record in _OTHERS
        for length in lengths
    )


def may_be_cut_short(zeros: int, length: int) -> bool:
    """Return whether what ends with so many zeros may be a tar whose rest was not copied.

    Its headers tell: its last file may end with zeros too.
    """
    return not is_padding(max(0, zeros - END), length)


def zeros_at_end(file: IO[bytes]) -> tuple[int, int]:
    """Return how many zeros a file ends with, and its length; of more than any padding some."""
    length = position = file.seek(0, os.SEEK_END)
    while position > 0 and length - position <= _LONGEST + END:
        start = max(0, position - _PIECE)
        file.seek(start)
        if rest := file.read(position - start).rstrip(b"\0"):
            return length - start - len(rest), length
        position = start
    return length - position, length


def zeros_at_end_of_stream(stream: IO[bytes]) -> tuple[int, int]:
    """Return how many zeros a stream ends with, and its length; it is read from start to end."""
    zeros = length = 0
    while piece := stream.read(_READ):
        rest = piece.rstrip(b"\0")
        zeros = len(piece) - len(rest) + (0 if rest else zeros)
        length += len(piece)
    return zeros, length
