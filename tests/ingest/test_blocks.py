"""Blocks of an annotation file that are known are not read again, and are as if they were."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ovmr_index import Index
from ovmr_index.errors import RecordError
from ovmr_index.formats import stream
from ovmr_index.formats.lvis import LvisReader
from ovmr_index.formats.records import RegionBlock, RegionColumns
from ovmr_index.formats.stream import KnownBlocks, open_stream
from ovmr_index.formats.visual_genome import VisualGenomeReader
from ovmr_index.ingest.report import Counts
from tests.support.contents import assert_as_fresh, everything, ingest, rows_of
from tests.support.trees import (
    APPLE,
    TENCH,
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

KEYS = range(100, 112)  # three blocks of four annotations


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make blocks so small that a few records fill several."""
    monkeypatch.setattr(LvisReader, "parts", 4)
    monkeypatch.setattr(VisualGenomeReader, "parts", 2)


@pytest.fixture
def index(builder: TreeBuilder) -> Index:
    """Return an index of three blocks on two images."""
    _write(builder, _fixed())
    index = builder.index()
    index.ingest()
    return index


def _write(builder: TreeBuilder, annotations: list[Json], **members: list[Json]) -> None:
    shared: dict[str, Any] = {
        "images": [image(1), image(2)],
        "categories": [category(1), category(2, APPLE)],
    }
    builder.lvis(annotations=annotations, **(shared | members))


def _one(key: int, **fields: Any) -> Json:
    """Return an annotation; those of the second block show the second image and category."""
    which = 2 if key in range(104, 108) else 1
    return annotation(key, which, which, **fields)


def _fixed(*keys: int) -> list[Json]:
    return [_one(key, bbox=[1, 2, 3, 4] if key in keys else [4, 4, 40.5, 36]) for key in KEYS]


def _without(*keys: int) -> list[Json]:
    return [_one(key) for key in KEYS if key not in keys]


def _known(index: Index) -> KnownBlocks:
    rows = rows_of(index, "SELECT regions, fingerprint FROM source_blocks ORDER BY position")
    return KnownBlocks(rows[0][1].partition(" ")[0], tuple(rows[1:]))


def _read(builder: TreeBuilder, known: KnownBlocks) -> tuple[list[RegionBlock], int]:
    """Return the blocks of the LVIS file, and how many of its regions are read."""
    with open_stream("lvis", builder.root / "lvis" / "lvis_v1_train.json", known) as source:
        assert list(source.images()) == []
        read = list(source.regions())
    blocks = [one for one in read if isinstance(one, RegionBlock)]
    return blocks, sum(len(one.key) for one in read if isinstance(one, RegionColumns))


@pytest.mark.exhaustive(but=["none", "middle", "ends", "one after"])
@pytest.mark.parametrize(
    ("annotations", "skipped"),
    [
        (_fixed(), [True, True, True]),
        (_fixed(105), [True, False, True]),
        (_fixed(100, 111), [False, True, False]),
        (_without(100), [False, False, False]),
        (_without(111), [True, True, False]),
        ([annotation(99), *_fixed()], [False, False, False, False]),
        ([*_fixed(), annotation(112)], [True, True, True, False]),
    ],
    ids=["none", "middle", "ends", "first less", "last less", "one before", "one after"],
)
def test_only_blocks_that_differ_are_read(
    index: Index, builder: TreeBuilder, annotations: list[Json], skipped: list[bool]
) -> None:
    known = _known(index)
    assert [regions for regions, _ in known.blocks] == [4, 4, 4]
    _write(builder, annotations)
    blocks, read = _read(builder, known)
    assert [one.skipped for one in blocks] == skipped
    assert read == sum(one.regions for one in blocks if not one.skipped)


def test_another_process_skips_as_well(
    builder: TreeBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LvisReader, "parts", 512)
    many = [annotation(key) for key in range(600)]
    _write(builder, many)
    index = builder.index()
    index.ingest()
    monkeypatch.setattr(stream, "SUBPROCESS_FROM", 0)
    _write(builder, [*many[:-1], annotation(599, area=1441)])
    blocks, read = _read(builder, _known(index))
    assert [one.skipped for one in blocks] == [True, False]
    assert read == 88


