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
    copies = round(boxes / max(1, _count(connection, Region))) - 1
    if copies < 1:
        return _count(connection, Region)
    copied = _copied_rows(connection)
    indexes = [index for table in copied for index in _indexes(table)]
    for index in indexes:
        index.drop(connection)
    for n in range(1, copies + 1):
        for table, rows in copied.items():
            connection.execute(
                insert(table).from_select(rows.selected_columns.keys(), rows), {"n": n}
            )
    for index in indexes:
        index.create(connection)
    connection.execute(update(Source).values(generation=Source.c.generation + 1))
    refresh(connection)
    return _count(connection, Region)


def _copied_rows(connection: Connection) -> dict[Table, Select[Any]]:
    """Return the rows of copy number `n` of each table, made of those that are there now."""
    n = bindparam("n", type_=BigInteger)
    images, regions = _span(connection, Image.c.pk), _span(connection, Region.c.pk)
    of_images: dict[str, ColumnElement[Any]] = {
        "pk": Image.c.pk + n * images,
        "file_name": cast(n, Text) + "/" + Image.c.file_name,
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


def _changed(table: Table, changed: Mapping[str, ColumnElement[Any]], above: int) -> Select[Any]:
    """Return the rows of a table below a row number, with some columns changed."""
    columns = [changed.get(column.name, column).label(column.name) for column in table.columns]
    first = next(iter(table.primary_key.columns))
    return select(*columns).where(first < above).order_by(*table.primary_key.columns)


def _indexes(table: Table) -> list[SchemaIndex]:
    return sorted(table.indexes, key=lambda index: str(index.name))


def _span(connection: Connection, column: ColumnElement[Any]) -> int:
    """Return a number above all of a column."""
    return (connection.execute(select(func.max(column))).scalar() or 0) + 1


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


if __name__ == "__main__":
    main()
