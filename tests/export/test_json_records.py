"""The JSON objects of exemplars from files in COCO's format and from folders of your own."""

import json
from typing import Any

import pytest

from ovmr_index.export.json_records import encode_entry, encode_pick, of_row
from ovmr_index.pools.exemplar_queries import ExemplarRow

RUN_LENGTHS = '{"counts":"PPYo0:Q?","size":[48,64]}'
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
    segmentation=None,
    fields=None,
)


def _annotation(
    area: float | None = 12.5, segmentation: str | None = None, fields: str | None = None
) -> ExemplarRow:
    """Return the row of a box of 8 x 4 pixels: annotation 7 on image 5."""
    found = WHOLE_IMAGE._replace(
        synset="crab_apple.n.01", dataset="own", format="coco", file_name="train/a.jpg"
    )
    box = found._replace(x=1, y=2.5, w=8, h=4.0, weight=32.0, image_id=5, region_id=7)
    return box._replace(area=area, segmentation=segmentation, fields=fields)


def test_an_annotation_comes_back_with_all_its_fields() -> None:
    entry = json.loads(encode_entry(_annotation(12.5, RUN_LENGTHS, '{"iscrowd":1,"isfake":0}')))
    assert entry == {
        "id": 7,
        "area": 12.5,
        "segmentation": {"counts": "PPYo0:Q?", "size": [48, 64]},
        "image_id": 5,
        "bbox": [1, 2.5, 8, 4.0],
        "category_id": 3,
        "iscrowd": 1,
        "isfake": 0,
        "dataset": "own",
        "file_name": "train/a.jpg",
        "synset": "crab_apple.n.01",
    }


def test_an_annotation_without_an_area_has_none() -> None:
    assert "area" not in json.loads(encode_entry(_annotation(None)))
    assert json.loads(encode_pick(_annotation(None)))["area"] == 32.0


def test_ids_that_are_text_come_back_once() -> None:
    text = encode_entry(_annotation(fields='{"id":"b7","image_id":"0a"}'))
    pairs = json.loads(text, object_pairs_hook=list)
    names = [name for name, _ in pairs]
    assert len(names) == len(set(names))
    assert dict(pairs)["id"] == "b7"
    assert dict(pairs)["image_id"] == "0a"


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
    row = _annotation(None, None, fields)._replace(
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
