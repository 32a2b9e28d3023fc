"""`--on-error skip`: records that cannot be read are left out, counted and kept; the rest is in."""

import json
from pathlib import Path
from typing import Any

import pytest

from ovmr_index import Index
from ovmr_index.errors import RecordError, UsageError
from ovmr_index.formats import stream
from ovmr_index.formats.coco_json import CocoFormatReader
from ovmr_index.ingest.report import Counts, SourceReport
from ovmr_index.ingest.sources import SourceSpec
from tests.support.contents import assert_sound, contents, rows_of
from tests.support.formats import coco_instances
from tests.support.runs import call
from tests.support.trees import (
    Json,
    TreeBuilder,
    annotation,
    category,
    image,
    vg_image,
    vg_object,
    vg_objects,
)

pytestmark = pytest.mark.slow

PROBLEMS = "SELECT source, file, record, reason FROM ingest_problems ORDER BY record, reason"
KEYS = "SELECT key FROM regions ORDER BY position"


def _coco(builder: TreeBuilder, content: Json) -> SourceSpec:
    file = builder.json("own.json", content)
    return builder.index().sources.coco(file, "own", builder.root / "images")


def _content(annotations: list[Any], **members: Any) -> Json:
    images = [{"id": 1, "file_name": "a.jpg"}, {"id": "b", "file_name": "b.jpg"}]
    categories = [{"id": 1, "name": "mug"}]
    return {"images": images, "annotations": annotations, "categories": categories} | members


def _box(key: Any, image_id: Any = 1, category_id: Any = 1, **fields: Any) -> Json:
    record = {"id": key, "image_id": image_id, "category_id": category_id}
    return record | {"bbox": [1, 2, 3, 4]} | fields


def _skip(index: Index, spec: SourceSpec) -> SourceReport:
    return index.ingest([spec], on_error="skip").sources[0]


def _reasons(report: SourceReport) -> dict[str, str]:
    found = {problem.record: problem.reason for problem in report.problems}
    assert len(found) == len(report.problems)
    return found


