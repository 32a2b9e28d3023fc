"""A dry run says what an ingest would do, and does nothing; exemplars that vanish are counted."""

import shutil

import pytest

from ovmr_index import DrawOptions, Index
from ovmr_index.errors import SchemaError
from ovmr_index.ingest.report import Counts
from tests.support.contents import contents, everything
from tests.support.trees import TENCH, TENCH_WNID, TreeBuilder, annotation, vg_object, vg_objects

pytestmark = pytest.mark.slow

IMAGENET = "imagenet/imagenet21k_P"


def _counts(index: Index, *, dry_run: bool) -> dict[str, Counts]:
    return {one.name: one.counts for one in index.ingest(dry_run=dry_run).sources}


def test_a_dry_run_tells_and_does_nothing(builder: TreeBuilder) -> None:
    builder.lvis(annotations=[annotation(1), annotation(2)])
    builder.imagenet({f"train/{TENCH_WNID}": ["a.JPEG", "b.JPEG"]})
    builder.visual_genome(vg_objects(1, vg_object(5, TENCH)))
    index = builder.index()
    index.ingest()
    index.collate()
    builder.lvis(annotations=[annotation(2, area=2000), annotation(3)])
    shutil.rmtree(builder.root / IMAGENET / "train")
    (builder.root / "VisualGenome" / "objects.json").unlink()
    before = everything(index)
    rows = contents(index)
    counts = _counts(index, dry_run=True)
    assert everything(index) == before
    assert _counts(index, dry_run=True) == counts
    assert contents(index) == rows
    assert counts == {
        "lvis_v1_train": Counts(added=1, changed=1, vanished=1),
        "imagenet21k": Counts(vanished=2),
    }
    assert _counts(index, dry_run=False) == counts


@pytest.mark.slow
def test_a_first_dry_run_makes_no_index(builder: TreeBuilder) -> None:
    builder.lvis()
    index = Index.open(builder.root)
    (source,) = index.ingest(dry_run=True).sources
    assert source.counts.added == 1
    with pytest.raises(SchemaError, match="there is no index"):
        Index.open(builder.root, create=False)


def test_exemplars_that_go_are_told(builder: TreeBuilder) -> None:
    builder.lvis(annotations=[annotation(1), annotation(2, area=5)])
    builder.imagenet({f"train/{TENCH_WNID}": ["a.JPEG", "b.JPEG", "c.JPEG"]})
    index = builder.index()
    index.ingest()
    index.collate()
    builder.lvis(annotations=[annotation(1)])
    assert [one.notes for one in index.ingest().sources] == [[], []]  # it was too small for a pool
    index.collate()
    index.sample(DrawOptions(k=4), name="four")
    assert [one.gone for one in index.samples.list()] == [0]
    for name in ("a.JPEG", "b.JPEG"):
        (builder.root / IMAGENET / "train" / TENCH_WNID / name).unlink()
    note = "2 exemplars of the pools go with what vanishes"
    assert [one.notes for one in index.ingest(dry_run=True).sources] == [[], [note]]
    assert [one.notes for one in index.ingest().sources] == [[], [note]]
    assert [(one.picks, one.gone) for one in index.samples.list()] == [(4, 2)]
    assert {one.file_name for one in index.samples.show("four").missing} == {
        f"train/{TENCH_WNID}/a.JPEG",
        f"train/{TENCH_WNID}/b.JPEG",
    }
    assert len(index.samples.show("four").picks) == 4
    assert len(index.exemplars(1)) == 2
