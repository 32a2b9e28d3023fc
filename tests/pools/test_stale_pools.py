"""Pools are stale after every change of what they are made from, and `sql` says so."""

import copy
import json
from typing import Any

import pytest

from ovmr_index.db.pools_state import PoolsState
from ovmr_index.ingest.sources import SourceOptions
from tests.support.coco_files import coco_json
from tests.support.contents import rows_of
from tests.support.trees import APPLE, TENCH, Json, TreeBuilder

pytestmark = pytest.mark.slow

CATEGORIES = [
    {"id": 1, "name": "apple", "synset": APPLE},
    {"id": 2, "name": "tench", "synset": TENCH},
]
HELD = """
    SELECT category, dataset, region_id, file_name, x, y, w, h FROM vocabulary_exemplars
    WHERE vocabulary = 'mine' ORDER BY category_id, position"""


class _Mine:
    """A dataset in COCO's format whose pools are made."""

    def __init__(self, builder: TreeBuilder) -> None:
        self.builder = builder
        self.content = coco_json(copy.deepcopy(CATEGORIES))
        self.index = builder.index()
        self.ingest()
        self.index.collate(vocabulary="mine")

    def ingest(self, **options: Any) -> None:
        file = self.builder.json("mine.json", self.content)
        images = self.builder.root / "mine"
        given = SourceOptions(**options)
        self.index.ingest([self.index.sources.coco(file, "mine", images, options=given)])

    @property
    def state(self) -> str:
        (one,) = self.index.status().vocabularies
        return one.pools

    @property
    def state_everywhere(self) -> str:
        """What a query in SQL says too, which takes a process."""
        state = self.state
        with self.index.sql(HELD) as found:
            assert found.pools.get("mine", "fresh") == state
        return state


@pytest.fixture
def mine(builder: TreeBuilder) -> _Mine:
    """Return a dataset with pools, each of one box."""
    return _Mine(builder)


def _rename(content: Json) -> None:
    content["categories"][0] |= {"name": "mug", "synset": "mug.n.04"}


def _other_synset(content: Json) -> None:
    content["categories"][0]["synset"] = "mug.n.04"


def _other_order(content: Json) -> None:
    content["categories"].reverse()


def _other_labels(content: Json) -> None:
    for one in content["annotations"]:
        one["category_id"] = 1


def _other_boxes(content: Json) -> None:
    for one in content["annotations"]:
        one["bbox"][2] = 40.5


def _other_areas(content: Json) -> None:
    content["annotations"][0]["area"] = 5


def _crowds(content: Json) -> None:
    content["annotations"][0]["iscrowd"] = 1


def _other_path(content: Json) -> None:
    content["images"][0]["file_name"] = "other/1.jpg"


def _other_size(content: Json) -> None:
    content["images"][0]["width"] = 5


def _less(content: Json) -> None:
    del content["annotations"][0]


def _more(content: Json) -> None:
    content["annotations"].append(content["annotations"][0] | {"id": 9})


def _moved(content: Json) -> None:
    content["annotations"].reverse()


# Each changes something that the ones before it have left.
CHANGES = [
    *(_other_synset, _rename, _other_order, _other_labels, _other_boxes, _other_areas, _crowds),
    *(_other_path, _other_size, _more, _moved, _less),
]


def test_each_change_of_a_file(mine: _Mine) -> None:
    assert mine.state == "fresh"
    mine.ingest()
    assert mine.state == "fresh"
    for change in CHANGES:
        change(mine.content)
        mine.ingest()
        assert mine.state == PoolsState.STALE, change.__name__
        counted = sum(one.total for one in mine.index.coverage(vocabulary="mine"))
        assert mine.state == "fresh"
        made_again = rows_of(mine.index, HELD)
        assert len(made_again) == counted
        mine.index.collate(vocabulary="mine")
        assert rows_of(mine.index, HELD) == made_again, change.__name__


def test_other_options(mine: _Mine, builder: TreeBuilder) -> None:
    builder.json("synsets.json", {"apple": "mug.n.04"})
    mine.ingest(synsets=builder.root / "synsets.json")
    assert mine.state_everywhere == PoolsState.STALE
    mine.index.collate(vocabulary="mine")
    mine.ingest()
    assert mine.state_everywhere == PoolsState.STALE


def test_the_same_again(mine: _Mine) -> None:
    mine.content["info"] = {}
    mine.ingest()
    mine.index.collate(vocabulary="mine")
    mine.index.ingest(rehash=True)
    assert mine.state_everywhere == "fresh"
    assert json.loads((mine.builder.root / "mine.json").read_bytes()) == mine.content


def test_a_second_dataset_and_its_end(mine: _Mine, builder: TreeBuilder) -> None:
    builder.file("folders/tench/a.jpg", b"")
    mine.index.ingest([mine.index.sources.folder(builder.root / "folders", "folders")])
    assert {one.name: one.pools for one in mine.index.status().vocabularies} == {
        "folders": "none",
        "mine": "stale",
    }
    mine.index.collate(vocabulary="mine")
    mine.index.sources.rm("folders")
    assert mine.state_everywhere == PoolsState.STALE
    mine.index.collate(vocabulary="mine")
    mine.index.sources.rm("mine")
    mine.ingest()
    (one,) = mine.index.status().vocabularies
    assert one.pools == "none"
