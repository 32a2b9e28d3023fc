"""LVIS files: every field of every record comes through; what is not LVIS is refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovmr_index.errors import RecordError
from ovmr_index.formats.coco_json import LISTS
from ovmr_index.formats.lenient import is_crowd
from ovmr_index.formats.lvis import LvisReader
from ovmr_index.formats.records import OF_EXPORTS, RegionRecord
from tests.support.exhaustive import examples
from tests.support.random_json import (
    CROWDS,
    KEYS,
    PIXELS,
    VALUES,
    Json,
    exactly,
    records,
    written,
)
from tests.support.trees import TreeBuilder, annotation, category, image

POINTS = st.lists(st.tuples(PIXELS, PIXELS), max_size=3)
POLYGONS = st.lists(POINTS.map(lambda points: [one for point in points for one in point]))
RUN_LENGTHS = st.fixed_dictionaries({"size": st.just([4, 5]), "counts": st.just("3%\\`")})
NEEDED = {
    "id": KEYS,
    "image_id": KEYS,
    "category_id": KEYS,
    "bbox": st.lists(PIXELS, min_size=4, max_size=4),
    "area": PIXELS,
    "segmentation": POLYGONS | RUN_LENGTHS | st.none(),
}
MAY_LACK = {"iscrowd": CROWDS} | dict.fromkeys(OF_EXPORTS, VALUES)
ANNOTATIONS = records(NEEDED, MAY_LACK)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that all examples of a property write to."""
    return tmp_path_factory.mktemp("lvis")


def _content(**members: Any) -> Json:
    return {"images": [], "annotations": [], "categories": []} | members


def _read(folder: Path, content: bytes) -> LvisReader:
    path = folder / "lvis.json"
    path.write_bytes(content)
    return LvisReader(path)


MASK = "segmentation"


def _original(region: RegionRecord) -> Json:
    """Return the record of a region, whose columns say the same."""
    record: Json = json.loads(region.record or "")
    columns = {
        "id": region.key,
        "image_id": region.image_key,
        "category_id": region.category_key,
        "bbox": [region.x, region.y, region.w, region.h],
        "area": region.area,
    }
    assert exactly({name: record[name] for name in columns}) == exactly(columns)
    others = {name: value for name, value in record.items() if name not in {*columns, MASK}}
    assert exactly(json.loads(region.fields or "{}")) == exactly(others)
    assert (region.synsets, region.is_odd) == ((), not OF_EXPORTS.isdisjoint(record))
    assert region.is_crowd == is_crowd(record.get("iscrowd"))
    return record


def test_each_field_that_is_read_is_drawn() -> None:
    assert {*LvisReader.annotation_decoder.type.__struct_fields__} <= {*NEEDED, *MAY_LACK}


@pytest.mark.slow
@examples(100, few=10)
@given(written(st.lists(ANNOTATIONS, max_size=3).map(lambda found: _content(annotations=found))))
def test_any_annotation_comes_through(folder: Path, drawn: tuple[Json, bytes]) -> None:
    content, text = drawn
    found = [_original(region) for region in _read(folder, text).regions()]
    assert exactly(found) == exactly(content["annotations"])


@pytest.mark.slow
@given(written(st.tuples(VALUES, VALUES)))
def test_any_field_of_images_and_categories_comes_through(
    folder: Path, drawn: tuple[tuple[Any, Any], bytes]
) -> None:
    (first, second), _ = drawn
    content = _content(
        images=[image(3, extra=first)], categories=[category(5, extra=second, é=first)]
    )
    reader = _read(folder, json.dumps(content).encode())
    assert exactly([json.loads(one.record) for one in reader.images()]) == exactly(
        content["images"]
    )
    found = [json.loads(one.record) for one in reader.categories()]
    assert exactly(found) == exactly(content["categories"])


@pytest.mark.slow
@examples(100, few=10)
@given(written(records({name: st.just([]) for name in LISTS})))
def test_the_header_keeps_the_other_members_in_order(
    folder: Path, drawn: tuple[Json, bytes]
) -> None:
    content = {**drawn[0], "categories": [category(1)]}
    header = json.loads(_read(folder, json.dumps(content).encode()).header())
    lists = dict.fromkeys(LISTS)
    assert list(header) == list(content)
    assert exactly(header) == exactly(content | lists)


@given(
    st.lists(
        st.sampled_from(
            [
                "[[1,2.5],[-0.0, 4]]",
                "[ [1, 2,3 ,4] ]",
                "[[]]",
                "[]",
                "null",
                "[[1,2],[3,4,5,6],[7,8]]",
                "[[1e3,2]]",
                "[[9007199254740991.0,123456789012345]]",
                '{"size":[2,2],"counts":"a;]];[[b"}',
                '{"size":[2,2],"counts":[0, 4]}',
            ]
        ),
        min_size=1,
        max_size=6,
    )
)
def test_segmentations_read_together_are_as_each_by_itself(folder: Path, texts: list[str]) -> None:
    records = [json.dumps(annotation(i, segmentation="@")) for i in range(len(texts))]
    whole = [record.replace('"@"', text) for record, text in zip(records, texts, strict=True)]
    together = json.dumps(_content(annotations=["@"])).replace('"@"', ", ".join(whole))
    found = [region.record for region in _read(folder, together.encode()).regions()]
    alone = [
        next(
            _read(
                folder, json.dumps(_content(annotations=["@"])).replace('"@"', one).encode()
            ).regions()
        )
        for one in whole
    ]
    assert found == [region.record for region in alone]
    given = [json.loads(text) for text in texts]
    assert [json.loads(one or "")["segmentation"] for one in found] == given


