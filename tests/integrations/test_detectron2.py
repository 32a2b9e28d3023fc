"""Dicts for detectron2, by the rules of its loaders.

It does not install here. What reads the dicts is written after its `DatasetMapper`, its federated
loss and its evaluators; a stand-in has the names that `register` imports, and nothing else.
"""

import json
import sys
from collections.abc import Callable, Iterator
from enum import IntEnum
from itertools import chain
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageOps
from pycocotools import mask as coco

from ovmr_index import BoxOptions, Index, PartitionFilter, UsageError, lvis_boxes
from ovmr_index.integrations.detectron2 import XYWH_ABS, dataset_dicts, register
from tests.support.boxed_trees import BOX, EMPTY, LARGER, PLAIN, RUNS, TURNED, TWO_BOXES
from tests.support.boxed_trees import boxed_index as make_boxed_index


class BoxMode(IntEnum):
    """The two modes of detectron2's that are met here."""

    XYXY_ABS = 0
    XYWH_ABS = 1


class DatasetCatalog(dict[str, Callable[[], list[dict[str, Any]]]]):
    """Functions by their names, as detectron2's."""

    def register(self, name: str, read: Callable[[], list[dict[str, Any]]]) -> None:
        assert name not in self
        self[name] = read

    def list(self) -> list[str]:
        return [*self]


class MetadataCatalog(dict[str, "Metadata"]):
    """Metadata by their names, made when they are first asked for."""

    def get(self, name: str) -> "Metadata":  # type: ignore[override]
        return self.setdefault(name, Metadata())


class Metadata(SimpleNamespace):
    """What `set` was given, as attributes."""

    def set(self, **values: Any) -> None:
        vars(self).update(values)


