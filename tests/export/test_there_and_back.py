"""An annotation file comes back as it was: each member once, with its value, in its place."""

import json
from pathlib import Path
from typing import Any

import pytest

from ovmr_index.ingest.sources import SourceOptions
from tests.support.formats import PACKED_RUN_LENGTHS, RUN_LENGTHS, SHAPES
from tests.support.trees import APPLE, TENCH, Json, TreeBuilder

POLYGON = [[10, 20, 50, 20, 50, 60.5, 10, 60.5]]
USUAL: Json = {"id": 1, "image_id": 7, "category_id": 1, "bbox": [1, 2, 30, 40], "area": 1200}
ORDERS = {
    "lvis": ("id", "area", "segmentation", "image_id", "bbox", "category_id"),
    "coco": ("segmentation", "area", "iscrowd", "image_id", "bbox", "category_id", "id"),
    "own": ("bbox", "image_id", "score", "id", "iscrowd", "category_id", "area", "segmentation"),
}
RECORDS: dict[str, Json] = {
    "usual": {},
    "text id": {"id": "ann-7"},
    "digits": {"id": "12", "category_id": "1"},
    "padded": {"id": "0012"},
    "float ids": {"id": 5.0, "category_id": 1.0},
    "area null": {"area": None},
    "area text": {"area": "12.5"},
    "area empty": {"area": ""},
    "flag": {"iscrowd": 0},
    "true": {"iscrowd": True, "score": 0.5},
    "polygon": {"segmentation": POLYGON},
    "flat": {"segmentation": POLYGON[0]},
    "points": {"segmentation": [[[1, 2], [3, 4], [5, 6.5]]]},
    "deep": {"segmentation": [POLYGON]},
    "run lengths": {"segmentation": RUN_LENGTHS},
    "packed": {"segmentation": PACKED_RUN_LENGTHS},
    "list of run lengths": {"segmentation": [RUN_LENGTHS]},
    "float counts": {"segmentation": {"size": [48.0, 64.0], "counts": [3000.0, 72]}},
    "mask null": {"segmentation": None},
    "mask empty": {"segmentation": []},
    "mask object": {"segmentation": {}},
    "mask text": {"segmentation": ""},
    "bbox null": {"bbox": None, "segmentation": POLYGON},
    "bbox empty": {"bbox": [], "segmentation": POLYGON},
    "bbox missing": {"bbox": ..., "segmentation": POLYGON},
    "bbox text": {"bbox": ["1", "2.50", 3, 4.0]},
    "area missing": {"area": ...},
    "names": {"dataset": "x", "file_name": "y", "synset": "z", "segmentation_note": {"id": 3}},
    "nested": {"attributes": {"iscrowd": 1, "id": 9}, "é": ["bbox"], '"': 2**70},
}


def _annotations(order: tuple[str, ...]) -> list[Json]:
    found = []
    for key, changes in enumerate(RECORDS.values(), 100):
        record = USUAL | {"id": key} | changes
        names = [*(name for name in order if name in record), *(record.keys() - {*order})]
        found.append({name: record[name] for name in names if record[name] is not ...})
    return found


def _content(order: tuple[str, ...], image_id: object = 7) -> Json:
    annotations = _annotations(order)
    for one in annotations:
        one["image_id"] = image_id
    return {
        "info": {"year": 2024},
        "images": [{"file_name": "a.jpg", "id": image_id, "width": 0, "height": "48"}],
        "annotations": annotations,
        "categories": [{"name": 3, "id": 1.0, "synset": TENCH}, {"id": 2, "name": "b"}],
    }


def _exported(builder: TreeBuilder, content: Json) -> Path:
    file = builder.json("own.json", content)
    index = builder.index()
    index.ingest([index.sources.coco(file, "own", builder.root / "images")])
    return index.exports.target("annotations", builder.root / "out.json", vocabulary="own").path


def _once(pairs: list[tuple[str, Any]]) -> Json:
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


@pytest.mark.exhaustive(but=["7_0-lvis", "7_1-coco", "img-7-own", "7.0-coco"])
@pytest.mark.slow
@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
@pytest.mark.parametrize("image_id", [7, "7", "img-7", 7.0])
def test_any_form_comes_back(
    builder: TreeBuilder, order: tuple[str, ...], image_id: object
) -> None:
    content = _content(order, image_id)
    text = _exported(builder, content).read_text()
    assert json.dumps(json.loads(text, object_pairs_hook=_once), sort_keys=True) == json.dumps(
        content, sort_keys=True
    )
    known = {*order, "id", "image_id", "category_id"}
    for found, given in zip(json.loads(text)["annotations"], content["annotations"], strict=True):
        assert [one for one in found if one in known] == [one for one in given if one in known]


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_each_shape_comes_back_in_its_order(builder: TreeBuilder, shape: Any) -> None:
    text = _exported(builder, shape()).read_text()
    assert json.dumps(json.loads(text)) == json.dumps(shape())


def test_what_comes_back_is_read_as_the_same(builder: TreeBuilder) -> None:
    first = _exported(builder, _content(ORDERS["coco"])).read_text()
    assert _exported(builder, json.loads(first)).read_text() == first


def test_exemplars_have_boxes_and_numbers_whatever_the_form(builder: TreeBuilder) -> None:
    content = _content(ORDERS["own"], "img-7")
    content["categories"] = [{"id": 1, "name": "apple", "synset": APPLE}]
    file = builder.json("own.json", content)
    index = builder.index()
    options = SourceOptions()
    index.ingest([index.sources.coco(file, "own", builder.root / "images", options=options)])
    path = index.exports.target("exemplars", builder.root / "out.json", vocabulary="own").path
    (entries,) = json.loads(path.read_text(), object_pairs_hook=_once).values()
    assert entries
    for entry in entries:
        assert len(entry["bbox"]) == 4
        assert all(isinstance(one, int | float) for one in entry["bbox"])
        assert entry["category_id"] == 1
        assert entry["image_id"] == "img-7"
        assert not any("absent" in name for name in entry)
