"""Visual Genome: every field of every object comes through, in the file's order."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovmr_index.errors import RecordError
from ovmr_index.formats.records import RegionRecord
from ovmr_index.formats.visual_genome import VisualGenomeReader
from ovmr_index.formats.visual_genome_records import (
    USUAL_FIELDS,
    AnyObject,
    ObjectsOfImage,
    UsualObject,
)
from tests.support.exhaustive import examples
from tests.support.random_json import (
    KEYS,
    NAMES,
    SIGNED_PIXELS,
    VALUES,
    Json,
    exactly,
    records,
    written,
)
from tests.support.trees import TreeBuilder, vg_image, vg_object, vg_objects

NEEDED = {
    "object_id": KEYS,
    "synsets": st.lists(NAMES, max_size=3),
    "x": SIGNED_PIXELS,
    "y": SIGNED_PIXELS,
    "w": SIGNED_PIXELS,
    "h": SIGNED_PIXELS,
}
MAY_LACK = {"image_id": st.none()} | dict.fromkeys(USUAL_FIELDS, VALUES)
OBJECTS = records(NEEDED, MAY_LACK)
OF_IMAGE = {"image_id": KEYS, "objects": st.lists(OBJECTS, max_size=3)}


@st.composite
def _groups(draw: st.DrawFn) -> Json:
    """Draw the objects of an image, each of which may say again what image it is on."""
    group = draw(records(OF_IMAGE))
    for one in group["objects"]:
        if "image_id" in one and draw(st.booleans()):
            one["image_id"] = group["image_id"]
    return group


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that all examples of a property write to."""
    return tmp_path_factory.mktemp("genome")


def _read(folder: Path, objects: bytes, images: Any = ()) -> VisualGenomeReader:
    (folder / "objects.json").write_bytes(objects)
    (folder / "image_data.json").write_text(json.dumps(images))
    return VisualGenomeReader(folder)


def _original(region: RegionRecord) -> Json:
    assert (region.category_key, region.area, region.record) == (None, None, None)
    box = {"x": region.x, "y": region.y, "w": region.w, "h": region.h}
    record = {"object_id": region.key, "synsets": list(region.synsets)} | box
    return record | (json.loads(region.fields) if region.fields else {})


def test_each_field_that_is_read_is_drawn() -> None:
    for kind in (AnyObject, UsualObject):
        assert {*kind.__struct_fields__} <= {*NEEDED, *MAY_LACK}
    assert {*ObjectsOfImage.__struct_fields__} <= {*OF_IMAGE}


@pytest.mark.slow
@examples(100, few=10)
@given(written(st.lists(_groups(), max_size=3)))
def test_any_object_comes_through(folder: Path, drawn: tuple[list[Json], bytes]) -> None:
    groups, text = drawn
    found = [(region.image_key, _original(region)) for region in _read(folder, text).regions()]
    given_ = [(group["image_id"], one) for group in groups for one in group["objects"]]
    assert exactly(found) == exactly(given_)


def test_columns_of_an_image(folder: Path) -> None:
    url = "https://cs.stanford.edu/people/rak248/VG_100K_2/7.jpg"
    reader = _read(folder, b"[]", [vg_image(9, url=url, coco_id=4, flickr_id=2, more="é")])
    found = next(reader.images())
    assert found[:-1] == (9, "VG_100K_2", "7.jpg", 64, 48, 4, (), ())
    assert json.loads(found.record)["more"] == "é"


def test_counts_tell_how_far_it_has_come(builder: TreeBuilder) -> None:
    spec = builder.visual_genome(
        vg_objects(1, vg_object(1), vg_object(2)), vg_objects(2), vg_objects(3, vg_object(3))
    )
    reader = VisualGenomeReader(spec.path)
    assert (reader.total, reader.region_count()) == (3, 3)
    assert [(region.key, reader.done) for region in reader.regions()] == [(1, 3), (2, 3), (3, 3)]


def test_a_wrong_record_is_named_by_its_place(folder: Path) -> None:
    groups = [vg_objects(1), vg_objects(2, vg_object(4), vg_object(5, x="left"))]
    reader = _read(folder, json.dumps(groups).encode())
    with pytest.raises(RecordError, match=r"objects.json: \[1\].objects\[1\] \(id 5\): expected"):
        list(reader.regions())
    reader = _read(folder, json.dumps([vg_objects(1), {"image_id": 2}]).encode())
    assert reader.region_count() == 0
    with pytest.raises(RecordError, match=r"objects.json: \[1\] \(id 2\): object missing required"):
        list(reader.regions())


@pytest.mark.parametrize("name", ["objects.json", "image_data.json"])
def test_another_kind_of_file_is_refused(builder: TreeBuilder, name: str) -> None:
    spec = builder.visual_genome()
    builder.json(f"VisualGenome/{name}", {"images": []})
    with pytest.raises(RecordError, match=f"{name}: expected `array`, got `object`; is it another"):
        list(VisualGenomeReader(spec.path).images())


def test_members_of_another_form_are_read(folder: Path) -> None:
    one = vg_object(4) | {"object_id": "5", "x": "1.5", "w": "40", "synsets": None}
    other = vg_object(6) | {"object_id": 6.0, "synsets": "tench.n.01"}
    groups = [{"image_id": "9", "objects": [one, other]}]
    images = [vg_image(9, width=0, height="48", coco_id="4")]
    reader = _read(folder, json.dumps(groups).encode(), images)
    (found,) = reader.images()
    assert (found.key, found.width, found.height, found.coco_id) == (9, None, 48, 4)
    first, second = reader.regions()
    assert (first.key, first.image_key, first.x, first.w, first.synsets) == (5, 9, 1.5, 40, ())
    assert (second.key, second.synsets) == (6, ("tench.n.01",))


@pytest.mark.parametrize("name", ["objects.json", "image_data.json"])
def test_version_1_0_says_what_it_is(builder: TreeBuilder, name: str) -> None:
    spec = builder.visual_genome()
    builder.json(f"VisualGenome/{name}", [{"id": 1, "objects": [{"id": 5, "x": 1}]}])
    with pytest.raises(RecordError, match=f"{name}: is of Visual Genome 1.0: its records have"):
        VisualGenomeReader(spec.path)
