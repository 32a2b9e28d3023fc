"""Members of COCO's format in other forms: paths, ids and crowds as other programs write them."""

from typing import Any

import pytest

from ovmr_index import Index
from ovmr_index.errors import RecordError
from ovmr_index.ingest.report import Counts, SourceReport
from ovmr_index.ingest.sources import SourceOptions, SourceSpec
from tests.support.contents import assert_sound, rows_of
from tests.support.formats import v3det
from tests.support.trees import Json, TreeBuilder

pytestmark = pytest.mark.slow

PATHS = """
    SELECT f.path, replace(i.file_name, f.path || '/', '') FROM images i
    JOIN folders f ON f.pk = i.folder_pk"""


def coco_spec(builder: TreeBuilder, content: Json, **options: Any) -> SourceSpec:
    """Write an annotation file, and return it as a source."""
    file = builder.json("own/annotations.json", content)
    images = builder.root / "own" / "images"
    return builder.index().sources.coco(file, "own", images, options=SourceOptions(**options))


def ingest_one(index: Index, spec: SourceSpec) -> SourceReport:
    """Ingest one source."""
    return index.ingest([spec]).sources[0]


@pytest.mark.parametrize(
    ("file_name", "options", "path"),
    [
        pytest.param("./a.jpg", {}, ("", "a.jpg"), marks=pytest.mark.exhaustive),
        ("a//b.jpg", {}, ("a", "b.jpg")),
        ("12:30.jpg", {}, ("", "12:30.jpg")),
        pytest.param("images\\1.jpg", {}, ("images", "1.jpg"), marks=pytest.mark.exhaustive),
        ("a\\b\\1.jpg", {"strip": 1, "below": "c"}, ("c/b", "1.jpg")),
        pytest.param("there\\1.jpg", {}, ("", "there\\1.jpg"), marks=pytest.mark.exhaustive),
        ("x/there\\1.jpg", {"strip": 1}, ("", "there\\1.jpg")),
        pytest.param("/home/me/1.jpg", {"strip": 2}, ("", "1.jpg"), marks=pytest.mark.exhaustive),
        ("/home/me/1.jpg", {"strip": 1, "below": "d"}, ("d/me", "1.jpg")),
        ("C:\\data\\me\\1.jpg", {"strip": 2}, ("me", "1.jpg")),
    ],
)
def test_paths_of_other_machines_are_those_of_this(
    builder: TreeBuilder, file_name: str, options: Json, path: tuple[str, str]
) -> None:
    content = v3det()
    content["images"][0]["file_name"] = file_name
    builder.file("own/images/there\\1.jpg", b"")
    index = builder.index()
    ingest_one(index, coco_spec(builder, content, **options))
    assert rows_of(index, PATHS) == [path]
    assert_sound(index)


@pytest.mark.parametrize(
    ("file_name", "options", "problem"),
    [
        (
            "/home/me/1.jpg",
            {},
            "'/home/me/1.jpg' is absolute: .*; give strip=2, or fix the",
        ),
        ("/1.jpg", {}, "'/1.jpg' is absolute: .*; fix the record"),
        ("C:/me/1.jpg", {}, "is absolute: .*; give strip=2"),
        ("a\\1.jpg", {"strip": 2}, "is in fewer folders than strip=2; give a lower number"),
        ("/" + "x" * 500 + "/1.jpg", {}, r"'/x{179}…x{13}/1\.jpg' is absolute"),
    ],
)
def test_a_path_that_stays_absolute_is_refused(
    builder: TreeBuilder, file_name: str, options: Json, problem: str
) -> None:
    content = v3det()
    content["images"][0]["file_name"] = file_name
    with pytest.raises(RecordError, match=problem):
        ingest_one(builder.index(), coco_spec(builder, content, **options))


@pytest.mark.exhaustive(but=["139.0-139", "000000000139-139", "0-0"])
@pytest.mark.parametrize(
    ("identity", "coco_id"),
    [(139, 139), (139.0, 139), ("139", 139), ("000000000139", 139), ("0", 0)],
)
def test_ids_of_coco_that_are_text_are_its_numbers(
    builder: TreeBuilder, identity: object, coco_id: int
) -> None:
    content = v3det()
    content["images"][0]["id"] = content["annotations"][0]["image_id"] = identity
    index = builder.index()
    ingest_one(index, coco_spec(builder, content, coco_ids=True))
    assert rows_of(index, "SELECT coco_id FROM images") == [(coco_id,)]


@pytest.mark.exhaustive(but=["139.jpg", "0x8b", "-139"])
@pytest.mark.parametrize("identity", ["139.jpg", "0x8b", "8b", "-139", "1" * 30, "١٣٩", " 139"])
def test_text_that_is_no_id_of_coco_is_refused(builder: TreeBuilder, identity: str) -> None:
    content = v3det()
    content["images"][0]["id"] = content["annotations"][0]["image_id"] = identity
    index = builder.index()
    with pytest.raises(RecordError, match="is no number, and so no id of COCO's images") as caught:
        ingest_one(index, coco_spec(builder, content, coco_ids=True))
    assert repr(identity) in str(caught.value)
    assert "leave out coco_ids=" in str(caught.value)
    assert ingest_one(index, coco_spec(builder, content)).counts == Counts(added=1)


