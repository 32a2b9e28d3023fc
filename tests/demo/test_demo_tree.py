"""The demo's dataset tree: its shapes are those of the real datasets, its images are drawn."""

import json
import sqlite3
from collections import Counter
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from ovmr_index.demo import imagenet, lvis
from ovmr_index.demo.icons import icons
from ovmr_index.demo.tree import demo_categories, make_demo_tree
from ovmr_index.errors import OvmrIndexError

Record = dict[str, Any]
IMAGENET = Path("imagenet") / "imagenet21k_P"


@pytest.fixture
def tree(demo_tree: Path) -> Path:
    return demo_tree


def _load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _lvis(root: Path, split: str) -> Record:
    content: Record = _load(root / "lvis" / f"lvis_v1_{split}.json")
    return content


def _path(root: Path, image: Record) -> Path:
    return root.joinpath("coco", *image["coco_url"].split("/")[-2:])


def _images(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.suffix in (".jpg", ".JPEG"))


def test_the_categories_are_lvis_records_of_every_frequency() -> None:
    categories = demo_categories()
    assert len(categories) == 40
    assert {category["frequency"] for category in categories} == {"f", "c", "r"}
    assert categories == sorted(categories, key=lambda category: int(category["id"]))
    assert "stop_sign.n.01" in {category["synset"] for category in categories}


@pytest.mark.parametrize(
    ("split", "images", "annotations"), [("train", 150, 850), ("val", 40, 180)]
)
def test_lvis_counts(tree: Path, split: str, images: int, annotations: int) -> None:
    content = _lvis(tree, split)
    assert len(content["images"]) == images
    assert annotations < len(content["annotations"]) < annotations * 1.25
    assert len({annotation["id"] for annotation in content["annotations"]}) == len(
        content["annotations"]
    )
    counts = Counter(annotation["category_id"] for annotation in content["annotations"])
    assert counts == {c["id"]: c["instance_count"] for c in content["categories"]}


@pytest.mark.parametrize("split", ["train", "val"])
def test_lvis_images_have_the_size_that_the_file_says(tree: Path, split: str) -> None:
    for image in _lvis(tree, split)["images"]:
        assert "file_name" not in image
        with Image.open(_path(tree, image)) as opened:
            assert opened.size == (image["width"], image["height"])


def test_val_stands_in_both_folders_and_shares_no_image_with_train(tree: Path) -> None:
    val = [_path(tree, image) for image in _lvis(tree, "val")["images"]]
    assert {path.parent.name for path in val} == {"train2017", "val2017"}
    assert not set(val) & {_path(tree, image) for image in _lvis(tree, "train")["images"]}


@pytest.mark.parametrize("split", ["train", "val"])
def test_a_box_bounds_its_polygons_and_lies_within_the_image(tree: Path, split: str) -> None:
    content = _lvis(tree, split)
    images = {image["id"]: image for image in content["images"]}
    for annotation in content["annotations"]:
        image = images[annotation["image_id"]]
        x, y, w, h = annotation["bbox"]
        xs = [value for polygon in annotation["segmentation"] for value in polygon[0::2]]
        ys = [value for polygon in annotation["segmentation"] for value in polygon[1::2]]
        assert [x, y, x + w, y + h] == pytest.approx([min(xs), min(ys), max(xs), max(ys)])
        assert 0 <= x <= x + w <= image["width"]
        assert 0 <= y <= y + h <= image["height"]
        assert 0 < annotation["area"] <= w * h


def test_negatives_are_not_in_the_image_and_a_few_are_not_exhaustive(tree: Path) -> None:
    content = _lvis(tree, "train")
    shown = {(a["image_id"], a["category_id"]) for a in content["annotations"]}
    for image in content["images"]:
        assert not shown & {(image["id"], number) for number in image["neg_category_ids"]}
        assert shown >= {(image["id"], number) for number in image["not_exhaustive_category_ids"]}
    assert any(image["not_exhaustive_category_ids"] for image in content["images"])


def test_every_category_has_five_exemplars_and_some_are_short(tree: Path) -> None:
    content = _lvis(tree, "train")
    large = Counter(a["category_id"] for a in content["annotations"] if a["area"] > 1024)
    assert min(large.values()) >= 5
    assert len(large) == 40
    assert any(annotation["area"] <= 1024 for annotation in content["annotations"])


