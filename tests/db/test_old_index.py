"""An index of each older schema, as it was stored then: upgraded, and then used."""

import lzma
from pathlib import Path

import pytest

from ovmr_index import Index
from ovmr_index.db import schema
from ovmr_index.errors import SchemaError
from ovmr_index.samples.options import DrawOptions
from tests.support.trees import (
    APPLE,
    BASKET,
    TENCH,
    TENCH_WNID,
    TreeBuilder,
    annotation,
    category,
    image,
    vg_object,
    vg_objects,
)

STORED = sorted((Path(__file__).parent / "data").glob("index_*.db.xz"))
DRAW = DrawOptions(k=2, on_shortage="take-all")


@pytest.fixture
def old_tree(tmp_path: Path) -> TreeBuilder:
    """Return the tree that the stored indexes were made of."""
    builder = TreeBuilder(tmp_path / "tree")
    builder.lvis(
        images=[image(1), image(2)],
        categories=[category(1), category(2, APPLE, frequency="r"), category(3, BASKET)],
        annotations=[
            annotation(5, 1, 1),
            annotation(6, 2, 2, fields_of_its_own=[1.0]),
            annotation(7, 2, 1),
        ],
    )
    builder.imagenet({f"train/{TENCH_WNID}": ["a.JPEG", "b.JPEG"], f"val/{TENCH_WNID}": ["v.JPEG"]})
    builder.visual_genome(
        vg_objects(8, vg_object(2, APPLE), vg_object(1, TENCH, BASKET)),
        vg_objects(4),
        vg_objects(6, vg_object(9, BASKET)),
    )
    return builder


def test_every_older_revision_is_stored() -> None:
    older = [f"{number:04}" for number in range(1, int(schema.HEAD))]
    assert [file.name for file in STORED] == [f"index_{one}.db.xz" for one in older]


@pytest.mark.slow
@pytest.mark.parametrize("stored", STORED, ids=lambda file: file.name)
def test_upgraded_and_used(old_tree: TreeBuilder, tmp_path: Path, stored: Path) -> None:
    path = old_tree.root / "ovmr.db"
    path.write_bytes(lzma.decompress(stored.read_bytes()))
    with pytest.raises(SchemaError, match="run `ovmr-index db upgrade`"):
        Index.open(old_tree.root)
    assert Index.open_unchecked(old_tree.root).db.upgrade() == (stored.name[6:10], schema.HEAD)

    index = Index.open(old_tree.root)
    assert index.db.check() == []
    fresh = Index.open(old_tree.root, db=tmp_path / "fresh.db", create=True)
    fresh.ingest()
    assert index.samples.load("old") == fresh.sample(DRAW)
    assert [source.counts.unchanged for source in index.ingest().sources] == [3, 3, 3]
    assert index.status().pools == "fresh"
    for name in ("exemplars", "norare", "cat-info"):
        files = [
            one.exports.target(name, tmp_path / "file").path.read_bytes() for one in (index, fresh)
        ]
        assert files[0] == files[1]
    assert index.coverage() == fresh.coverage()
