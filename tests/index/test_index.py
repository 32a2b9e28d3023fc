"""`Index`, the Python API: what it opens, what it answers, when it makes the pools again."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import ovmr_index
from ovmr_index import Coverage, Index
from ovmr_index.errors import MissingSourceError, OvmrIndexError, SchemaError, UsageError
from ovmr_index.ingest.sources import lvis_source
from ovmr_index.pools.exemplars import Exemplar
from ovmr_index.pools.recipe import Recipe
from ovmr_index.samples.options import DrawOptions
from tests.support.few_synsets import index_of_few_synsets
from tests.support.trees import (
    APPLE,
    APPLE_WNID,
    BASKET,
    TENCH,
    TENCH_WNID,
    TreeBuilder,
    annotation,
    category,
    vg_object,
    vg_objects,
)

CATEGORIES = [category(7, APPLE), category(3, TENCH, name="fish"), category(5, BASKET, name="bin")]
SUBSTITUTES = {BASKET: [TENCH]}


def _write(builder: TreeBuilder) -> None:
    """Write a few exemplars of each source."""
    builder.lvis(
        categories=CATEGORIES,
        annotations=[annotation(1, 1, 7), annotation(2, 1, 7), annotation(3, 1, 3, area=1_024)],
    )
    builder.lvis("val", categories=CATEGORIES, annotations=[annotation(1, 1, 7)])
    builder.imagenet({f"train/{TENCH_WNID}": ["b.JPEG", "a.JPEG"], f"val/{APPLE_WNID}": ["a.JPEG"]})
    builder.visual_genome(vg_objects(5, vg_object(8, TENCH, x=-1.5), vg_object(9, APPLE, TENCH)))


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the root of such a tree with its index: read only."""
    few = index_of_few_synsets(tmp_path_factory)
    builder = TreeBuilder(tmp_path_factory.mktemp("ingested") / "datasets", few)
    _write(builder)
    with builder.index() as index:
        index.ingest()
    return builder.root


@pytest.fixture
def index(ingested: Path, tmp_path: Path) -> Index:
    """Return its index, for one test."""
    return Index.open(shutil.copytree(ingested, tmp_path / "own"))


def test_the_package_names_it() -> None:
    assert ovmr_index.Index is Index


@pytest.mark.sqlite_only  # its file
def test_it_is_made_below_the_root_or_where_one_says(tmp_path: Path) -> None:
    index = Index.open(str(tmp_path))
    assert index.path == tmp_path / "ovmr.db"
    with pytest.raises(MissingSourceError):
        index.ingest()
    with pytest.raises(SchemaError, match=r"index.ingest"):
        index.samples.list()
    assert not list(tmp_path.iterdir())


def test_a_root_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere: there is no such folder; give root="):
        Index.open(tmp_path / "nowhere")
    assert not list(tmp_path.iterdir())


