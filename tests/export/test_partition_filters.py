"""Files without novel categories, or with them alone: what plain Python leaves of whole ones."""

import json
from pathlib import Path
from typing import Any

import pytest

from ovmr_index import Index
from ovmr_index.errors import OvmrIndexError, UsageError
from ovmr_index.samples.options import DrawOptions
from ovmr_index.vocabularies.partition_filter import PartitionFilter
from tests.support.copied_tree import copied_tree
from tests.support.oracle import Json, Oracle, load
from tests.support.trees import APPLE, TENCH, TreeBuilder, annotation, category, image

NOVEL = ["apple.n.01", "zebra.n.01", "stop_sign.n.01", "not_in_wordnet.n.01"]
BASE = ["tench.n.01", "basket.n.01", "kite.n.03"]
CHOICES = [
    PartitionFilter("mine", part, only) for part in ("base", "novel") for only in (True, False)
] + [PartitionFilter("rare", "novel", only=False), PartitionFilter("rare", "base", only=False)]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, odd_index: Path) -> Path:
    """Return an odd tree whose index has a partition."""
    copied = copied_tree(odd_index, tmp_path_factory.mktemp("parts") / "datasets")
    with Index.open(copied) as index:
        index.partitions.add("mine", NOVEL, BASE)
    return copied


def _is_kept(choice: PartitionFilter, content: Json) -> set[int]:
    """Return the ids of the categories that a choice leaves."""
    parts = {"novel": NOVEL, "base": BASE}
    kept = set()
    for one in content["categories"]:
        if choice.partition == "rare":
            inside = (one.get("frequency") == "r") == (choice.part == "novel")
        else:
            inside = one["synset"] in parts[choice.part]
        if inside == choice.only:
            kept.add(one["id"])
    return kept


def _written(root: Path, target: str, choice: PartitionFilter, **options: Any) -> Any:
    index = Index.open(root)
    written = index.exports.target(target, partition_filter=choice, **options)
    assert written.path.name.endswith(f"_{choice.label}.json")
    return load(written.path)


@pytest.mark.exhaustive(
    but=[
        "train-mine_only_base",
        "val-mine_without_base",
        "val-mine_only_novel",
        "train-rare_without_novel",
    ]
)
@pytest.mark.slow
@pytest.mark.parametrize("choice", CHOICES, ids=lambda choice: choice.label)
@pytest.mark.parametrize("split", ["train", "val"])
def test_annotations_and_counts(root: Path, choice: PartitionFilter, split: str) -> None:
    if split == "val" and choice.partition == "mine":
        # Ids of train and val of an odd tree stand for different categories.
        with pytest.raises(OvmrIndexError, match="add a partition of lvis_v1_val"):
            _written(root, "annotations", choice, split=split)
        return
    wanted = Oracle(root).lvis(split)
    kept = _is_kept(choice, wanted)
    counts = Oracle(root).cat_info(split)
    wanted["annotations"] = [one for one in wanted["annotations"] if one["category_id"] in kept]
    assert _written(root, "annotations", choice, split=split) == wanted
    for one in counts:
        if one["id"] not in kept:
            one |= {"image_count": 0, "instance_count": 0}
    assert _written(root, "cat-info", choice, split=split) == counts


@pytest.mark.slow
def test_norare_is_one_case(root: Path, tmp_path: Path) -> None:
    index = Index.open(root)
    for target, only in (("norare", False), ("rareonly", True)):
        part = PartitionFilter("rare", "novel", only=only)
        files = [
            index.exports.target("annotations", tmp_path / "a", partition_filter=part).path,
            index.exports.target(target, tmp_path / "b").path,
        ]
        assert files[0].read_bytes() == files[1].read_bytes()


def test_a_whole_file_comes_back(root: Path) -> None:
    written = Index.open(root).exports.target("annotations")
    assert written.path == root / "lvis" / "lvis_v1_train_all.json"
    assert load(written.path) == Oracle(root).lvis("train")


@pytest.mark.slow
@pytest.mark.exhaustive(but=["mine_without_novel", "rare_without_base"])
@pytest.mark.parametrize("choice", CHOICES, ids=lambda choice: choice.label)
def test_exemplars_and_samples(root: Path, tmp_path: Path, choice: PartitionFilter) -> None:
    index, oracle = Index.open(root), Oracle(root)
    content = oracle.lvis("train")
    kept = _is_kept(choice, content)
    synsets = {one["synset"]: one["id"] for one in content["categories"]}
    pools = {
        synset: pool if synsets[synset] in kept else []
        for synset, pool in oracle.exemplars().items()
    }
    assert _written(root, "exemplars", choice) == pools
    options = DrawOptions(k=2, on_shortage="repeat", partition_filter=choice)
    whole = oracle.sample(2, on_shortage="repeat")
    written = index.exports.sample(options, tmp_path / "sample").path
    wanted = [
        picks if key in kept else []
        for key, picks in zip(sorted(synsets.values()), whole, strict=True)
    ]
    assert json.dumps(load(written), sort_keys=True) == json.dumps(wanted, sort_keys=True)


def test_images_of_imagenet(root: Path) -> None:
    wanted = Oracle(root).imagenet_lvis()
    choice = PartitionFilter("rare", "novel", only=False)
    kept = _is_kept(choice, wanted)
    images = [one for one in wanted["images"] if one["pos_category_ids"][0] in kept]
    wanted["images"] = [one | {"id": number} for number, one in enumerate(images, 1)]
    for one in wanted["categories"]:
        one["image_count"] *= one["id"] in kept
    assert 0 < len(images) < len(Oracle(root).imagenet_lvis()["images"])
    assert _written(root, "imagenet-lvis", choice) == wanted


@pytest.mark.slow
@pytest.mark.parametrize("target", ["annotations", "exemplars", "imagenet-lvis"])
def test_check_proves_what_was_written(root: Path, target: str) -> None:
    index = Index.open(root)
    vocabulary = "lvis_v1_val" if target == "imagenet-lvis" else "lvis_v1_train"
    for only in (False, True):
        part = PartitionFilter("rare", "novel", only=only)
        path = index.exports.target(target, partition_filter=part).path
        found = index.partitions.check(path, vocabulary=vocabulary)
        assert found.entries + found.images > 0
        assert bool(found.leaks) == only
        assert sum(one.entries + one.images for one in found.leaks) == (
            found.entries + found.images if only else 0
        )


def test_left_out_categories_are_not_short(builder: TreeBuilder) -> None:
    categories = [category(1), category(2, APPLE, frequency="r")]
    builder.lvis(categories=categories, images=[image(1)], annotations=[annotation(1, 1, 1)])
    index = builder.index()
    index.ingest()
    part = PartitionFilter("rare", "novel", only=False)
    report = index.samples.draw(DrawOptions(k=1, partition_filter=part), name="base")
    assert [(one.synset, len(one.exemplars)) for one in report.categories] == [
        (TENCH, 1),
        (APPLE, 0),
    ]
    assert report.short == []
    assert index.samples.show("base").provenance.filters == {
        "partition": "rare",
        "without": "novel",
    }
    assert [len(one.exemplars) for one in index.samples.load("base")] == [1, 0]


def test_a_partition_that_is_not_there(root: Path) -> None:
    part = PartitionFilter("yours", "novel", only=False)
    for target in ("annotations", "exemplars", "cat-info", "imagenet-lvis"):
        with pytest.raises(UsageError, match="there is no partition 'yours' in lvis_v1_"):
            Index.open(root).exports.target(target, partition_filter=part)
