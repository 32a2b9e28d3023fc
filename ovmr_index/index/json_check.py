"""The JSON that an index keeps as text: whether it is JSON, and what is written there."""

from collections.abc import Iterator

from sqlalchemy import Connection, Integer, Text, column, func, select
from sqlalchemy import table as named_table

from ovmr_index.db.dialects import is_postgresql
from ovmr_index.db.models import Collation, Sample
from ovmr_index.db.postgresql_json import is_no_json, make_functions
from ovmr_index.db.session import Session
from ovmr_index.db.stored_json import read_again
from ovmr_index.errors import DamagedError
from ovmr_index.index.contradictions import RESTORE
from ovmr_index.index.finding import Finding
from ovmr_index.ingest.stored_sources import stored_specs
from ovmr_index.pools.stored_recipe import stored_recipe
from ovmr_index.samples.saved import find_provenance

_WHITE_SPACE = " \t\r\n"
# Of what was read of files: the table, the row's own number, the column, whether it is an object.
_COLUMNS = (
    ("sources", "pk", "header", True),
    ("categories", "pk", "record", True),
    ("image_records", "image_pk", "record", True),
    ("region_fields", "pk", "fields", True),
    ("region_records", "region_pk", "record", True),
)


def check_json(session: Session) -> Iterator[Finding]:
    """Find text that is no JSON where JSON is kept, or other JSON than this program writes."""
    with session.read() as connection:
        if is_postgresql(connection):
            make_functions(connection)
        for table, pk, name, is_object in _COLUMNS:
            yield from _column(connection, table, pk, name, is_object=is_object)
        for check in (_options, _recipes, _origins):
            yield from check(connection, session)


def _column(
    connection: Connection, table: str, pk: str, name: str, *, is_object: bool
) -> Iterator[Finding]:
    stored = column(name, Text)
    is_wrong = is_no_json(stored)
    if is_object:
        is_wrong |= func.substr(func.trim(stored, _WHITE_SPACE), 1, 1) != "{"
    rows = select(func.count(), func.min(column(pk, Integer))).select_from(named_table(table))
    count, first = connection.execute(rows.where(stored.is_not(None), is_wrong)).one()
    if count:
        yield Finding(
            f"{table}.{name} is no JSON where JSON is kept: {count:,} times, first in row {first};"
            f" {read_again()}, or {RESTORE}"
        )


def _options(connection: Connection, session: Session) -> Iterator[Finding]:
    try:
        stored_specs(connection, session.root)
    except DamagedError as error:
        yield Finding(str(error))


def _recipes(connection: Connection, _: Session) -> Iterator[Finding]:
    collated = select(Collation.c.vocabulary_pk).order_by(Collation.c.vocabulary_pk)
    for vocabulary_pk in connection.execute(collated).scalars().all():
        try:
            stored_recipe(connection, vocabulary_pk)
        except DamagedError as error:
            yield Finding(str(error))


def _origins(connection: Connection, _: Session) -> Iterator[Finding]:
    for name in connection.execute(select(Sample.c.name).order_by(Sample.c.name)).scalars().all():
        try:
            find_provenance(connection, name)
        except DamagedError as error:
            yield Finding(str(error))