@pytest.mark.exhaustive(but=["a block less", "blocks in another order"])
@pytest.mark.parametrize(
    ("annotations", "counts"),
    [
        (_fixed(105), Counts(changed=1, unchanged=11)),
        (_without(105), Counts(unchanged=11, vanished=1)),
        (_without(111), Counts(unchanged=11, vanished=1)),
        (_without(*range(104, 108)), Counts(unchanged=8, vanished=4)),
        (_fixed()[:4], Counts(unchanged=4, vanished=8)),
        ([*_fixed(102), annotation(9)], Counts(added=1, changed=1, unchanged=11)),
        ([*_fixed()[:4], *_fixed()[8:], *_fixed()[4:8]], Counts(unchanged=12)),
        (
            [*_fixed()[:10], annotation(7), annotation(8)],
            Counts(added=2, unchanged=10, vanished=2),
        ),
        ([], Counts(vanished=12)),
    ],
    ids=[
        "fixed",
        "one less",
        "the last less",
        "a block less",
        "two blocks less",
        "one more",
        "blocks in another order",
        "others at the end",
        "none",
    ],
)
def test_changes_end_as_a_fresh_ingest(
    index: Index, builder: TreeBuilder, empty_index: Path, annotations: list[Json], counts: Counts
) -> None:
    _write(builder, annotations)
    assert ingest(index) == {"lvis_v1_train": counts}
    assert_as_fresh(builder, index, empty_index)
    _write(builder, _fixed(101))
    index.ingest()
    assert_as_fresh(builder, index, empty_index)


@pytest.mark.exhaustive(but=["double before", "double after", "no image"])
@pytest.mark.parametrize(
    ("annotations", "members", "message"),
    [
        (
            [*_fixed()[:3], annotation(110), *_fixed()[4:]],
            {},
            r"annotations? number 10 \(id 110\): another record before it has the same id",
        ),
        (
            [*_fixed()[:8], annotation(101), *_fixed()[9:]],
            {},
            r"annotations? number 8 \(id 101\): another record before it has the same id",
        ),
        (
            _fixed(105),
            {"images": [image(2)]},
            r"annotation \(id 100\): its image 1 is not in lvis_v1_train\.json",
        ),
        (
            _fixed(105),
            {"categories": [category(2, APPLE)]},
            r"annotation \(id 100\): its category 1 is not in lvis_v1_train\.json",
        ),
    ],
    ids=["double before", "double after", "no image", "no category"],
)
def test_what_is_at_odds_with_a_skipped_block_is_refused(
    index: Index,
    builder: TreeBuilder,
    annotations: list[Json],
    members: dict[str, list[Json]],
    message: str,
) -> None:
    before = everything(index)
    _write(builder, annotations, **members)
    with pytest.raises(RecordError, match=message):
        index.ingest()
    assert everything(index) == before


def test_images_may_go_with_the_blocks_that_show_them(
    builder: TreeBuilder, empty_index: Path
) -> None:
    _write(builder, [annotation(key, 1 if key < 104 else 2) for key in KEYS])
    index = builder.index()
    index.ingest()
    rest = [annotation(key, 1) for key in KEYS if key < 104]
    _write(builder, rest, images=[image(1, license=3)])
    assert ingest(index) == {"lvis_v1_train": Counts(unchanged=4, vanished=8)}
    assert_as_fresh(builder, index, empty_index)


def _more_of_the_first(groups: list[Json]) -> list[Json]:
    return [vg_objects(1, vg_object(1, TENCH), vg_object(99, TENCH)), *groups[1:]]


@pytest.mark.exhaustive(but=["in another order", "an object more"])
@pytest.mark.parametrize(
    ("change", "counts"),
    [
        (lambda groups: groups[::-1], Counts(unchanged=6)),
        (lambda groups: groups[:-1], Counts(unchanged=5, vanished=1)),
        (_more_of_the_first, Counts(added=1, unchanged=6)),
    ],
    ids=["in another order", "one image less", "an object more"],
)
def test_objects_in_blocks_of_images(
    builder: TreeBuilder,
    empty_index: Path,
    change: Callable[[list[Json]], list[Json]],
    counts: Counts,
) -> None:
    groups = [vg_objects(key, vg_object(key, TENCH, APPLE)) for key in range(1, 7)]
    images = [vg_image(key) for key in range(1, 7)]
    builder.visual_genome(*groups, images=images)
    index = builder.index()
    index.ingest()
    builder.visual_genome(*change(groups), images=images)
    found = ingest(index)["visual_genome"]
    assert (found.added, found.vanished) == (counts.added, counts.vanished)
    assert_as_fresh(builder, index, empty_index)
