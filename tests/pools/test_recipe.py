"""Recipe files: what they may say, and what pools they make."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from ovmr_index import Index
from ovmr_index.errors import OvmrIndexError
from ovmr_index.pools.recipe import Recipe, Step, published_steps, read_recipe
from tests.support.coco_files import ingest_coco
from tests.support.few_synsets import index_of_few_synsets
from tests.support.oracle import published_substitutes
from tests.support.runs import call
from tests.support.trees import (
    APPLE,
    APPLE_WNID,
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

pytestmark = pytest.mark.slow

PUBLISHED = Path(__file__).parents[2] / "ovmr_index" / "data" / "published_rules.json"

Pool = list[tuple[str, Any]]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """Return an index that all tests share; each makes its pools first."""
    few = index_of_few_synsets(tmp_path_factory)
    return _make(TreeBuilder(tmp_path_factory.mktemp("rules") / "datasets", few))


def _make(builder: TreeBuilder) -> Index:
    """Return an index of small datasets with two categories, tench and apple."""
    categories = [category(1), category(2, APPLE, frequency="r")]
    annotations = [
        annotation(10, 1, 1),
        annotation(11, 1, 1, area=1024),
        annotation(12, 1, 1, area=9),
        annotation(13, 1, 2),
    ]
    builder.lvis(categories=categories, images=[image(1)], annotations=annotations)
    of_val = [annotation(20, 2, 2), annotation(21, 2, 1)]
    builder.lvis("val", categories=categories, images=[image(2)], annotations=of_val)
    builder.imagenet(
        {
            f"train/{TENCH_WNID}": ["b.JPEG", "a.JPEG"],
            f"val/{TENCH_WNID}": ["v.JPEG"],
            f"train/{APPLE_WNID}": ["c.JPEG"],
        }
    )
    builder.visual_genome(
        vg_objects(8, vg_object(30, TENCH), vg_object(31, TENCH, w=20, h=20)),
        vg_objects(9, vg_object(32, APPLE), vg_object(33, BASKET)),
    )
    index = builder.index()
    index.ingest()
    return index


def _pools(index: Index) -> tuple[Pool, Pool]:
    """Return (dataset, region id or name of the file) of the pools of tench and apple."""

    def pool(category: int) -> Pool:
        return [
            (pick.dataset, pick.region_id or pick.file_name.rpartition("/")[2])
            for pick in index.exemplars(category)
        ]

    return pool(1), pool(2)


def _collate(index: Index, **rules: Any) -> tuple[Pool, Pool]:
    file = index.root / "rules.json"
    file.write_text(json.dumps(rules))
    index.collate(read_recipe(file))
    return _pools(index)


LVIS_TRAIN = {"take": "boxes", "dataset": "lvis"}
IMAGENET = {"take": "pictures", "dataset": "imagenet21k"}
GENOME = {"take": "boxes", "dataset": "visual_genome"}
TENCH_BOXES = [("lvis", 10), ("lvis", 11), ("lvis", 12)]
TENCH_FILES = [("imagenet21k", "a.JPEG"), ("imagenet21k", "b.JPEG")]


def test_what_ships_is_what_runs(index: Index) -> None:
    index.collate()
    before = index.exports.target("exemplars").path.read_bytes()
    index.collate(read_recipe(PUBLISHED))
    assert index.exports.target("exemplars").path.read_bytes() == before
    assert index.pools.recipe() == Recipe(steps=published_steps())
    index.collate()
    assert index.pools.recipe() == Recipe()


@pytest.mark.parametrize(
    ("steps", "tench"),
    [
        ([LVIS_TRAIN | {"splits": ["train"]}], TENCH_BOXES),
        ([LVIS_TRAIN], [*TENCH_BOXES, ("lvis", 21)]),
        ([LVIS_TRAIN | {"splits": ["val"]}], [("lvis", 21)]),
        ([LVIS_TRAIN | {"splits": ["train"], "area_over": 1024}], TENCH_BOXES[:1]),
        ([LVIS_TRAIN | {"splits": ["train"], "min_area": 1024}], TENCH_BOXES[:2]),
        ([IMAGENET], [*TENCH_FILES, ("imagenet21k", "v.JPEG")]),
        ([IMAGENET | {"splits": ["val"]}], [("imagenet21k", "v.JPEG")]),
        ([GENOME], [("visual_genome", 30), ("visual_genome", 31)]),
        ([GENOME | {"min_area": 401}], [("visual_genome", 30)]),
        ([GENOME | {"never": [TENCH]}], []),
        ([IMAGENET | {"splits": ["train"]}, GENOME | {"below": 2}], TENCH_FILES),
        ([GENOME | {"min_area": 401}, IMAGENET | {"splits": ["train"], "below": 2}], None),
    ],
)
def test_steps_say_what_is_taken(
    index: Index, steps: list[dict[str, Any]], tench: Pool | None
) -> None:
    if tench is None:
        tench = [("visual_genome", 30), *TENCH_FILES]
    assert _collate(index, steps=steps)[0] == tench


def test_substitutes_count_in_their_steps_alone(index: Index) -> None:
    substitutes = {APPLE: [BASKET, TENCH]}
    steps = [GENOME, GENOME | {"of": "substitutes", "min_area": 401}]
    own, theirs = [("visual_genome", 32)], [("visual_genome", 33), ("visual_genome", 30)]
    assert _collate(index, steps=steps, substitutes=substitutes)[1] == [*own, *theirs]
    assert _collate(index, steps=steps[:1], substitutes=substitutes)[1] == own
    assert _collate(index, substitutes=substitutes)[1][-1] == ("visual_genome", 30)


def test_an_exemplar_is_in_a_pool_once(index: Index) -> None:
    large = GENOME | {"min_area": 1000}
    once = _collate(index, steps=[GENOME])
    twice = _collate(index, steps=[large, GENOME, LVIS_TRAIN, LVIS_TRAIN, GENOME])
    lvis = _collate(index, steps=[LVIS_TRAIN])
    for pool, boxes, of_lvis in zip(twice, once, lvis, strict=True):
        assert len(pool) == len({*pool})
        assert {*pool} == {*boxes, *of_lvis}


def test_few_and_steps_hold_until_collate_runs_again(builder: TreeBuilder) -> None:
    index = _make(builder)
    file = index.root / "rules.json"
    file.write_text(json.dumps({"steps": [GENOME], "few": 2}))
    assert [one.category_id for one in index.collate(read_recipe(file))] == [2]
    builder.visual_genome(vg_objects(8, vg_object(30, TENCH)))
    index.ingest()
    assert [one.total for one in index.coverage()] == [1, 0]
    (lvis, _) = index.status().vocabularies
    assert lvis.rules is not None
    assert (lvis.rules["few"], *lvis.rules["steps"]) == (2, GENOME)
    index.collate()
    assert index.coverage()[0].by_dataset == {"lvis": 1, "imagenet21k": 2, "visual_genome": 1}


def test_val_may_be_left_out(index: Index) -> None:
    with_val = _collate(index, steps=[LVIS_TRAIN])
    without = _collate(index, steps=[LVIS_TRAIN], exclude_val=True)
    assert [pool[-1] for pool in with_val] == [("lvis", 21), ("lvis", 20)]
    assert [pool[-1] for pool in without] == [("lvis", 12), ("lvis", 13)]


# A recipe is read alike whatever the engine; SQLite's tests ask of each.
@pytest.mark.exhaustive(beyond=1, on="postgresql")
@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "is not JSON"),
        ("{", "is not JSON"),
        ("[]", "expected `object`, got `array`"),
        ('{"stages": []}', "object contains unknown field `stages`"),
        ('{"few": 1, "few": 2}', "`few` stands twice; remove one of them"),
        ('{"steps": [{"take": "boxes", "dataset": "a", "dataset": "b"}]}', "`dataset` stands"),
        ('{"steps": []}', "steps: expected `array` of length >= 1"),
        ('{"few": -1}', "few: expected `int` >= 0"),
        ('{"steps": [{"take": "boxes"}]}', r"steps\[0\]: object missing required field `dataset`"),
        ('{"steps": [{"take": "x", "dataset": "lvis"}]}', r"steps\[0\].take: invalid enum value"),
        (
            '{"steps": [{"take": "boxes", "dataset": "lvis", "min_area": "8"}]}',
            r"steps\[0\].min_area: expected `int \| float \| null`, got `str`",
        ),
        (
            '{"steps": [{"take": "boxes", "dataset": "lvis"}, {"take": "pictures",'
            ' "dataset": "imagenet21k", "min_area": 8}]}',
            r"steps\[1\]: whole images have no area",
        ),
        (
            '{"steps": [{"take": "boxes", "dataset": "lvis", "of": "substitutes",'
            ' "never": ["a.n.01"]}]}',
            r"steps\[0\]: `never` names synsets of categories",
        ),
        (
            '{"steps": [{"take": "boxes", "dataset": "mine"}]}',
            r"steps\[0\]: the index holds no dataset 'mine', but imagenet21k, lvis, visual_genome",
        ),
    ],
)
def test_rules_that_are_wrong_change_nothing(index: Index, content: str, problem: str) -> None:
    before = _pools(index)
    file = index.root / "rules.json"
    file.write_text(content)
    with pytest.raises(OvmrIndexError, match=problem) as caught:
        index.collate(read_recipe(file))
    assert str(caught.value).startswith(f"{file}: ")
    assert "\n" not in str(caught.value)
    assert _pools(index) == before


def test_a_file_that_is_missing(index: Index) -> None:
    with pytest.raises(OvmrIndexError, match="No such file"):
        read_recipe(index.root / "none")


def test_published_rules_name_no_substitutes_of_their_own() -> None:
    assert read_recipe(PUBLISHED).substitutes is None
    assert len(published_substitutes()) == 43


IN_VAIN = [
    (LVIS_TRAIN | {"splits": ["Train"]}, "splits: there is no split 'Train' in lvis; did you mean"),
    (LVIS_TRAIN | {"splits": ["train", "tset"]}, "splits: there is no split 'tset' in lvis; give"),
    (IMAGENET | {"splits": ["train "]}, "splits: there is no split 'train ' in imagenet21k; did"),
    (GENOME | {"splits": ["train"]}, "splits: visual_genome has no splits; leave `splits` out"),
    (LVIS_TRAIN | {"splits": []}, "`splits` is empty, which takes nothing; leave it out to take"),
    (LVIS_TRAIN | {"below": 0}, "`below` is 0, which takes nothing; give 1 or more, or leave"),
    (LVIS_TRAIN | {"dataset": "LVIS"}, "the index holds no dataset 'LVIS', but imagenet21k, lvis"),
    (LVIS_TRAIN | {"take": "pictures"}, 'lvis has boxes and no labels of whole images; give "tak'),
    (IMAGENET | {"take": "boxes"}, 'imagenet21k has whole images and no boxes; give "take"'),
    (GENOME | {"never": ["tench"]}, "never: 'tench' is no synset; give names of synsets, as in"),
    (GENOME | {"never": [TENCH, f" {TENCH}"]}, "never: ' tench.n.01' is no synset; give names"),
    (GENOME | {"never": ["?", ""]}, ".never[1]: expected `str` of length >= 1; fix the file"),
    (GENOME | {"Never": [TENCH]}, "object contains unknown field `Never`; give 'never'"),
    (GENOME | {"take": "images"}, ".take: invalid enum value 'images'; give 'boxes' or 'pictur"),
    (GENOME | {"of": "Category"}, ".of: invalid enum value 'Category'; give 'category' or 'subs"),
]


# What the index is asked for them is the same query; SQLite's tests ask of each.
@pytest.mark.exhaustive(beyond=2, on="postgresql")
@pytest.mark.parametrize(("step", "problem"), IN_VAIN)
def test_a_step_that_can_give_nothing_is_refused(
    index: Index, step: dict[str, Any], problem: str
) -> None:
    before = _pools(index)
    with pytest.raises(OvmrIndexError) as caught:
        _collate(index, steps=[GENOME, step])
    said = str(caught.value).removeprefix(f"{index.root / 'rules.json'}: steps[1]")
    assert said.removeprefix(": ").startswith(problem)
    assert _pools(index) == before


def test_steps_of_the_other_kind_are_named_where_python_made_them(index: Index) -> None:
    index.collate(Recipe(steps=(Step(take="pictures", dataset="lvis"),)))
    (said,) = index.pools.step_notes()
    assert said.startswith(
        "steps[0] (images of lvis) gave nothing: lvis has boxes and no labels of"
    )


def test_steps_made_in_python_are_checked_too(index: Index) -> None:
    step = Step(take="boxes", dataset="lvis", splits=())
    with pytest.raises(OvmrIndexError, match=r"^steps\[0\]: `splits` is empty"):
        index.collate(Recipe(steps=(step,)))


NO_SYNSET = "never: not in WordNet 3.0, and of no category: "
NAMED = [
    ([GENOME | {"never": ["doggo.n.01", TENCH]}], f"steps[0] (boxes of visual_genome): {NO_SYNSET}"
     "doggo.n.01; give synsets"),
    ([GENOME | {"never": ["n99999999"]}], f"steps[0] (boxes of visual_genome): {NO_SYNSET}n99999"),
    ([IMAGENET | {"splits": ["imagenet21k_small_classes"]}], "steps[0] (images of imagenet21k) gave"
     " nothing: the index holds no split 'imagenet21k_small_classes' of imagenet21k, but 'train',"
     " 'val'; fix"),
    ([LVIS_TRAIN | {"min_area": 10**15}], "steps[0] (boxes of lvis) gave nothing: no candidate is"),
    ([GENOME, LVIS_TRAIN, GENOME], "steps[2] (boxes of visual_genome) gave nothing: an earlier"),
]  # fmt: skip


@pytest.mark.exhaustive(beyond=1, on="postgresql")
@pytest.mark.parametrize(("steps", "note"), NAMED)
def test_a_step_that_gave_nothing_is_named(
    index: Index, steps: list[dict[str, Any]], note: str
) -> None:
    _collate(index, steps=steps)
    (said,) = index.pools.step_notes()
    assert said.startswith(note)


def test_the_commands_name_a_step_that_gave_nothing(index: Index) -> None:
    _collate(index, steps=[LVIS_TRAIN | {"min_area": 10**15}])
    (said,) = index.pools.step_notes()
    said = said.replace("`index.pools.left_out()`", "`ovmr-index coverage --why`")
    file = index.root / "rules.json"
    assert said in call("collate", "--rules", file, root=index.root).err.splitlines()
    assert said in call("coverage", root=index.root).err.splitlines()
    index.collate()
    assert index.pools.step_notes() == []


def test_substitutes_that_change_nothing_are_named(index: Index) -> None:
    step = GENOME | {"of": "substitutes"}
    _collate(index, steps=[GENOME, step], substitutes={})
    (said,) = index.pools.step_notes()
    assert said.endswith("the recipe has no substitutes; give `substitutes`, or remove the step")
    _collate(index, steps=[GENOME, step], substitutes={BASKET: [TENCH]})
    *_, said = index.pools.step_notes()
    assert said.startswith(f"substitutes: of no category of the vocabulary: {BASKET}; give")


def test_a_dataset_that_is_not_ingested_yet_is_named(builder: TreeBuilder) -> None:
    builder.lvis(categories=[category(1)], images=[image(1)], annotations=[annotation(10, 1, 1)])
    index = builder.index()
    index.ingest()
    _collate_one(index, steps=[LVIS_TRAIN | {"splits": ["val"]}, IMAGENET, GENOME])
    assert index.pools.step_notes() == [
        "steps[0] (boxes of lvis) gave nothing: the index holds no split 'val' of lvis, but"
        " 'train'; fix `splits` or ingest it",
        "steps[1] (images of imagenet21k) gave nothing: the index holds no imagenet21k; ingest it,"
        " or remove the step",
        "steps[2] (boxes of visual_genome) gave nothing: the index holds no visual_genome; ingest"
        " it, or remove the step",
    ]


def _collate_one(index: Index, **rules: Any) -> None:
    file = index.root / "rules.json"
    file.write_text(json.dumps(rules))
    index.collate(read_recipe(file))


def test_never_may_name_wnids(index: Index) -> None:
    assert _collate(index, steps=[GENOME | {"never": [TENCH_WNID]}])[0] == []
    assert index.pools.step_notes() == []


def test_never_leaves_categories_without_a_synset(builder: TreeBuilder) -> None:
    categories = [
        {"id": 1, "name": "thing"},
        {"id": 2, "name": "tench", "synset": TENCH},
        {"id": 3, "name": "stuff"},
    ]
    index = ingest_coco(builder, categories)
    file = builder.json("rules.json", {
        "steps": [{"take": "boxes", "dataset": "mine", "never": [TENCH, "stuff"]}]
    })  # fmt: skip
    index.collate(read_recipe(file), vocabulary="mine")
    assert [one.total for one in index.coverage(vocabulary="mine")] == [1, 0, 0]
    assert index.pools.step_notes(vocabulary="mine") == []


@pytest.mark.parametrize("coding", ["utf-8-sig", "utf-16", "utf-16-le-bom", "gzip"])
def test_a_recipe_in_another_coding_is_read(index: Index, coding: str) -> None:
    text = '{\r\n"few": 3,\r\n"steps": [{"take": "boxes", "dataset": "lvis"}]\r\n}\r\n'
    content = {
        "gzip": gzip.compress(text.encode()),
        "utf-16-le-bom": b"\xff\xfe" + text.encode("utf-16-le"),
    }
    file = index.root / "rules.json"
    file.write_bytes(content.get(coding) or text.encode(coding))
    assert read_recipe(file).few == 3


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b'{"few": 3, "x": "\xe9"}', "is no UTF-8 text"),
        (b"PK\x03\x04\xff\xfe\xfa", "is a zip archive"),
        (b"few: 3", "is not JSON"),
        (b"{'few': 3}", "is not JSON"),
        (b'{"few": NaN}', "is not JSON"),
        (b'{"few": true}', "few: expected `int`, got `bool`"),
        (b'{"few": 1e400}', "few: "),
        (b'{"Few": 3}', "object contains unknown field `Few`; give 'few'"),
        (b'{"exclude_val": "yes"}', "exclude_val: expected `bool`, got `str`"),
        (b'{"steps": ' + b"[" * 100_000, ""),
    ],
)
def test_malformed_recipes_are_refused(index: Index, content: bytes, problem: str) -> None:
    file = index.root / "rules.json"
    file.write_bytes(content)
    with pytest.raises(OvmrIndexError) as caught:
        read_recipe(file)
    assert str(caught.value).startswith(f"{file}: {problem}")
    assert len(str(caught.value)) < 1000


def test_why_says_what_no_step_takes(index: Index) -> None:
    _collate(index, steps=[IMAGENET])
    done = call("coverage", "--why", root=index.root)
    assert done.err.endswith(
        "every candidate of the recipe is an exemplar; no step of the recipe takes boxes of lvis"
        " (train), boxes of lvis (val), boxes of visual_genome\n"
    )
    _collate(index, steps=[IMAGENET | {"splits": ["train"]}, LVIS_TRAIN, GENOME])
    done = call("coverage", "--why", root=index.root)
    assert done.err.endswith("candidates that are no exemplars: 1 of other splits\n")
    _collate(index, steps=[IMAGENET, LVIS_TRAIN, GENOME | {"below": 2, "never": [APPLE]}])
    done = call("coverage", "--why", root=index.root)
    assert done.err.endswith(
        "candidates that are no exemplars: 1 of categories that the recipe excludes, 2 of"
        " categories that have enough without them\n"
    )
    _collate(index, steps=[IMAGENET, LVIS_TRAIN, GENOME])
    done = call("coverage", "--why", root=index.root)
    assert done.err.endswith("every candidate is an exemplar\n")
