"""The files of open-vocabulary COCO: what OVR-CNN and the tools of Detic make of COCO's."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ovmr_index import Index
from ovmr_index.ingest.sources import SourceOptions
from tests.export.training.conftest import small_tree, write_images
from tests.support import loaders
from tests.support.copied_tree import copied_builder
from tests.support.trees import TreeBuilder, annotation, image

pytestmark = pytest.mark.slow

Json = dict[str, Any]

PERSON, AIRPLANE, LIGHT, APPLE = 1, 5, 10, 53
NAMES = {PERSON: "person", AIRPLANE: "airplane", LIGHT: "traffic light", APPLE: "apple"}
SEEN = "coco/zero-shot/instances_train2017_seen_2_oriorder"
ALL = "coco/zero-shot/instances_val2017_all_2_oriorder"
BOXES = {
    "train": [(7, 1, APPLE), (3, 2, AIRPLANE), (4, 4, LIGHT), (2, 4, PERSON), (5, 1, LIGHT)],
    "val": [(1, 20, AIRPLANE), (2, 21, LIGHT), (3, 22, APPLE)],
}


def _file(split: str) -> Json:
    """Return a file of COCO: one image has only a novel category, one only a third one."""
    keys = sorted({image_id for _, image_id, _ in BOXES[split]} | {3}, reverse=True)
    boxes = [
        {**annotation(key, image_id, category_id), "iscrowd": int(key == 2)}
        for key, image_id, category_id in BOXES[split]
    ]
    images = [
        {"file_name": f"{key:012}.jpg", **image(key, f"{split}2017"), "license": 1} for key in keys
    ]
    return {
        "info": {"year": 2017},
        "licenses": [{"id": 1}],
        "images": images,
        "annotations": boxes,
        "categories": [{"supercategory": "a", "id": key, "name": NAMES[key]} for key in NAMES],
    }


def _kept(content: Json, kept: set[int]) -> Json:
    """Return what the script of OVR-CNN keeps, with the categories that Detic puts back."""
    boxes = [one for one in content["annotations"] if one["category_id"] in kept]
    shown = {one["image_id"] for one in boxes}
    images = [one for one in content["images"] if one["id"] in shown]
    return {**content, "images": images, "annotations": boxes}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> TreeBuilder:
    """Return a tree with COCO's own annotation files beside LVIS, and its index: to be copied."""
    small = small_tree(tmp_path_factory.mktemp("made"), tmp_path_factory)
    write_images(small, "imagenet/imagenet21k_P/train")
    for split in ("train", "val"):
        small.json(f"coco/annotations/instances_{split}2017.json", _file(split))
    small.pictures(*(f"coco/val2017/{key:012}.jpg" for key in (21, 22)))
    with small.index() as index:
        index.ingest()
        for split in ("train", "val"):
            file = small.root / f"coco/annotations/instances_{split}2017.json"
            options = SourceOptions(below=f"{split}2017", by_name=True)
            coco = index.sources.coco(file, "coco", small.root / "coco", split, options)
            index.ingest([coco])
    return small


@pytest.fixture
def coco(made: TreeBuilder, tmp_path: Path) -> TreeBuilder:
    """Return a copy of the tree with its index."""
    return copied_builder(made, tmp_path)


def test_detic_has_base_for_training_and_both_for_evaluation(coco: TreeBuilder) -> None:
    with coco.index() as index:
        report = index.exports.training("detic")
    assert report.is_complete
    details = {one.path: one.detail for one in report.items}
    assert details["coco/train2017"].startswith("2 of 2 images of instances_train2017_seen_2")
    train = json.loads((coco.root / f"{SEEN}.json").read_text())
    assert train == _kept(_file("train"), {PERSON, APPLE})
    assert [*train] == [*_file("train")]
    val = json.loads((coco.root / f"{ALL}.json").read_text())
    assert val == _kept(_file("val"), {PERSON, APPLE, AIRPLANE})
    # The base categories alone are counted.
    assert loaders.load_class_freq(coco.root, f"{SEEN}_cat_info.json") == [1, 0, 0, 1]
    listed = json.loads((coco.root / f"{SEEN}_cat_info.json").read_text())
    boxes = Counter(category_id for _, _, category_id in BOXES["train"])
    counts = {one["id"]: one["instance_count"] for one in listed}
    assert counts == {key: boxes[key] if key in (PERSON, APPLE) else 0 for key in NAMES}
    assert [one["supercategory"] for one in listed] == ["a"] * 4


