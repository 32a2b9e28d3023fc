"""The options of a draw as JSON, and the name that they make."""

import json
from typing import Any

import numpy as np
import pytest

from ovmr_index import DrawOptions, Filters, PartitionFilter, UsageError
from tests.support.trees import TreeBuilder, annotation


@pytest.mark.parametrize(
    ("options", "name"),
    [
        (DrawOptions(), "K-005_seed-42_numpy"),
        (DrawOptions(30, 7, "stable", "repeat", "side"), "K-030_seed-7_stable_repeat_side"),
        (
            DrawOptions(1, filters=Filters(("lvis", "coco"), min_side=20.0, balanced=True)),
            "K-001_seed-42_numpy_datasets-lvis+coco_min_side-20.0_balanced",
        ),
        (
            DrawOptions(
                vocabulary="mine", partition_filter=PartitionFilter("rare", "novel", only=False)
            ),
            "mine_K-005_seed-42_numpy_partition-rare_without-novel",
        ),
    ],
)
def test_a_name_says_what_is_not_the_published_draw(options: DrawOptions, name: str) -> None:
    assert options.made_name() == name


def test_json_has_what_was_asked_for() -> None:
    options = DrawOptions(filters=Filters(per_image=1, splits=("train",)))
    assert list(options.as_json().items()) == [
        ("k", 5),
        ("seed", 42),
        ("method", "numpy"),
        ("on_shortage", "error"),
        ("weight", "area"),
        ("vocabulary", "lvis_v1_train"),
        ("filters", {"splits": ["train"], "per_image": 1}),
    ]


@pytest.mark.parametrize("kind", [int, np.int64, np.uint32, np.int8])
def test_whole_numbers_may_be_of_any_type(kind: Any) -> None:
    half: Any = np.float32(0.5)
    filters = Filters(per_image=kind(2), min_area=kind(3), min_side=half)
    options = DrawOptions(k=kind(1), seed=kind(7), on_shortage="take-all", filters=filters)
    same = DrawOptions(1, 7, on_shortage="take-all", filters=Filters((), (), False, 3, 0.5))
    assert type(options.k) is type(options.seed) is type(filters.per_image) is int
    assert json.loads(json.dumps(options.as_json())) == options.as_json()
    assert options.as_json() | {"filters": {}} == same.as_json() | {"filters": {}}
    assert filters.as_json() == {"min_area": 3, "min_side": 0.5, "per_image": 2}


@pytest.mark.slow
def test_a_draw_by_numbers_of_another_type_is_saved_as_the_same(builder: TreeBuilder) -> None:
    whole: Any = np.uint32
    half: Any = np.float32(0.5)
    filters = Filters(per_image=whole(2), min_area=whole(3), min_side=half)
    options = DrawOptions(whole(1), whole(7), on_shortage="take-all", filters=filters)
    builder.lvis(annotations=[annotation(1)])
    index = builder.index()
    index.ingest()
    index.sample(options, name="one")
    assert index.samples.draw(options, name="one").drawn_before is not None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"seed": True}, "seed= is True; give a whole number"),
        ({"seed": 7.0}, "seed= is 7.0; give a whole number"),
        ({"seed": None}, "seed= is None; give a whole number"),
        ({"seed": "7"}, "seed= is '7'; give a whole number"),
        ({"seed": -1}, "seed= is -1; give 0 to "),
        ({"k": 2.5}, "k= is 2.5; give a whole number"),
        ({"k": True}, "k= is True; give a whole number"),
        ({"k": np.bool_(True)}, "k= is np.True_; give a whole number"),
        ({"k": np.float64(5)}, "k= is np.float64(5.0); give a whole number"),
        ({"k": "a" * 999}, "k= is 'aaa"),
    ],
)
def test_what_is_no_whole_number_is_refused_by_name(given: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        DrawOptions(**given)
    assert str(caught.value).startswith(said)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"per_image": 1.0}, "per_image= is 1.0; give a whole number"),
        ({"per_image": True}, "per_image= is True; give a whole number"),
        ({"min_area": "9"}, "min_area= is '9'; give a number"),
        ({"min_side": True}, "min_side= is True; give a number"),
        ({"min_side": float("nan")}, "min_side= is nan; give 0 or more"),
    ],
)
def test_so_are_filters(given: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        Filters(**given)
    assert str(caught.value) == said
