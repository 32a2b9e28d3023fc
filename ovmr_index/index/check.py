"""What is wrong with an index, in its file and in its meaning, and what to do about each.

A check is a function that yields problems; each is a line that says what is wrong and what to type.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, LargeBinary, Text, cast, func, select, text
from sqlalchemy.exc import DBAPIError

from ovmr_index.db import schema, sqlite_errors
from ovmr_index.db.engine import driver_connection
from ovmr_index.db.models import Base, Image
from ovmr_index.db.session import Session
from ovmr_index.errors import counted
from ovmr_index.images.measurements import changed_files
from ovmr_index.index.status import read_status

_RESTORE = "restore a backup, or delete the index and ingest again"
_NETWORK = ("nfs", "cifs", "smb", "fuse.sshfs", "9p", "afs", "ceph", "glusterfs", "lustre")

# What each query counts, in words, with the query and what to do.
_MEANING = (
    (
        "a path in the index that leaves its dataset's folder",
        """
        SELECT count(*) FROM images
        WHERE file_name LIKE '/%' OR '/' || file_name || '/' LIKE '%/../%'
        UNION ALL
        SELECT count(*) FROM folders WHERE path LIKE '/%' OR '/' || path || '/' LIKE '%/../%'
        UNION ALL
        SELECT count(*) FROM archives WHERE path LIKE '/%' OR '/' || path || '/' LIKE '%/../%'
        """,
        "take the index from a source that you trust, or ingest again",
    ),
    (
        "an image whose path is not that of its folder",
        """
        SELECT count(*) FROM images JOIN folders ON folders.pk = images.folder_pk
        WHERE file_name <> iif(path = '', '', path || '/') || name
        """,
        _RESTORE,
    ),
    (
        "a measurement without the state of its file, or a state without a measurement",
        """
        SELECT count(*) FROM measured_files
        LEFT JOIN images ON pk = image_pk LEFT JOIN image_hashes USING (image_pk)
        WHERE coalesce(iif(key IS NULL, width, NULL), sha256, perceptual) IS NULL
        """,
        "run `ovmr-index ingest --rehash`",
    ),
    (
        "a pool whose positions have a gap",
        """
        SELECT count(*) FROM (
            SELECT category_pk FROM pool_entries GROUP BY category_pk
            HAVING max(position) + 1 <> count(*) OR min(weight) <= 0
        )
        """,
        "run `ovmr-index collate`",
    ),
    (
        "an exemplar that is the box of a crowd",
        """
        SELECT count(*) FROM pool_entries
        JOIN regions ON regions.pk = region_pk
        JOIN sources ON sources.pk = regions.source_pk
        WHERE is_crowd = 1 AND format <> 'lvis'
        """,
        "run `ovmr-index collate`",
    ),
    (
        "a category of a saved sample that has more exemplars than K, or a gap among them",
        """
        SELECT count(*) FROM (
            SELECT sample_pk FROM sample_picks JOIN samples ON samples.pk = sample_pk
            GROUP BY sample_pk, category_key
            HAVING count(*) > k OR max(position) + 1 <> count(*)
        )
        """,
        "draw the sample again, under another name",
    ),
    (
        "a source that holds another number of boxes than was read of its file",
        """
        SELECT count(*) FROM (
            SELECT source_pk, sum(regions) AS boxes FROM source_blocks
            WHERE position > 0 GROUP BY source_pk
        ) AS read
        WHERE boxes <> (SELECT count(*) FROM regions WHERE regions.source_pk = read.source_pk)
        """,
        "run `ovmr-index ingest --rehash`",
    ),
)


def pages_and_keys(session: Session) -> Iterator[str]:
    """Find damaged pages, indexes at odds with their tables, and keys that point to nothing."""
    yield from schema.integrity(session.engine)


def broken_text(session: Session) -> Iterator[str]:
    """Find text that is not UTF-8, which no command can read."""
    with session.read() as connection:
        driver = driver_connection(connection)
        driver.create_function("is_utf8", 1, _is_utf8, deterministic=True)
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                if isinstance(column.type, Text) and (count := _broken(connection, column)):
                    yield f"{column}: {count:,} times text that is not UTF-8; {_RESTORE}"


def meaning(session: Session) -> Iterator[str]:
    """Find rows that are at odds with each other."""
    for what, query, remedy in _MEANING:
        with session.read() as connection:
            count = sum(connection.execute(text(query)).scalars())
        if count:
            yield f"{what}: {count:,} times; {remedy}"


CHECKS: tuple[Callable[[Session], Iterator[str]], ...] = (pages_and_keys, broken_text, meaning)


def problems(session: Session) -> list[str]:
    """Return what is wrong with an index of the newest schema, or with the file of another.

    A check that a damaged file ends is a problem itself.
    """
    found: list[str] = []
    with session.read() as connection:
        newest = schema.current(connection) == schema.HEAD
    for check in CHECKS if newest else CHECKS[:1]:
        try:
            found += check(session)
        except (DBAPIError, UnicodeDecodeError) as error:
            found.append(sqlite_errors.describe(error))
    return found


def notes(session: Session) -> list[str]:
    """Return what is no fault of a sound index: what is stale, and what may harm it."""
    found = []
    kind = file_system(session.path)
    if kind.startswith(_NETWORK):
        found.append(
            f"the index is on a network file system ({kind}), whose locks may fail: let one process"
            " write to it at a time, or give a --db on a disk of this machine"
        )
    with session.read() as connection:
        if schema.current(connection) != schema.HEAD:
            return found
        stale = [
            one.name
            for one in read_status(connection, session.path).vocabularies
            if one.pools == "stale"
        ]
    found += [f"the pools of {name} are stale: run `ovmr-index collate`" for name in stale]
    if changed := changed_files(session, select(Image.pk)):
        images = counted(len(changed), "image has", "images have")
        found.append(f"{images} another file than was measured: run `ovmr-index verify`")
    return found


def file_system(path: Path, mounts: Path = Path("/proc/self/mounts")) -> str:
    """Return the kind of the file system that a path is on, "" where the system does not say."""
    try:
        lines = [line.split(" ") for line in mounts.read_text().splitlines()]
    except OSError:
        return ""
    real = path.absolute()
    on = [(len(line[1]), line[2]) for line in lines if real.is_relative_to(line[1])]
    return max(on, default=(0, ""))[1]


def _broken(connection: Connection, column: Column[Any]) -> int:
    is_broken = func.is_utf8(cast(column, LargeBinary)) == 0
    query = select(func.count()).select_from(column.table).where(is_broken)
    return connection.execute(query).scalar_one()


def _is_utf8(value: bytes | None) -> bool:
    try:
        (value or b"").decode()
    except UnicodeDecodeError:
        return False
    return True
