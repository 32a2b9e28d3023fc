"""Hashes of many images, computed by any number of processes that share the work."""

import json
from collections import deque
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from itertools import groupby
from typing import NamedTuple

from sqlalchemy.exc import DBAPIError

from ovmr_index.db.bulk import Row, stream_rows
from ovmr_index.db.session import Session
from ovmr_index.db.work_units import Part, Unit
from ovmr_index.errors import Issue
from ovmr_index.images.hash import Hashed, HashTask, hash_all
from ovmr_index.images.hash_queries import (
    BLOCK,
    Images,
    delete_requested,
    missing_blocks,
    missing_count,
    missing_in,
    request,
)
from ovmr_index.images.measurements import WRITTEN, forget_changed
from ovmr_index.images.stored_hashes import CHUNK, JOB, issues_of, store, tasks_of, unwritable
from ovmr_index.processes import batches, in_processes

_AT_ONCE = 4  # blocks that are claimed
_GIVEN_UP = "the processes that read it ended, several times"


class _Claimed(NamedTuple):
    """A block that this process has claimed, and how many images of it lack a hash."""

    unit: Unit
    images: int


def share_hashes(
    session: Session, images: Images, scope: str, *, perceptual: bool
) -> tuple[int, list[Issue]]:
    """Compute the hashes that images lack, as `hash_alls`; others may do a part of it.

    Images that were requested before and are still without a hash are computed as well. What was
    computed is committed by blocks of up to 1,024 images.

    Args:
        session: The index.
        images: A query of the images (pk).
        scope: What they are; processes share the work on images of one scope.
        perceptual: Whether the perceptual hash is computed beside the SHA-256 of the file.

    Returns:
        How many images lacked a hash, and those that cannot be read, whoever tried it.

    Raises:
        UnwritableError: The index cannot be written; no image was read.
    """
    kind = f"{JOB} and looks" if perceptual else JOB
    with Part.taken(session, f"{kind} {scope}") as part:
        count = _request(session, images, perceptual, part)
        with session.progress("image hashes", count, "images") as advance:
            done = 0
            while True:
                for found in _hash(session, part, perceptual):
                    advance(found)
                    done += found
                if part.is_over():
                    break
            advance(max(0, count - done))
        issues = [Issue(**one) for said in part.said() for one in json.loads(said)["issues"]]
        return count, issues + _given_up(session, part, perceptual)


def _request(session: Session, images: Images, perceptual: bool, part: Part) -> int:
    """Make rows and units for what is to be computed; return how many images lack something."""
    try:
        forget_changed(session, images)
        with session.write(of=WRITTEN) as connection:
            part.begin(connection)
            connection.execute(delete_requested(JOB))
            connection.execute(request(images))
            count: int = connection.execute(missing_count(perceptual=perceptual)).scalar_one()
            part.add(connection, missing_blocks(perceptual=perceptual))
    except DBAPIError as error:
        raise unwritable(error) from None
    return count


def _hash(session: Session, part: Part, perceptual: bool) -> Iterator[int]:
    """Hash the images of blocks that are free; yield how many were, block by block."""
    claimed: deque[_Claimed] = deque()
    tasks = _tasks(session, part, perceptual, claimed)
    with closing(in_processes(hash_all, tasks, workers=None, chunk=1)) as hashed:
        of_block: list[Hashed] = []
        for some in hashed:
            of_block += some
            if len(of_block) == claimed[0].images:
                _end(session, part, claimed.popleft().unit, of_block)
                yield len(of_block)
                of_block = []


def _tasks(
    session: Session, part: Part, perceptual: bool, claimed: deque[_Claimed]
) -> Iterator[list[HashTask]]:
    """Yield what is to be done in blocks that are `claimed`, some images at once.

    No read stays open beside a write.
    """
    for units in part.claims(_AT_ONCE):
        query = missing_in([unit.number for unit in units], perceptual=perceptual)
        with session.read() as connection:
            rows = list(stream_rows(connection, query))
        by_block = {number: [*some] for number, some in groupby(rows, _block)}
        for unit in units:
            if found := by_block.get(unit.number):
                claimed.append(_Claimed(unit, len(found)))
                yield from batches(tasks_of(session, found, perceptual=perceptual), CHUNK)
            else:
                _end(session, part, unit, [])


def _block(row: Row) -> int:
    number: int = row[0] // BLOCK
    return number


def _end(session: Session, part: Part, unit: Unit, hashed: list[Hashed]) -> None:
    """Keep the hashes of a block, and say which images could not be read."""
    issues = [asdict(one) for one in issues_of(hashed)]
    with session.write(of=WRITTEN) as connection:
        if hashed:
            store(connection, hashed)
        part.end(connection, unit, json.dumps({"issues": issues}) if issues else "{}")


def _given_up(session: Session, part: Part, perceptual: bool) -> list[Issue]:
    """Return the images of the blocks that nobody could do."""
    blocks = part.given_up()
    if not blocks:
        return []
    with session.read() as connection:
        rows = list(stream_rows(connection, missing_in(blocks, perceptual=perceptual)))
    return [Issue(dataset, name, reason=_GIVEN_UP) for _, dataset, _, name, *_ in rows]
