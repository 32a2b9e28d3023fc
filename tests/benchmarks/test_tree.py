"""The tree maker at a thousandth of real scale."""

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PIL import ExifTags, Image

from benchmarks import tree as tree_of_benchmarks
from benchmarks.drawing import ODD_EVERY
from benchmarks.tree import TreeError, TreeFacts, load_categories, load_wnids, make_tree
from tests.support.benchmark_tree import SCALE, benchmark_tree

pytestmark = pytest.mark.slow

LVIS_KEYS = ["id", "area", "segmentation", "image_id", "bbox", "category_id"]
OBJECT_KEYS = ["synsets", "h", "object_id", "merged_object_ids", "names", "w", "y", "x"]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, TreeFacts]:
    """Return the root of a small tree and its facts."""
    return benchmark_tree(tmp_path_factory)


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _files(root: Path) -> Iterator[Path]:
    return (path for path in root.rglob("*") if path.is_file())


def _contents(root: Path) -> dict[Path, bytes]:
    return {path.relative_to(root): path.read_bytes() for path in _files(root)}


def _objects(root: Path) -> list[dict[str, Any]]:
    images = _read(root / "VisualGenome" / "objects.json")
    return [region for image in images for region in image["objects"]]


def _assert_odd_share(members: list[list[str]], usual: list[str]) -> None:
    """Check that every hundredth record alone has a further member, not always the same one."""
    odd = [place for place, names in enumerate(members, 1) if names != usual]
    assert odd == list(range(ODD_EVERY, len(members) + 1, ODD_EVERY))
    further = [tuple(members[place - 1][len(usual) :]) for place in odd]
    assert all(members[place - 1][: len(usual)] == usual for place in odd)
    assert {len(names) for names in further} == {1}
    assert len(set(further)) > 1


def test_shipped_categories_have_the_counts_of_the_real_train_file() -> None:
    categories = load_categories()
    assert len(categories) == 1_203
    assert sum(category["instance_count"] for category in categories) == 1_270_141
    assert Counter(category["frequency"] for category in categories) == {
        "f": 405,
        "c": 461,
        "r": 337,
    }


@pytest.mark.parametrize("split", ["train", "val"])
def test_lvis_file_is_whole(tree: tuple[Path, TreeFacts], split: str) -> None:
    root, facts = tree
    lvis = _read(root / "lvis" / f"lvis_v1_{split}.json")
    assert list(lvis) == ["info", "annotations", "images", "categories", "licenses"]
    image_ids = {image["id"] for image in lvis["images"]}
    ids = [annotation["id"] for annotation in lvis["annotations"]]
    assert len(image_ids) == len(lvis["images"]) == getattr(facts, f"{split}_images")
    assert len(set(ids)) == len(ids) == getattr(facts, f"{split}_annotations")
    assert ids != sorted(ids)
    _assert_odd_share([list(one) for one in lvis["annotations"]], LVIS_KEYS)
    for annotation in lvis["annotations"]:
        assert annotation["image_id"] in image_ids


@pytest.mark.parametrize("split", ["train", "val"])
def test_categories_of_a_file_count_its_annotations(
    tree: tuple[Path, TreeFacts], split: str
) -> None:
    lvis = _read(tree[0] / "lvis" / f"lvis_v1_{split}.json")
    instances = Counter(annotation["category_id"] for annotation in lvis["annotations"])
    pairs = {(one["category_id"], one["image_id"]) for one in lvis["annotations"]}
    images = Counter(category_id for category_id, _ in pairs)
    categories = lvis["categories"]
    assert len(categories) == 1_203
    assert instances == {category["id"]: category["instance_count"] for category in categories}
    assert images == {category["id"]: category["image_count"] for category in categories}


def test_boxes_are_within_their_images_and_most_masks_are_large(
    tree: tuple[Path, TreeFacts],
) -> None:
    lvis = _read(tree[0] / "lvis" / "lvis_v1_train.json")
    sizes = {image["id"]: (image["width"], image["height"]) for image in lvis["images"]}
    for annotation in lvis["annotations"]:
        x, y, w, h = annotation["bbox"]
        width, height = sizes[annotation["image_id"]]
        assert min(x, y) >= 0
        assert x + w <= width + 1e-6
        assert y + h <= height + 1e-6
        assert annotation["area"] <= w * h
    large = sum(annotation["area"] > 1024 for annotation in lvis["annotations"])
    assert 0.53 < large / len(lvis["annotations"]) < 0.62


