"""An index from Parquet is the index that was written: every export gives the same bytes."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import pytest

from ovmr_index import BoxOptions, DrawOptions, Index, OvmrIndexError
from ovmr_index.cli.groups import ExportGroup
from ovmr_index.db.portable import portable_tables
from ovmr_index.export.targets import TARGETS
from ovmr_index.report.api import write_report
from tests.support.contents import assert_schema, assert_sound, contents, everything, rows_of
from tests.support.files import files_below
from tests.support.whole_index import SAMPLES

pytestmark = pytest.mark.slow

Write = Callable[[Index, Path], object]
DRAWN = DrawOptions(k=2, seed=3, on_shortage="take-all")
MINE = BoxOptions(source="mine")


def _target(name: str, index: Index, folder: Path) -> None:
    index.exports.target(name, folder / f"{name}.json", allow_empty=True)


def _sample(index: Index, folder: Path) -> None:
    for name in SAMPLES:
        index.exports.sample(name, folder / f"{name}.json", sidecar=True)
    index.exports.sample(DRAWN, folder / "drawn.json")


def _crops(index: Index, folder: Path) -> None:
    index.exports.crops(index.samples.load(SAMPLES[0]), None, folder)


def _coco(index: Index, folder: Path) -> None:
    index.exports.coco(MINE, folder / "mine.json")
    index.exports.coco(None, folder / "lvis.json")


EXPORTS: Mapping[str, Write] = {
    **{name: partial(_target, name) for name in TARGETS},
    "sample": _sample,
    "coco": _coco,
    "yolo": lambda index, folder: index.exports.yolo(MINE, folder, split="train"),
    "odvg": lambda index, folder: index.exports.odvg(MINE, folder / "mine.jsonl"),
    "texts": lambda index, folder: index.exports.texts(None, folder / "texts.json"),
    "crops": _crops,
    "imagefolder": lambda index, folder: index.exports.imagefolder(SAMPLES[0], folder),
    "webdataset": lambda index, folder: index.exports.webdataset(SAMPLES[0], folder),
    "prompts": lambda index, folder: index.exports.prompts(SAMPLES[0], folder / "prompts.json"),
    "croissant": lambda index, folder: index.exports.croissant(SAMPLES[0], folder / "c.json"),
    "images": lambda index, folder: index.exports.images(index.samples.load(SAMPLES[0]), folder),
    "manifest": lambda index, folder: index.exports.manifest(
        ["exemplars"], [index.samples.load(SAMPLES[1])], folder / "manifest.json"
    ),
    "loader": lambda index, folder: index.exports.loader(folder / "loader.py"),
    "datasette": lambda index, folder: index.exports.datasette(folder),
    "parquet": lambda index, folder: index.exports.parquet(folder),
    "report": write_report,
    "marks": lambda index, folder: index.curation.export(folder / "marks.json"),
}


@pytest.fixture(scope="module")
def again(index: Index, written: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """Return the index that comes from the Parquet, of the same datasets: read only."""
    path = tmp_path_factory.mktemp("again") / "ovmr.db"
    with Index.open(index.root, path) as opened:
        opened.sources.ingest_parquet(written)
        yield opened


def test_the_index_has_rows_in_every_table(index: Index) -> None:
    for table in portable_tables():
        if table.name != "hypernyms":  # of which few synsets have none
            assert rows_of(index, f"SELECT count(*) FROM {table.name}") != [(0,)], table.name


def test_rows_are_the_same_to_the_last_digit(index: Index, again: Index) -> None:
    assert contents(again) == contents(index)
    assert_sound(again)
    assert_schema(again)
    assert again.db.check() == index.db.check()


def test_ranks_close_the_gaps_between_row_numbers(index: Index, again: Index) -> None:
    def with_gaps(of: Index) -> set[str]:
        tables = [one.name for one in portable_tables() if "pk" in one.c]
        numbers = "SELECT count(*), coalesce(max(pk), 0) FROM"
        found = {one: rows_of(of, f"{numbers} {one}")[0] for one in tables}
        return {one for one, (count, last) in found.items() if count != last}

    assert with_gaps(index) >= {"archives", "images"}
    assert with_gaps(again) == set()


def test_every_export_is_here() -> None:
    commands = {name for names in ExportGroup.titled.values() for name in names}
    assert EXPORTS.keys() - {"report", "marks"} == commands - {"plugin"}


# A report takes longest, and is of what the others show; `datasette` opens no server.
MARKS = {"report": pytest.mark.exhaustive, "datasette": pytest.mark.sqlite_only}


@pytest.mark.parametrize("name", [pytest.param(one, marks=MARKS.get(one, ())) for one in EXPORTS])
def test_exports_have_the_same_bytes(index: Index, again: Index, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "exported"
    found = []
    for one in (index, again):
        folder.mkdir()
        EXPORTS[name](one, folder)
        found.append(files_below(folder))
        folder.rename(tmp_path / f"of {len(found)}")
    assert found[0] == found[1]
    assert len(found[0]) > 0


def test_the_tree_is_as_it_was_read(index: Index, again: Index) -> None:
    report = again.ingest(dry_run=True)
    assert [one.name for one in report.sources] == [one.name for one in index.status().sources]
    assert not [one for one in report.sources if one.did_work]


def test_an_index_that_holds_something_stays_as_it_is(index: Index, written: Path) -> None:
    before = everything(index)
    with pytest.raises(OvmrIndexError, match=r"holds 4 rows of datasets, and .* give another db="):
        index.sources.ingest_parquet(written)
    assert everything(index) == before


def test_an_index_of_wordnet_alone_is_filled(
    index: Index, written: Path, empty_index: Path, tmp_path: Path
) -> None:
    path = tmp_path / "ovmr.db"
    path.write_bytes(empty_index.read_bytes())
    with Index.open(index.root, path) as filled:
        dry = filled.sources.ingest_parquet(written, dry_run=True)
        assert filled.status().sources == []
        report = filled.sources.ingest_parquet(written)
        assert [one.counts for one in dry.sources] == [one.counts for one in report.sources]
        assert contents(filled) == contents(index)
        names = tmp_path / "names.txt"
        names.write_text("apple\n")
        filled.vocabularies.add("more", names)  # whose row numbers begin above those that came


@pytest.mark.exhaustive  # `ingest/test_parquet.py` ingests there
def test_another_root_has_the_index_at_its_usual_place(
    index: Index, written: Path, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    with Index.open(tmp_path / "elsewhere") as moved:
        moved.sources.ingest_parquet(written)
        assert contents(moved) == contents(index)
        assert_sound(moved)
        assert_schema(moved)
        assert files_below(moved.exports.parquet(tmp_path / "again").folder) == files_below(written)
        names = tmp_path / "names.txt"
        names.write_text("apple\n")
        moved.vocabularies.add("more", names)  # whose row numbers begin above those that came


def test_a_dry_run_makes_no_index(index: Index, written: Path, tmp_path: Path) -> None:
    with Index.open(index.root, tmp_path / "ovmr.db") as new:
        report = new.sources.ingest_parquet(written, dry_run=True)
    assert [(one.name, one.counts.added) for one in report.sources] == [
        ("imagenet21k", 10),
        ("lvis_v1_train", 5),
        ("lvis_v1_val", 0),
        ("mine", 11),
        ("visual_genome", 3),
    ]
    assert [*tmp_path.iterdir()] == []
