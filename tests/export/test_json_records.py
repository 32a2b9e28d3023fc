"""The JSON objects of exemplars from files in COCO's format and from folders of your own."""

import json
from typing import Any

from ovmr_index.export.json_records import encode_entry, encode_pick

RUN_LENGTHS = '{"counts":"PPYo0:Q?","size":[48,64]}'
PLACE = ("train", "own/pictures", "train/a.jpg")
LOCATION = (None,) * 6


def _annotation(
    area: float | None = 12.5, segmentation: str | None = None, fields: str | None = None
) -> tuple[Any, ...]:
    """Return the row of a box of 8 x 4 pixels: annotation 7 on picture 5."""
    names = (3, "apple.n.01", "crab_apple.n.01", "own", "coco")
    box = (1, 2.5, 8, 4.0, 32.0)
    return (*names, *PLACE, *box, 5, 7, area, segmentation, fields, *LOCATION)


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


def test_a_picture_of_a_folder_is_written_as_imagenets() -> None:
    names = (3, "apple.n.01", "apple.n.01", "mine", "folder", None, "mine", "apple/a.jpg")
    row = (*names, None, None, None, None, 10_000.0, None, None, None, None, None, *LOCATION)
    entry = {
        "file_name": "apple/a.jpg",
        "category_id": 3,
        "dataset": "mine",
        "synset": "apple.n.01",
    }
    assert json.loads(encode_entry(row)) == entry
    assert json.loads(encode_pick(row)) == entry | {"area": 10_000.0}
