"""Which image a record means: ids of COCO whatever their form, and one record for one file."""

from collections.abc import Sequence
from typing import Any

import pytest

from ovmr_index import Index
from ovmr_index.errors import RecordError
from ovmr_index.formats.coco_annotation import key_of
from ovmr_index.ingest.report import Counts
from tests.ingest.test_other_forms import coco_spec, ingest_one
from tests.support.contents import assert_sound, rows_of
from tests.support.formats import openimages
from tests.support.runs import CHECKOUT
from tests.support.trees import Json, TreeBuilder, image, vg_image, vg_objects

pytestmark = pytest.mark.slow

JOINED = """
    SELECT boxes.region_id, image_files.image_id, image_files.coco_id, image_files.file_name
    FROM boxes JOIN image_files USING (source, file_name) ORDER BY region_id"""


def _content(images: Sequence[tuple[Any, str]], boxes: Sequence[Any]) -> Json:
    """Return a file of images (id, file name), with a box on each image that is named."""
    return {
        "images": [{"id": one, "file_name": name} for one, name in images],
        "annotations": [
            {"id": number, "image_id": one, "category_id": 1, "bbox": [1, 2, 3, 4]}
            for number, one in enumerate(boxes, 1)
        ],
        "categories": [{"id": 1, "name": "mug"}],
    }


def _refused(
    index: Index, builder: TreeBuilder, content: Json, problem: str, **options: Any
) -> None:
    with pytest.raises(RecordError) as caught:
        ingest_one(index, coco_spec(builder, content, **options))
    assert problem in str(caught.value)
    assert rows_of(index, "SELECT * FROM images") == []


@pytest.mark.exhaustive(but=["7_1-000000000007", "07-7_0"])
@pytest.mark.parametrize("of_image", [7, "7", "000000000007", 7.0])
@pytest.mark.parametrize("of_box", [7, "7", "000000000007", "07"])
def test_ids_of_coco_are_one_in_every_form(
    builder: TreeBuilder, of_image: object, of_box: object
) -> None:
    content = _content([("8", "8.jpg"), (of_image, "7.jpg")], [of_box, 8, of_box])
    index = builder.index()
    spec = coco_spec(builder, content, coco_ids=True)
    assert ingest_one(index, spec).counts == Counts(added=3)
    rows = [(1, 7, 7, "7.jpg"), (2, 8, 8, "8.jpg"), (3, 7, 7, "7.jpg")]
    assert rows_of(index, JOINED) == rows
    content["annotations"].append(content["annotations"][0] | {"id": 4})
    spec = coco_spec(builder, content, coco_ids=True)
    assert ingest_one(index, spec).counts == Counts(added=1, unchanged=3)
    assert index.ingest([spec], on_error="skip").sources[0].problems == []
    assert len(rows_of(index, JOINED)) == 4
    assert_sound(index)


def test_an_unknown_id_of_coco_is_named_as_it_is(builder: TreeBuilder) -> None:
    content = _content([("0007", "7.jpg")], ["0007", "0008"])
    index = builder.index()
    _refused(index, builder, content, "(id 2): its image '0008' is not in", coco_ids=True)
    spec = coco_spec(builder, content, coco_ids=True)
    report = index.ingest([spec], on_error="skip").sources[0]
    assert (report.counts, len(report.problems)) == (Counts(added=1), 1)


def test_an_image_that_goes_is_missed_by_boxes_read_before(builder: TreeBuilder) -> None:
    boxes: list[Any] = ["0001"] * 700 + [2]
    content = _content([("0001", "1.jpg"), ("02", "2.jpg"), (3, "3.jpg")], boxes)
    index = builder.index()
    ingest_one(index, coco_spec(builder, content, coco_ids=True))
    del content["images"][1], content["annotations"][0]["bbox"]
    content["annotations"][0]["bbox"] = [0, 0, 1, 1]
    with pytest.raises(RecordError, match=r"annotation \(id 701\): its image 2 is not in"):
        ingest_one(index, coco_spec(builder, content, coco_ids=True))


