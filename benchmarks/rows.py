"""More rows in an index, by the million: each copy of what it holds has images of its own.

    python -m benchmarks.rows ROOT DB --boxes 10000000

`DB` is an index of the tree at `ROOT`, a file or a URL. What its sources hold is copied, by SQL
alone, until it has that many boxes. Copies have the categories, synsets and sizes of what they were
made from, and ids, names, places and row numbers that nothing else has; so a pool has as many times
more exemplars. The files of the copies are not there, and their records are empty: no polygons.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    Table,
    Text,
    bindparam,
    cast,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy import Index as SchemaIndex

from ovmr_index.db.models import Image, Region, RegionRecord, RegionSynset, Source
from ovmr_index.db.statistics import refresh
from ovmr_index.index.opening import open_session
from ovmr_index.progress import silent

COPIED = (Image, Region, RegionSynset, RegionRecord)  # the tables whose rows are copied
COPY = "n"  # the value that the rows of a copy are asked for with: its number, from 1
AS_CHANGED = {"generation": Source.c.generation + 1}  # what a source says that has changed
_COCO_IDS = 1_000_000  # COCO's are smaller


def main() -> None:
    """Copy the rows of an index as the command line says, and print how many boxes it has."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rows", description=__doc__)
    parser.add_argument("root", type=Path)
    parser.add_argument("db", help="a file or a URL")
    parser.add_argument("--boxes", type=int, required=True, help="how many there are to be")
    arguments = parser.parse_args()
    session = open_session(arguments.root, arguments.db, create=False, check=True, progress=silent)
    with session.write(bulk=True) as connection:
        boxes = multiply_rows(connection, arguments.boxes)
    print(f"{boxes:,} boxes")


def multiply_rows(connection: Connection, boxes: int) -> int:
    """Copy images and regions as often as it takes to have so many boxes; return their number.

    Each source says that it has changed, so that pools are known to be stale. Indexes are made
    again afterwards, which is quicker than to enter millions of rows, and tables are counted.
    """
    copies = copies_for(connection, boxes)
    if not copies:
        return _count(connection, Region)
    copied = copied_rows(connection)
    indexes = [index for table in COPIED for index in _indexes(table)]
    for index in indexes:
        index.drop(connection)
    for n in range(1, copies + 1):
        for table, rows in copied.items():
            connection.execute(
                insert(table).from_select(rows.selected_columns.keys(), rows), {COPY: n}
            )
    for index in indexes:
        index.create(connection)
    connection.execute(update(Source).values(AS_CHANGED))
    refresh(connection)
    return _count(connection, Region)


def copies_for(connection: Connection, boxes: int) -> int:
    """Return how many copies of what is there make so many boxes of it."""
    return max(0, round(boxes / max(1, _count(connection, Region))) - 1)


def copied_rows(connection: Connection) -> dict[Table, Select[Any]]:
    """Return the rows of a copy of each table, made of those that are there now."""
    n = cast(bindparam(COPY), BigInteger)  # an engine takes a small value for one of 32 bits
    images, regions = _last(connection, Image.c.pk), _last(connection, Region.c.pk)
    of_images: dict[str, ColumnElement[Any]] = {
        "pk": Image.c.pk + n * images,
        # Below its folder, and with the ending that the pools take from ImageNet.
        "file_name": Image.c.file_name + "." + cast(n, Text) + ".JPEG",
        "key": Image.c.key + n * _span(connection, Image.c.key),
        "coco_id": Image.c.coco_id + n * _COCO_IDS,
    }
    of_regions: dict[str, ColumnElement[Any]] = {
        "pk": Region.c.pk + n * regions,
        "key": Region.c.key + n * _span(connection, Region.c.key),
        "position": Region.c.position + n * _span(connection, Region.c.position),
        "image_pk": Region.c.image_pk + n * images,
    }
    return {
        Image: _changed(Image, of_images, images),
        Region: _changed(Region, of_regions, regions),
        RegionSynset: _changed(
            RegionSynset, {"region_pk": RegionSynset.c.region_pk + n * regions}, regions
        ),
        RegionRecord: _changed(
            RegionRecord,
            {"region_pk": RegionRecord.c.region_pk + n * regions, "record": literal("{}")},
            regions,
        ),
    }


def _changed(table: Table, changed: Mapping[str, ColumnElement[Any]], last: int) -> Select[Any]:
    """Return the rows of a table up to a row number, with some columns changed."""
    columns = [changed.get(column.name, column).label(column.name) for column in table.columns]
    first = next(iter(table.primary_key.columns))
    return select(*columns).where(first <= last).order_by(*table.primary_key.columns)


def _indexes(table: Table) -> list[SchemaIndex]:
    return sorted(table.indexes, key=lambda index: str(index.name))


def _span(connection: Connection, column: ColumnElement[Any]) -> int:
    """Return a number above all of a column that counts from 0."""
    return _last(connection, column) + 1


def _last(connection: Connection, column: ColumnElement[Any]) -> int:
    return connection.execute(select(func.max(column))).scalar() or 0


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


if __name__ == "__main__":
    main()
