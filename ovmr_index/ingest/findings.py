"""Where the index and the disk differ."""

from typing import Literal, NamedTuple

FindingKind = Literal["missing", "unreadable", "changed", "note"]


class Finding(NamedTuple):
    """Where index and disk differ, or what is odd; `file_name` lies below the dataset's root.

    That of an annotation file or of a root is its path as the index keeps it.
    """

    kind: FindingKind
    dataset: str
    file_name: str
    reason: str
