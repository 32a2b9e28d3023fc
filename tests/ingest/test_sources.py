"""Where sources are looked for below a root, and how their options are stored."""

from pathlib import Path

import pytest

from ovmr_index.errors import UsageError
from ovmr_index.ingest.sources import (
    NO_OPTIONS,
    SourceOptions,
    find_sources,
    lvis_sources,
    split_of,
)
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
    assert [spec.name for spec in expected] == names


def test_what_is_missing_is_named(builder: TreeBuilder) -> None:
    found, missing = find_sources(builder.root)
    assert found == []
    below = ["lvis/lvis_v1_train.json", "lvis/lvis_v1_val.json", "imagenet"]
    assert missing == [str(builder.root / path) for path in [*below, "VisualGenome/objects.json"]]


def test_a_flat_imagenet_is_found(builder: TreeBuilder) -> None:
    spec = builder.imagenet({TENCH_WNID: []}, flat=True)
    assert find_sources(builder.root)[0] == [spec]


def test_links_are_followed(builder: TreeBuilder, tmp_path: Path) -> None:
    spec = builder.lvis()
    spec.path.rename(tmp_path / "elsewhere.json")
    spec.path.symlink_to(tmp_path / "elsewhere.json")
    assert find_sources(builder.root)[0] == [spec]


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
def test_a_name_says_its_split(name: str, split: str | None) -> None:
    assert split_of(Path(name)) == split


def test_files_given_by_name(tmp_path: Path) -> None:
    train, val, other = (tmp_path / name for name in ("a_train.json", "b_val.json", "c.json"))
    specs = lvis_sources(tmp_path, [val, train], None)
    assert [(spec.split, spec.path) for spec in specs] == [("val", val), ("train", train)]
    assert [spec.split for spec in lvis_sources(tmp_path, [other], "val")] == ["val"]
    with pytest.raises(UsageError, match=r"c.json: the name says no split; give split="):
        lvis_sources(tmp_path, [other], None)
    with pytest.raises(UsageError, match="is a second file of split val"):
        lvis_sources(tmp_path, [val, other], "val")


def test_options_are_stored_and_read(tmp_path: Path) -> None:
    options = SourceOptions(tmp_path / "maps" / "synsets.json", by_name=True, strip=2)
    text = options.as_json(tmp_path)
    assert text == '{"synsets": "maps/synsets.json", "by_name": true, "strip": 2}'
    assert SourceOptions.from_json(text, tmp_path, "a") == options
    assert NO_OPTIONS.as_json(tmp_path) is None
    assert SourceOptions.from_json(None, tmp_path, "a") == NO_OPTIONS


def test_the_namespace_says_what_is_there(builder: TreeBuilder) -> None:
    builder.lvis()
    index = builder.index()
    assert repr(index.sources) == f"<Sources of {index.location}: none>"
    index.ingest()
    assert repr(index.sources) == f"<Sources of {index.location}: lvis_v1_train>"


@pytest.mark.sqlite_only  # a file can be deleted
def test_the_namespace_says_that_nothing_is_there(builder: TreeBuilder) -> None:
    index = builder.index()
    index.path.unlink()
    assert repr(index.sources) == f"<Sources of {index.path}: not there yet>"