CROWDS: list[tuple[Json, int]] = [
    ({"iscrowd": True}, 1),
    ({"iscrowd": "1"}, 1),
    ({"iscrowd": 1.0}, 1),
    ({"iscrowd": 1}, 1),
    ({"iscrowd": "true"}, 1),
    ({"iscrowd": False}, 0),
    ({"iscrowd": "0"}, 0),
    ({"iscrowd": 0.0}, 0),
    ({"iscrowd": None}, 0),
    ({"iscrowd": ""}, 0),
    ({"iscrowd": " FALSE "}, 0),
    ({"iscrowd": 0, "attributes": {"iscrowd": 1}}, 0),
    ({"attributes": [{"iscrowd": 1}]}, 0),
    ({"attributes": {"iscrowd": 0}, "iscrowd": True}, 1),
]


def test_the_own_value_alone_makes_a_crowd(builder: TreeBuilder) -> None:
    content = v3det()
    first = content["annotations"][0]
    del first["iscrowd"]
    content["annotations"] = [
        first | {"id": number} | fields for number, (fields, _) in enumerate(CROWDS)
    ]
    index = builder.index()
    ingest_one(index, coco_spec(builder, content))
    found = rows_of(index, "SELECT is_crowd FROM regions ORDER BY key")
    assert found == [(is_crowd,) for _, is_crowd in CROWDS]


FLAGS = ["yes", "no", "12", 2, 10, 0.5, -1, 2**64, [], [1], {}, {"iscrowd": 1}, "x" * 900]


def test_what_is_no_flag_of_a_crowd_is_refused(builder: TreeBuilder) -> None:
    content = v3det()
    first = content["annotations"][0]
    content["annotations"] += [
        first | {"id": number, "iscrowd": flag} for number, flag in enumerate(FLAGS, 77)
    ]
    index = builder.index()
    spec = coco_spec(builder, content)
    with pytest.raises(RecordError, match=r"annotations\[1\] \(id 77\): expected 0 or 1, got `"):
        ingest_one(index, spec)
    report = index.ingest([spec], on_error="skip").sources[0]
    assert (report.counts, len(report.problems)) == (Counts(added=1), len(FLAGS))
    for number, problem in enumerate(report.problems):
        assert problem.record == f"annotations[{number + 1}] (id {number + 77})"
        assert problem.reason.startswith("expected 0 or 1, got `")
        assert len(problem.reason) < 300


INEXACT = ["9007199254740993.0", "9007199254740992.0", "-0.0", "1e400", "1.5", "true", "1e16"]


PLACES_OF_IDS = [
    ("images", "id"),
    ("categories", "id"),
    *(("annotations", name) for name in ("id", "image_id", "category_id")),
]


@pytest.mark.exhaustive(  # `test_bad_coco.py` has numbers in each place
    but=[
        *(f"images-id-{number}" for number in INEXACT[2:6]),
        *(f"{records}-{name}-1e16" for records, name in PLACES_OF_IDS[1:2]),
        "annotations-category_id-9007199254740993.0",
    ]
)
@pytest.mark.parametrize("number", INEXACT)
@pytest.mark.parametrize(("records", "name"), PLACES_OF_IDS)
def test_a_number_that_is_no_exact_id_is_refused(
    builder: TreeBuilder, records: str, name: str, number: str
) -> None:
    content = v3det()
    content[records][0][name] = "@"
    index = builder.index()
    spec = coco_spec(builder, content)
    builder.file("own/annotations.json", spec.path.read_bytes().replace(b'"@"', number.encode()))
    with pytest.raises(RecordError, match=rf"{records}\[0\] .*(expected `int|out of range)"):
        ingest_one(index, spec)


@pytest.mark.exhaustive(beyond=3)
@pytest.mark.parametrize(
    ("of_image", "of_annotation", "problem"),
    [
        ("img-1", "img-2", "(id ann): its image 'img-2' is not in annotations.json; fix"),
        ("img-1", 7, "(id ann): its image 7 is not in annotations.json; fix"),
        ("000139", 139, "its image 139 is not in annotations.json, where '000139' is text; fix"),
        (139, "0139", "its image '0139' is not in annotations.json, where 139 is a number; fix"),
    ],
)
def test_ids_are_named_as_the_file_has_them(
    builder: TreeBuilder, of_image: object, of_annotation: object, problem: str
) -> None:
    content = v3det()
    content["images"][0]["id"] = of_image
    content["annotations"][0] |= {"id": "ann", "image_id": of_annotation}
    spec = coco_spec(builder, content)
    with pytest.raises(RecordError) as caught:
        ingest_one(builder.index(), spec)
    assert problem in str(caught.value)
    (left_out,) = builder.index().ingest([spec], on_error="skip").sources[0].problems
    assert left_out.record == "annotation (id ann)"


def test_the_second_of_two_texts_is_named(builder: TreeBuilder) -> None:
    content = v3det()
    content["annotations"][0]["id"] = "ann"
    content["annotations"] *= 2
    with pytest.raises(RecordError, match=r"annotation number 1 \(id ann\): another record before"):
        ingest_one(builder.index(), coco_spec(builder, content))
