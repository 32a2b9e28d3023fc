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
from ovmr_index.images.stored_hashes import hash_images
from ovmr_index.pools.hash_queries import candidate_count, candidate_files, val_files
from ovmr_index.progress import Progress
from ovmr_index.storage.tar_members import file_size


@dataclass(frozen=True, slots=True)
class HashReport:
    """What became of the hashes that an audit compares images by.

    Attributes:
        unreadable: The images that cannot be read.
        not_kept: Why the index cannot keep hashes; empty where it can.
    """

    unreadable: list[Issue]
    not_kept: str = ""

    def describe(self) -> list[str]:
        """Return what went wrong, in lines for people."""
        if self.not_kept:
            return [self.not_kept, "images are compared by id, and by the hashes that it holds"]
        return [issue.describe() for issue in self.unreadable]

    @property
    def summary(self) -> str:
        """What went wrong in one line, empty if nothing did."""
        if self.not_kept:
            return "; ".join(self.describe())
        if not self.unreadable:
            return ""
        count = len(self.unreadable)
        counted = "1 image" if count == 1 else f"{count:,} images"
        return f"{counted} cannot be read, the first is {self.unreadable[0].describe()}"


def hash_possible_copies(session: Session, vocabulary_pk: int) -> HashReport:
    """Compute the SHA-256 of images in pools and in LVIS val that may be the same file.

    Equal files are equally large, so that only those are read whose size occurs on both sides. A
    file that is missing has no size. Nothing is written where no hash is missing.
    """
    with session.read() as connection:
        wanted = _of_equal_size(connection, session.root, vocabulary_pk, session.progress)
    if not wanted:
        return HashReport([])
    try:
        return HashReport(hash_images(session, these_images(wanted), perceptual=False))
    except UnwritableError as error:
        return HashReport([], not_kept=str(error))


def _of_equal_size(
    connection: Connection, root: Path, vocabulary_pk: int, progress: Progress
) -> set[int]:
    """Return the images without SHA-256 whose size is that of an image on the other side."""
    unhashed_of_val: defaultdict[int, list[int]] = defaultdict(list)
    for image_pk, unhashed, size in _sizes(connection, root, val_files()):
        if size is not None:
            unhashed_of_val[size] += [image_pk] if unhashed else []
    if not unhashed_of_val:
        return set()
    # A candidate whose hash is known matters only as long as one of val's is not.
    unhashed_only = not any(unhashed_of_val.values())
    count = connection.execute(candidate_count(vocabulary_pk, unhashed=unhashed_only)).scalar_one()
    query = candidate_files(vocabulary_pk, unhashed=unhashed_only)
    wanted: set[int] = set()
    with progress("sizes of images", count, "images") as advance:
        for image_pk, unhashed, size in _sizes(connection, root, query):
            if size is not None and size in unhashed_of_val:
                wanted.update(unhashed_of_val[size], [image_pk] if unhashed else [])
            advance(1)
    return wanted


def _sizes(
    connection: Connection, root: Path, files: Query
) -> Iterator[tuple[int, bool, int | None]]:
    """Yield (row number, whether the SHA-256 is missing, size in bytes) of images.

    The size is None where there is no file.
    """
    for image_pk, unhashed, folder, name, *location in stream_rows(connection, files):
        try:
            size = file_size(locate(f"{root}/{folder}", name, Location(*location)))
        except OSError:
            size = None
        yield image_pk, bool(unhashed), size
