"""The part of `Index` that compares it with the disk."""

from ovmr_index.index.base import IndexBase
from ovmr_index.ingest.verify import Depth, VerifyReport, verify


class Checking(IndexBase):
    """What the index knows against the disk."""

    def verify(self, depth: Depth = "headers") -> VerifyReport:
        """Find files that are missing, unreadable or changed, and what is odd in the others.

        With depth `names` folders are listed and annotation files read, no picture is opened;
        `headers` reads the header of each picture, `decode` all of it.
        """
        return verify(self.engine, self.root, depth, self._progress)
