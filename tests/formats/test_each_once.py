"""A member that stands twice in a record with two values has no meaning, and is refused by name."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec import Raw

from ovmr_index.errors import RecordError
from ovmr_index.formats.coco import CocoReader
from ovmr_index.formats.each_once import member_twice
from ovmr_index.formats.lvis import LvisReader
from ovmr_index.formats.visual_genome import VisualGenomeReader
from tests.support.trees import TENCH, annotation, category, image, vg_image, vg_object, vg_objects

LISTS = ("annotations", "images", "categories")


@pytest.mark.parametrize(
    ("record", "name"),
    [
        ('{"id": 1, "id": 2}', "id"),
        ('{"id": 1, "other": {"a": 1, "a": 2}}', "a"),
        ('{"id": 1, "name": "a\\u0062", "nam\\u0065": "b"}', "name"),
        ('{"id": 1, "id": 1.0}', None),
        ('{"a": "x", "a": "\\u0078"}', None),
        ('{"a": ":", "b": "\\":"}', None),
        ('{"o": {"a": 1, "a": 2}, "o": {"a": 2}}', "a"),
        ('{"a:b": 1, "a:b": 2}', "a:b"),
        ('{"\\u003a": 1, "id": 1, "id": 2}', "id"),
        ('{"id": [{"a": 1, "b": ":"}], "more": {"a": {"b": 1}, "b": {"b": 1}}}', None),
        ('{"a": {"b": {"c": 1, "c": 2}}}', "c"),
        ('{"": 1, "": 2}', ""),
        ('{"o": {"": 1, "": 2}}', ""),
        ("[1]", None),
    ],
)
def test_members_of_two_values(record: str, name: str | None) -> None:
    assert member_twice(Raw(record.encode())) == name


def _content(more: Any) -> dict[str, list[Any]]:
    """Return 600 annotations, and as many images, so that there is more than one block."""
    return {
        "images": [image(key) for key in range(600)],
        "categories": [category(key) for key in range(1, 4)],
        "annotations": [annotation(key, key) | more for key in range(600)],
    }


def _spoil(content: dict[str, list[Any]], name: str, place: int, member: str) -> bytes:
    """Return the file with a second member in one record."""
    record = content[name][place]
    content[name][place] = "HERE"
    text = json.dumps(record)[:-1] + f", {member}}}"
    return json.dumps(content).replace('"HERE"', text).encode()


def _read(reader: Any) -> int:
    for records in (reader.categories(), reader.images()):
        for _ in records:
            pass
    return sum(1 for _ in reader.regions())


MORE: dict[str, Callable[[int], dict[str, Any]]] = {
    "usual": lambda _: {},
    "flags": lambda _: {"iscrowd": 0},
    "others": lambda _: {"attributes": {"occluded": False}},
    "masks": lambda key: {"segmentation": {"size": [4, 2], "counts": f"0:{key}"}},
}


@pytest.mark.slow
@pytest.mark.exhaustive(
    but=[
        "annotations-CocoReader-flags",
        "annotations-LvisReader-others",
        "annotations-CocoReader-masks",
        "images-CocoReader-usual",
        "categories-LvisReader-others",
    ]
)
@pytest.mark.parametrize("more", MORE)
@pytest.mark.parametrize("reader", [LvisReader, CocoReader])
@pytest.mark.parametrize("name", LISTS)
def test_a_record_that_says_two_things_is_refused_by_name(
    tmp_path: Path, reader: Any, name: str, more: str
) -> None:
    file = tmp_path / "lvis_train.json"
    place = 2 if name == "categories" else 550
    file.write_bytes(_spoil(_content(MORE[more](1)), name, place, '"id": 7'))
    said = rf"{name}\[{place}\] \(id 7\): `id` stands twice, with two values; remove one of them"
    with pytest.raises(RecordError, match=said):
        _read(reader(file))
    opened = reader(file)
    opened.skips = True
    assert _read(opened) == (599 if name == "annotations" else 600)
    assert [one.record for one in opened.problems] == [f"{name}[{place}] (id 7)"]


@pytest.mark.slow
@pytest.mark.parametrize("more", MORE)
@pytest.mark.parametrize("reader", [LvisReader, CocoReader])
def test_one_value_twice_is_one(tmp_path: Path, reader: Any, more: str) -> None:
    file = tmp_path / "lvis_train.json"
    content = _content(MORE[more](1))
    file.write_bytes(_spoil(content, "annotations", 5, '"area": 1440.50'))
    assert _read(reader(file)) == 600


def test_a_member_that_another_record_lacks_hides_nothing(tmp_path: Path) -> None:
    content = _content({})
    del content["annotations"][3]["segmentation"]
    file = tmp_path / "lvis_train.json"
    file.write_bytes(_spoil(content, "annotations", 5, '"area": 2'))
    for reader in (LvisReader, CocoReader):
        with pytest.raises(RecordError, match=r"annotations\[5\] \(id 5\): `area` stands twice"):
            _read(reader(file))


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ('"x": 2', '"x": 2, "x": 3', r"\[1\].objects\[0\] \(id 8\): `x` stands twice"),
        ('"image_id": 5', '"image_id": 5, "image_id": 6', r"\[1\] \(id 6\): `image_id` stands"),
    ],
)
@pytest.mark.parametrize("more", [{}, {"attributes": ["red: dark"]}])
def test_objects_of_visual_genome(
    tmp_path: Path, old: str, new: str, where: str, more: dict[str, Any]
) -> None:
    (tmp_path / "image_data.json").write_text(json.dumps([vg_image(4), vg_image(5)]))
    groups = [vg_objects(4, vg_object(7, TENCH)), vg_objects(5, vg_object(8, TENCH, **more))]
    first, second = map(json.dumps, groups)
    (tmp_path / "objects.json").write_text(f"[{first}, {second.replace(old, new)}]")
    with pytest.raises(RecordError, match=f"{where}.* with two values; remove one of them"):
        _read(VisualGenomeReader(tmp_path))
    (tmp_path / "objects.json").write_text(f"[{first}, {second}]")
    assert _read(VisualGenomeReader(tmp_path)) == 2
    (tmp_path / "image_data.json").write_text(
        json.dumps([vg_image(4), vg_image(5)]).replace('"width": 64', '"width": 64, "width": 6')
    )
    with pytest.raises(RecordError, match=r"\[0\] \(id 4\): `width` stands twice"):
        _read(VisualGenomeReader(tmp_path))
