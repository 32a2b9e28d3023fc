"""The options of a draw as JSON, and the name that they make."""

import pytest

from ovmr_index import DrawOptions, Filters, PartitionFilter


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
