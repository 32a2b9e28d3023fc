"""The own synsets of objects and categories: given twice, with spaces, by wnid, unknown."""

import json

import pytest

from tests.support.coco_files import ingest_coco
from tests.support.contents import rows_of
from tests.support.trees import APPLE, TENCH, TreeBuilder, vg_object, vg_objects


def test_a_synset_that_is_given_twice_is_one(builder: TreeBuilder) -> None:
    builder.visual_genome(
        vg_objects(1, vg_object(3, TENCH, TENCH), vg_object(9, APPLE, TENCH, APPLE, TENCH))
    )
    index = builder.index()
    index.ingest()
    assert rows_of(index, "SELECT region_id, position, synset FROM box_synsets ORDER BY 1, 2") == [
        (3, 0, TENCH),
        (9, 0, APPLE),
        (9, 1, TENCH),
    ]


WNID = "n07739125"
STRANGE = ("Apple.n.01", "apple.n.1", "nosuch.n.99")


def test_synsets_of_objects_are_what_they_mean(builder: TreeBuilder) -> None:
    found = (f" {APPLE} ", WNID, f"{WNID}\n", APPLE, *STRANGE, STRANGE[0])
    boxes = [vg_object(key, name) for key, name in enumerate(found, 1)]
    boxes.append(vg_object(20, WNID, STRANGE[0]))
    builder.visual_genome(vg_objects(1, *boxes))
    index = builder.index()
    (report,) = index.ingest().sources
    assert report.notes == [
        "3 synsets of objects are not in WordNet 3.0:"
        " Apple.n.01 (3 objects), apple.n.1 (1 object), nosuch.n.99 (1 object)"
    ]
    query = f"SELECT region_id FROM box_synsets WHERE synset = '{APPLE}' ORDER BY 1"
    assert rows_of(index, query) == [(1,), (2,), (3,), (4,), (20,)]


def test_synsets_of_categories_are_what_they_mean(builder: TreeBuilder) -> None:
    found = (f" {APPLE} ", WNID, f"{WNID} ", *STRANGE)
    categories = [
        {"id": key, "name": f"mug {key}", "synset": name} for key, name in enumerate(found)
    ]
    index = ingest_coco(builder, categories)
    query = "SELECT category_id, synset FROM vocabulary_categories ORDER BY 1"
    assert rows_of(index, query) == [*((key, APPLE) for key in range(3)), *enumerate(STRANGE, 3)]
    written = index.exports.target("annotations", vocabulary="mine")
    assert json.loads(written.path.read_text())["categories"] == categories
    file = builder.root / "mine.json"
    report = index.ingest([index.sources.coco(file, "mine", builder.root / "mine")], rehash=True)
    (note,) = report.sources[0].notes
    assert note == (
        "3 of 6 categories have a synset that is not in WordNet 3.0:"
        " Apple.n.01, apple.n.1, nosuch.n.99"
    )


@pytest.mark.slow
def test_a_box_that_has_a_synset_twice_is_one_candidate(builder: TreeBuilder) -> None:
    twice = {**vg_object(1, TENCH), "synsets": [TENCH, TENCH]}
    builder.lvis(annotations=[])
    builder.visual_genome(vg_objects(5, twice))
    index = builder.index()
    index.ingest()
    index.collate()
    (row,) = (one for one in index.pools.left_out() if one.dataset == "visual_genome")
    assert (row.reason, row.candidates) == ("synsets", 1)
