"""A draw for one category gives it what the draw for all gives it, and its pool can be viewed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from ovmr_index import DrawOptions, Index
from ovmr_index.db.engine import reading
from ovmr_index.errors import UsageError
from ovmr_index.pools.taken_queries import Taken, taken
from ovmr_index.samples.category_draw import draw_for_category
from ovmr_index.samples.options import Filters
from ovmr_index.samples.pool_view import PoolView, view_pool
from ovmr_index.samples.view_options import ViewOptions
from ovmr_index.vocabularies.category_card import CategoryCard, NamedCategory, category_card
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.stored_vocabularies import find_vocabulary

APPLE = 12
DRAWS = [
    DrawOptions(k=3, on_shortage="take-all"),
    DrawOptions(k=60, on_shortage="repeat", seed=7),
    DrawOptions(k=4, on_shortage="take-all", method="stable", weight="side"),
    pytest.param(
        DrawOptions(k=4, on_shortage="take-all", filters=Filters(per_image=1, min_side=20)),
        marks=pytest.mark.exhaustive,
    ),
    DrawOptions(k=4, on_shortage="repeat", method="stable", filters=Filters(balanced=True)),
]


@pytest.fixture(scope="module")
def index(shared: Path) -> Index:
    """Return the demo's index: read only."""
    return Index.open(shared)


@pytest.fixture
def connection(index: Index) -> Iterator[Connection]:
    """Return a connection to the demo's index."""
    with reading(index.engine) as opened:
        yield opened


def _card(connection: Connection, category_id: int = APPLE) -> CategoryCard:
    vocabulary_pk = find_vocabulary(connection, LVIS_TRAIN)
    return category_card(connection, LVIS_TRAIN, vocabulary_pk, category_id)


@pytest.mark.slow
@pytest.mark.parametrize("options", DRAWS, ids=str)
def test_draws_what_the_whole_draw_does(
    index: Index, connection: Connection, options: DrawOptions
) -> None:
    vocabulary_pk = find_vocabulary(connection, LVIS_TRAIN)
    for whole in index.samples.draw(options).categories[::9]:
        pk = _card(connection, whole.category_id).pk
        one = draw_for_category(connection, index.root, vocabulary_pk, pk, options)
        found = [viewed.exemplar for viewed in one.exemplars]
        assert found == [
            drawn._replace(category_id=found[0].category_id) for drawn in whole.exemplars
        ]
        pool = index.exemplars(whole.category_id)
        assert [pool[viewed.position] for viewed in one.exemplars] == found


def test_draws_nothing_where_too_few_are_held(index: Index, connection: Connection) -> None:
    vocabulary_pk, pk = find_vocabulary(connection, LVIS_TRAIN), _card(connection).pk
    drawn = draw_for_category(connection, index.root, vocabulary_pk, pk, DrawOptions(k=5_000))
    assert drawn == (52, [])
    assert index.samples.draw_category("apple", DrawOptions(k=5_000)) == drawn
    assert len(index.samples.draw_category(APPLE).exemplars) == DrawOptions().k


def _view(index: Index, connection: Connection, first: int = 0, **options: object) -> PoolView:
    view = ViewOptions(first=first, most=20, **options)  # type: ignore[arg-type]
    pks = find_vocabulary(connection, LVIS_TRAIN), _card(connection).pk
    return view_pool(connection, index.root, *pks, view)


def test_views_a_pool_by_parts(index: Index, connection: Connection) -> None:
    pool = index.exemplars(APPLE)
    parts = [_view(index, connection, first) for first in (0, 20, 40, 60)]
    assert [part.total for part in parts] == [len(pool)] * 4
    viewed = [one for part in parts for one in part.exemplars]
    assert [one.exemplar for one in viewed] == pool
    assert [one.position for one in viewed] == list(range(len(pool)))
    assert {one.source for one in viewed} == {"imagenet21k", "lvis_v1_train"}


def test_views_what_is_asked_for(index: Index, connection: Connection) -> None:
    pool = index.exemplars(APPLE)
    large = [one for one in pool if one.w is not None and min(one.w, one.h or 0) >= 60]
    assert _view(index, connection, least_side=60).total == len(
        large + [one for one in pool if one.w is None]
    )
    assert _view(index, connection, datasets=("lvis",)).total == 37
    heavy = _view(index, connection, least_weight=4_000, most_weight=9_000, order="largest")
    weights = [one.exemplar.weight for one in heavy.exemplars]
    assert (
        weights
        == sorted((one.weight for one in pool if 4_000 <= one.weight <= 9_000), reverse=True)[:20]
    )
    with pytest.raises(UsageError, match="order is none; give one of pool, largest, smallest"):
        ViewOptions(order="none")


def test_says_what_a_category_means(connection: Connection) -> None:
    card = _card(connection)
    assert card._replace(pk=0) == CategoryCard(
        0,
        12,
        "apple",
        0,
        "apple.n.01",
        "n07739125",
        "f",
        "fruit with red or yellow or green skin and sweet to tart crisp whitish flesh",
        ["apple"],
        None,
        NamedCategory(43, "balloon"),
    )
    assert _card(connection, 43).before == NamedCategory(12, "apple")
    with pytest.raises(UsageError, match="there is no category '13'"):
        _card(connection, 13)


def test_counts_what_a_pool_took(connection: Connection) -> None:
    counts = [Taken._make(row) for row in connection.execute(taken(_card(connection).pk))]
    assert counts == [
        Taken("imagenet21k", "apple.n.01", 0, 15),
        Taken("lvis", "apple.n.01", 0, 37),
    ]
