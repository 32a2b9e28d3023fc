"""Leaks and near-duplicates to look at: the planted ones are found, as `audit` and draws do."""

import shutil
from pathlib import Path

import pytest

from ovmr_index import Index
from ovmr_index.errors import MissingSourceError, UsageError
from ovmr_index.pools.duplicates import DuplicateCount
from tests.support.drawn import drawn
from tests.support.planted import DRAWN, IMAGENET, TENCHES, VAL, planted_tree
from tests.support.trees import (
    APPLE,
    TreeBuilder,
    annotation,
    category,
    image,
    vg_image,
    vg_object,
    vg_objects,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def hashed(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> Index:
    """Return an index with planted leaks, all of whose images have both hashes: read only."""
    return Index.open(planted_tree(tmp_path_factory, empty_index, is_hashed=True))


def test_leaks_are_those_of_the_audit(hashed: Index) -> None:
    found = {
        (one.category_id, one.synset, one.dataset, one.file_name, one.region_id)
        for one in hashed.pools.findings.leaks()
    }
    audited = {
        (one.category_id, one.synset, one.dataset, one.file_name, one.region_id)
        for one in hashed.audit(ids_only=True)
        if one.kind == "val_image"
    }
    assert found == audited


def test_a_leak_has_its_box_and_the_image_of_val(hashed: Index) -> None:
    leaks = {(one.file_name, one.by): one for one in hashed.pools.findings.leaks()}
    box = leaks["VG_100K/100.jpg", "id"]
    assert (box.source, box.region_id, box.bits) == ("visual_genome", 7, 0)
    assert (box.val_source, box.val_file_name) == ("lvis_v1_val", VAL[20])
    assert None not in (box.x, box.y, box.w, box.h, box.image_width, box.val_width)
    whole = leaks[f"{TENCHES}/same.JPEG", "content"]
    assert (whole.x, whole.region_id, whole.category) == (None, None, "tench")
    assert (f"{TENCHES}/smaller.JPEG", "looks") in leaks


def test_leaks_need_lvis_val(builder: TreeBuilder) -> None:
    builder.lvis(categories=[category(1, APPLE)], images=[image(1)])
    index = builder.index()
    index.ingest()
    with pytest.raises(
        MissingSourceError,
        match=r"no LVIS val annotations, and .*lvis_v1_val.json is not there; .*`index.ingest\(\)`",
    ):
        next(index.pools.findings.leaks())


def test_the_first_of_a_group_is_kept(hashed: Index) -> None:
    (group,) = hashed.pools.findings.duplicates("tench")
    assert [one.file_name for one in group.kept] == [f"{TENCHES}/same.JPEG"]
    assert [(one.exemplar.file_name, one.exemplar.region_id, one.by) for one in group.others] == [
        (f"{TENCHES}/smaller.JPEG", None, "looks"),
        ("VG_100K/100.jpg", 7, "looks"),
    ]
    assert hashed.pools.findings.duplicates("apple") == []
    with pytest.raises(UsageError, match="no category 'tennch'; did you mean 'tench'"):
        hashed.pools.findings.duplicates("tennch")


def test_counts_say_how_many_images_have_no_hash(hashed: Index) -> None:
    assert next(hashed.pools.findings.count_duplicates()) == DuplicateCount(
        category_id=1, category="tench", images=6, unhashed=1, groups=1, others=2
    )


def test_images_of_one_category_are_hashed(hashed: Index, tmp_path: Path) -> None:
    root = shutil.copytree(hashed.root, tmp_path / "own")
    for path in DRAWN:
        if path.startswith(IMAGENET):
            (root / path).write_bytes(drawn(50))
    index = Index.open(root)
    index.ingest()
    assert index.pools.findings.hash_category("tench") == []
    (group, *others) = index.pools.findings.duplicates("tench")
    assert others == []
    assert {one.by for one in group.others} == {"content"}
    assert next(index.pools.findings.count_duplicates()).unhashed == 0


def test_a_photograph_of_two_datasets_is_one_image(builder: TreeBuilder) -> None:
    builder.lvis(
        categories=[category(1, APPLE)],
        images=[image(20)],
        annotations=[annotation(1, 20, 1), annotation(2, 20, 1)],
    )
    groups = [vg_objects(100, vg_object(7, APPLE), vg_object(8, APPLE))]
    builder.visual_genome(*groups, images=[vg_image(100, coco_id=20)])
    index = builder.index()
    index.ingest()
    (group,) = index.pools.findings.duplicates(1)
    assert [one.region_id for one in group.kept] == [1, 2]
    assert [(one.exemplar.region_id, one.by) for one in group.others] == [(7, "id"), (8, "id")]
