"""Hash the images of pools and of LVIS val that may be the same file, and no others."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from ovmr_index.db.bulk import Query, stream_rows
from ovmr_index.db.session import Session
from ovmr_index.errors import Issue, UnwritableError
from ovmr_index.images.hash_queries import these_images
from ovmr_index.images.locations import Location, locate
from ovmr_index.pools.hash_queries import (
    candidate_count,
    candidate_files,
    images_to_compare,
    val_files,
)
from ovmr_index.progress import Progress
from ovmr_index.storage.members import file_size


@dataclass(frozen=True, slots=True)
class HashReport:
    """What became of the hashes that an audit compares images by.

    Attributes:
        unreadable: The images that cannot be read.
        not_kept: Why the index cannot keep hashes; empty where it can.
        absent: How many images have neither a hash nor a file, in words; empty where none is so.
    """

    unreadable: list[Issue]
    not_kept: str = ""
    absent: str = ""

    def describe(self) -> list[str]:
        """Return what went wrong, in lines for people."""
        absent = [self.absent] if self.absent else []
        if self.not_kept:
            by_hash = "images are compared by id, and by the hashes that it holds"
            return [self.not_kept, by_hash, *absent]
        return [*(issue.describe() for issue in self.unreadable), *absent]

    @property
    def summary(self) -> str:
        """What went wrong in one line, empty if nothing did."""
        if self.not_kept or not self.unreadable:
            return "; ".join(self.describe())
        count = len(self.unreadable)
        counted = "1 image" if count == 1 else f"{count:,} images"
        first = f"{counted} cannot be read, the first is {self.unreadable[0].describe()}"
        return "; ".join(filter(None, (first, self.absent)))


class _Sizes:
    """How large the files of images are, on both sides, and which of them have no file."""

    def __init__(self) -> None:
        """Know no image yet."""
        self.wanted: set[int] = set()
        self._absent: dict[str, tuple[int, int]] = {}

    def absent(self) -> str:
        """Return in words how many images are compared by id alone, "" for none."""
        said = [f"{gone:,} of {all_:,} images {of}" for of, (gone, all_) in self._absent.items()]
        if not said:
            return ""
        return f"{' and '.join(said)} are not on the disk: they are compared by id alone"

    def count_absent(self, of: str, gone: int, all_: int) -> None:
        """Count images `of` something that have neither a hash nor a file."""
        if gone:
            self._absent[of] = (gone, all_)


def hash_possible_copies(session: Session, vocabulary_pk: int) -> HashReport:
    """Compute the SHA-256 of images in pools and in LVIS val that may be the same file.

    Equal files are equally large, so that only those are read whose size occurs on both sides. The
    hash of a file that has changed since is computed again. A file that is missing has no size, and
    is counted. Nothing is written where no hash is missing.
    """
    from ovmr_index.images.stored_hashes import forget_stale_hashes, hash_images

    not_kept = ""
    try:
        forget_stale_hashes(session, images_to_compare(vocabulary_pk))
    except UnwritableError as error:
        not_kept = str(error)
    with session.read() as connection:
        found = _of_equal_size(connection, session.root, vocabulary_pk, session.progress)
    if not_kept or not found.wanted:
        return HashReport([], not_kept, found.absent())
    try:
        issues = hash_images(session, these_images(found.wanted), perceptual=False)
    except UnwritableError as error:
        return HashReport([], str(error), found.absent())
    return HashReport(issues, absent=found.absent())


def _of_equal_size(
    connection: Connection, root: Path, vocabulary_pk: int, progress: Progress
) -> _Sizes:
    """Find the images without SHA-256 whose size is that of an image on the other side."""
    found = _Sizes()
    unhashed_of_val = _val_by_size(connection, root, found)
    if not unhashed_of_val:
        return found
    # A candidate whose hash is known matters only as long as one of val's is not.
    unhashed_only = not any(unhashed_of_val.values())
    count = connection.execute(candidate_count(vocabulary_pk, unhashed=unhashed_only)).scalar_one()
    query = candidate_files(vocabulary_pk, unhashed=unhashed_only)
    gone = 0
    with progress("sizes of images", count, "images") as advance:
        for image_pk, unhashed, size in _sizes(connection, root, query):
            gone += unhashed and size is None
            if size is not None and size in unhashed_of_val:
                found.wanted.update(unhashed_of_val[size], [image_pk] if unhashed else [])
            advance(1)
    found.count_absent("of the pools", gone, count)
    return found


def _val_by_size(connection: Connection, root: Path, found: _Sizes) -> dict[int, list[int]]:
    """Return the images of LVIS val without SHA-256 by their size, with a size that any has."""
    unhashed_of_val: defaultdict[int, list[int]] = defaultdict(list)
    gone = count = 0
    for image_pk, unhashed, size in _sizes(connection, root, val_files()):
        count += 1
        gone += unhashed and size is None
        if size is not None:
            unhashed_of_val[size] += [image_pk] if unhashed else []
    found.count_absent("of LVIS val", gone, count)
    return unhashed_of_val


def _sizes(
    connection: Connection, root: Path, files: Query
) -> Iterator[tuple[int, bool, int | None]]:
    """Yield (row number, whether the SHA-256 is missing, size in bytes) of images.

    The size is None where there is no file.
    """
    roots: dict[str, str] = {}  # of datasets, which may be elsewhere than below `root`
    for image_pk, unhashed, folder, name, *location in stream_rows(connection, files):
        if folder not in roots:
            roots[folder] = str(root / folder)
        try:
            size = file_size(locate(roots[folder], name, Location(*location)))
        except OSError:
            size = None
        yield image_pk, bool(unhashed), size
