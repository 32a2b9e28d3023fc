"""Pools as they are filled: in whatever way boxes are read, and beside those of others."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from ovmr_index import Index
from ovmr_index.db.bulk import Row, recreate
from ovmr_index.db.engine import open_engine, reading
from ovmr_index.db.models import Category, PoolEntry, Region
from ovmr_index.pools.candidate_queries import StepSources
from ovmr_index.pools.collate import sources_of
from ovmr_index.pools.collation_queries import candidates, span_of_boxes
from ovmr_index.pools.filling import Filling
from ovmr_index.pools.found_queries import FOUND, put_found
from ovmr_index.pools.recipe import Recipe, Step, published_steps
from tests.support.few_synsets import index_of_few_synsets
from tests.support.trees import (
    APPLE,
    TENCH,
    TENCH_WNID,
    TreeBuilder,
    annotation,
    category,
    image,
)

BOXES = Step(take="boxes", dataset="lvis", splits=("train",))
LARGE = Step(take="boxes", dataset="lvis", splits=("train",), area_over=200)
VAL = "lvis_v1_val"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """Return an index whose boxes are in no order of categories; tests make its pools first."""
    few = index_of_few_synsets(tmp_path_factory)
    builder = TreeBuilder(tmp_path_factory.mktemp("filling") / "datasets", few)
    categories = [category(1), category(2, APPLE)]
    boxes = [
        annotation(30 - number, 1, 2 - number % 2, area=100 + 10 * number) for number in range(20)
    ]
    of_val = [annotation(40, 2, 2), annotation(41, 2, 1)]
    builder.lvis(categories=categories, images=[image(1)], annotations=boxes)
    builder.lvis("val", categories=categories, images=[image(2)], annotations=of_val)
    builder.imagenet({f"train/{TENCH_WNID}": ["b.JPEG", "a.JPEG"]})
    index = builder.index()
    index.ingest()
    return index


def _found(connection: Connection, sources: StepSources) -> list[Row]:
    recreate(connection, FOUND)
    found = candidates(1, 1, BOXES, sources)
    connection.execute(put_found(BOXES, sources, found, but_held=False))
    return [*map(tuple, connection.execute(select(FOUND).order_by(FOUND.c.pk)))]


@pytest.mark.parametrize("crowds", [False, True])
def test_boxes_in_a_row_are_those_by_category(odd_connection: Connection, crowds: bool) -> None:
    first, last, count = odd_connection.execute(span_of_boxes(1)).one()
    own = Region.c.category_pk == Category.c.pk
    of_vocabulary = select(func.count()).select_from(Region).join(Category, own)
    of_vocabulary = of_vocabulary.where(Category.c.vocabulary_pk == 1)
    assert count == odd_connection.execute(of_vocabulary).scalar_one() > 0
    source_pks = sources_of(odd_connection, BOXES).source_pks
    by_category = _found(odd_connection, StepSources(source_pks, [1], crowds))
    assert len(by_category) > 10
    in_a_row = _found(odd_connection, StepSources(source_pks, [1], crowds, (first, last)))
    assert in_a_row == by_category


def _pool_by(index: Index, recipe: Recipe) -> list[tuple[str, int | str | None]]:
    index.collate(recipe)
    return [
        (entry.dataset, entry.region_id or entry.file_name.rpartition("/")[2])
        for entry in index.exemplars(TENCH)
    ]


@pytest.mark.slow
def test_what_steps_find_is_appended_in_their_order(index: Index) -> None:
    pictures = Step(take="pictures", dataset="imagenet21k")
    of_file = [("lvis", 30 - number) for number in range(1, 20, 2)]
    large = [("lvis", 30 - number) for number in range(11, 20, 2)]
    files = [("imagenet21k", "a.JPEG"), ("imagenet21k", "b.JPEG")]
    assert _pool_by(index, Recipe(steps=(BOXES, pictures))) == of_file + files
    assert _pool_by(index, Recipe(steps=(pictures, BOXES))) == files + of_file
    small = [one for one in of_file if one not in large]
    assert _pool_by(index, Recipe(steps=(LARGE, pictures, BOXES))) == large + files + small


@pytest.mark.slow
def test_pools_of_another_vocabulary_stay(index: Index) -> None:
    def entries(vocabulary: str) -> list[tuple[int | None, int]]:
        of = [index.exemplars(name, vocabulary=vocabulary) for name in (TENCH, APPLE)]
        return [(entry.region_id, entry.category_id) for pool in of for entry in pool]

    index.collate(vocabulary=VAL)
    index.collate()
    of_val, of_train = entries(VAL), entries("lvis_v1_train")
    index.collate(Recipe(steps=(LARGE,)))
    assert entries(VAL) == of_val
    index.collate(vocabulary=VAL)
    index.collate()
    assert (entries(VAL), entries("lvis_v1_train")) == (of_val, of_train)


@pytest.fixture
def empty_connection(empty_index: Path) -> Iterator[Connection]:
    """Return a connection on an index that holds WordNet alone."""
    with reading(open_engine(empty_index)) as connection:
        yield connection


def test_nothing_found_fills_nothing(empty_connection: Connection) -> None:
    filling = Filling(empty_connection)
    sources = StepSources([1], [1], crowds=False)
    step = published_steps()[0]
    filling.find(step, sources, candidates(1, 1, step, sources), but_held=False)
    filling.append()
    assert empty_connection.execute(select(func.count()).select_from(PoolEntry)).scalar() == 0
    assert empty_connection.execute(span_of_boxes(1)).one() == (None, None, 0)