def test_train_and_val_share_no_image(tree: tuple[Path, TreeFacts]) -> None:
    train, val = (_read(tree[0] / "lvis" / f"lvis_v1_{s}.json")["images"] for s in ("train", "val"))
    assert not {image["id"] for image in train} & {image["id"] for image in val}
    folders = {image["coco_url"].split("/")[-2] for image in val}
    assert folders == {"train2017", "val2017"}


def test_imagenet_folders(tree: tuple[Path, TreeFacts]) -> None:
    root, facts = tree
    imagenet = root / "imagenet" / "imagenet21k_P"
    paths = list(_files(imagenet))
    assert len(paths) == facts.imagenet_files
    assert all(path.name.startswith(f"{path.parent.name}_") for path in paths)
    train, val, small = (
        {path.name for path in (imagenet / split).iterdir()}
        for split in ("train", "val", "imagenet21k_small_classes")
    )
    assert train == val
    assert not train & small
    assert len(train | small) == facts.imagenet_classes == 997


def test_images_open(tree: tuple[Path, TreeFacts]) -> None:
    by_inode = {path.stat().st_ino: path for path in _files(tree[0] / "imagenet")}
    formats, orientations = Counter[str | None](), Counter[int]()
    for path in by_inode.values():
        with Image.open(path) as image:
            image.load()
            formats[image.format] += 1
            orientations[image.getexif().get(ExifTags.Base.Orientation, 1)] += 1
    assert formats == {"JPEG": 46, "PNG": 2}
    assert orientations == {1: 46, 6: 1, 8: 1}


def test_every_visual_genome_image_has_its_entry(tree: tuple[Path, TreeFacts]) -> None:
    root, facts = tree
    images = _read(root / "VisualGenome" / "objects.json")
    entries = _read(root / "VisualGenome" / "image_data.json")
    ids = [image["image_id"] for image in images]
    assert len(set(ids)) == len(ids) == facts.vg_images
    assert ids == [entry["image_id"] for entry in entries]
    coco_ids = [entry["coco_id"] for entry in entries if entry["coco_id"] is not None]
    assert len(set(coco_ids)) == len(coco_ids) == facts.vg_coco_images
    train = _read(root / "lvis" / "lvis_v1_train.json")
    assert {image["id"] for image in train["images"]} & set(coco_ids)


def test_visual_genome_objects(tree: tuple[Path, TreeFacts]) -> None:
    root, facts = tree
    objects = _objects(root)
    assert len({region["object_id"] for region in objects}) == len(objects) == facts.vg_objects
    _assert_odd_share([list(region) for region in objects], OBJECT_KEYS)
    assert {len(region["synsets"]) for region in objects} == {0, 1, 2}
    assert any(region["x"] < 0 for region in objects)
    of_lvis = {category["synset"] for category in load_categories()}
    named = sum(any(synset in of_lvis for synset in region["synsets"]) for region in objects)
    assert 0.55 < named / len(objects) < 0.70


FEW = 20  # categories and folders: ten of them may be negative of an image


def _small_tree(root: Path, seed: int, patch: pytest.MonkeyPatch) -> dict[Path, bytes]:
    """Make a tree of few categories and folders without processes; return what is in it."""
    patch.setattr(tree_of_benchmarks, "load_wnids", lambda: load_wnids()[:FEW])
    patch.setattr(tree_of_benchmarks, "_start_workers", lambda: ThreadPoolExecutor(1))
    make_tree(root, SCALE, seed, categories=load_categories()[:FEW])
    return _contents(root)


def test_a_seed_gives_the_same_bytes_and_another_one_another_tree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, again, other = (
        _small_tree(tmp_path / str(number), seed, monkeypatch)
        for number, seed in enumerate((0, 0, 1))
    )
    assert again == made
    assert other.keys() != made.keys()


@pytest.mark.exhaustive  # the one above makes smaller trees
def test_same_seed_gives_the_same_bytes(tree: tuple[Path, TreeFacts], tmp_path: Path) -> None:
    root, facts = tree
    assert make_tree(tmp_path, SCALE, categories=load_categories()) == facts
    assert _contents(tmp_path) == _contents(root)


@pytest.mark.parametrize("scale", [0, -1, 1.5])
def test_scale_beyond_the_real_one_is_refused(tmp_path: Path, scale: float) -> None:
    with pytest.raises(TreeError, match="above 0 and at most 1"):
        make_tree(tmp_path, scale, categories=[])


def test_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(TreeError, match="not empty"):
        make_tree(tmp_path, SCALE, categories=[])