@pytest.mark.exhaustive(beyond=2)
@pytest.mark.parametrize(
    ("first", "second"), [("000000000001", "1"), (1, "01"), ("1", "0001"), ("01", "001")]
)
def test_two_images_with_one_id_of_coco_are_refused(
    builder: TreeBuilder, first: object, second: object
) -> None:
    content = _content([(first, "a.jpg"), (second, "b.jpg")], [first, second])
    said = f"is image 1 of COCO, as another record before it (id {first!r})"
    problem = f"image (id {second}): {said}"
    index = builder.index()
    _refused(index, builder, content, problem, coco_ids=True)
    spec = coco_spec(builder, content, coco_ids=True)
    report = index.ingest([spec], on_error="skip").sources[0]
    boxes = ["annotation (id 1)", "annotation (id 2)"]  # of the one or of the other
    assert [one.record for one in report.problems] == [f"image (id {second})", *boxes]
    assert rows_of(index, "SELECT file_name FROM images") == [("a.jpg",)]
    assert rows_of(index, JOINED) == []


@pytest.mark.parametrize(("first", "second"), [(1, "1"), ("1", 1)])
def test_a_number_and_its_text_are_one_id(
    builder: TreeBuilder, first: object, second: object
) -> None:
    content = _content([(first, "a.jpg"), (second, "b.jpg")], [first, second])
    said = f"its id {second!r} is that of another record before it (id {first!r})"
    _refused(builder.index(), builder, content, f"image (id {second}): {said}")


@pytest.mark.exhaustive(but=["./1.jpg-1.jpg-options1-1.jpg", "a/1.jpg-b/1.jpg-options4-1.jpg"])
@pytest.mark.parametrize(
    ("first", "second", "options", "file"),
    [
        ("1.jpg", "1.jpg", {}, "1.jpg"),
        ("./1.jpg", "1.jpg", {}, "1.jpg"),
        ("a//1.jpg", "a/1.jpg", {}, "a/1.jpg"),
        ("a\\1.jpg", "a/1.jpg", {}, "a/1.jpg"),
        ("a/1.jpg", "b/1.jpg", {"strip": 1}, "1.jpg"),
        ("/home/1.jpg", "C:\\1.jpg", {"strip": 1, "below": "x"}, "x/1.jpg"),
    ],
)
def test_two_records_of_one_file_are_refused(
    builder: TreeBuilder, first: str, second: str, options: Json, file: str
) -> None:
    content = _content([("x", first), (2, "q/other.jpg"), (9, second)], ["x", 2, 9, 9])
    problem = f"image (id 9): its file '{file}' is that of another record before it (id 'x')"
    index = builder.index()
    _refused(index, builder, content, problem, **options)
    report = index.ingest([coco_spec(builder, content, **options)], on_error="skip").sources[0]
    assert report.counts == Counts(added=2)
    assert [one.record for one in report.problems] == [
        "image (id 9)",
        "annotation (id 3)",
        "annotation (id 4)",
    ]
    assert [row[0] for row in rows_of(index, JOINED)] == [1, 2]
    assert_sound(index)


def test_one_file_of_many_records_is_left_out_but_once(builder: TreeBuilder) -> None:
    content = _content([(one, f"{one % 3}.jpg") for one in range(120)], [119, 1])
    report = builder.index().ingest([coco_spec(builder, content)], on_error="skip").sources[0]
    assert len(report.problems) == 120 - 3 + 1


def test_other_formats_have_one_record_for_a_file_too(builder: TreeBuilder) -> None:
    index = builder.index()
    lvis = builder.lvis(images=[image(1), image(2, coco_url=image(1)["coco_url"])])
    with pytest.raises(RecordError, match=r"image \(id 2\): its file 'train2017/000000000001.jpg'"):
        index.ingest([lvis])
    twice = [vg_image(1), vg_image(2, url=vg_image(1)["url"])]
    genome = builder.visual_genome(vg_objects(1), images=twice)
    with pytest.raises(RecordError, match=r"image_data.json: image \(id 2\): its file 'VG_100K/1"):
        index.ingest([genome])


@pytest.mark.sqlite_only  # PostgreSQL takes JSON out of a text that is cast
def test_the_page_gets_the_text_of_an_id(builder: TreeBuilder) -> None:
    page = (CHECKOUT / "docs" / "sql.md").read_text(encoding="utf-8")
    (query,) = [part.partition("```")[0] for part in page.split("```sql\n")[1:]]
    file = builder.json("own.json", openimages())
    index = builder.index()
    index.ingest([index.sources.coco(file, "openimages", builder.root / "images")])
    key = "000002b66c9c498e"
    assert rows_of(index, "SELECT DISTINCT image_id FROM boxes") == [(key_of(key),)]
    assert rows_of(index, query) == [(0, None, key), (1, None, key)]
