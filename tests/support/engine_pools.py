"""Pools and samples that an engine makes of Parquet, beside those of the index in SQLite."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import text

from ovmr_index import DrawOptions, Filters, Index, Recipe
from ovmr_index.db.engine import reading
from ovmr_index.engines.api import ParquetPools
from ovmr_index.engines.exemplar_queries import view_rows
from ovmr_index.errors import OvmrIndexError
from ovmr_index.pools.recipe import Step
from ovmr_index.samples.options import WEIGHTS
from tests.support import draws
from tests.support.trees import (
    APPLE,
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

_BOXES = Step(take="boxes", dataset="lvis", splits=("train",), area_over=100)
RECIPES = {
    "published": Recipe(),
    "other thresholds": Recipe(min_area=2500.5, enough=7, few=3),
    "without val": Recipe(exclude_val=True),
    "other substitutes": Recipe(
        substitutes={TENCH: [APPLE, "nothing.n.01"], "penny.n.02": ["coin.n.01", TENCH]}
    ),
    "own steps": Recipe(
        steps=(
            Step(take="pictures", dataset="imagenet21k", splits=("val",), never=(APPLE,)),
            Step(take="boxes", dataset="visual_genome", min_area=900, below=6),
            _BOXES,
            Step(take="pictures", dataset="imagenet21k", below=12),
            Step(take="boxes", dataset="lvis", of="substitutes"),
            Step(take="boxes", dataset="lvis", below=9),
        ),
        exclude_val=True,
    ),
}
OPTIONS = st.builds(
    DrawOptions,
    k=st.integers(1, 60),
    seed=st.integers(0, 2**63 - 1),
    method=st.just("stable"),
    weight=st.sampled_from(WEIGHTS),
    on_shortage=st.sampled_from(("error", "repeat", "take-all", "take-all")),
    filters=st.builds(
        lambda restraints, plain: Filters(**restraints, **plain),
        draws.RESTRAINTS,
        st.fixed_dictionaries(
            {},
            optional={
                "datasets": st.sampled_from((("lvis",), ("lvis", "visual_genome"))),
                "splits": st.just(("train",)),
                "no_rare_boxes": st.booleans(),
                "min_area": st.sampled_from((1024.5, 3000)),
                "min_side": st.sampled_from((31.9, 50)),
                "exclude_val": st.booleans(),
            },
        ),
    ),
)


_VIEW = "SELECT * FROM vocabulary_exemplars WHERE vocabulary = :name ORDER BY category_id, position"


def outcome(ask: Callable[[], object]) -> object:
    """Return what a call gives, or the kind of its error: remedies name what was opened."""
    try:
        return ask()
    except OvmrIndexError as error:
        return type(error)


def assert_same_pools(index: Index, pools: ParquetPools, recipe: Recipe) -> None:
    """Make pools on both sides by a recipe, and compare each exemplar; or both are refused."""
    name = pools.vocabulary
    its = outcome(lambda: index.collate(recipe, vocabulary=name))
    found = outcome(lambda: pools.collate(recipe))
    if isinstance(its, type):
        assert found == its
        return
    assert found is None
    with reading(index.engine) as connection:
        expected = connection.execute(text(_VIEW), {"name": name}).mappings().all()
    rows = pools.connection.execute(view_rows(pools.vocabulary_pk)).mappings()
    assert [{"vocabulary": name, **row} for row in rows] == [{**row} for row in expected]
    assert pools.coverage() == index.coverage(vocabulary=name)
    assert pools.step_notes() == index.pools.step_notes(vocabulary=name)
    assert pools.recipe == index.pools.recipe(vocabulary=name)


def assert_same_audit(index: Index, pools: ParquetPools) -> None:
    """Compare what both find in the same pools; or both are refused."""
    name = pools.vocabulary
    its = outcome(lambda: [*index.audit(ids_only=True, vocabulary=name)])
    assert outcome(lambda: [*pools.audit()]) == its


def assert_same_sample(
    index: Index, pools: ParquetPools, options: DrawOptions, folder: Path
) -> None:
    """Write a sample on both sides, and compare the bytes; or both are short of the same."""
    mine, its = folder / "mine.json", folder / "its.json"
    given: dict[str, Any] = {"sidecar": True, "allow_empty": True}
    expected = outcome(lambda: index.exports.sample(options, mine, **given).records)
    assert outcome(lambda: pools.sample(options, its, **given).records) == expected
    if isinstance(expected, int):
        for name in ("", ".provenance.json"):
            there = its.with_name(f"{its.name}{name}").read_bytes()
            assert there == mine.with_name(f"{mine.name}{name}").read_bytes()


def mixed_index(builder: TreeBuilder) -> Index:
    """Return an index with marks, hashes, crowds, boxes outside their image, and odd names."""
    names = ("a", "B", "_b", "b-1", "b1", "Ab", "é", "e", "É", "日", "\U0001f98a")
    url = "http://images.cocodataset.org/train2017/{}.jpg"
    shown = [image(key, coco_url=url.format(name)) for key, name in enumerate(names, 1)]
    categories = [category(3, TENCH), category(4, APPLE, frequency="r")]
    boxes = [
        annotation(2**62 + i, 1 + i % 11, 3 + i % 3 // 2, bbox=[0, 0.5, 30.5 + i % 9, 40 + i])
        for i in range(40)
    ]
    boxes += [annotation(key, key, 3, bbox=[1, 1, 0, 40]) for key in range(1, 12)]
    builder.lvis(categories=categories, images=shown, annotations=boxes)
    builder.lvis("val", categories=categories, images=[image(5, "val2017")], annotations=[])
    builder.imagenet(
        {
            f"{folder}/{TENCH_WNID}": [f"{name}.JPEG" for name in names]
            for folder in ("train", "val")
        }
    )
    builder.visual_genome(
        *(vg_objects(key, vg_object(key, TENCH), vg_object(50 + key, APPLE)) for key in (7, 8, 9)),
        images=[vg_image(key, coco_id=key - 2) for key in (7, 8, 9)],
    )
    index = builder.index()
    index.ingest()
    builder.json("own.json", _coco())
    index.ingest([index.sources.coco(builder.root / "own.json", "own", builder.root / "own")])
    index.collate()
    pool = index.exemplars(3)
    index.curation.pin([pool[7], pool[3]])
    index.curation.exclude([pool[0], pool[9]])
    return index


def _coco() -> Json:
    """Return a COCO file: crowds, boxes outside their image, areas that are none."""
    shown = [
        {"id": key, "file_name": f"{key}.jpg", "width": 64, "height": 48} for key in range(1, 9)
    ]
    square = [[0, 0, 9, 0, 9, 9]]
    odd: tuple[Json, ...] = (
        {"iscrowd": 1},
        {"bbox": [70, 0, 5, 5]},
        {"bbox": [1, 1, -3, 5]},
        {"area": 0},
        {"area": 4.0, "segmentation": square},
        {"area": 4.0, "segmentation": []},
        {"area": 900, "segmentation": square},
        {},
    )
    usual = {"bbox": [1, 2, 20, 30.5], "area": 610.0, "iscrowd": 0}
    boxes = [
        {"id": 10 * key + kind, "image_id": key, "category_id": kind} | usual | one
        for key, one in enumerate(odd, 1)
        for kind in (1, 2)
    ]
    categories = [{"id": 1, "name": TENCH}, {"id": 2, "name": "no synset"}]
    return {"images": shown, "annotations": boxes, "categories": categories}
