"""Hash the images of pools and of LVIS val that may be the same file, and no others."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection

from ovmr_index.db.bulk import Query, stream_rows
from ovmr_index.db.session import Session
from ovmr_index.errors import Issue
from ovmr_index.images.hash_queries import these_images
from ovmr_index.images.locations import Location, locate
from ovmr_index.images.stored_hashes import hash_images
from ovmr_index.pools.hash_queries import candidate_count, candidate_files, val_files
from ovmr_index.progress import Progress
from ovmr_index.storage.tar_members import file_size


def hash_equal_sizes(session: Session, vocabulary_pk: int) -> list[Issue]:
    """Compute the SHA-256 of pictures in pools and in LVIS val that may be the same file.

    Equal files are equally large, so that only those are read whose size occurs on both sides. A
    file that is not there is none. Nothing is written where no hash is missing. Returns and raises
    what `hash_images` does.
    """
    with session.read() as connection:
        wanted = _of_equal_size(connection, session.root, vocabulary_pk, session.progress)
    if not wanted:
        return []
    return hash_images(session, these_images(wanted), perceptual=False)


def _of_equal_size(
    connection: Connection, root: Path, vocabulary_pk: int, progress: Progress
) -> set[int]:
    """Return the pictures without SHA-256 whose size is that of one on the other side."""
    unhashed_of_val: defaultdict[int, list[int]] = defaultdict(list)
    for row, lacks, size in _sizes(connection, root, val_files()):
        if size is not None:
            unhashed_of_val[size] += [row] if lacks else []
    if not unhashed_of_val:
        return set()
    # A candidate whose hash is known matters only as long as one of val's is not.
    unhashed = not any(unhashed_of_val.values())
    count = connection.execute(candidate_count(vocabulary_pk, unhashed=unhashed)).scalar_one()
    query = candidate_files(vocabulary_pk, unhashed=unhashed)
    wanted: set[int] = set()
    with progress("sizes of pictures", count, "images") as advance:
        for row, lacks, size in _sizes(connection, root, query):
            if size is not None and size in unhashed_of_val:
                wanted.update(unhashed_of_val[size], [row] if lacks else [])
            advance(1)
    return wanted


def _sizes(
    connection: Connection, root: Path, files: Query
) -> Iterator[tuple[int, bool, int | None]]:
    """Yield (row, whether the SHA-256 is missing, size in bytes) of pictures; None without file."""
    for row, lacks, folder, name, *location in stream_rows(connection, files):
        try:
            size = file_size(locate(f"{root}/{folder}", name, Location(*location)))
        except OSError:
            size = None
        yield row, bool(lacks), size
