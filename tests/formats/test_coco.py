"""Files in COCO's format: every shape is read, and every field comes through."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovmr_index.errors import RecordError
from ovmr_index.formats.coco import CocoReader
from ovmr_index.formats.coco_annotation import key_of
from ovmr_index.formats.coco_json import LISTS
from ovmr_index.formats.lenient import is_crowd
from ovmr_index.formats.lvis import LvisReader
from ovmr_index.formats.records import OF_EXPORTS, RegionRecord
from tests.support.exhaustive import examples
from tests.support.formats import (
    PACKED_RUN_LENGTHS,
    RUN_LENGTHS,
    SHAPES,
    coco_instances,
    objects365_v2,
    openimages,
    v3det,
)
from tests.support.random_json import (
    CROWDS,
    KEYS,
    SIGNED_PIXELS,
    TEXTS,
    VALUES,
    Json,
    exactly,
    records,
    written,
)
from tests.support.trees import TreeBuilder, annotation, category, image

IDS = KEYS | TEXTS.filter(bool)
FLAGS = st.sampled_from([0, 1, True, 2, 0.0, None])
NEEDED = {
    "id": IDS,
    "image_id": IDS,
    "category_id": KEYS,
    "bbox": st.lists(SIGNED_PIXELS, min_size=4, max_size=4),
}
MAY_LACK = {
    "area": SIGNED_PIXELS,
    "segmentation": st.sampled_from([[], [[1, 2.5, 3, 4]], RUN_LENGTHS, PACKED_RUN_LENGTHS, None]),
    "iscrowd": CROWDS,
    "isfake": FLAGS,
    "isreflected": FLAGS,
    "ignore": FLAGS,
}
ANNOTATIONS = st.fixed_dictionaries(NEEDED, optional=MAY_LACK) | records(
    NEEDED, MAY_LACK | dict.fromkeys(OF_EXPORTS, VALUES)
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that all examples of a property write to."""
    return tmp_path_factory.mktemp("coco")


def _content(**members: Any) -> Json:
    return {"images": [], "annotations": [], "categories": []} | members


def _read(folder: Path, content: Json | bytes) -> CocoReader:
    path = folder / "coco.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return CocoReader(path)


def _original(region: RegionRecord) -> Json:
    """Return the annotation that a region was: its columns say the same, but for text ids."""
    record: Json = json.loads(region.record or "")
    columns = {
        "category_id": region.category_key,
        "bbox": [region.x, region.y, region.w, region.h],
        **({} if region.area is None else {"area": region.area}),
    }
    assert exactly({name: record[name] for name in columns}) == exactly(columns)
    has_text = isinstance(record["id"], str) or isinstance(record["image_id"], str)
    assert region.synsets == ()
    assert region.is_odd == (has_text or not OF_EXPORTS.isdisjoint(record))
    return record


def test_each_field_that_is_read_is_drawn() -> None:
    usual = get_args(CocoReader.usual_decoder.type)[0]
    for kind in (usual, CocoReader.annotation_decoder.type):
        assert {*kind.__struct_fields__} <= {*NEEDED, *MAY_LACK}


@pytest.mark.slow
@examples(100, few=10)
@given(written(st.lists(ANNOTATIONS, max_size=3).map(lambda found: _content(annotations=found))))
def test_any_annotation_comes_through(folder: Path, drawn: tuple[Json, bytes]) -> None:
    content, text = drawn
    regions = list(_read(folder, text).regions())
    originals = [_original(region) for region in regions]
    assert exactly(originals) == exactly(content["annotations"])
    for region, record in zip(regions, content["annotations"], strict=True):
        assert (region.key, region.image_key) == (key_of(record["id"]), key_of(record["image_id"]))
        assert region.is_crowd == is_crowd(record.get("iscrowd"))


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_each_shape_comes_through(folder: Path, shape: Callable[[], Json]) -> None:
    content = shape()
    reader = _read(folder, content)
    found = [json.loads(one.record) for one in reader.categories()]
    assert exactly(found) == exactly(content["categories"])
    assert exactly([json.loads(one.record) for one in reader.images()]) == exactly(
        content["images"]
    )
    regions = list(reader.regions())
    assert exactly([_original(one) for one in regions]) == exactly(content["annotations"])
    assert {one.image_key for one in regions} <= {one.key for one in reader.images()}
    assert {one.category_key for one in regions} <= {one.key for one in reader.categories()}
    assert json.loads(reader.header()) == content | dict.fromkeys(LISTS)
    assert reader.problems == []


def test_an_lvis_file_has_the_same_regions(builder: TreeBuilder) -> None:
    spec = builder.lvis(
        images=[image(1, neg_category_ids=[2]), image(2)],
        categories=[category(1), category(2, "apple.n.01")],
        annotations=[annotation(5), annotation(4, 2, 2, segmentation=RUN_LENGTHS, iscrowd=1)],
    )
    as_lvis, as_coco = LvisReader(spec.path), CocoReader(spec.path)
    assert list(as_coco.regions()) == list(as_lvis.regions())
    assert [region.is_crowd for region in as_lvis.regions()] == [False, True]
    assert list(as_coco.images()) == list(as_lvis.images())
    assert list(as_coco.categories()) == list(as_lvis.categories())
    assert as_coco.header() == as_lvis.header()


