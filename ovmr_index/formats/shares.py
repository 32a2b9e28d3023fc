"""A share of a tree: the part of its classes that one of several processes reads."""

import re
import zlib
from typing import NamedTuple, Self

from ovmr_index.errors import Issue, UsageError
from ovmr_index.formats.left_out import REST
from ovmr_index.formats.split_names import SPLITS
from ovmr_index.formats.tar import class_of

MOST = 10_000
_WRITTEN = re.compile(r"([0-9]{1,9})/([0-9]{1,9})", re.ASCII)
_WNID = re.compile(r"n[0-9]{8}")


class Share(NamedTuple):
    """Shard `number` of so many, from 1: which classes are in it depends on their names alone."""

    number: int
    of: int

    def __str__(self) -> str:
        """Write it as it is given."""
        return f"{self.number}/{self.of}"

    @classmethod
    def read(cls, text: str) -> Self:
        """Return a share as it is written, `3/16`; raises UsageError for anything else."""
        found = _WRITTEN.fullmatch(text)
        if found is None:
            empty = " (is a variable empty?)" if text.startswith("/") or text.endswith("/") else ""
            raise UsageError(f"{text!r} is no shard{empty}; write number/count, as 3/16")
        share = cls(int(found[1]), int(found[2]))
        if not 1 <= share.of <= MOST:
            raise UsageError(f"{text!r} is no shard; there are 1 to {MOST:,} shards")
        if not 1 <= share.number <= share.of:
            counts = f"shards of {share.of:,} are numbered from 1 to {share.of:,}"
            raise UsageError(f"{text!r} is no shard; {counts}")
        return share

    def takes(self, name: str) -> bool:
        """Return whether a class is in this shard, by the name of its folder or its archive."""
        called = class_of(name) or name
        number = zlib.crc32(called.encode("utf-8", "surrogateescape")) % self.of
        return number == self.number - 1

    def takes_path(self, path: str) -> bool:
        """Return whether a class folder, or what is in it, is in this shard, by its path."""
        return self.takes(_class_in(path))

    def owns(self, issue: Issue) -> bool:
        """Return whether this shard is the one to say what was left out.

        What is of no class is said by one of the shards.
        """
        rest = REST.fullmatch(issue.reason)
        if rest is not None and not issue.record:
            return self.takes_path(rest[2])
        archive = class_of(issue.file.rpartition("/")[2])
        return self.takes(archive or _class_in(issue.record))


def _class_in(path: str) -> str:
    """Return the name of the class in a path below a tree: what is below the folder of a split."""
    parts = [one for one in path.split("/") if one not in SPLITS]
    named = (one for one in parts if _WNID.fullmatch(class_of(one) or one))
    return next(named, parts[0] if parts else "")