@pytest.mark.sqlite_only  # its file
def test_no_index_where_none_is_to_be_made(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=r"ovmr\.db: there is no index; run `index.ingest\(\)`"):
        Index.open(tmp_path, create=False)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "the file is empty"), (b"{}", "is not a SQLite database")],
)
def test_a_foreign_file_is_named_and_left(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "foreign"
    path.write_bytes(content)
    with pytest.raises(SchemaError, match=f"foreign: {message}; .*give another db="):
        Index.open(tmp_path, path)
    assert path.read_bytes() == content


def test_a_root_without_datasets_is_an_error(builder: TreeBuilder) -> None:
    with pytest.raises(MissingSourceError, match=r"holds no dataset; looked for .*lvis_v1_train"):
        builder.index().ingest()


@pytest.mark.slow
def test_exemplars_of_a_category(index: Index) -> None:
    def image(name: str) -> Exemplar:
        root = str(index.root / "imagenet" / "imagenet21k_P")
        where = (3, TENCH, TENCH, "imagenet21k", "imagenet", "train", root)
        path = f"train/{TENCH_WNID}/{name}"
        found = Exemplar(*where, path, *(None,) * 4, 10_000.0, None, None)
        return found._replace(source="imagenet21k")

    root = str(index.root / "VisualGenome")
    where = (3, TENCH, TENCH, "visual_genome", "visual-genome", None, root, "VG_100K/5.jpg")
    box = Exemplar(*where, -1.5, 3, 40, 36, 1_440.0, 5, 8)
    box = box._replace(image_width=64, image_height=48, source="visual_genome")
    calls: tuple[str | int, ...] = (3, "3", "fish", TENCH)
    for called in calls:
        assert index.exemplars(called) == [image("a.JPEG"), image("b.JPEG"), box]


def test_exemplars_by_annotations_and_of_nothing(index: Index) -> None:
    picks = index.exemplars(category=7)
    assert [(pick.image_id, pick.region_id, pick.split) for pick in picks] == [
        (1, 1, "train"),
        (1, 2, "train"),
    ]
    assert picks[0][8:13] == (4, 4, 40.5, 36, 1_458.0)
    assert index.exemplars(5) == []


@pytest.mark.slow
def test_an_unknown_category_is_answered_with_the_nearest(index: Index) -> None:
    remedies: dict[str | int, str] = {
        **dict.fromkeys((4, -3, "", "'", "9" * 40, "zebra"), "give 'apple', 'fish' or 'bin'"),
        "Fish": "did you mean 'fish'?",
        "appel": "did you mean 'apple'?",
        "tinch.n.01": "did you mean 'tench.n.01'?",
    }
    for asked, remedy in remedies.items():
        message = f"there is no category {asked!r}; {remedy}"
        with pytest.raises(UsageError, match=re.escape(message)):
            index.exemplars(asked)


@pytest.mark.slow
def test_penny_finds_the_coin(builder: TreeBuilder, tmp_path: Path) -> None:
    names = [f"thing {number}" for number in range(20)]
    (tmp_path / "classes.txt").write_text("\n".join(["penny_(coin)", *names]))
    index = builder.index()
    index.vocabularies.add("mine", tmp_path / "classes.txt")
    with pytest.raises(UsageError, match=r"no category 'penny'; did you mean 'penny_\(coin\)'\?"):
        index.exemplars("penny", vocabulary="mine")
    with pytest.raises(UsageError, match="no category 'zebra'; give an id, a name or a synset"):
        index.exemplars("zebra", vocabulary="mine")
    with pytest.raises(UsageError, match="no vocabulary 'min'; did you mean 'mine'"):
        index.exemplars("penny", vocabulary="min")


def test_a_name_of_two_categories_is_wrong_usage(builder: TreeBuilder) -> None:
    twice = [category(1, TENCH, name="fish"), category(2, APPLE, name="fish")]
    builder.lvis(categories=twice)
    index = builder.index()
    index.ingest()
    with pytest.raises(UsageError, match="2 categories are called 'fish'; give the id of one"):
        index.exemplars("fish")


@pytest.mark.slow
def test_coverage_is_by_id_and_counts_each_source(index: Index) -> None:
    index.collate(substitutes=SUBSTITUTES)
    none = {"lvis": 0, "imagenet21k": 0, "visual_genome": 0}
    tench = none | {"imagenet21k": 2, "visual_genome": 1}
    wanted = [
        Coverage(3, TENCH, tench, 0),
        Coverage(5, BASKET, tench, 3),
        Coverage(7, APPLE, none | {"lvis": 2}, 0),
    ]
    assert index.coverage() == wanted
    assert [one.total for one in wanted] == [3, 3, 2]
    assert index.coverage(under=3) == wanted[2:]
    assert index.coverage(under=0) == []


@pytest.mark.slow
def test_collate_names_the_short_ones_and_its_options_hold(index: Index) -> None:
    assert [one.category_id for one in index.collate()] == [3, 5, 7]
    assert index.pools.recipe() == Recipe()
    recipe = Recipe(min_area=1_440.5, enough=3, few=2)
    assert [one.category_id for one in index.collate(recipe, {BASKET: [TENCH, APPLE]})] == [7]
    assert index.pools.recipe() == replace(recipe, substitutes={BASKET: [TENCH, APPLE]})
    assert [one.total for one in index.coverage()] == [2, 2, 0]
    assert [one.category_id for one in index.collate()] == [3, 5, 7]
    assert index.pools.recipe() == Recipe()
    assert index.collate(Recipe(few=0), {BASKET: [TENCH, APPLE]}) == []
    assert [one.total for one in index.coverage()] == [3, 3, 2]


@pytest.mark.slow
def test_pools_are_made_again_when_a_source_has_changed(builder: TreeBuilder) -> None:
    _write(builder)
    index = builder.index()
    index.ingest()
    assert index.status().pools == "none"
    index.collate(Recipe(min_area=1_440), SUBSTITUTES)
    assert (index.status().pools, index.status().exemplars) == ("fresh", 8)
    builder.visual_genome(vg_objects(5, vg_object(8, TENCH), vg_object(9, TENCH)))
    index.ingest()
    assert index.status().pools == "stale"
    assert index.coverage()[1].by_dataset["visual_genome"] == 2
    assert index.status().pools == "fresh"
    builder.lvis(categories=CATEGORIES, annotations=[annotation(1, 1, 7)])
    index.ingest()
    assert index.status().pools == "stale"
    (sample,) = [one for one in index.sample(DrawOptions(9, on_shortage="take-all")) if one[0] == 7]
    assert [pick.region_id for pick in sample.exemplars] == [1]
    assert index.pools.recipe().min_area == 1_440
    index.ingest()
    assert index.status().pools == "fresh"


@pytest.mark.slow
def test_pools_that_hold_nothing_are_fresh_all_the_same(builder: TreeBuilder) -> None:
    builder.lvis(annotations=[])
    index = builder.index()
    index.ingest()
    index.collate()
    assert (index.status().pools, index.status().exemplars) == ("fresh", 0)
    assert index.exports.target("exemplars").records == 0


def test_one_source_goes_in_alone(builder: TreeBuilder) -> None:
    _write(builder)
    index = builder.index()
    place = lvis_source(builder.root, builder.root / "lvis" / "lvis_v1_val.json", "val")
    (source,) = index.ingest([place]).sources
    assert (source.name, source.format, source.counts.added) == ("lvis_v1_val", "lvis", 1)
    assert [one.name for one in index.status().sources] == ["lvis_v1_val"]
    assert index.exports.target("cat-info", split="val").records == 3
    for ask in (index.collate, index.coverage, index.pools.recipe, index.sample):
        with pytest.raises(MissingSourceError, match="no LVIS train annotations"):
            ask()


@pytest.mark.sqlite_only  # its file
def test_status_shows_sources_files_and_counts(index: Index) -> None:
    status = index.status()
    assert (status.path, status.size) == (str(index.path), index.path.stat().st_size)
    assert (status.categories, status.samples, status.pools) == (6, 0, "none")
    counts = {one.name: (one.dataset, one.images, one.regions) for one in status.sources}
    assert counts == {
        "lvis_v1_train": ("lvis", 1, 3),
        "lvis_v1_val": ("lvis", 1, 1),
        "imagenet21k": ("imagenet21k", 3, 0),
        "visual_genome": ("visual_genome", 1, 2),
    }
    files = [file.path for one in status.sources for file in one.files]
    assert files == [
        "lvis/lvis_v1_train.json",
        "lvis/lvis_v1_val.json",
        "VisualGenome/image_data.json",
        "VisualGenome/objects.json",
    ]


@pytest.mark.slow
def test_sql_reads_the_view(index: Index) -> None:
    index.collate(substitutes=SUBSTITUTES)
    query = "SELECT position, synset, x FROM exemplars WHERE category_id = :id ORDER BY position"
    with index.sql(query, {"id": 5}) as result:
        assert list(result.rows) == [(0, TENCH, None), (1, TENCH, None), (2, TENCH, -1.5)]
    with pytest.raises(OvmrIndexError), index.sql("DELETE FROM categories"):
        pass
    assert index.status().categories == 6


def test_the_engine_is_for_sqlalchemy(index: Index) -> None:
    with index.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM sources").scalar() == 4


@pytest.mark.slow
def test_an_unknown_target_is_wrong_usage(index: Index) -> None:
    with pytest.raises(
        UsageError, match="no export target 'all'; give 'exemplars', 'annotations',"
    ):
        index.exports.target("all")


@pytest.mark.slow
def test_export_writes_what_it_can_and_reports_the_rest(builder: TreeBuilder) -> None:
    _write(builder)
    index = builder.index()
    index.ingest([lvis_source(builder.root, builder.root / "lvis" / "lvis_v1_train.json", "train")])
    report = index.export()
    written = {
        name: (one.path.relative_to(builder.root), one.records) for name, one in report.written
    }
    assert written == {
        "exemplars": (Path("metadata/exemplar_dict.json"), 2),
        "sample": (Path("metadata/lvis_image_exemplar_dict_K-030_own.json"), 30),
        "norare": (Path("lvis/lvis_v1_train_norare.json"), 3),
        "cat-info": (Path("metadata/lvis_v1_train_cat_info.json"), 3),
    }
    assert [name for name, _ in report.left_out] == ["imagenet-lvis"]
    (failed,) = report.failed
    assert failed[0] == "sample"
    assert failed[1].startswith("3 categories have fewer than 5 exemplars: apple.n.01 (2), ")
