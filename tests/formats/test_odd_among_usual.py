"""Records that are read together are what each is alone, whatever stands beside it."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovmr_index.formats.coco import CocoReader
from ovmr_index.formats.lvis import LvisReader
from ovmr_index.formats.records import RegionRecord
from ovmr_index.formats.visual_genome import VisualGenomeReader
from tests.support.exhaustive import examples
from tests.support.trees import APPLE, TENCH, annotation, category, image, vg_image, vg_object

pytestmark = pytest.mark.slow

ODD: list[dict[str, Any]] = [
    {},
    {},
    {"iscrowd": 0},
    {"iscrowd": 1},
    {"note": "x: y"},
    {"id": "7"},
    {"area": "12"},
    {"segmentation": {"size": [4, 2], "counts": "03"}},
    {"attributes": {"occluded": False}},
    {"attributes": {"a b": ["red : blue", {}]}},
    {"i d": 8},
    {"file_name": "a b.jpg"},
]
ODD_OBJECTS: list[dict[str, Any]] = [
    {},
    {},
    {"synsets": None},
    {"synsets": [], "h": 1.5, "attributes": None},
    {"w": "30"},
    {"attributes": ["red"]},
    {"names": ["a: b"]},
]


def _coco(folder: Path, reader: Any, annotations: list[Any]) -> list[RegionRecord]:
    content = {"images": [image(1)], "categories": [category(1)], "annotations": annotations}
    file = folder / "lvis_train.json"
    file.write_text(json.dumps(content))
    return list(reader(file).regions())


def _genome(folder: Path, objects: list[Any]) -> list[RegionRecord]:
    (folder / "objects.json").write_text(json.dumps([{"image_id": 1, "objects": objects}]))
    (folder / "image_data.json").write_text(json.dumps([vg_image(1)]))
    return list(VisualGenomeReader(folder).regions())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder for the files of a test."""
    return tmp_path


@pytest.mark.parametrize("reader", [LvisReader, CocoReader])
@examples(100, few=10)
@given(more=st.lists(st.sampled_from(ODD), max_size=80))
def test_annotations(
    tmp_path_factory: pytest.TempPathFactory, reader: Any, more: list[dict[str, Any]]
) -> None:
    folder = tmp_path_factory.getbasetemp()
    annotations = [annotation(100 + number) | odd for number, odd in enumerate(more)]
    alone = [region for one in annotations for region in _coco(folder, reader, [one])]
    assert _coco(folder, reader, annotations) == alone


@examples(100, few=10)
@given(more=st.lists(st.sampled_from(ODD_OBJECTS), max_size=40))
def test_objects(tmp_path_factory: pytest.TempPathFactory, more: list[dict[str, Any]]) -> None:
    folder = tmp_path_factory.getbasetemp()
    objects = [vg_object(number, APPLE, TENCH) | odd for number, odd in enumerate(more)]
    alone = [region for one in objects for region in _genome(folder, [one])]
    assert _genome(folder, objects) == alone


def test_what_an_object_lacks_does_not_hide_what_it_has_beyond(folder: Path) -> None:
    lacking = vg_object(1, TENCH) | {"attributes": ["red"]}
    del lacking["synsets"]
    (region,) = _genome(folder, [lacking])
    assert json.loads(region.fields or "") == {
        name: lacking[name] for name in ("names", "merged_object_ids", "attributes")
    }


def test_what_an_annotation_lacks_does_not_hide_what_it_has_beyond(folder: Path) -> None:
    lacking = annotation(5) | {"note": 1}
    del lacking["area"]
    assert [one.fields for one in _coco(folder, CocoReader, [lacking])] == ['{"note":1}']
