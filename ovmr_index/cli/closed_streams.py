"""Standard streams that the caller has closed (`>&-`): what is written there fails, as it should.

Python passes over what is printed to a standard output that is not there, and prints what is for
standard error on standard output then. The next file that is opened would get the number of the
stream, too.
"""

import os
import sys


def stand_in() -> None:
    """Put a stream in the place of each that is closed.

    Standard input cannot be read, and standard output cannot be written: "Bad file descriptor".
    What is written to standard error goes nowhere, as nobody is there to hear that it failed.
    """
    if sys.stdin is None:
        sys.stdin = os.fdopen(_nowhere(0, os.O_WRONLY), closefd=False)
    if sys.stdout is None:
        sys.stdout = os.fdopen(_nowhere(1, os.O_RDONLY), "w", closefd=False)
    if sys.stderr is None:
        sys.stderr = os.fdopen(_nowhere(2, os.O_WRONLY), "w", closefd=False)


def _nowhere(number: int, flags: int) -> int:
    """Open the null device under the number of a stream, which it returns."""
    opened = os.open(os.devnull, flags)
    os.dup2(opened, number)
    if opened != number:
        os.close(opened)
    return number
