"""Ingest: what a first run stores, what a later one finds changed, what it says of problems."""

import shutil
from pathlib import Path

import pytest

from ovmr_index import Index
from ovmr_index.errors import MissingSourceError
from ovmr_index.ingest.report import Counts
from tests.support.contents import (
    assert_as_fresh,
    assert_schema,
    assert_sound,
    contents,
    everything,
    ingest,
    rows_of,
)
from tests.support.trees import (
    APPLE,
    APPLE_WNID,
    BASKET_WNID,
    STOP_SIGN,
    TENCH,
    TENCH_WNID,
    Json,
    TreeBuilder,
    annotation,
    category,
    image,
    vg_object,
    vg_objects,
)

pytestmark = pytest.mark.slow

IMAGENET = "imagenet/imagenet21k_P"


def _whole_tree(builder: TreeBuilder) -> None:
    builder.lvis(
        images=[image(1, neg_category_ids=[2]), image(2, not_exhaustive_category_ids=[1])],
        categories=[category(2, STOP_SIGN), category(1)],
        annotations=[annotation(20, 2), annotation(10, 1, extra={"é": 1.0})],
    )
    builder.lvis("val")
    builder.imagenet({f"train/{TENCH_WNID}": ["b.JPEG", "a.JPEG"], f"val/{APPLE_WNID}": ["c.JPEG"]})
    builder.visual_genome(
        vg_objects(1, vg_object(5, TENCH), vg_object(4)),
        vg_objects(2, vg_object(6, TENCH, APPLE, x=-3)),
    )


@pytest.mark.slow
def test_wordnet_is_in_a_new_index(tmp_path: Path) -> None:
    builder = TreeBuilder(tmp_path / "datasets")
    builder.imagenet({f"train/{TENCH_WNID}": ["a.JPEG"]})
    index = builder.index()
    index.ingest()
    query = "SELECT wnid, lemmas FROM synsets WHERE name = 'street_sign.n.01'"
    assert rows_of(index, query) == [("n06794110", "street_sign")]
    assert rows_of(index, "SELECT count(*), count(wnid) FROM synsets") == [(82_115, 82_115)]
    assert rows_of(index, "SELECT count(DISTINCT synset_pk) FROM hypernyms") == [(82_114,)]
    assert_sound(index)


def test_a_first_load(builder: TreeBuilder, empty_index: Path) -> None:
    _whole_tree(builder)
    index = builder.index()
    assert ingest(index) == {
        "lvis_v1_train": Counts(added=2),
        "lvis_v1_val": Counts(added=1),
        "imagenet21k": Counts(added=3),
        "visual_genome": Counts(added=3),
    }
    assert_sound(index)
    assert_schema(index)
    regions = "SELECT key, position, x, synset_pk FROM regions ORDER BY source_pk, position"
    assert rows_of(index, regions) == [
        (20, 0, 4, None),
        (10, 1, 4, None),
        (1, 0, 4, None),
        (5, 0, 2, 1),
        (4, 1, 2, None),
        (6, 2, -3, None),
    ]
    assert len(rows_of(index, "SELECT * FROM region_synsets")) == 2
    assert rows_of(index, "SELECT name, wnid FROM synsets WHERE pk > 3") == [(STOP_SIGN, None)]
    assert rows_of(index, "SELECT fields FROM box_details WHERE fields LIKE '%extra%'") == [
        ('{"extra":{"é":1.0}}',)
    ]
    marks = "SELECT kind, i.key FROM image_categories m JOIN images i ON i.pk = m.image_pk"
    assert sorted(rows_of(index, marks)) == [("negative", 1), ("not_exhaustive", 2)]


def test_a_second_run_finds_nothing_and_writes_nothing(builder: TreeBuilder) -> None:
    _whole_tree(builder)
    index = builder.index()
    index.ingest()
    before = everything(index)
    assert ingest(index) == {
        "lvis_v1_train": Counts(unchanged=2),
        "lvis_v1_val": Counts(unchanged=1),
        "imagenet21k": Counts(unchanged=3),
        "visual_genome": Counts(unchanged=3),
    }
    assert everything(index) == before


def test_files_written_again_with_the_same_content_are_unchanged(builder: TreeBuilder) -> None:
    _whole_tree(builder)
    index = builder.index()
    index.ingest()
    generations = rows_of(index, "SELECT name, generation FROM sources")
    _whole_tree(builder)
    assert ingest(index) == {
        "lvis_v1_train": Counts(unchanged=2),
        "lvis_v1_val": Counts(unchanged=1),
        "imagenet21k": Counts(unchanged=3),
        "visual_genome": Counts(unchanged=3),
    }
    assert rows_of(index, "SELECT name, generation FROM sources") == generations
    before = everything(index)
    index.ingest()
    assert everything(index) == before