# That a process may read the files, `test_lvis_and_visual_genome_skip_too` sees each time.
@pytest.fixture(
    params=[False, pytest.param(True, marks=pytest.mark.exhaustive)], ids=["here", "in a process"]
)
def index(
    builder: TreeBuilder, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Index:
    """Return an index that reads its files here, or in another process."""
    if request.param:
        monkeypatch.setattr(stream, "SUBPROCESS_FROM", 0)
    return builder.index()


def test_annotations_that_cannot_be_read_are_left_out(builder: TreeBuilder, index: Index) -> None:
    bad = [
        _box(11, bbox=[1, 2]),
        _box(12, bbox=None),
        _box(13, category_id="mug"),
        _box(14, image_id=9),
        _box(15, image_id="x" * 900),
        _box(16, category_id=7),
        _box(17, segmentation=[[1, "a"]]),
        _box(-1),
        _box("t", image_id="c"),
        7,
    ]
    content = _content([_box(1), *bad, _box(2, image_id="b"), _box(1, bbox=[0, 0, 9, 9])])
    spec = _coco(builder, content)
    report = _skip(index, spec)
    assert report.counts == Counts(added=2)
    reasons = _reasons(report)
    assert len(reasons) == len(bad) + 1
    assert reasons["annotation (id 14)"] == "its image 9 is not in own.json, or was left out"
    assert reasons["annotation (id 15)"].startswith(f"its image '{'x' * 179}…{'x' * 18}' is not in")
    assert reasons["annotation (id t)"] == "its image 'c' is not in own.json, or was left out"
    assert reasons["annotation (id 1)"] == "another record before it has the same id"
    assert reasons["annotations[1] (id 11)"] == "expected `array` of length 4, got 2 - at `$.bbox`"
    assert rows_of(index, KEYS) == [(1,), (2,)]
    kept = {(source, file) for source, file, *_ in rows_of(index, PROBLEMS)}
    assert kept == {("own", str(spec.path))}
    assert len(rows_of(index, PROBLEMS)) == len(reasons)
    assert_sound(index)


def test_a_bad_image_or_category_takes_its_annotations_along(
    builder: TreeBuilder, index: Index
) -> None:
    content = _content(
        [_box(1), _box(2, image_id=3), _box(3, category_id=5), _box(4, image_id=6)],
        images=[
            {"id": 1, "file_name": "a.jpg"},
            {"id": 3, "file_name": "../x.jpg"},
            {"id": 1, "file_name": "again.jpg"},
            {"id": 6, "file_name": "/root/a.jpg"},
            {"file_name": "none.jpg"},
        ],
        categories=[{"id": 1, "name": "mug"}, {"id": 5}, {"id": 1, "name": "cup"}],
    )
    reasons = _reasons(_skip(index, _coco(builder, content)))
    assert rows_of(index, KEYS) == []
    assert rows_of(index, "SELECT file_name FROM images") == [("a.jpg",)]
    assert rows_of(index, "SELECT name FROM categories") == [("mug",)]
    assert reasons["annotation (id 1)"] == (
        "its image 1 is the id of several records, of which one alone is in"
    )
    assert reasons.keys() == {
        *(f"annotation (id {key})" for key in (1, 2, 3, 4)),
        *("images[1] (id 3)", "images[1] (id 1)", "images[4] (id none)", "image (id 6)"),
        *("categories[1] (id 5)", "categories[1] (id 1)"),
    }
    assert_sound(index)


GOOD = {"id": 0, "file_name": "z.jpg"}
MUG = {"id": 0, "name": "mug"}
SEVERAL = "is the id of several records, of which one alone is in"
OTHERS: list[tuple[str, Json]] = [
    ("images", {"id": 0, "file_name": "/home/anna/c.jpg"}),
    ("images", {"id": 0, "file_name": "../c.jpg"}),
    ("images", {"id": "0", "width": "wide", "file_name": "c.jpg"}),
    ("images", {"id": 0.0, "file_name": ""}),
    ("images", {"id": 0, "file_name": "c.jpg"}),
    ("categories", {"id": 0, "name": None}),
    ("categories", {"id": 0, "name": "nul\0"}),
    ("categories", {"id": 0, "name": "cup"}),
]
LAST = [
    pytest.param(what, other, 1, marks=[pytest.mark.exhaustive] * (number not in (1, 5)))
    for number, (what, other) in enumerate(OTHERS)
]


@pytest.mark.parametrize(
    ("what", "other", "at"), [*((what, other, 0) for what, other in OTHERS), *LAST]
)
def test_annotations_of_an_id_of_two_records_are_left_out(
    builder: TreeBuilder, index: Index, what: str, other: Json, at: int
) -> None:
    """As where two files were merged without new ids."""
    content = _content([_box(1), _box(2, image_id=0), _box(3, category_id=0)])
    content["images"].append(GOOD)
    content["categories"].append(MUG)
    content[what].insert(len(content[what]) - 1 + at, other)
    reasons = _reasons(_skip(index, _coco(builder, content)))
    left, noun = (2, "image") if what == "images" else (3, "category")
    assert rows_of(index, KEYS) == [(key,) for key in (1, 2, 3) if key != left]
    assert reasons[f"annotation (id {left})"] == f"its {noun} 0 {SEVERAL}"
    assert len(reasons) == 2
    assert_sound(index)


def test_equal_records_of_one_id_are_one(builder: TreeBuilder, index: Index) -> None:
    content = _content([_box(2, image_id=0), _box(3, category_id=0)])
    content["images"] += [GOOD, GOOD]
    content["categories"] += [MUG, MUG]
    reasons = _reasons(_skip(index, _coco(builder, content)))
    assert rows_of(index, KEYS) == [(2,), (3,)]
    assert {*reasons.values()} == {"another record before it has the same id"}


def test_objects_of_an_id_of_two_images_are_left_out(builder: TreeBuilder, index: Index) -> None:
    spec = builder.visual_genome(
        vg_objects(4, vg_object(1)),
        vg_objects(6, vg_object(2)),
        images=[vg_image(4), vg_image(6), vg_image(4, url="https://host/")],
    )
    reasons = _reasons(_skip(index, spec))
    assert rows_of(index, KEYS) == [(2,)]
    assert reasons["object (id 1)"] == f"its image 4 {SEVERAL}"


def test_a_source_of_nothing_but_bad_records_is_empty(builder: TreeBuilder, index: Index) -> None:
    report = _skip(index, _coco(builder, _content([_box(1, bbox=[])] * 3, images=[{"id": 1}])))
    assert report.counts == Counts()
    assert len(report.problems) == 4
    assert rows_of(index, KEYS) == []


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"images": [], "annotations": []}'])
def test_a_file_that_is_wrong_as_a_whole_is_an_error(builder: TreeBuilder, content: bytes) -> None:
    spec = _coco(builder, coco_instances())
    spec.path.write_bytes(content)
    with pytest.raises(RecordError):
        _skip(builder.index(), spec)


@pytest.mark.parametrize("index", [False, True], ids=["here", "in a process"], indirect=True)
def test_lvis_and_visual_genome_skip_too(builder: TreeBuilder, index: Index) -> None:
    builder.lvis(
        images=[image(1), image(2, coco_url="..")],
        categories=[category(1), category(2) | {"synset": None}],
        annotations=[annotation(1), annotation(2, 2), annotation(3, 1, 2), annotation(4, area="x")],
    )
    builder.visual_genome(
        vg_objects(1, vg_object(1), vg_object(2, w="wide"), vg_object(1)),
        {"image_id": 1},
        vg_objects(2, vg_object(3)),
        vg_objects(3, vg_object(4)),
        images=[vg_image(1), vg_image(2, url=".."), vg_image(1)],
    )
    lvis, genome = index.ingest(on_error="skip").sources
    assert lvis.counts == Counts(added=1)
    assert _reasons(lvis).keys() == {
        *("images[1] (id 2)", "categories[1] (id 2)", "annotations[3] (id 4)"),
        *("annotation (id 2)", "annotation (id 3)"),
    }
    assert genome.counts == Counts(added=1)
    assert _reasons(genome).keys() == {
        *("[0].objects[1] (id 2)", "object (id 1)", "[1] (id 1)", "object (id 3)", "object (id 4)"),
        *("[1] (id 2)", "images[1] (id 1)"),
    }
    assert_sound(index)


