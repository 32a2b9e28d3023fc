"""An index as the mapping of its categories."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ovmr_index import Category, Index, MissingSourceError, UnknownCategoryError, UsageError
from tests.support.trees import APPLE, TENCH, TreeBuilder, category


@pytest.fixture(scope="module")
def index(shared: Path) -> Iterator[Index]:
    with Index.open(shared) as opened:
        yield opened


@pytest.mark.parametrize("key", ["goldfish", "goldfish.n.01", 503, "503", np.int64(503)])
def test_a_category_by_name_synset_or_id(index: Index, key: Any) -> None:
    found = index[key]
    assert (found.category_id, found.name, found.synset) == (503, "goldfish", "goldfish.n.01")
    assert (found.frequency, len(found)) == ("r", sum(found.by_dataset.values()))
    assert "freshwater fishes" in found.definition
    assert found.exemplars == index.exemplars("goldfish") == [*found]
    assert repr(found) == "<Category 503 goldfish (goldfish.n.01): 29 exemplars>"


def test_it_is_shown_with_crops(index: Index) -> None:
    shown = index["goldfish"]._repr_html_()
    assert shown.count("data:image/jpeg;base64,") == 12
    assert "and 17 more exemplars" in shown


def test_all_in_the_order_of_the_vocabulary(index: Index) -> None:
    found = [*index]
    assert len(found) == len(index) == 40
    assert [one.category_id for one in found] == [one.category_id for one in index.coverage()]
    assert [len(one) for one in found] == [one.total for one in index.coverage()]
    assert index._ipython_key_completions_() == [one.name for one in found]


def test_those_of_another_vocabulary(shared: Path, tmp_path: Path) -> None:
    """To ask makes pools, which the shared index is not to have."""
    shutil.copyfile(shared / "ovmr.db", tmp_path / "ovmr.db")
    with Index.open(tmp_path) as own:
        assert [one.name for one in own.categories(vocabulary="lvis_v1_val")][:1] == ["apple"]


@pytest.mark.parametrize("key", ["goldfish", "apple.n.01", 503])
def test_what_is_in_it(index: Index, key: str | int) -> None:
    assert key in index


@pytest.mark.parametrize("key", ["goldfis", "", -1, 10**30, None, 1.5, ("goldfish",)])
def test_what_is_not_in_it(index: Index, key: object) -> None:
    assert key not in index


@pytest.mark.parametrize("error", [UnknownCategoryError, KeyError, UsageError])
def test_a_wrong_name_is_a_key_error_with_suggestions(index: Index, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"^there is no category 'goldfsh'; did you mean 'goldfish'\?$"):
        index["goldfsh"]


@pytest.mark.parametrize("key", [None, 1.5, slice(3), ("goldfish",)])
def test_what_is_neither_a_name_nor_an_id(index: Index, key: Any) -> None:
    with pytest.raises(UsageError, match="is no category; give an id"):
        index[key]
    with pytest.raises(UsageError, match="is no category; give an id"):
        index.exemplars(key)


@pytest.mark.parametrize("name", ["root", "db"])
def test_what_is_no_path(shared: Path, name: str) -> None:
    paths: dict[str, Any] = {"root": shared, name: 42}
    with pytest.raises(UsageError, match=f"^{name}= is 42; give a path$"):
        Index.open(**paths)


def test_values_of_a_query_in_a_list(index: Index) -> None:
    values: Any = ["goldfish"]
    with pytest.raises(UsageError, match=r"^params= is \['goldfish'\]; give a dict"):
        list(index.sql("SELECT :k", values))


def test_a_draw_with_an_option_that_is_not_there(index: Index) -> None:
    wrong: Any = {"categories": ["goldfish"]}
    with pytest.raises(UsageError, match="'categories'; the options are k, seed, "):
        index.sample(**wrong)


def test_a_number_cannot_name_a_sample(index: Index) -> None:
    name: Any = 5
    with pytest.raises(UsageError, match="5 cannot name a sample"):
        index.sample(k=1, name=name)


def test_without_lvis_train(builder: TreeBuilder) -> None:
    builder.lvis("val")
    index = builder.index()
    index.ingest()
    assert index
    for ask in (lambda: len(index), lambda: [*index], lambda: "tench" in index, lambda: index[1]):
        with pytest.raises(MissingSourceError, match="no LVIS train annotations"):
            ask()


def test_a_category_without_exemplars_is_one(builder: TreeBuilder) -> None:
    builder.lvis(categories=[category(1, TENCH, name="<b>"), category(2, APPLE)], annotations=[])
    index = builder.index()
    index.ingest()
    assert index[1]
    assert isinstance(index[1], Category)
    assert len(index[1]) == 0
    shown = index[1]._repr_html_()
    assert "&lt;b&gt;" in shown
    assert "<b>" not in shown
