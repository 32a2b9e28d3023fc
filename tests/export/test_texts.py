"""What SQLite writes of pools and of files, beside the same written row by row in Python."""

import json
import random
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select

from ovmr_index import Index
from ovmr_index.db.bulk import stream_rows
from ovmr_index.db.engine import writing
from ovmr_index.db.models import Category, PoolEntry
from ovmr_index.export.json_records import encode_entry
from ovmr_index.pools.exemplar_queries import entry_rows
from tests.support.contents import run_on
from tests.support.copied_tree import copied_builder
from tests.support.trees import (
    APPLE,
    TENCH,
    TENCH_WNID,
    Json,
    TreeBuilder,
    annotation,
    category,
    image,
    vg_object,
    vg_objects,
)

ANNOTATIONS: list[Json] = [
    {},
    {"iscrowd": 0, "note": 'é \\ " : }'},
    {"file_name": "another"},
    {"area": "1440.5"},
    {"segmentation": [4, 4, 44, 4, 44, 40]},
    {"bbox": ["4", 4, 40.5, 36]},
    {"id": 9007199254740993},
    {"segmentation": []},
]
OBJECTS: list[Json] = [
    {},
    {"x": 0.1, "w": 40.5},
    {"x": -3},
    {"attributes": ["red: }"]},
    {"file_name": "another", "area": 7},
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> TreeBuilder:
    """Return a tree with an index whose pools hold every kind of record: to be copied."""
    builder = TreeBuilder(tmp_path_factory.mktemp("texts") / "datasets", empty_index)
    builder.lvis(
        images=[image(1), image(2)],
        categories=[category(1), category(2, APPLE)],
        annotations=[
            annotation(10 + i, 1 + i % 2, 1 + i // 2 % 2) | odd for i, odd in enumerate(ANNOTATIONS)
        ],
    )
    builder.imagenet({f"train/{TENCH_WNID}": ["a.JPEG", "b é.JPEG", 'c".JPEG']})
    objects = [vg_object(i, (TENCH, APPLE)[i // 5]) | odd for i, odd in enumerate(OBJECTS * 2)]
    builder.visual_genome(vg_objects(5, *objects))
    with builder.index() as index:
        index.ingest()
        index.collate()
    return builder


@pytest.fixture
def index(made: TreeBuilder, tmp_path: Path) -> Index:
    """Return an index whose pools hold every kind of record."""
    return copied_builder(made, tmp_path).index()


def _row_by_row(index: Index) -> list[Json]:
    query = entry_rows(details=True).order_by(Category.c.position, PoolEntry.c.position)
    with index._session.read() as connection:
        return [json.loads(encode_entry(row)) for row in stream_rows(connection, query)]


def _pools(index: Index, path: Path) -> list[Json]:
    pools = json.loads(index.exports.target("exemplars", path).path.read_bytes())
    return [entry for pool in pools.values() for entry in pool]


def _shuffle(index: Index) -> None:
    """Give the exemplars of each pool other places, so that none of its kind is beside it."""
    with writing(index.engine) as connection:
        order = PoolEntry.c.category_pk, PoolEntry.c.position
        rows = [
            dict(row) for row in connection.execute(select(PoolEntry).order_by(*order)).mappings()
        ]
        connection.execute(delete(PoolEntry))
        for category_pk in sorted({row["category_pk"] for row in rows}):
            mine = [row for row in rows if row["category_pk"] == category_pk]
            places = [row["position"] for row in mine]
            random.Random(7).shuffle(places)
            moved = [row | {"position": place} for row, place in zip(mine, places, strict=True)]
            connection.execute(insert(PoolEntry), moved)


@pytest.mark.slow
def test_pools_are_what_each_exemplar_is(index: Index, tmp_path: Path) -> None:
    before = _pools(index, tmp_path / "before.json")
    assert before == _row_by_row(index)
    assert len(before) > len(ANNOTATIONS) + len(OBJECTS)
    _shuffle(index)
    found = _pools(index, tmp_path / "found.json")
    assert found == _row_by_row(index)
    assert found != before
    assert len(found) == len(before)


def test_annotations_come_in_the_order_of_their_file(index: Index, tmp_path: Path) -> None:
    def ids() -> list[int]:
        written = index.exports.target("annotations", tmp_path / "all.json")
        return [one["id"] for one in json.loads(written.path.read_bytes())["annotations"]]

    in_order = ids()
    run_on(index, "UPDATE regions SET position = 100 - position")
    assert ids() == in_order[::-1]
