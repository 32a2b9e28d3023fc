"""The draw in PostgreSQL: the very statements that SQLite runs, with the same picks in order."""

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, NullPool, create_engine, insert, select

from ovmr_index import Index
from ovmr_index.db.bulk import Query, Row
from ovmr_index.db.engine import open_engine, reading, writing
from ovmr_index.db.functions import draw_number
from ovmr_index.db.models import METADATA, Image, ImageHash, Vocabulary
from ovmr_index.pools.leaks import val_images
from ovmr_index.samples.draw_queries import first_of_each
from ovmr_index.samples.near_duplicate_queries import (
    DRAW_LEFT_OUT,
    first_without_near_duplicates,
)
from ovmr_index.samples.near_duplicates import put_first_without_near_duplicates
from ovmr_index.samples.numpy_draw import pools_of_rows, published_order
from ovmr_index.samples.numpy_draw_queries import (
    PUBLISHED_ORDER,
    in_published_order,
    pool_weights,
)
from ovmr_index.samples.options import WEIGHTS, Filters
from ovmr_index.samples.stable_draw_queries import (
    DRAWABLE,
    put_drawable,
    stable_keys,
    stable_order,
)
from ovmr_index.vocabularies.names import LVIS_TRAIN
from tests.support.databases import new_database
from tests.support.trees import (
    APPLE,
    TENCH,
    TENCH_WNID,
    TreeBuilder,
    annotation,
    category,
    image,
    vg_image,
    vg_object,
    vg_objects,
)

SEEDS = (0, 42, 2**63 - 1)
NAMES = ("a", "B", "_b", "b-1", "b1", "Ab", "é", "e", "f", "É", "日", "\U0001f98a")
LARGE_KEY = 2**62
FILTERS = {
    "anything": Filters(),
    "datasets and splits": Filters(datasets=("lvis", "imagenet21k"), splits=("train",)),
    "sizes": Filters(no_rare_boxes=True, min_area=1500, min_side=33.5),
    "without val": Filters(exclude_val=True),
}
RESTRAINED = {
    "per image": Filters(per_image=1),
    "at least one": Filters(at_least_one=("imagenet21k", "visual_genome")),
    "balanced": Filters(balanced=True),
    "all of these": Filters(
        per_image=2, at_least_one=("visual_genome",), balanced=True, min_side=20, exclude_val=True
    ),
}

# It copies the file of an index to a server itself.
pytestmark = [pytest.mark.slow, pytest.mark.sqlite_only]


class Engines:
    """The same index in SQLite and in PostgreSQL."""

    def __init__(self, sqlite: Connection, postgresql: Connection) -> None:
        """Take a connection on each; the vocabulary is LVIS's."""
        self.sqlite, self.postgresql = sqlite, postgresql
        vocabulary = select(Vocabulary.c.pk).where(Vocabulary.c.name == LVIS_TRAIN)
        self.vocabulary_id: int = sqlite.execute(vocabulary).scalar_one()

    def rows(self, query: Query) -> list[Row]:
        """Return the rows that both give for a query, in the same order."""
        in_sqlite = _rows(self.sqlite, query)
        assert _rows(self.postgresql, query) == in_sqlite
        return in_sqlite


