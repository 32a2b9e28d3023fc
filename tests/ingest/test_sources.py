"""Where sources are looked for below a root."""

from pathlib import Path

import pytest

from ovmr_index.errors import UsageError
from ovmr_index.ingest.sources import find_sources, lvis_sources, split_of
from tests.support.trees import TENCH_WNID, TreeBuilder, vg_objects


def test_the_whole_tree_is_found_in_order(builder: TreeBuilder) -> None:
    expected = [
        builder.lvis("train"),
        builder.lvis("val"),
        builder.imagenet({f"train/{TENCH_WNID}": []}),
        builder.visual_genome(vg_objects(1)),
    ]
    assert find_sources(builder.root) == (expected, [])
    names = ["lvis_v1_train", "lvis_v1_val", "imagenet21k", "visual_genome"]
    assert [place.name for place in expected] == names


def test_what_is_missing_is_named(builder: TreeBuilder) -> None:
    found, missing = find_sources(builder.root)
    assert found == []
    below = ["lvis/lvis_v1_train.json", "lvis/lvis_v1_val.json", "imagenet"]
    assert missing == [str(builder.root / path) for path in [*below, "VisualGenome/objects.json"]]


def test_a_flat_imagenet_is_found(builder: TreeBuilder) -> None:
    place = builder.imagenet({TENCH_WNID: []}, flat=True)
    assert find_sources(builder.root)[0] == [place]


def test_links_are_followed(builder: TreeBuilder, tmp_path: Path) -> None:
    place = builder.lvis()
    place.path.rename(tmp_path / "elsewhere.json")
    place.path.symlink_to(tmp_path / "elsewhere.json")
    assert find_sources(builder.root)[0] == [place]


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("lvis_v1_train.json", "train"),
        ("lvis_v1_val.json", "val"),
        ("lvis-v0.5_VAL.json", "val"),
        ("lvis_v1_train_norare.json", "train"),
        ("training.json", None),
        ("lvis.json", None),
        ("train_val.json", None),
    ],
)
def test_a_name_tells_its_split(name: str, split: str | None) -> None:
    assert split_of(Path(name)) == split


def test_files_given_by_name(tmp_path: Path) -> None:
    train, val, other = (tmp_path / name for name in ("a_train.json", "b_val.json", "c.json"))
    places = lvis_sources(tmp_path, [val, train], None)
    assert [(place.split, place.path) for place in places] == [("val", val), ("train", train)]
    assert [place.split for place in lvis_sources(tmp_path, [other], "val")] == ["val"]
    with pytest.raises(UsageError, match=r"c.json: the name says no split; give --split"):
        lvis_sources(tmp_path, [other], None)
    with pytest.raises(UsageError, match="is a second file of split val"):
        lvis_sources(tmp_path, [val, other], "val")