def test_problems_stay_and_are_not_doubled(
    builder: TreeBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CocoFormatReader, "parts", 2)
    annotations = [_box(key) for key in range(1, 9)]
    annotations[1] = _box(2, bbox=[1])
    index = builder.index()
    _skip(index, _coco(builder, _content(annotations)))
    problems = rows_of(index, PROBLEMS)
    assert len(problems) == 1
    for _ in range(2):  # the file is the same
        (report,) = index.ingest().sources
        assert report.counts == Counts(unchanged=7)
        assert len(report.problems) == 1
        assert rows_of(index, PROBLEMS) == problems
    assert len(rows_of(index, "SELECT 1 FROM ingest_runs")) == 1
    annotations[7] = _box(8, bbox=[9, 9, 9, 9])  # in another block than the problem
    _coco(builder, _content(annotations))
    (report,) = index.ingest().sources
    assert (report.counts, len(report.problems)) == (Counts(changed=1, unchanged=6), 1)
    assert rows_of(index, PROBLEMS) == problems
    del annotations[1]
    _coco(builder, _content(annotations))
    (report,) = index.ingest().sources
    assert (report.counts, report.problems) == (Counts(unchanged=7), [])
    assert rows_of(index, PROBLEMS) == []


def test_the_index_is_that_of_a_new_one(
    builder: TreeBuilder, empty_index: Path, tmp_path: Path
) -> None:
    bad = [_box(1), _box(2, bbox=[1]), _box(3), _box(3)]
    index = builder.index()
    _skip(index, _coco(builder, _content(bad)))
    spec = _coco(builder, _content([_box(1), _box(3, bbox=[0, 0, 1, 1]), _box(4, image_id=8)]))
    _skip(index, spec)
    fresh = Index.open(builder.root, tmp_path / "fresh.db")
    (tmp_path / "fresh.db").write_bytes(empty_index.read_bytes())
    _skip(fresh, spec)
    assert contents(index) == contents(fresh)


def test_abort_is_the_default_and_comes_back(builder: TreeBuilder) -> None:
    spec = _coco(builder, _content([_box(1), _box(2, bbox=[1])]))
    index = builder.index()
    before = contents(index)
    with pytest.raises(RecordError, match=r"annotations\[1\] \(id 2\)"):
        index.ingest([spec])
    assert contents(index) == before
    _skip(index, spec)
    with pytest.raises(RecordError, match=r"annotations\[1\] \(id 2\)"):
        index.ingest([spec], on_error="abort")
    assert len(index.ingest().sources[0].problems) == 1
    with pytest.raises(UsageError, match="on_error 'ignore' stands for nothing; give 'abort'"):
        index.ingest([spec], on_error="ignore")  # type: ignore[arg-type]


def test_the_command_counts_ten_and_keeps_all(builder: TreeBuilder) -> None:
    annotations = [_box(key, bbox=[1] if key % 2 else [1, 2, 3, 4]) for key in range(60)]
    spec = _coco(builder, _content(annotations))
    command = ("ingest", "coco", spec.path, "--name", "own", "--images", builder.root)
    failed = call(*command, root=builder.root)
    assert (failed.code, failed.error.count("annotations[1] (id 1)")) == (1, 1)
    done = call(*command, "--on-error", "skip", root=builder.root)
    assert (done.code, done.out.count("30 added, 30 left out")) == (0, 1)
    lines = done.err.splitlines()
    assert [line for line in lines if "annotations[" in line] == lines[:10]
    assert lines[10] == "and 20 more"
    again = call("--json", "ingest", root=builder.root)
    (source,) = again.data["sources"]
    assert (again.code, source["unchanged"], source["errors"]) == (0, 30, 30)
    status = call("--json", "status", root=builder.root).data
    assert [source["errors"] for source in status["sources"]] == [30]
    assert "own: 30 records were left out" in call("status", root=builder.root).out
    before = call("--json", "ingest", "--on-error", "abort", root=builder.root)
    assert before.code == 1


def test_a_wrong_word_is_wrong_usage(builder: TreeBuilder) -> None:
    builder.lvis()
    assert call("ingest", "--on-error", "ignore", root=builder.root).code == 2
    assert call("ingest", "--on-error", "skip", "lvis", root=builder.root).code == 0
    assert json.loads(call("--json", "status", root=builder.root).out)["sources"][0]["errors"] == 0


def test_lvis_is_read_again_as_it_was(builder: TreeBuilder) -> None:
    spec = builder.lvis(annotations=[annotation(1), annotation(2, area="x")])
    index = builder.index()
    _skip(index, spec)
    builder.lvis(annotations=[annotation(1, area=2), annotation(2, area="x")])
    (report,) = index.ingest().sources
    assert (report.counts, len(report.problems)) == (Counts(changed=1), 1)