def test_crowds_and_run_lengths_are_kept(folder: Path) -> None:
    polygons, crowd = _read(folder, coco_instances()).regions()
    assert (polygons.fields, crowd.fields) == ('{"iscrowd":0}', '{"iscrowd":1}')
    assert (polygons.is_crowd, crowd.is_crowd) == (False, True)
    assert json.loads(crowd.record or "")["segmentation"] == RUN_LENGTHS


def test_a_block_without_crowds_has_no_column_of_them(folder: Path) -> None:
    assert _read(folder, coco_instances()).block(0).is_crowd == [False, True]
    assert _read(folder, objects365_v2()).block(0).is_crowd == ()


def test_what_lacks_is_none(folder: Path) -> None:
    (region,) = _read(folder, v3det()).regions()
    assert (region.area, "segmentation" in json.loads(region.record or "")) == (None, False)
    (found,) = _read(folder, v3det()).categories()
    assert (found.synset, found.frequency) == (None, None)


def test_ids_that_are_text_are_the_same_everywhere(folder: Path) -> None:
    reader = _read(folder, openimages())
    (found,) = reader.images()
    assert found.key == 8124243412891513244
    assert {region.image_key for region in reader.regions()} == {found.key}
    assert found.negative == (1,)


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"file_name": "a.jpg"}, ("", "a.jpg")),
        ({"file_name": "images/v1/patch8/a.jpg"}, ("images/v1/patch8", "a.jpg")),
        ({"file_name": "./images//a.jpg"}, ("images", "a.jpg")),
        ({"file_name": "12:30.jpg"}, ("", "12:30.jpg")),
        ({"file_name": "", "coco_url": "http://host/train2017/b.jpg"}, ("train2017", "b.jpg")),
        ({"file_name": "a.jpg", "coco_url": "http://host/train2017/b.jpg"}, ("", "a.jpg")),
        ({"file_name": "a.jpg", "coco_url": ""}, ("", "a.jpg")),
        ({"coco_url": "http://host/x/train2017/b.jpg"}, ("train2017", "b.jpg")),
        ({"file_name": None, "coco_url": "http://host/train2017/b.jpg"}, ("train2017", "b.jpg")),
    ],
)
def test_an_images_path_is_its_file_name(folder: Path, fields: Json, path: tuple[str, str]) -> None:
    (found,) = _read(folder, _content(images=[{"id": 1, **fields}])).images()
    assert (found.folder, found.name) == path


@pytest.mark.parametrize(
    ("url", "coco_id"),
    [
        ("http://images.cocodataset.org/val2017/000000397133.jpg", 397133),
        ("https://images.cocodataset.org/train2014/COCO_train2014_000000000139.jpg", 139),
        ("http://mscoco.org/images/57870", 57870),
        ("http://example.org/val2017/000000397133.jpg", None),
        ("http://cocodataset.org.example.org/000000397133.jpg", None),
        ("http://images.cocodataset.org/val2017/cat.jpg", None),
        ("", None),
        (None, None),
    ],
)
def test_images_of_coco_are_known_by_their_url(
    folder: Path, url: str | None, coco_id: int | None
) -> None:
    content = _content(images=[{"id": 5, "file_name": "a.jpg", "coco_url": url}])
    assert [one.coco_id for one in _read(folder, content).images()] == [coco_id]


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({}, r"images\[0\] \(id 1\): object missing required field `file_name`; fix the record"),
        ({"file_name": "../a.jpg"}, "is not a path below the folder of the images; fix the record"),
        ({"file_name": "train\\..\\a.jpg"}, r"'train.*' leads upwards \(..\): it is not a path"),
        ({"file_name": "http://host/a.jpg"}, "is a URL: it is not a path below the folder"),
        ({"file_name": "a/"}, "names a folder: it is not a path below the folder of the images"),
        ({"file_name": "x" * 999 + "/.."}, r"file_name 'x{180}…x{16}/\.\.' leads upwards"),
        ({"coco_url": "http://host/../../a.jpg"}, "is not a path below the folder of the images"),
        ({"file_name": "a.jpg", "width": -1}, ">= 1"),
        ({"file_name": "a.jpg", "width": 20.5}, r"expected `int \| null`, got `float`"),
        ({"file_name": 3}, r"expected `str \| null`, got `int` - at `\$.file_name`"),
    ],
)
def test_an_image_that_cannot_be_is_refused(folder: Path, fields: Json, problem: str) -> None:
    with pytest.raises(RecordError, match=problem):
        list(_read(folder, _content(images=[{"id": 1, **fields}])).images())


@pytest.mark.parametrize("content", [{"images": [], "annotations": []}, objects365_v2()["images"]])
def test_another_kind_of_file_is_refused(folder: Path, content: Any) -> None:
    with pytest.raises(RecordError, match="is it another kind of file"):
        _read(folder, content)
