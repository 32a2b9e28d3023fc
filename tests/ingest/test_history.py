"""Any history of changes ends where a fresh ingest of the last state begins."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovmr_index import Index
from tests.support.contents import assert_as_fresh, assert_sound, contents
from tests.support.exhaustive import examples
from tests.support.trees import (
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
    picture,
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
    builder.lvis("val", categories=state.lvis["categories"], images=[], annotations=[])
    builder.visual_genome(*state.genome)
    shutil.rmtree(builder.root / "imagenet", ignore_errors=True)
    tree = builder.imagenet({folder: sorted(names) for folder, names in state.imagenet.items()})
    for folder in state.imagenet:
        builder.touch(tree.path / folder)


def _exports(index: Index) -> list[bytes]:
    """Return the files that an index exports."""
    files = []
    for name in ("exemplars", "norare", "cat-info", "imagenet-lvis"):
        file = index.root / f"written_{name}.json"
        file.unlink(missing_ok=True)
        files.append(index.exports.target(name, file).path.read_bytes())
    return files


def _rename_picture(builder: TreeBuilder, name: str) -> None:
    for file in sorted(builder.root.glob(f"{IMAGENET}/*/*/*.JPEG"))[:1]:
        file.rename(file.with_name(name))
        builder.touch(file.parent)


def _rename_folder(builder: TreeBuilder, wnid: str) -> None:
    for folder in sorted(builder.root.glob(f"{IMAGENET}/*/n*"))[:1]:
        if not folder.with_name(wnid).exists():
            builder.touch(folder.rename(folder.with_name(wnid)))


def _add_picture(builder: TreeBuilder, name: str) -> None:
    for folder in sorted(builder.root.glob(f"{IMAGENET}/*/n*"))[-1:]:
        builder.file(f"{folder.relative_to(builder.root)}/{name}", picture())


def _remove_folder(builder: TreeBuilder, _: str) -> None:
    for folder in sorted(builder.root.glob(f"{IMAGENET}/*/n*"))[:1]:
        shutil.rmtree(folder)


class Step(NamedTuple):
    """One change: a tree written again, a change within ImageNet, or a dataset taken out."""

    what: str
    argument: Any
    collated: bool


IMAGENET = "imagenet/imagenet21k_P"
CHANGES: dict[str, Callable[[TreeBuilder, Any], None]] = {
    "write": _write,
    "rename a picture": _rename_picture,
    "rename a folder": _rename_folder,
    "add a picture": _add_picture,
    "remove a folder": _remove_folder,
}
NEW_NAMES = st.sampled_from(["a.JPEG", "0.JPEG", "new.JPEG"])
DATASETS = st.sampled_from(["lvis", "lvis_v1_train", "imagenet21k", "visual_genome"])
STEPS = st.one_of(
    st.builds(Step, st.just("write"), STATES, st.booleans()),
    st.builds(Step, st.just("rename a picture"), NEW_NAMES, st.booleans()),
    st.builds(Step, st.just("rename a folder"), WNIDS, st.booleans()),
    st.builds(Step, st.just("add a picture"), NEW_NAMES, st.booleans()),
    st.builds(Step, st.just("remove a folder"), WNIDS, st.booleans()),
    st.builds(Step, st.just("remove a dataset"), DATASETS, st.booleans()),
)


@pytest.mark.slow
@examples(12, few=2)
@given(first=STATES, history=st.lists(STEPS, min_size=1, max_size=5))
def test_any_history_ends_as_a_fresh_ingest(
    empty_index: Path, first: State, history: list[Step]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        builder = TreeBuilder(Path(folder) / "datasets", empty_index)
        index = builder.index()
        for step in [Step("write", first, True), *history]:
            if step.what in CHANGES:
                CHANGES[step.what](builder, step.argument)
            else:
                index.sources.rm(step.argument)
                assert_sound(index)
            index.ingest()
            assert_sound(index)
            if step.collated:
                index.collate()
        assert_as_fresh(builder, index, empty_index)
        assert _exports(index) == _exports(Index.open(builder.root, builder.root / "fresh.db"))
        rows = contents(index)
        assert not any(one.counts.did_work for one in index.ingest().sources)
        assert contents(index) == rows
