"""Any history of COCO files and folders of classes ends as a fresh ingest of the last state."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovmr_index import Index
from ovmr_index.ingest.sources import SourceOptions, SourceSpec
from tests.support.contents import assert_sound, contents
from tests.support.exhaustive import examples
from tests.support.trees import Json, TreeBuilder

FEW = st.integers(1, 4)
NAMES = st.sampled_from(["tench", "apple", "a thing of my own"])
SIDES = st.sampled_from([40, 40.0, 41, -1])
FILES = st.sets(st.sampled_from(["a.jpg", "b.png", "Z.JPEG", "notes.txt"]))
MASKS = st.sampled_from(
    [None, [[1, 2, 3, 4, 5, 6]], [[1.5, 2], [3, 4]], {"size": [2, 2], "counts": "04"}]
)


class State(NamedTuple):
    """What is on the disk: a file in COCO's format, and a folder of images a class."""

    coco: Json
    mine: dict[str, set[str]]
    by_name: bool


def _unique(records: st.SearchStrategy[Json], *names: str) -> st.SearchStrategy[list[Json]]:
    by = tuple(map(_text_of, ("id", *names)))
    return st.lists(records, min_size=1, max_size=4, unique_by=by)


def _text_of(name: str) -> Callable[[Json], str]:
    return lambda record: str(record[name])


@st.composite
def _coco(draw: st.DrawFn) -> Json:
    ids = FEW | st.sampled_from(["b7", "c8"])
    categories = draw(_unique(st.fixed_dictionaries({"id": FEW, "name": NAMES})))
    paths = st.sampled_from(["a.jpg", "in/b.jpg", "in/c.jpg"])
    images = draw(_unique(st.fixed_dictionaries({"id": ids, "file_name": paths}), "file_name"))
    needed = {
        "id": ids,
        "image_id": st.sampled_from([one["id"] for one in images]),
        "category_id": st.sampled_from([one["id"] for one in categories]),
        "bbox": st.tuples(SIDES, SIDES, SIDES, SIDES),
    }
    others = {"area": SIDES, "iscrowd": st.integers(0, 1), "segmentation": MASKS, "note": SIDES}
    records = st.fixed_dictionaries(needed, optional=others)
    return {"images": images, "annotations": draw(_unique(records)), "categories": categories}


CLASSES = st.sampled_from(["tench", "apple", "whatnot"])
STATES = st.builds(
    State, _coco(), st.dictionaries(CLASSES, FILES, min_size=1, max_size=3), st.booleans()
)
REMOVED = st.sampled_from(["nothing", "own", "mine"])


def _write(builder: TreeBuilder, state: State) -> list[SourceSpec]:
    """Write a state; return its sources."""
    index = builder.index()
    file = builder.json("own/annotations.json", state.coco)
    options = SourceOptions(by_name=state.by_name)
    shutil.rmtree(builder.root / "mine", ignore_errors=True)
    for name, files in state.mine.items():
        (builder.root / "mine" / name).mkdir(parents=True)
        builder.touch(builder.root / "mine" / name)
        for picture in sorted(files):
            builder.file(f"mine/{name}/{picture}", b"")
    return [
        index.sources.coco(file, "own", builder.root / "own" / "pictures", options=options),
        index.sources.folder(builder.root / "mine", "mine"),
    ]


@pytest.mark.slow
@examples(12, few=2)
@given(history=st.lists(st.tuples(STATES, REMOVED, st.booleans()), min_size=2, max_size=5))
def test_any_history_ends_as_a_fresh_ingest(
    empty_index: Path, history: list[tuple[State, str, bool]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        builder = TreeBuilder(Path(folder) / "datasets", empty_index)
        index = builder.index()
        specs: list[SourceSpec] = []
        for i, (state, removed, collated) in enumerate(history):
            if i and removed != "nothing":
                index.sources.rm(removed)
                assert_sound(index)
            specs = _write(builder, state)
            index.ingest(specs)
            assert_sound(index)
            if collated:
                index.collate(vocabulary="mine")
        fresh = Path(shutil.copyfile(empty_index, builder.root / "fresh.db"))
        Index.open(builder.root, fresh).ingest(specs)
        rows = contents(index)
        assert rows == contents(fresh)
        assert not any(one.counts.did_work for one in index.ingest(specs).sources)
        assert contents(index) == rows
