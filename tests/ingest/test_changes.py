"""Ingest again: each kind of change is counted, and ends as a fresh ingest would."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from ovmr_index.ingest.report import Counts
from tests.support.contents import assert_as_fresh, ingest, rows_of
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
    vg_image,
    vg_object,
    vg_objects,
)

pytestmark = pytest.mark.slow

IMAGENET = "imagenet/imagenet21k_P"


MANY = [annotation(key) for key in range(100, 200)]
EACH_FIELD = [
    annotation(194, bbox=[4.0, 4, 40.5, 36]),  # from 4 to 4.0
    annotation(195, area=1440),
    annotation(196, segmentation=[]),
    annotation(197, iscrowd=0),
    annotation(198, 2),
    annotation(199, 1, 2),
]
MENDED = [annotation(one["id"], bbox=[1, 2, 3, 4]) if one["id"] < 115 else one for one in MANY]


# `test_blocks.py` sees blocks that are fixed, go, or stand in another order.
@pytest.mark.exhaustive(but=["shifted", "each field"])
@pytest.mark.parametrize(
    ("annotations", "counts"),
    [
        (MENDED, Counts(changed=15, unchanged=85)),
        ([*MANY, annotation(7), annotation(900)], Counts(added=2, unchanged=100)),
        (MANY[10:], Counts(unchanged=90, vanished=10)),
        (MANY[::-1], Counts(unchanged=100)),
        ([annotation(7), *MANY[5:], annotation(8)], Counts(added=2, unchanged=95, vanished=5)),
        ([*MANY[:-6], *EACH_FIELD], Counts(changed=6, unchanged=94)),
        ([], Counts(vanished=100)),
        ([annotation(key) for key in range(1_000, 2_000)], Counts(added=1_000, vanished=100)),
    ],
    ids=[
        "15 fixed",
        "added",
        "removed",
        "reversed",
        "shifted",
        "each field",
        "all gone",
        "all others",
    ],
)
def test_changes_of_annotations_are_counted(
    builder: TreeBuilder, empty_index: Path, annotations: list[Json], counts: Counts
) -> None:
    shared: dict[str, Any] = {
        "images": [image(1), image(2)],
        "categories": [category(1), category(2, APPLE)],
    }
    builder.lvis(annotations=MANY, **shared)
    builder.visual_genome(vg_objects(1, vg_object(5, TENCH)))
    index = builder.index()
    index.ingest()
    index.collate()
    builder.lvis(annotations=annotations, **shared)
    assert ingest(index) == {"lvis_v1_train": counts, "visual_genome": Counts(unchanged=1)}
    query = "SELECT generation FROM sources ORDER BY name"
    assert rows_of(index, query) == [(2,), (1,)]
    assert_as_fresh(builder, index, empty_index)


# `test_other_counts.py` counts the others, and `test_history.py` sees them among more.
@pytest.mark.exhaustive(but=["pictures in another order", "an image less"])
@pytest.mark.parametrize(
    "after",
    [
        {"images": [image(1, license=4), image(2)]},
        {"images": [image(2), image(1)]},
        {"images": [image(1), image(2), image(3, folder="val2017")]},
        {"images": [image(1), image(2, folder="val2017", width=65)]},
        {"images": [image(1, neg_category_ids=[2]), image(2)]},
        {"categories": [category(1, name="fish"), category(2, APPLE)]},
        {"categories": [category(2, APPLE), category(1)]},
        {"categories": [category(1, STOP_SIGN), category(2, APPLE)]},
        {"categories": [category(1)]},
        {"images": [image(1)]},
        {"info": {"version": "v1.1"}},
    ],
    ids=[
        "a field of an image",
        "pictures in another order",
        "an image more",
        "another folder",
        "a negative category",
        "a name",
        "categories in another order",
        "another synset",
        "a category less",
        "an image less",
        "the header",
    ],
)
def test_changes_around_annotations_are_stored(
    builder: TreeBuilder, empty_index: Path, after: dict[str, Any]
) -> None:
    before: dict[str, Any] = {
        "images": [image(1), image(2)],
        "categories": [category(1), category(2, APPLE)],
    }
    builder.lvis(**before)
    builder.imagenet({f"train/{APPLE_WNID}": ["a.JPEG"]})
    index = builder.index()
    index.ingest()
    index.collate()
    builder.lvis(**(before | after))
    assert ingest(index)["lvis_v1_train"] == Counts(unchanged=1)
    assert rows_of(index, "SELECT generation FROM sources ORDER BY name DESC") == [(2,), (1,)]
    assert_as_fresh(builder, index, empty_index)


def test_an_image_of_pooled_regions_may_go(builder: TreeBuilder, empty_index: Path) -> None:
    builder.lvis(images=[image(1), image(2)])
    index = builder.index()
    index.ingest()
    index.collate()
    builder.lvis(images=[image(2)], annotations=[annotation(1, 2)])
    assert ingest(index) == {"lvis_v1_train": Counts(changed=1)}
    assert_as_fresh(builder, index, empty_index)


def test_changes_of_objects_are_counted(builder: TreeBuilder, empty_index: Path) -> None:
    before = {1: (TENCH,), 2: (TENCH, APPLE), 3: (TENCH, APPLE), 4: (TENCH,), 5: (TENCH, APPLE)}
    before |= {6: (TENCH, APPLE), 7: (TENCH,)}  # as it was, and gone
    after = {1: (TENCH, APPLE), 2: (APPLE, TENCH), 3: (TENCH,), 4: (), 5: (TENCH, TENCH)}
    after |= {6: (TENCH, APPLE)}
    builder.visual_genome(vg_objects(1, *(vg_object(key, *of) for key, of in before.items())))
    index = builder.index()
    index.ingest()
    builder.visual_genome(vg_objects(1, *(vg_object(key, *of) for key, of in after.items())))
    counts = Counts(changed=5, unchanged=1, vanished=1)
    assert ingest(index) == {"visual_genome": counts}
    assert_as_fresh(builder, index, empty_index)


def test_changed_image_data_is_stored(builder: TreeBuilder, empty_index: Path) -> None:
    group = vg_objects(1, vg_object(5, TENCH))
    builder.visual_genome(group)
    index = builder.index()
    index.ingest()
    builder.visual_genome(group, images=[vg_image(1, coco_id=9, width=100), vg_image(2)])
    assert ingest(index) == {"visual_genome": Counts(unchanged=1)}
    assert_as_fresh(builder, index, empty_index)


def test_changes_of_folders_are_counted(builder: TreeBuilder, empty_index: Path) -> None:
    folder, other = f"train/{TENCH_WNID}", f"val/{TENCH_WNID}"
    builder.imagenet({folder: ["a.JPEG", "b.JPEG", "c.JPEG"], other: ["d.JPEG"]})
    index = builder.index()
    index.ingest()
    builder.file(f"{IMAGENET}/{folder}/new.JPEG", b"")
    assert ingest(index) == {"imagenet21k": Counts(added=1, unchanged=4)}
    (builder.root / IMAGENET / folder / "a.JPEG").rename(
        builder.root / IMAGENET / folder / "z.JPEG"
    )
    assert ingest(index) == {"imagenet21k": Counts(added=1, unchanged=4, vanished=1)}
    (builder.root / IMAGENET / folder / "b.JPEG").unlink()
    assert ingest(index) == {"imagenet21k": Counts(unchanged=4, vanished=1)}
    assert_as_fresh(builder, index, empty_index)
    (builder.root / IMAGENET / other).rename(builder.root / IMAGENET / "val" / APPLE_WNID)
    assert ingest(index) == {"imagenet21k": Counts(added=1, unchanged=3, vanished=1)}
    shutil.rmtree(builder.root / IMAGENET / folder)
    assert ingest(index) == {"imagenet21k": Counts(unchanged=1, vanished=3)}
    assert_as_fresh(builder, index, empty_index)
