"""What changes of an exemplar and is no other one: the number of its image, damage of its box."""

import json
import sqlite3
from contextlib import closing

import pytest

from ovmr_index import Index
from ovmr_index.samples.options import DrawOptions
from tests.support.contents import rows_of
from tests.support.runs import call
from tests.support.trees import TreeBuilder, annotation, image

pytestmark = pytest.mark.slow

ALL = DrawOptions(9, on_shortage="take-all")


def _lvis(builder: TreeBuilder, change: int = 0) -> Index:
    """Return an index of two boxes, whose images have ids from `change` on."""
    content = {"images": [image(1), image(2)], "annotations": [annotation(11), annotation(12, 2)]}
    for one in content["images"]:
        one["id"] += change
    for one in content["annotations"]:
        one["image_id"] += change
    builder.lvis("train", **content)
    index = builder.index()
    index.ingest()
    return index


def _are_missing(index: Index) -> bool:
    """Return whether anything of the sample is gone; every face must say the same."""
    (listed,) = (one.gone for one in index.samples.list() if one.name == "all")
    query = "SELECT count(*) FROM sample_exemplars WHERE missing = 1 AND sample = 'all'"
    ((counted,),) = rows_of(index, query)
    assert listed == counted == len(index.samples.show("all").missing)
    return bool(listed)


@pytest.fixture
def lvis(builder: TreeBuilder) -> Index:
    """Return an index with a sample of all its boxes."""
    index = _lvis(builder)
    index.samples.draw(ALL, name="all")
    return index


def test_images_may_be_numbered_again(builder: TreeBuilder, lvis: Index) -> None:
    path = builder.root / "all.json"
    lvis.exports.sample("all", path)
    before = json.loads(path.read_text())
    index = _lvis(builder, 100)
    assert not _are_missing(index)
    index.exports.sample("all", path)
    for one in (one for exemplars in before for one in exemplars):
        one["image_id"] += 100
    assert json.loads(path.read_text()) == before  # as the images are numbered now
    assert index.samples.import_file(path, "again").missing == 0
    index.collate()
    assert index.samples.draw(ALL, name="all").drawn_before is not None
    assert index.samples.diff("all", "again").same


@pytest.mark.sqlite_only  # a number is no text in PostgreSQL, nor infinite
def test_a_number_that_no_file_has_is_damage_and_no_other_box(
    builder: TreeBuilder, lvis: Index
) -> None:
    path = builder.root / "all.json"
    for side, value in (("x", "'left'"), ("w", "9e999"), ("h", "-9e999"), ("y", "x'00'")):
        with closing(sqlite3.connect(builder.root / "ovmr.db")) as connection:
            connection.execute(f"UPDATE regions SET {side} = {value} WHERE key = 11")
            connection.commit()
        assert not _are_missing(lvis)
        done = call("export", "sample", "--name", "all", "-o", path, root=builder.root)
        assert done.error.startswith("ovmr-index: error: the index is damaged: the box in regions")