@pytest.fixture(scope="module")
def engines(
    tmp_path_factory: pytest.TempPathFactory, few_synsets: Path, postgresql: str
) -> Iterator[Engines]:
    """Return an index of odd names in both engines."""
    builder = TreeBuilder(tmp_path_factory.mktemp("postgresql") / "datasets", few_synsets)
    index = _index(builder)
    _put_hashes(index)
    with new_database(postgresql) as url, reading(open_engine(index.path)) as sqlite:
        address = url.replace("postgresql:", "postgresql+psycopg:", 1)
        engine = create_engine(address, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as copied:
            _copy(sqlite, copied)
            yield Engines(sqlite, copied)


def _index(builder: TreeBuilder) -> Index:
    """Return an index whose images have odd names; some boxes have no area.

    Those are in the order of their texts. One image is in LVIS, in val and in Visual Genome.
    """
    url = "http://images.cocodataset.org/train2017/{}.jpg"
    shown = [image(key, coco_url=url.format(name)) for key, name in enumerate(NAMES, 1)]
    boxes = [
        annotation(LARGE_KEY + i, 1 + i % 12, 3 + i % 3 // 2, bbox=[0, 0, 30.5 + i % 9, 40 + i])
        for i in range(40)
    ]
    boxes += [annotation(key, key, 3, bbox=[1, 1, 0, 40]) for key in range(1, 13)]
    categories = [category(3, TENCH), category(4, APPLE, frequency="r")]
    builder.lvis(categories=categories, images=shown, annotations=boxes)
    builder.lvis("val", categories=categories, images=[image(5, "val2017")], annotations=[])
    folders = ("train", "imagenet21k_small_classes", "val")
    names = [f"{name}.JPEG" for name in NAMES]
    builder.imagenet({f"{folder}/{TENCH_WNID}": names for folder in folders})
    builder.visual_genome(
        vg_objects(11, *(vg_object(i, TENCH if i % 2 else APPLE, w=40 + i) for i in range(9))),
        vg_objects(12, *(vg_object(i, TENCH, h=50 + i) for i in range(9, 15))),
        images=[vg_image(11, coco_id=5), vg_image(12, coco_id=LARGE_KEY)],
    )
    index = builder.index()
    index.ingest()
    index.collate()
    return index


def _put_hashes(index: Index) -> None:
    """Give val's image a hash, and others of the same content, near it and far from it.

    Of the others of ImageNet three at a time look alike.
    """
    of_val, near, far = -(2**63) + 5, 2, -1
    with writing(index.engine) as connection:
        val = select(Image.c.pk).where(Image.c.file_name.endswith(f"{5:012}.jpg"))
        first, second, third, *others = connection.execute(
            select(Image.c.pk).where(Image.c.file_name.like("%.JPEG")).order_by(Image.c.pk)
        ).scalars()
        hashes = (
            (connection.execute(val).scalar_one(), "0", of_val),
            (first, "0", None),
            (second, "1", of_val ^ near),
            (third, "2", of_val ^ far),
            *((row, f"{row}", draw_number(f"{i // 3}")) for i, row in enumerate(others, 3)),
        )
        rows = [
            {"image_pk": row, "sha256": sha256, "perceptual": bits} for row, sha256, bits in hashes
        ]
        connection.execute(insert(ImageHash), rows)


def _copy(sqlite: Connection, postgresql: Connection) -> None:
    """Make every table in PostgreSQL, with the rows that it has in SQLite."""
    METADATA.create_all(postgresql)
    driver = postgresql.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    for table in METADATA.sorted_tables:
        stored = [column for column in table.columns if column.computed is None]
        names = ", ".join(f'"{column.name}"' for column in stored)
        with driver.cursor().copy(f"COPY {table.name} ({names}) FROM STDIN".encode()) as copy:
            for row in _rows(sqlite, select(*stored)):
                copy.write_row(row)


def _rows(connection: Connection, query: Query) -> list[Row]:
    return [tuple(row) for row in connection.execute(query)]


# `two_engines/test_both.py` draws from other trees with all of these.
@pytest.mark.exhaustive(but=["anything", "sizes", "all of these"])
@pytest.mark.parametrize("name", FILTERS | RESTRAINED)
def test_the_stable_draw_is_the_same(engines: Engines, name: str) -> None:
    filters = (FILTERS | RESTRAINED)[name]
    for weight, seed in zip(WEIGHTS, SEEDS, strict=True):
        keyed = stable_order(engines.vocabulary_id, seed, weight, filters)
        few, all_of_them = (engines.rows(first_of_each(keyed, filters, k)) for k in (3, 999))
        assert {category for category, *_ in few} == {category for category, *_ in all_of_them}
        assert len(all_of_them) > 20


def test_what_many_seeds_draw_from_is_kept_in_both(engines: Engines) -> None:
    for connection in (engines.sqlite, engines.postgresql):
        DRAWABLE.drop(connection, checkfirst=True)
        DRAWABLE.create(connection)
        connection.execute(put_drawable(engines.vocabulary_id, "side", Filters()))
    for seed in SEEDS:
        kept = first_of_each(stable_keys(DRAWABLE, seed), Filters(), 5)
        alone = stable_order(engines.vocabulary_id, seed, "side", Filters())
        assert engines.rows(kept) == engines.rows(first_of_each(alone, Filters(), 5))


def test_texts_and_keys_are_the_same(engines: Engines) -> None:
    """Keys may differ in the last bit, by the logarithm of the machine's C library."""
    keyed = stable_order(engines.vocabulary_id, 42, "side", Filters())
    keyed = keyed.order_by("category_pk", "position")
    pairs = zip(_rows(engines.sqlite, keyed), _rows(engines.postgresql, keyed), strict=True)
    for (*first, key), (*second, other_key) in pairs:
        assert first == second
        assert key == other_key or math.isclose(key, other_key, rel_tol=1e-15)


def test_without_weight_the_text_decides(engines: Engines) -> None:
    keyed = stable_order(engines.vocabulary_id, 42, "area", Filters())
    drawn = engines.rows(first_of_each(keyed, Filters(), 999))
    where_and_text = keyed.with_only_columns(
        *(keyed.selected_columns[name] for name in ("category_pk", "position", "text"))
    )
    texts = {tuple(at): text for *at, text in _rows(engines.postgresql, where_and_text)}
    without = [texts[category, position] for category, position, weightless in drawn if weightless]
    assert without == sorted(without)
    assert len(without) == len(NAMES)
    assert without != sorted(without, key=str.casefold)


@pytest.mark.parametrize("name", RESTRAINED)
def test_the_published_order_is_restrained_in_the_same_way(engines: Engines, name: str) -> None:
    filters = RESTRAINED[name]
    pools = engines.rows(pool_weights(engines.vocabulary_id, "area", filters))
    names = ("category_pk", "position", "rank")
    ordered = [
        dict(zip(names, row, strict=True))
        for pool in published_order(pools_of_rows(pools), 42)
        for row in pool
    ]
    for connection in (engines.sqlite, engines.postgresql):
        PUBLISHED_ORDER.drop(connection, checkfirst=True)
        PUBLISHED_ORDER.create(connection)
        connection.execute(insert(PUBLISHED_ORDER), ordered)
    assert engines.rows(first_of_each(in_published_order(), filters, 5))


@pytest.mark.exhaustive(but=["anything", "all of these"])
@pytest.mark.parametrize("name", ["anything", *RESTRAINED])
def test_near_duplicates_are_left_out_in_the_same_way(engines: Engines, name: str) -> None:
    filters = replace((FILTERS | RESTRAINED)[name], no_near_duplicates=True)
    keyed = stable_order(engines.vocabulary_id, 42, "area", filters)
    for k in (5, 30):
        for connection in (engines.sqlite, engines.postgresql):
            put_first_without_near_duplicates(connection, keyed, filters, k)
        assert engines.rows(first_without_near_duplicates())
    assert engines.rows(select(DRAW_LEFT_OUT).order_by("category_pk", "position"))


def test_images_of_val_are_known_in_the_same_way(engines: Engines) -> None:
    shown = engines.rows(val_images().order_by("image_pk"))
    assert len(shown) == 5
