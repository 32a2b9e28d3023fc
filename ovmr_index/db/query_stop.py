"""What ends a query that runs, from another thread."""

import os
from typing import Self


class QueryStop:
    """A request to end one query: `stop` may be called in any thread, at any time.

    A pipe carries it, which the thread of the query waits for together with its rows. Close it, or
    use it in a `with` block around that of the query.
    """

    def __init__(self) -> None:
        """Open the pipe."""
        self._read, self._write = os.pipe()

    def __enter__(self) -> Self:
        """Use it until the block ends."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the pipe."""
        os.close(self._read)
        os.close(self._write)

    def fileno(self) -> int:
        """Return the file descriptor that has something to read once `stop` was called."""
        return self._read

    def stop(self) -> None:
        """End the query: it raises OvmrIndexError, now or when its next rows are taken."""
        os.write(self._write, b".")