def test_a_tree_that_vanished_whole_keeps_its_rows(builder: TreeBuilder) -> None:
    _whole_tree(builder)
    index = builder.index()
    index.ingest()
    before = contents(index)
    shutil.rmtree(builder.root / "imagenet")
    assert list(ingest(index)) == ["lvis_v1_train", "lvis_v1_val", "visual_genome"]
    assert contents(index) == before


def test_a_file_that_moved_is_unchanged(builder: TreeBuilder, tmp_path: Path) -> None:
    spec = builder.lvis()
    index = builder.index()
    index.ingest()
    moved = spec._replace(path=spec.path.rename(tmp_path / "elsewhere.json"))
    assert index.ingest([moved]).sources[0].counts == Counts(unchanged=1)
    assert rows_of(index, "SELECT path FROM source_files") == [(str(tmp_path / "elsewhere.json"),)]
    assert rows_of(index, "SELECT generation FROM sources") == [(1,)]


def test_a_tree_that_moved_is_unchanged(builder: TreeBuilder, tmp_path: Path) -> None:
    _whole_tree(builder)
    builder.index().ingest()
    index = Index.open(builder.root.rename(tmp_path / "moved"))
    before = everything(index)
    assert {counts.did_work for counts in ingest(index).values()} == {False}
    assert everything(index) == before


def test_a_flat_tree_that_is_split_later(builder: TreeBuilder, empty_index: Path) -> None:
    builder.imagenet({TENCH_WNID: ["a.JPEG"]}, flat=True)
    index = builder.index()
    assert ingest(index) == {"imagenet21k": Counts(added=1)}
    assert rows_of(index, "SELECT root FROM datasets") == [("imagenet",)]
    builder.imagenet({f"train/{TENCH_WNID}": ["a.JPEG", "b.JPEG"]})
    assert ingest(index) == {"imagenet21k": Counts(added=2, vanished=1)}
    assert_as_fresh(builder, index, empty_index)


def test_folders_that_are_no_wnid_are_recorded(builder: TreeBuilder) -> None:
    builder.imagenet(
        {f"train/{TENCH_WNID}": ["a.JPEG"], "train/tench": [], "train/n99999999": ["b.JPEG"]}
    )
    index = builder.index()
    report = index.ingest().sources[0]
    assert report.counts == Counts(added=1)
    assert [problem.record for problem in report.problems] == ["train/n99999999", "train/tench"]
    errors = "SELECT position, record, reason FROM ingest_errors ORDER BY position"
    assert rows_of(index, errors) == [
        (0, "train/n99999999", "n99999999 is no noun synset of WordNet 3.0"),
        (1, "train/tench", "the folder's name is no wnid"),
    ]
    runs = "SELECT source, added, errors FROM ingest_runs"
    assert rows_of(index, runs) == [("imagenet21k", 1, 2)]
    assert_sound(index)


def test_unknown_negative_categories_are_recorded(builder: TreeBuilder) -> None:
    marks: Json = {"neg_category_ids": [1, 8, 9], "not_exhaustive_category_ids": [9]}
    spec = builder.lvis(images=[image(1, **marks)])
    index = builder.index()
    report = index.ingest().sources[0]
    assert report.counts == Counts(added=1)
    reason = "are not among the file's categories"
    rows = rows_of(index, "SELECT file, record, reason FROM ingest_errors ORDER BY position")
    assert rows == [
        (str(spec.path), "image 1", f"{kind} categories {keys} {reason}")
        for kind, keys in (("negative", [8, 9]), ("not_exhaustive", [9]))
    ]
    assert rows_of(index, "SELECT kind FROM image_categories") == [("negative",)]
    assert_sound(index)


def test_a_root_without_sources_is_an_error(builder: TreeBuilder) -> None:
    with pytest.raises(MissingSourceError, match="holds no dataset; looked for"):
        builder.index().ingest()


def test_sources_may_come_in_any_order(builder: TreeBuilder, empty_index: Path) -> None:
    _whole_tree(builder)
    specs = [
        builder.visual_genome(vg_objects(1, vg_object(5, BASKET_WNID))),
        builder.imagenet({}),
        builder.lvis("val"),
        builder.lvis("train"),
    ]
    index = builder.index()
    for spec in specs:
        index.ingest([spec])
        assert_sound(index)
    assert_as_fresh(builder, index, empty_index)