def test_imagenet_has_folders_of_each_kind(tree: Path) -> None:
    counts = {}
    for part in ("train", "val", "imagenet21k_small_classes"):
        folders = list((tree / IMAGENET / part).iterdir())
        counts[part] = [len(list(folder.glob(f"{folder.name}_*.JPEG"))) for folder in folders]
    assert len(counts["train"]) >= 25
    assert len(counts["imagenet21k_small_classes"]) == 4
    assert all(12 <= n <= 20 for n in counts["train"] + counts["imagenet21k_small_classes"])
    assert len(counts["val"]) == len(counts["train"])


def test_imagenet_holds_substitutes_and_leaves_out_what_it_has_no_folder_for(tree: Path) -> None:
    wnids = {folder.name for folder in (tree / IMAGENET).glob("*/*")}
    assert {"n13388245", "n04540053", "n14883206"} <= wnids  # coin, volleyball, crystal
    assert not {"n03621473", "n12937678", "n13390626"} & wnids  # kite, carrot, penny


def test_the_folders_are_named_by_the_wnids_of_their_synsets(empty_index: Path) -> None:
    with closing(sqlite3.connect(empty_index)) as connection:
        wnids = dict(connection.execute("SELECT name, wnid FROM synsets"))
    named = {synset: icon.wnid for synset, icon in icons().items() if icon.wnid}
    assert named == {synset: wnids[synset] for synset in named}
    assert {category["synset"] for category in demo_categories()} <= set(icons())


def test_one_file_is_a_png_and_one_lies_on_its_side(tree: Path) -> None:
    formats, orientations = Counter[str | None](), Counter[int]()
    for path in (tree / IMAGENET).rglob("*.JPEG"):
        with Image.open(path) as opened:
            formats[opened.format] += 1
            orientations[opened.getexif().get(0x0112, 1)] += 1
    assert formats["PNG"] == 1
    assert orientations[6] == 1


def test_visual_genome_joins_and_shares_images_with_val(tree: Path) -> None:
    images = _load(tree / "VisualGenome" / "image_data.json")
    objects = _load(tree / "VisualGenome" / "objects.json")
    assert [item["image_id"] for item in objects] == [item["image_id"] for item in images]
    assert len(images) == 60
    for image in images:
        with Image.open(tree.joinpath("VisualGenome", *image["url"].split("/")[-2:])) as opened:
            assert opened.size == (image["width"], image["height"])
    shared = {image["coco_id"] for image in images} - {None}
    assert len(shared) == 8
    assert shared <= {image["id"] for image in _lvis(tree, "val")["images"]}


def test_visual_genome_objects_have_no_one_or_two_synsets(tree: Path) -> None:
    objects = [
        found for item in _load(tree / "VisualGenome" / "objects.json") for found in item["objects"]
    ]
    assert {len(found["synsets"]) for found in objects} == {0, 1, 2}
    assert any(found["x"] < 0 for found in objects)
    assert len({found["object_id"] for found in objects}) == len(objects)


def test_the_tree_is_small(tree: Path) -> None:
    assert sum(path.stat().st_size for path in tree.rglob("*") if path.is_file()) < 6_500_000


@pytest.mark.slow
@pytest.mark.exhaustive  # every export of crops reads some of them
def test_every_image_decodes(tree: Path) -> None:
    for path in _images(tree):
        with Image.open(path) as opened:
            opened.load()


def test_what_is_drawn_again_is_the_same(tree: Path, tmp_path: Path) -> None:
    """A part of it: `tests/cli/test_demo.py` draws all of it in `make exhaustive`."""
    for synset in ("apple.n.01", "penguin.n.01", "hourglass.n.01"):  # with each oddity
        wnid = icons()[synset].wnid
        spoilt = min((tree / IMAGENET).glob(f"*/{wnid}/*"))
        (tmp_path / spoilt.relative_to(tree)).parent.mkdir(parents=True)
        (tmp_path / spoilt.relative_to(tree)).write_bytes(b"spoilt")
        imagenet._make_class(tmp_path / IMAGENET, synset, wnid)
    for part in lvis._PARTS:
        assert len([*islice(lvis._draw(tmp_path, part, demo_categories()), 2)]) == 2
    drawn = _images(tmp_path)
    assert len(drawn) > 40
    for path in drawn:
        assert path.read_bytes() == (tree / path.relative_to(tmp_path)).read_bytes(), path


@pytest.mark.slow
def test_a_folder_with_other_files_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(OvmrIndexError, match="choose an empty folder"):
        make_demo_tree(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("mine", encoding="utf-8")
    with pytest.raises(OvmrIndexError, match="is a file"):
        make_demo_tree(file)