def test_the_loader_finds_the_images(coco: TreeBuilder) -> None:
    with coco.index() as index:
        index.exports.training("detic", coco.root / "out")
    for name, folder in ((SEEN, "train2017"), (ALL, "val2017")):
        records = loaders.load_coco_json(coco.root / "out", f"{name}.json", f"coco/{folder}")
        assert records
        assert all(Path(one["file_name"]).is_file() for one in records)


def test_an_image_of_coco_that_is_gone_is_named(coco: TreeBuilder) -> None:
    (coco.root / "coco/train2017/000000000001.jpg").unlink()
    with coco.index() as index:
        missing = {one.path: one for one in index.exports.training("detic").missing}
    assert [*missing] == ["coco", "coco/train2017"]
    remedy = missing["coco/train2017"].remedy
    assert remedy.startswith(f"{coco.root}/coco has no train2017/000000000001.jpg, which comes")


def test_a_part_whose_dataset_is_there_is_no_longer_optional(coco: TreeBuilder) -> None:
    with coco.index() as index:
        missing = {one.path: one for one in index.exports.check_training("detic").missing}
        assert f"{SEEN}.json" in missing
        assert missing[f"{SEEN}.json"].remedy == "run `ovmr-index prepare training --for detic`"
        index.sources.rm("coco_val")
        missing = {one.path: one for one in index.exports.training("detic").missing}
    assert [*missing] == [f"{ALL}.json", "coco/val2017"]
    assert "instances_val2017.json --name coco --split val" in missing[f"{ALL}.json"].remedy


def test_crops_of_coco_are_in_folders_by_class_index(coco: TreeBuilder) -> None:
    with coco.index() as index:
        (one,) = index.exports.training("ovmr-classification").missing
    folder = "coco_exemplars_mmovod_K30_final"
    assert one.path == folder
    assert "fewer than 5" in one.remedy
    coco.json("coco/annotations/instances_train2017.json", _many())
    gone = coco.root / "coco/train2017/000000000001.jpg"
    content = gone.read_bytes()
    gone.unlink()
    with coco.index() as index:
        index.ingest()
        report = index.exports.training("ovmr-classification")
        again = index.exports.check_training("ovmr-classification")
        missing = {one.path: one for one in report.missing}[folder]
        assert "could not be made; run `index.verify()`" in missing.remedy
        assert not again.is_complete
        assert any("train2017/000000000001.jpg" in note for note in report.notes)
        gone.write_bytes(content)
        assert index.exports.training("ovmr-classification").is_complete
    names = [NAMES[key] for key in sorted(NAMES)]
    val = [*loaders.read_crops(coco.root, folder, "val", names)]
    assert Counter(one.classname for one in val) == dict.fromkeys(names, 5)
    assert {one.classname: one.label for one in val} == {name: i for i, name in enumerate(names)}


def _many() -> Json:
    """Return a file of COCO with ten boxes of each category."""
    boxes = [annotation(key, 1 + key % 4, [*NAMES][key % 4]) for key in range(40)]
    images = [{**image(key), "file_name": f"{key:012}.jpg"} for key in range(1, 5)]
    return {**_file("train"), "images": images, "annotations": boxes}


def test_an_index_without_coco_is_whole(coco: TreeBuilder) -> None:
    with coco.index() as index:
        index.sources.rm("coco")
        report: Any = index.exports.training("detic")
        assert isinstance(index, Index)
    assert report.is_complete
    assert {one.part for one in report.items if one.state == "optional"} == {"OV-COCO"}
