"""What `index.sample` takes and gives: options as keywords, a list that is asked by category."""

import pickle
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from ovmr_index import (
    CategoryExemplars,
    DrawnSample,
    DrawOptions,
    Exemplars,
    Filters,
    Index,
    UsageError,
)
from ovmr_index.samples.draw_fields import DrawFields, draw_options


@pytest.fixture(scope="module")
def index(shared: Path) -> Iterator[Index]:
    with Index.open(shared) as opened:
        yield opened


@pytest.fixture(scope="module")
def sample(index: Index) -> DrawnSample:
    return index.sample(k=3, seed=7)


def test_keywords_are_the_fields_of_options_and_filters() -> None:
    named = [field.name for one in (DrawOptions, Filters) for field in fields(one)]
    assert [*DrawFields.__annotations__] == named


def test_keywords_draw_what_options_draw(index: Index, sample: DrawnSample) -> None:
    assert sample == index.samples.draw(DrawOptions(k=3, seed=7)).categories
    filters = Filters(datasets=("lvis",), per_image=1)
    wanted = DrawOptions(k=2, on_shortage="take-all", filters=filters)
    given: DrawFields = {"k": 2, "on_shortage": "take-all", "datasets": ["lvis"], "per_image": 1}
    assert draw_options(None, given) == wanted
    assert index.sample(**given) == index.sample(wanted)


def test_one_name_is_a_list_of_one() -> None:
    assert draw_options(None, {"datasets": "lvis"}).filters.datasets == ("lvis",)
    assert draw_options(None, {}) == DrawOptions()


@pytest.mark.parametrize(
    ("options", "given", "message"),
    [
        (DrawOptions(), {"k": 3}, "k= is given beside DrawOptions; give it to these"),
        (None, {"filters": Filters(), "per_image": 1}, "per_image= is given beside filters="),
        (None, {"kk": 3}, "there is no option of a draw 'kk'; did you mean 'k'"),
        (None, {"seeds": 3}, "did you mean 'seed'"),
        (None, {"datasets": 5}, "datasets= is 5; give a list of names"),
        (3, {}, "3 is no DrawOptions; give keywords, as in k=3"),
    ],
)
def test_wrong_options(options: Any, given: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        draw_options(options, given)


@pytest.mark.parametrize("key", ["goldfish", "goldfish.n.01"])
def test_a_category_by_name_or_synset(sample: DrawnSample, key: str) -> None:
    found = sample[key]
    assert isinstance(found, CategoryExemplars)
    assert found == sample.by_id(503) == sample[[one.category_id for one in sample].index(503)]


def test_wrong_categories(sample: DrawnSample) -> None:
    with pytest.raises(KeyError, match="no category 'goldfsh'; did you mean 'goldfish'"):
        sample["goldfsh"]
    with pytest.raises(KeyError, match="no category 9999 in the sample; give an id to by_id"):
        sample.by_id(9999)
    with pytest.raises(IndexError):
        sample[40]
    twice = DrawnSample([sample[0], sample[1]], {sample[0][0]: "thing", sample[1][0]: "thing"})
    with pytest.raises(UsageError, match="2 categories are called 'thing'; use by_id"):
        twice["thing"]


def test_a_slice_keeps_the_names_and_so_does_a_pickle(sample: DrawnSample) -> None:
    first = sample[:2]
    assert repr(first) == "<DrawnSample: 6 exemplars of 2 categories>"
    assert first["apple"] == sample[0]
    copied = pickle.loads(pickle.dumps(first))
    assert copied == first
    assert copied["apple"] == sample[0]
    assert first._ipython_key_completions_() == ["apple", "balloon"]


def test_it_is_shown_with_crops(sample: DrawnSample) -> None:
    shown = sample._repr_html_()
    assert shown.count("data:image/jpeg;base64,") == 8 * 3
    assert "and 32 more categories" in shown
    assert len(shown) < 200_000


def test_its_exemplars_together(sample: DrawnSample) -> None:
    assert len(sample.exemplars) == 120
    assert isinstance(sample.exemplars[:3], Exemplars)
    assert sample.exemplars[0] == sample[0].exemplars[0]
