"""A folder a class: images with their labels, and the vocabulary that the folders make."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from ovmr_index import Index
from ovmr_index.errors import RecordError
from ovmr_index.ingest.report import Counts
from ovmr_index.ingest.sources import SourceOptions, SourceSpec
from tests.support.contents import assert_sound, contents, rows_of
from tests.support.trees import APPLE, APPLE_WNID, BASKET, TENCH, TENCH_WNID, Json, TreeBuilder

CATEGORIES = """
    SELECT v.name, c.key, c.name, s.name, s.wnid FROM categories c
    JOIN vocabularies v ON v.pk = c.vocabulary_pk
    JOIN synsets s ON s.pk = c.synset_pk ORDER BY c.key"""
PICTURES = """
    SELECT f.path, replace(i.file_name, f.path || '/', ''), s.name FROM images i
    JOIN folders f ON f.pk = i.folder_pk JOIN synsets s ON s.pk = i.synset_pk ORDER BY 1, 2"""


def _spec(builder: TreeBuilder, *paths: str, **options: Any) -> SourceSpec:
    for path in paths:
        builder.file(f"mine/{path}", b"")
    return builder.index().sources.folder(builder.root / "mine", "mine", SourceOptions(**options))


def _counts(index: Index, spec: SourceSpec) -> Counts:
    return index.ingest([spec]).sources[0].counts


def _assert_as_fresh(index: Index, empty_index: Path, spec: SourceSpec) -> None:
    """Assert that the index is what a new one of the same folder would be."""
    fresh = Index.open(index.root, Path(shutil.copyfile(empty_index, index.root / "fresh.db")))
    fresh.ingest([spec])
    assert contents(index) == contents(fresh)
    assert_sound(index)


def test_folders_become_categories_and_labels(builder: TreeBuilder) -> None:
    spec = _spec(builder, "mug/b.jpg", "mug/a.PNG", f"{TENCH_WNID}/c.jpg", f"{APPLE}/d.jpg")
    index = builder.index()
    report = index.ingest([spec]).sources[0]
    assert (report.name, report.format) == ("mine", "folder")
    assert report.counts == Counts(added=4)
    assert report.notes == ["2 of 3 categories have a synset; without one: mug"]
    assert rows_of(index, CATEGORIES) == [
        ("mine", 1, APPLE, APPLE, APPLE_WNID),
        ("mine", 2, "mug", "mug", None),
        ("mine", 3, TENCH_WNID, TENCH, TENCH_WNID),
    ]
    assert rows_of(index, PICTURES) == [
        (APPLE, "d.jpg", APPLE),
        ("mug", "a.PNG", "mug"),
        ("mug", "b.jpg", "mug"),
        (TENCH_WNID, "c.jpg", TENCH),
    ]
    (record,) = rows_of(index, "SELECT record FROM categories WHERE key = 3")[0]
    assert json.loads(record) == {"id": 3, "name": TENCH_WNID, "synset": TENCH}
    assert _counts(index, spec) == Counts(unchanged=4)
    assert index.ingest([spec]).sources[0].notes == []
    assert rows_of(index, "SELECT generation FROM sources") == [(1,)]


@pytest.mark.exhaustive(but=["mapped", "mapped by number"])
@pytest.mark.slow
@pytest.mark.parametrize(
    ("mapping", "by_name", "synsets"),
    [
        ({}, False, ["handbaskets", TENCH]),
        ({}, True, [BASKET, TENCH]),
        ({"handbaskets": APPLE_WNID, TENCH_WNID: "my_fish"}, True, [APPLE, "my_fish"]),
        ({"1": None, "2": APPLE}, False, ["handbaskets", APPLE]),
    ],
    ids=["names of their own", "by name", "mapped", "mapped by number"],
)
def test_labels_follow_the_options(
    builder: TreeBuilder, empty_index: Path, mapping: Json, by_name: bool, synsets: list[str]
) -> None:
    paths = ["handbaskets/a.jpg", "handbaskets/b.jpg", f"{TENCH_WNID}/c.jpg"]
    index = builder.index()
    _counts(index, _spec(builder, *paths))
    spec = _spec(builder, synsets=builder.json("synsets.json", mapping), by_name=by_name)
    labels = {"handbaskets": synsets[0], TENCH_WNID: synsets[1]}
    moved = 2 * (synsets[0] != "handbaskets") + (synsets[1] != TENCH)
    assert _counts(index, spec) == Counts(changed=moved, unchanged=3 - moved)
    assert {row[0]: row[2] for row in rows_of(index, PICTURES)} == labels
    assert [row[3] for row in rows_of(index, CATEGORIES)] == synsets
    assert rows_of(index, "SELECT generation FROM sources") == [(2 if moved else 1,)]
    _assert_as_fresh(index, empty_index, spec)


def test_classes_whose_names_are_alike_are_named(builder: TreeBuilder) -> None:
    spec = _spec(
        builder, "Mug/a.jpg", "mug/b.jpg", "mug\r/c.jpg", "caf\u00e9/d.jpg", "cafe\u0301/e.jpg"
    )
    _, note = builder.index().ingest([spec]).sources[0].notes
    alike = r"'Mug' and 'mug' and 'mug\r', 'cafe\u0301' and 'caf\xe9'"
    assert note == f"names that are alike, each a category of its own: {alike}"


def test_numbers_of_folders_are_named_with_what_they_mean_now(builder: TreeBuilder) -> None:
    mapping = builder.json("synsets.json", {"1": BASKET, "2": APPLE})
    index = builder.index()
    said = "the keys are the numbers of folders by name, which change with the folders"
    remedy = "give names in their place"
    spec = _spec(builder, "mug/a.jpg", "spoon/b.jpg", synsets=mapping)
    (note,) = index.ingest([spec]).sources[0].notes
    assert note == f"{mapping}: {said}: 1 mug, 2 spoon; {remedy}"
    _spec(builder, "fork/c.jpg")
    first, _ = index.ingest([spec]).sources[0].notes
    assert first == f"{mapping}: {said}: 1 fork, 2 mug; {remedy}"


@pytest.mark.slow
def test_changes_end_as_a_fresh_ingest(builder: TreeBuilder, empty_index: Path) -> None:
    index = builder.index()
    spec = _spec(builder, "cup/a.jpg", "mug/b.jpg", "mug/c.jpg")
    _counts(index, spec)
    _spec(builder, "bowl/d.jpg", "mug/e.jpg")
    (builder.root / "mine" / "mug" / "b.jpg").unlink()
    builder.touch(builder.root / "mine" / "mug")
    assert _counts(index, spec) == Counts(added=2, unchanged=2, vanished=1)
    assert [row[2] for row in rows_of(index, CATEGORIES)] == ["bowl", "cup", "mug"]
    _assert_as_fresh(index, empty_index, spec)
    (builder.root / "mine" / "cup").rename(builder.root / "mine" / "tea cup")
    assert _counts(index, spec) == Counts(added=1, unchanged=3, vanished=1)
    _assert_as_fresh(index, empty_index, spec)
    shutil.rmtree(builder.root / "mine" / "mug")
    (builder.root / "mine" / "empty").mkdir()
    builder.touch(builder.root / "mine" / "empty")
    assert _counts(index, spec) == Counts(unchanged=2, vanished=2)
    assert [row[2] for row in rows_of(index, CATEGORIES)] == ["bowl", "empty", "tea cup"]
    _assert_as_fresh(index, empty_index, spec)


def test_a_plain_ingest_reads_it_again(builder: TreeBuilder) -> None:
    spec = _spec(builder, "baskets/a.jpg", by_name=True)
    index = builder.index()
    _counts(index, spec)
    _spec(builder, "baskets/b.jpg")
    report = index.ingest()
    assert [source.counts for source in report.sources] == [Counts(added=1, unchanged=1)]
    assert {row[2] for row in rows_of(index, PICTURES)} == {BASKET}
    shutil.rmtree(builder.root / "mine")
    builder.lvis()
    report = index.ingest()
    assert [source.name for source in report.sources] == ["lvis_v1_train"]
    assert str(builder.root / "mine") in report.missing
    assert len(rows_of(index, PICTURES)) == 2


def test_what_is_left_out_is_recorded(builder: TreeBuilder) -> None:
    spec = _spec(builder, "mug/a.jpg", "mug/more/b.jpg", "c.jpg")
    index = builder.index()
    report = index.ingest([spec]).sources[0]
    assert report.counts == Counts(added=1)
    assert sorted(problem.record for problem in report.problems) == ["", "mug/more"]
    assert len(rows_of(index, "SELECT 1 FROM ingest_errors")) == 2


@pytest.mark.exhaustive(but=[f"{TENCH_WNID}-None", f"{TENCH}-", f"{TENCH}- "])
@pytest.mark.parametrize("none", [None, "", " "])
@pytest.mark.parametrize("folder", [TENCH_WNID, TENCH])
def test_a_class_named_as_a_synset_has_one(
    builder: TreeBuilder, folder: str, none: str | None
) -> None:
    mapping = builder.json("synsets.json", {folder: none})
    spec = _spec(builder, f"{folder}/1.jpg", "mug/1.jpg", synsets=mapping)
    index = builder.index()
    with pytest.raises(RecordError) as caught:
        index.ingest([spec])
    problem = f"key {folder!r}: is to have no synset, and its name is one of WordNet; give another"
    assert str(caught.value).startswith(f"{mapping}: {problem}")
    assert rows_of(index, "SELECT * FROM images") == []


def test_a_class_of_any_other_name_may_have_none(builder: TreeBuilder) -> None:
    mapping = builder.json("synsets.json", {"mug": None})
    spec = _spec(builder, f"{TENCH_WNID}/1.jpg", "mug/1.jpg", synsets=mapping, by_name=True)
    index = builder.index()
    index.ingest([spec])
    assert rows_of(index, CATEGORIES) == [
        ("mine", 1, "mug", "mug", None),
        ("mine", 2, TENCH_WNID, TENCH, TENCH_WNID),
    ]
