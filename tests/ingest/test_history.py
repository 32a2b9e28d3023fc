"""Any history of changes ends where a fresh ingest of the last state begins."""

import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ingest.contents import assert_as_fresh, assert_sound, contents
from tests.trees import (
    APPLE,
    APPLE_WNID,
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

SYNSETS = st.sampled_from([TENCH, APPLE, STOP_SIGN])
SIDES = st.sampled_from([40, 40.0, 41])
FEW = st.integers(1, 4)


class State(NamedTuple):
    """What a tree holds at one time: the members of its LVIS file, groups of objects, folders."""

    lvis: Json
    genome: list[Json]
    imagenet: dict[str, set[str]]


def _some(records: st.SearchStrategy[Json], key: str) -> st.SearchStrategy[list[Json]]:
    return st.lists(records, min_size=1, max_size=4, unique_by=lambda record: int(record[key]))


@st.composite
def _lvis(draw: st.DrawFn) -> Json:
    categories = draw(_some(st.builds(category, FEW, SYNSETS), "id"))
    keys = st.sampled_from([one["id"] for one in categories])
    folders = st.sampled_from(["train2017", "val2017"])
    pictures = st.builds(image, FEW, folders, neg_category_ids=st.lists(keys, max_size=2))
    images = draw(_some(pictures, "id"))
    of = st.sampled_from([one["id"] for one in images])
    boxes = st.tuples(SIDES, SIDES, SIDES, SIDES)
    annotations = draw(_some(st.builds(annotation, FEW, of, keys, bbox=boxes, area=SIDES), "id"))
    return {"categories": categories, "images": images, "annotations": annotations}


@st.composite
def _genome(draw: st.DrawFn) -> list[Json]:
    synsets = st.lists(SYNSETS, max_size=3)
    records = st.builds(lambda key, names, x: vg_object(key, *names, x=x), FEW, synsets, SIDES)
    objects = draw(_some(records, "object_id"))
    cut = draw(st.integers(0, len(objects)))
    first, second = draw(st.permutations([1, 2]))
    return [vg_objects(first, *objects[:cut]), vg_objects(second, *objects[cut:])]


WNIDS = st.sampled_from([TENCH_WNID, APPLE_WNID])
NAMES = st.sets(st.sampled_from(["a.JPEG", "b.JPEG", "Z.JPEG", "c.txt"]))
FOLDERS = st.builds("{}/{}".format, st.sampled_from(["train", "val"]), WNIDS)
STATES = st.builds(State, _lvis(), _genome(), st.dictionaries(FOLDERS, NAMES, max_size=3))


def _write(builder: TreeBuilder, state: State) -> None:
    builder.lvis(**state.lvis)
    builder.visual_genome(*state.genome)
    shutil.rmtree(builder.root / "imagenet", ignore_errors=True)
    builder.imagenet({folder: sorted(names) for folder, names in state.imagenet.items()})


@settings(max_examples=30, deadline=None)
@given(history=st.lists(st.tuples(STATES, st.booleans()), min_size=2, max_size=4))
def test_any_history_ends_as_a_fresh_ingest(
    empty_index: Path, history: list[tuple[State, bool]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        builder = TreeBuilder(Path(folder) / "datasets", empty_index)
        index = builder.index()
        for state, collated in history:
            _write(builder, state)
            index.ingest()
            assert_sound(index.path)
            if collated:
                index.collate()
        assert_as_fresh(builder, index, empty_index)
        rows = contents(index.path)
        assert not any(one.counts.did_work for one in index.ingest().sources)
        assert contents(index.path) == rows