@pytest.fixture(scope="module")
def boxed(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> Iterator[Index]:
    """Return the index of a tree with images of every kind: read only."""
    with make_boxed_index(tmp_path_factory.mktemp("boxed") / "tree", empty_index) as index:
        yield index


@pytest.fixture
def catalogs(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Put the stand-in in the place of detectron2."""
    found = SimpleNamespace(DatasetCatalog=DatasetCatalog(), MetadataCatalog=MetadataCatalog())
    for name, members in (
        ("detectron2", {}),
        ("detectron2.data", vars(found)),
        ("detectron2.structures", {"BoxMode": BoxMode}),
    ):
        module = ModuleType(name)
        vars(module).update(members)
        monkeypatch.setitem(sys.modules, name, module)
    return found


def by_id(dicts: list[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    return {one["image_id"]: one for one in dicts}


def mapped(record: dict[str, Any], classes: int) -> tuple[Any, Any, list[Any]]:
    """Return boxes (xyxy), classes and masks of a dict, as `DatasetMapper` makes them of it."""
    with Image.open(record["file_name"]) as image:
        width, height = ImageOps.exif_transpose(image).size
    assert (record["width"], record["height"]) == (width, height)  # `check_image_size`
    found = [one for one in record["annotations"] if one.get("iscrowd", 0) == 0]
    assert all(one["bbox_mode"] == BoxMode.XYWH_ABS for one in found)
    boxes = np.array([one["bbox"] for one in found], float).reshape(-1, 4)
    boxes[:, 2:] += boxes[:, :2]
    labels = np.array([one["category_id"] for one in found], int)
    assert not labels.size or 0 <= labels.min() <= labels.max() < classes
    masks = []
    for one in found:
        mask = one["segmentation"]
        if isinstance(mask, dict):
            masks.append(coco.decode(coco.frPyObjects(mask, *mask["size"])))
        else:
            assert all(len(polygon) >= 6 and len(polygon) % 2 == 0 for polygon in mask)
            masks.append(coco.decode(coco.merge(coco.frPyObjects(mask, height, width))))
    return boxes, labels, masks


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.slow
def test_every_dict_of_the_demo_is_mapped(shared: Path, pytestconfig: pytest.Config) -> None:
    with Index.open(shared, create=False) as index:
        dicts = dataset_dicts(index)
        lvis = index.lvis()
    assert [one["image_id"] for one in dicts] == list(lvis.imgs)
    places = {key: place for place, key in enumerate(sorted(lvis.cats))}
    step = 1 if pytestconfig.getoption("--exhaustive") else 5  # to open images takes the time
    for one in dicts[::step]:
        boxes, labels, masks = mapped(one, len(places))
        theirs = lvis.img_ann_map[one["image_id"]]
        assert labels.tolist() == [places[each["category_id"]] for each in theirs]
        assert len(boxes) == len(masks) == len(theirs)
        image = lvis.imgs[one["image_id"]]
        for name in ("neg_category_ids", "not_exhaustive_category_ids"):
            assert one[name] == sorted(places[key] for key in image[name])
        assert not {*one["pos_category_ids"]} & {*one["neg_category_ids"]}


@pytest.mark.slow
def test_a_dict_has_what_the_file_says(boxed: Index) -> None:
    found = by_id(dataset_dicts(boxed))
    assert list(found) == [PLAIN, TWO_BOXES, EMPTY, TURNED, LARGER]
    assert found[PLAIN] == {
        "file_name": str(boxed.root.absolute() / f"coco/train2017/{PLAIN:012}.jpg"),
        "height": 48,
        "width": 64,
        "image_id": PLAIN,
        "pos_category_ids": [0],
        "neg_category_ids": [1, 2],
        "not_exhaustive_category_ids": [0],
        "annotations": [
            {
                "bbox": [5, 10, 2, 20],
                "bbox_mode": XYWH_ABS,
                "category_id": 0,
                "iscrowd": 0,
                "segmentation": RUNS,
            }
        ],
    }
    assert found[EMPTY]["annotations"] == []
    crowd, box = found[TWO_BOXES]["annotations"]
    assert (crowd["iscrowd"], box["iscrowd"]) == (1, 0)
    assert "segmentation" not in crowd
    assert box["segmentation"] == [[4.5, 4, 44, 4, 44, 40]]
    assert found[TURNED]["annotations"][0]["bbox"] == BOX


def test_labels_of_categories_that_are_left_out_go(boxed: Index) -> None:
    rare = PartitionFilter("rare", "novel", only=True)
    found = by_id(dataset_dicts(boxed, BoxOptions(partition_filter=rare)))
    assert found[PLAIN]["neg_category_ids"] == [0]
    assert found[PLAIN]["not_exhaustive_category_ids"] == found[PLAIN]["annotations"] == []


def test_what_several_categories_become_is_absent_where_all_are(
    boxed: Index, tmp_path: Path
) -> None:
    file = tmp_path / "map.json"
    for ends, absent in (({"apple": "food", "basket": "food"}, [0]), ({"apple": "food"}, [0])):
        file.write_text(json.dumps(ends | {"tench": "fish"}))
        found = by_id(dataset_dicts(boxed, BoxOptions(category_map=file)))
        assert found[PLAIN]["neg_category_ids"] == absent
    file.write_text(json.dumps({"apple": "thing", "tench": "thing", "basket": "basket"}))
    found = by_id(dataset_dicts(boxed, BoxOptions(category_map=file)))
    assert found[PLAIN]["neg_category_ids"] == [1]
    assert found[PLAIN]["pos_category_ids"] == found[PLAIN]["not_exhaustive_category_ids"] == [0]


def test_boxes_without_categories_have_no_labels(boxed: Index) -> None:
    options = BoxOptions(source="visual_genome", vocabulary="lvis_v1_train")
    (found,) = dataset_dicts(boxed, options)
    assert (found["pos_category_ids"], found["neg_category_ids"]) == ([1, 2], [])


def test_a_registered_dataset_is_read_when_it_is_asked_for(
    boxed: Index, catalogs: SimpleNamespace
) -> None:
    register(boxed, "lvis_train")
    assert catalogs.DatasetCatalog["lvis_train"]() == dataset_dicts(boxed)
    modes = [one["annotations"] for one in catalogs.DatasetCatalog["lvis_train"]()]
    assert {type(one["bbox_mode"]) for one in chain(*modes)} == {BoxMode}
    found = catalogs.MetadataCatalog["lvis_train"]
    assert found.thing_classes == ["tench", "apple", "basket"]
    assert found.thing_dataset_id_to_contiguous_id == {7: 0, 3: 1, 5: 2}
    assert found.image_root == str(boxed.root / "coco")
    assert (found.evaluator_type, found.json_file) == (
        "lvis",
        str(boxed.root / "lvis/lvis_v1_train.json"),
    )


def test_images_are_counted_for_the_federated_loss(boxed: Index, catalogs: SimpleNamespace) -> None:
    register(boxed, "lvis_train")
    counts = catalogs.MetadataCatalog["lvis_train"].class_image_count
    # `get_fed_loss_cls_weights`: a weight a class, by id.
    weights = [one["image_count"] for one in sorted(counts, key=lambda one: one["id"])]
    assert catalogs.MetadataCatalog["lvis_train"].thing_classes == ["tench", "apple", "basket"]
    assert weights == [2, 1, 2]  # the ids of these are 7, 3 and 5


def test_a_part_is_evaluated_as_coco(boxed: Index, catalogs: SimpleNamespace) -> None:
    options = BoxOptions(images=[PLAIN], renumber=True)
    register(boxed, "part", options)
    found = catalogs.MetadataCatalog["part"]
    assert found.evaluator_type == "coco"
    assert not hasattr(found, "json_file")
    assert [one["image_count"] for one in found.class_image_count] == [1, 0, 0]
    (record,) = catalogs.DatasetCatalog["part"]()
    assert record["image_id"] == 1


def test_a_name_that_is_taken(boxed: Index, catalogs: SimpleNamespace) -> None:
    register(boxed, "lvis_val", lvis_boxes("val"))
    with pytest.raises(UsageError, match="detectron2 has a dataset 'lvis_val' already; give anoth"):
        register(boxed, "lvis_val")
    with pytest.raises(UsageError, match="there is no source 'absent'"):
        register(boxed, "absent", BoxOptions(source="absent"))
    assert list(catalogs.DatasetCatalog) == ["lvis_val"]
