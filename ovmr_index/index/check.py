"""What is wrong with an index, in its file and in its meaning, and what to do about each.

A check is a function that yields findings. Each is a line that says what is wrong, where, and what
to type; some are notes, which are no fault.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, LargeBinary, Text, cast, func, select, text
from sqlalchemy.exc import DBAPIError

from ovmr_index.db import database_errors, schema
from ovmr_index.db.bulk import stream_rows
from ovmr_index.db.dialects import is_postgresql
from ovmr_index.db.models import METADATA, Dataset, Image, MeasuredFile, Source
from ovmr_index.db.postgresql_json import make_functions
from ovmr_index.db.revision import HEAD
from ovmr_index.db.session import Session
from ovmr_index.db.stored_json import read_again
from ovmr_index.errors import DamagedError, command, counted
from ovmr_index.images.measurements import MOST_LOOKED_AT, changed_files
from ovmr_index.index.contradictions import CONTRADICTIONS, RESTORE
from ovmr_index.index.export_check import check_exports
from ovmr_index.index.finding import Finding, note
from ovmr_index.index.json_check import check_json
from ovmr_index.index.pool_check import check_pools
from ovmr_index.index.postgresql_contradictions import POSTGRESQL_QUERIES
from ovmr_index.index.record_contradictions import RECORD_CONTRADICTIONS
from ovmr_index.index.schema_check import check_schema
from ovmr_index.index.source_counts import check_counts
from ovmr_index.index.surroundings import check_surroundings
from ovmr_index.index.wordnet_check import check_wordnet

_NAMED = 3
_AT_ONCE = 256  # texts


class CheckReport(NamedTuple):
    """What is wrong with an index, and what is good to know; each with what to do about it."""

    problems: list[str]
    notes: list[str]


def pages_and_keys(session: Session) -> Iterator[Finding]:
    """Find damaged pages, indexes at odds with their tables, and keys that point to nothing."""
    for line in schema.integrity(session.engine):
        yield Finding(f"{line}; {RESTORE}")


def broken_text(session: Session) -> Iterator[Finding]:
    """Find text that is not UTF-8, which no command can read; PostgreSQL takes none."""
    with session.read() as connection:
        if is_postgresql(connection):
            return
        for table in METADATA.sorted_tables:
            columns = [column for column in table.columns if isinstance(column.type, Text)]
            counts = _broken(connection, columns) if columns else []
            for column, count in zip(columns, counts, strict=True):
                if count:
                    yield Finding(f"{column}: {count:,} times text that is not UTF-8; {RESTORE}")


def contradictions(session: Session) -> Iterator[Finding]:
    """Find rows that are at odds with each other."""
    for what, query, remedy in (*CONTRADICTIONS, *RECORD_CONTRADICTIONS):
        with session.read() as connection:
            if is_postgresql(connection):
                make_functions(connection)
                query = POSTGRESQL_QUERIES.get(what, query)  # noqa: PLW2901
            count = sum(connection.execute(text(query)).scalars())
        if count:
            yield Finding(f"{what}: {count:,} times; {remedy()}")


def stale_measurements(session: Session) -> Iterator[Finding]:
    """Note images whose file has another size or time than when it was measured."""
    with session.read() as connection:
        measured = connection.execute(select(func.count(MeasuredFile.c.image_pk))).scalar_one()
    if measured > MOST_LOOKED_AT:
        yield note(
            f"{measured:,} images were measured: more than {MOST_LOOKED_AT:,} files are not looked"
            f" at here; {command('verify')} does"
        )
        return
    if changed := changed_files(session, select(Image.c.pk)):
        images = counted(len(changed), "image has", "images have")
        first = ", ".join(_names(session, changed[:_NAMED]))
        yield note(
            f"{images} another file than was measured (first {first}):"
            f" run {command('verify')}, then {command('ingest')}"
        )


CHECKS: tuple[Callable[[Session], Iterator[Finding]], ...] = (
    check_surroundings,
    pages_and_keys,
    check_schema,
    broken_text,
    check_json,
    contradictions,
    check_counts,
    check_pools,
    stale_measurements,
    check_wordnet,
)
_OF_ANY_SCHEMA = CHECKS[:3]


def check(session: Session, *, exports: bool = False) -> CheckReport:
    """Check an index with the tables of the newest schema, or the file alone of another one.

    With `exports` also the files that were written from it. A check that a damaged file ends is a
    problem itself; rows are compared only where the file is sound.
    """
    found: list[Finding] = []
    with session.read() as connection:
        newest = schema.fitting_revision(connection) == HEAD
    checks = _checks(newest=newest, exports=exports)
    with session.progress("check", len(checks), "checks") as advance:
        for one in checks:
            found += _findings(session, one)
            advance(1)
    return CheckReport(
        problems=[*dict.fromkeys(text for text, is_note in found if not is_note)],
        notes=[*dict.fromkeys(text for text, is_note in found if is_note)],
    )


def _findings(session: Session, one: Callable[[Session], Iterator[Finding]]) -> Iterator[Finding]:
    """Yield what a check finds; one that a damaged file ends is a finding itself."""
    try:
        yield from one(session)
    except (DBAPIError, UnicodeDecodeError) as error:
        yield Finding(database_errors.describe(error, remedy=f"{read_again()}, or {RESTORE}"))
    except DamagedError as error:
        yield Finding(str(error))


def _checks(*, newest: bool, exports: bool) -> tuple[Callable[[Session], Iterator[Finding]], ...]:
    if not newest:
        return _OF_ANY_SCHEMA
    return (*CHECKS, check_exports) if exports else CHECKS


def _names(session: Session, image_pks: list[int]) -> list[str]:
    query = (
        select(Dataset.c.name, Image.c.file_name)
        .join(Source, Source.c.dataset_pk == Dataset.c.pk)
        .join(Image, Image.c.source_pk == Source.c.pk)
        .where(Image.c.pk.in_(image_pks))
        .order_by(Image.c.pk)
    )
    with session.read() as connection:
        return [f"{dataset} {name}" for dataset, name in stream_rows(connection, query)]


def _broken(connection: Connection, columns: Sequence[Column[Any]]) -> list[int]:
    """Count the texts of each column that are not UTF-8: one by one only near one that is not."""
    rows = stream_rows(connection, select(*(cast(column, LargeBinary) for column in columns)))
    broken = [0] * len(columns)
    while some := list(islice(rows, _AT_ONCE)):
        if not _is_utf8(b" ".join(filter(None, chain(*some)))):
            for place, texts in enumerate(zip(*some, strict=True)):
                broken[place] += sum(text is not None and not _is_utf8(text) for text in texts)
    return broken


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True