@pytest.mark.parametrize(
    "text",
    [
        "[1,2]",
        "[[1],2,[3]]",
        "[[1,2]],",
        "[[1,2],3]",
        "[3,[1,2]]",
        "[[1,[2]]]",
        "[[1,[2],[3]]]",
        "[[1,null]]",
        '[[1,"x"]]',
        '[{"size":[2,2],"counts":"a"},{"size":[2,2],"counts":"b"}]',
        '{"size":[2,2],"counts":[0.5]}',
        "[1,2,3,4,5]",
        "[[1,2,3]]",
        "[[1]]",
        "[[1,2,3,4,5,6,7]]",
        "[[1,2,3,4],[5],[6,7]]",
        "[[1,2],[3,4,5],[6,7,8]]",
        "[ [1, 2.5,\t3] ]",
        '[[1,2,"3"]]',
        "[[[1,2,3],[4,5,6]]]",
        '{"size":[2,2],"counts":[1,2]}',
        '{"size":[2,2],"counts":[4.0,1]}',
        '{"size":[-2,-2],"counts":[4]}',
        '{"size":[2,2],"counts":[5,-1]}',
        '{"size":[2,2,1],"counts":[4]}',
        "[[1],{}]",
        "[[9007199254740999]]",
        '"[[1,2]]"',
    ],
)
def test_a_segmentation_that_is_wrong_is_named(folder: Path, text: str) -> None:
    good = annotation(7, segmentation=[[1, 2]])
    content = json.dumps(_content(annotations=[good, annotation(8, segmentation="@"), good]))
    content = content.replace('"@"', text)
    with pytest.raises(RecordError) as caught:
        list(_read(folder, content.encode()).regions())
    assert "[1]" in str(caught.value) or "not JSON" in str(caught.value)


def test_a_segmentation_may_be_missing(folder: Path) -> None:
    record = annotation(1)
    del record["segmentation"]
    region = next(_read(folder, json.dumps(_content(annotations=[record])).encode()).regions())
    assert json.loads(region.record or "") == record


def test_columns_of_an_image(folder: Path) -> None:
    marks = {"neg_category_ids": [4, 2], "not_exhaustive_category_ids": [7]}
    content = _content(images=[image(9, folder="val2017", **marks)])
    found = next(_read(folder, json.dumps(content).encode()).images())
    assert found[:-1] == (9, "val2017", "000000000009.jpg", 64, 48, 9, (4, 2), (7,))


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({}, ("train2017", "000000000001.jpg")),
        ({"file_name": "other/name.jpg"}, ("train2017", "000000000001.jpg")),
        ({"file_name": "name.jpg", "coco_url": None}, ("", "name.jpg")),
        ({"file_name": "./b//name.jpg", "coco_url": ""}, ("b", "name.jpg")),
        ({"file_name": "a/b/c.jpg", "coco_url": None}, ("a/b", "c.jpg")),
    ],
)
def test_an_images_path_is_that_of_its_url(
    folder: Path, fields: Json, path: tuple[str, str]
) -> None:
    content = _content(images=[image(1, **fields)])
    found = next(_read(folder, json.dumps(content).encode()).images())
    assert (found.folder, found.name) == path


def test_a_file_of_version_0_5(builder: TreeBuilder) -> None:
    spec = builder.lvis(
        images=[image(1, file_name="COCO_val2014_000000000001.jpg", license=3)],
        categories=[category(1, "bell.n.01", image_count=1, instance_count=2)],
        annotations=[annotation(1)],
        info={"version": "0.5"},
    )
    reader = LvisReader(spec.path)
    assert json.loads(reader.header())["info"] == {"version": "0.5"}
    assert [(one.folder, one.name) for one in reader.images()] == [
        ("train2017", "000000000001.jpg")
    ]
    assert [(one.synset, one.frequency) for one in reader.categories()] == [("bell.n.01", "f")]
    assert len(list(reader.regions())) == 1


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ([], "expected `object`, got `array`; is it another kind of file?"),
        ({"images": []}, "has no member `categories`; is it another kind of file?"),
        (_content(annotations={}), "`annotations`: expected `array`, got `object`"),
        (_content(images=None), "`images`: expected `array`, got `null`"),
    ],
)
def test_another_kind_of_file_is_refused(folder: Path, content: Any, problem: str) -> None:
    with pytest.raises(RecordError, match=r"lvis\.json") as caught:
        _read(folder, json.dumps(content).encode())
    assert problem in str(caught.value)
