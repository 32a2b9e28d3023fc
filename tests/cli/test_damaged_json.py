"""JSON in the index that was damaged: one line that names table and row, and what to type."""

import shutil
from pathlib import Path

import pytest

from ovmr_index import DrawOptions, Index
from tests.support.contents import rows_of
from tests.support.once import made_once
from tests.support.runs import call
from tests.support.tampering import damage
from tests.support.trees import (
    TENCH,
    TENCH_WNID,
    TreeBuilder,
    annotation,
    image,
    vg_object,
    vg_objects,
)

pytestmark = pytest.mark.slow

READ_AGAIN = "run `ovmr-index ingest --rehash`, which reads it again"
REMOVE = "run `ovmr-index ingest --remove lvis_v1_train`, then ingest it again with its options"
COLLATE = "run `ovmr-index collate` with the options of these pools"
DRAW = "run `ovmr-index sample rm two`, and draw it again"
COLUMNS = (
    *("sources.header", "sources.options", "categories.record", "image_records.record"),
    *("region_records.record", "collations.recipe"),
    *("samples.recipe", "samples.filters", "samples.fingerprints"),
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, few_synsets: Path) -> Path:
    """Return a tree with an index that holds every kind of JSON: read only."""

    def make(root: Path) -> None:
        builder = TreeBuilder(root, few_synsets)
        builder.lvis(images=[image(1)], annotations=[annotation(1), annotation(2, own=3)])
        builder.lvis(images=[image(2)], annotations=[], split="val")
        builder.imagenet({f"train/{TENCH_WNID}": ["a.JPEG"]})
        builder.visual_genome(vg_objects(5, vg_object(1, TENCH)))
        index = builder.index()
        index.ingest()
        index.collate()
        index.sample(DrawOptions(k=2, on_shortage="take-all"), name="two")
        index.close()

    return made_once(tmp_path_factory, "tree of damaged JSON", make)


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    """Return the root of an index that the test may damage."""
    return shutil.copytree(made, tmp_path / "tree")


def test_views_say_where_to_look(root: Path) -> None:
    _damage(root, "categories.record", "{")
    done = call("sql", "SELECT synonyms FROM vocabulary_categories", root=root)
    assert done.code == 1
    assert "malformed JSON; `ovmr-index db check` says whether the index holds it so" in done.error


def _damage(root: Path, column: str, content: str) -> None:
    table, name = column.split(".")
    damage(root, f"UPDATE {table} SET {name} = '{content}'")


@pytest.mark.parametrize(
    ("column", "command", "row", "remedy"),
    [
        ("sources.header", "export norare", "1", READ_AGAIN),
        ("sources.options", "ingest", "lvis_v1_train", REMOVE),
        ("sources.options", "export norare", "lvis_v1_train", REMOVE),
        ("categories.record", "export norare", "1", READ_AGAIN),
        ("categories.record", "export cat-info", "1", READ_AGAIN),
        ("categories.record", "export imagenet-lvis", "the last", READ_AGAIN),
        ("categories.record", "suggest 1", "1", READ_AGAIN),
        ("image_records.record", "export norare", "1", READ_AGAIN),
        ("region_records.record", "export norare", "1", READ_AGAIN),
        ("region_records.record", "export exemplars", "the record with id 1", READ_AGAIN),
        ("collations.recipe", "status", "vocabulary 1", COLLATE),
        (
            "collations.recipe",
            "sample -K 3 --on-shortage take-all --name x",
            "vocabulary 1",
            COLLATE,
        ),
        ("samples.recipe", "sample show two", "two", DRAW),
        ("samples.filters", "sample show two", "two", DRAW),
        ("samples.fingerprints", "sample show two", "two", DRAW),
    ],
)
def test_table_and_row_are_named(
    root: Path, column: str, command: str, row: str, remedy: str
) -> None:
    _damage(root, column, "[1, 2")
    if row == "the last":
        ((last,),) = rows_of(Index.open(root), "SELECT max(pk) FROM categories")
        row = str(last)
    done = call(*command.split(), root=root)
    assert done.code == 1
    assert done.error.startswith(
        f"ovmr-index: error: the index is damaged: {column} of {row} is not the JSON that it"
    )
    assert done.error.endswith(f"; {remedy}")


# `index/test_check.py` looks for each of them.
@pytest.mark.exhaustive(but=["region_records.record", "samples.filters"])
@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.usefixtures("few_are_checked")
def test_a_check_finds_it(root: Path, column: str) -> None:
    _damage(root, column, "[1, 2")
    checked = call("db", "check", root=root)
    assert checked.code == 1
    assert "sound" not in checked.out
