"""The JSON objects of exemplars from files in COCO's format and from folders of your own."""

import json
from typing import Any

import pytest

from ovmr_index.export.json_records import encode_entry, encode_pick, of_row
from ovmr_index.pools.exemplar_queries import ExemplarRow
from tests.support.trees import Json

WHOLE_IMAGE = ExemplarRow(
    category_id=3,
    category_synset="apple.n.01",
    synset="apple.n.01",
    dataset="mine",
    format="folder",
    split=None,
    root="mine",
    file_name="apple/a.jpg",
    x=None,
    y=None,
    w=None,
    h=None,
    weight=10_000.0,
    image_id=None,
    region_id=None,
    area=None,
    record=None,
    is_odd=None,
    fields=None,
)


def _annotation(own_area: float | None = 12.5, is_odd: int = 0, **members: Any) -> ExemplarRow:
    """Return the row of a box of 8 x 4 pixels: annotation 7 on image 5."""
    found = WHOLE_IMAGE._replace(
        synset="crab_apple.n.01", dataset="own", format="coco", file_name="train/a.jpg"
    )
    box = found._replace(x=1, y=2.5, w=8, h=4.0, weight=32.0, image_id=5, region_id=7)
    record = {"id": 7, "image_id": 5, "category_id": 3, "bbox": [1, 2.5, 8, 4.0]} | members
    return box._replace(area=own_area, record=json.dumps(record), is_odd=is_odd)


OF_EXPORT = {"dataset": "own", "file_name": "train/a.jpg", "synset": "crab_apple.n.01"}


def test_an_annotation_comes_back_with_all_its_members() -> None:
    runs = {"counts": "PPYo0:Q?", "size": [48, 64]}
    record: Json = {"area": 12.5, "segmentation": runs, "iscrowd": 1, "isfake": None}
    entry = json.loads(encode_entry(_annotation(**record)))
    box = {"id": 7, "image_id": 5, "category_id": 3, "bbox": [1, 2.5, 8, 4.0]}
    assert entry == box | record | OF_EXPORT


def test_the_category_is_that_of_the_pool() -> None:
    row = _annotation(category_id=90)
    assert json.loads(encode_entry(row))["category_id"] == 3
    assert json.loads(encode_pick(row))["category_id"] == 3


def test_an_annotation_without_an_area_has_none() -> None:
    assert "area" not in json.loads(encode_entry(_annotation(None)))
    assert json.loads(encode_pick(_annotation(None)))["area"] == 32.0


def test_what_an_odd_record_means_is_written() -> None:
    own: Json = {"id": "b7", "image_id": "0a", "bbox": None, "area": "12.5"}
    flat = [1, 2.5, 9, 2.5, 9, 6.5]
    row = _annotation(is_odd=1, segmentation=flat, dataset="x", **own)
    meant = {"bbox": [1, 2.5, 8, 4.0], "area": 12.5, "segmentation": [flat], "category_id": 3}
    assert json.loads(encode_entry(row)) == own | meant | OF_EXPORT


def test_a_mask_that_means_none_is_left_out() -> None:
    entry = json.loads(encode_entry(_annotation(is_odd=1, segmentation="")))
    assert "segmentation" not in entry


def test_an_image_of_a_folder_is_written_as_imagenets() -> None:
    entry = {
        "file_name": "apple/a.jpg",
        "category_id": 3,
        "dataset": "mine",
        "synset": "apple.n.01",
    }
    assert json.loads(encode_entry(WHOLE_IMAGE)) == entry
    assert json.loads(encode_pick(WHOLE_IMAGE)) == entry | {"area": 10_000.0}


OURS = {
    "image_id": 5,
    "dataset": "visual_genome",
    "file_name": "VG_100K/5.jpg",
    "category_id": 3,
    "synset": "apple.n.01",
}


@pytest.mark.parametrize("name", OURS)
def test_a_field_of_an_object_does_not_replace_what_the_index_says(name: str) -> None:
    fields = json.dumps({"names": ["x"], name: 7, "area": 1, "id": 9, "bbox": [1, 2, 3, 4]})
    row = _annotation(None)._replace(
        record=None,
        is_odd=None,
        fields=fields,
        format="visual-genome",
        dataset="visual_genome",
        file_name="VG_100K/5.jpg",
        synset="apple.n.01",
    )
    box = {"object_id": 7, "x": 1, "y": 2.5, "w": 8, "h": 4.0, "synsets": ["apple.n.01"]}
    own = {"names": ["x"], "area": 1, "id": 9, "bbox": [1, 2, 3, 4]}
    assert json.loads(encode_entry(row)) == OURS | box | own
    assert json.loads(encode_pick(row)) == OURS | box | own | {"area": 32.0}


def test_columns_are_found_by_the_names_of_parameters() -> None:
    def encode(x: Any, name: Any, more: Any = "none") -> str:
        return f"{name} {x} {more}"

    assert of_row(("name", "y", "x"), encode)(("a", 1, 2)) == "a 2 none"
    assert of_row(("name", "y", "x"), encode, more="y")(("a", 1, 2)) == "a 2 1"
    assert of_row(("name", "y", "x"), encode, x="y")(("a", 1, 2)) == "a 1 none"
    assert of_row(("x", "name"), encode)((2, "a")) == "a 2 none"
