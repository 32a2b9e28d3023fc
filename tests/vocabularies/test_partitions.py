"""Base and novel categories: kept by name, and looked for in files."""

import json
import re
import shutil
from pathlib import Path

import pytest

from ovmr_index import Index
from ovmr_index.errors import MissingSourceError, OvmrIndexError, RecordError, UsageError
from ovmr_index.samples.options import DrawOptions
from ovmr_index.vocabularies.partition_filter import PartitionFilter
from ovmr_index.vocabularies.partitions import PartitionSummary, published_partition
from tests.support.checked import problems_but_wordnet
from tests.support.coco_files import ingest_coco
from tests.support.contents import rows_of
from tests.support.few_synsets import index_of_few_synsets
from tests.support.trees import (
    APPLE,
    APPLE_WNID,
    BASKET,
    TENCH,
    Json,
    TreeBuilder,
    annotation,
    category,
    image,
)

TRAIN = "lvis_v1_train"


@pytest.fixture
def builder(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> TreeBuilder:
    """Return a builder of a tree whose index holds few synsets."""
    return TreeBuilder(tmp_path / "datasets", index_of_few_synsets(tmp_path_factory))


def _of_lvis(builder: TreeBuilder) -> Index:
    """Return an index of LVIS train and val with a rare category, 2."""
    categories = [
        category(1),
        category(2, APPLE, frequency="r"),
        category(3, BASKET, frequency="c"),
    ]
    annotations = [annotation(10 + i, 1, key) for i, key in enumerate((1, 2, 3, 3))]
    builder.lvis(categories=categories, images=[image(1)], annotations=annotations)
    builder.lvis("val", categories=categories[:2], images=[image(2)], annotations=[])
    index = builder.index()
    index.ingest()
    return index


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the root of such an index: read only."""
    few = index_of_few_synsets(tmp_path_factory)
    with _of_lvis(TreeBuilder(tmp_path_factory.mktemp("lvis") / "datasets", few)) as index:
        return index.root


@pytest.fixture
def index(made: Path, tmp_path: Path) -> Index:
    """Return such an index for one test."""
    return Index.open(shutil.copytree(made, tmp_path / "own"))


def test_rare_is_there_by_itself(index: Index) -> None:
    assert index.partitions.list() == [
        PartitionSummary(TRAIN, "rare", 2, 1, 0),
        PartitionSummary("lvis_v1_val", "rare", 1, 1, 0),
    ]


def test_categories_are_given_by_id_name_or_synset(index: Index, tmp_path: Path) -> None:
    added = index.partitions.add("mine", [1, APPLE])
    assert added == PartitionSummary(TRAIN, "mine", 1, 2, 0)
    assert added in index.partitions.list()
    file = tmp_path / "novel.txt"
    file.write_text("basket\n2\n")
    assert index.partitions.add("filed", file=file) == PartitionSummary(TRAIN, "filed", 1, 2, 0)
    assert index.partitions.add("some", ["tench"], [3]) == PartitionSummary(TRAIN, "some", 1, 1, 1)
    assert index.partitions.add("rc", frequency="rc") == PartitionSummary(TRAIN, "rc", 1, 2, 0)
    index.partitions.rm("mine")
    assert [one.name for one in index.partitions.list()] == ["filed", "rare", "rc", "some", "rare"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "called",
    [
        {"id": 2, "name": "apple", "frequency": "r"},
        {"id": 7, "name": " apple "},
        {"synset": APPLE},
        {"wnid": APPLE_WNID},
        {"id": "2"},
        {"id": 2.0, "supercategory": "fruit"},
    ],
)
def test_categories_may_be_objects(index: Index, tmp_path: Path, called: Json) -> None:
    for content in ([called], {"novel": [called], "base": ["tench", {"id": 3}]}):
        (tmp_path / "novel.json").write_text(json.dumps(content))
        added = index.partitions.add("mine", file=tmp_path / "novel.json")
        assert (added.novel, added.neither) == (1, 0)
        (mine,) = rows_of(
            index, "SELECT category_key FROM partition_categories WHERE part = 'novel'"
        )
        assert mine == (2,)
        index.partitions.rm("mine")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("called", "problem"),
    [
        ({}, r"novel\[0\]: has no name, synset, wnid or id"),
        ({"Name": "apple"}, "has a member `Name`; rename it to `name`"),
        ({"name": "pear", "id": 2}, "there is no category 'pear'"),
        ({"name": ""}, "length >= 1"),
    ],
)
def test_objects_that_call_no_category_are_refused(
    index: Index, tmp_path: Path, called: Json, problem: str
) -> None:
    (tmp_path / "novel.json").write_text(json.dumps([called]))
    with pytest.raises(OvmrIndexError, match=problem):
        index.partitions.add("mine", file=tmp_path / "novel.json")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("novel", "base", "problem"),
    [
        ([9], None, f"there is no category 9 in {TRAIN}; give '"),
        (["pear"], None, "there is no category 'pear' in "),
        ([1], [TENCH], "are base and novel at once: 1;"),
        ([], None, "no category is novel"),
    ],
)
def test_parts_that_are_wrong_are_refused(
    index: Index, novel: list[int | str], base: list[int | str] | None, problem: str
) -> None:
    with pytest.raises(UsageError, match=problem):
        index.partitions.add("mine", novel, base)
    assert len(index.partitions.list()) == 2


@pytest.mark.slow
def test_a_name_of_digits_is_not_the_id_of_another(builder: TreeBuilder, tmp_path: Path) -> None:
    categories = [{"id": 13, "name": "7"}, {"id": 7, "name": "mug"}, {"id": 1, "name": "22"}]
    index = ingest_coco(builder, categories)
    (tmp_path / "novel.txt").write_text("7\n")
    with pytest.raises(
        UsageError, match="2 categories of mine are called '7'; give the id of one as"
    ):
        index.partitions.add("held", file=tmp_path / "novel.txt", vocabulary="mine")
    (tmp_path / "novel.txt").write_text("[7]")
    index.partitions.add("held", file=tmp_path / "novel.txt", vocabulary="mine")
    written = index.exports.target("annotations", vocabulary="mine").path
    found = index.partitions.check(written, "held", vocabulary="mine")
    assert found.leaks == [(7, "mug", 1, 0)]
    index.collate(vocabulary="mine")
    assert [one.category_id for one in index.exemplars(7, vocabulary="mine")] == [7]
    assert [one.category_id for one in index.exemplars("7", vocabulary="mine")] == [7]
    assert [one.category_id for one in index.exemplars("22", vocabulary="mine")] == [1]


def test_names_that_are_wrong_are_refused(index: Index, tmp_path: Path) -> None:
    index.partitions.add("mine", [1])
    with pytest.raises(UsageError, match=f"rare always exists: what {TRAIN} calls rare; give"):
        index.partitions.add("rare", [1])
    with pytest.raises(UsageError, match=f"there is a partition 'mine' in {TRAIN} already"):
        index.partitions.add("mine", [2])
    with pytest.raises(
        UsageError, match="no partition 'yours' in lvis_v1_train; give 'mine' or 'rare'"
    ):
        index.partitions.rm("yours")
    add = "run `index.partitions.add('ov-coco', builtin='ov-coco', vocabulary='lvis_v1_train')`"
    with pytest.raises(UsageError, match=re.escape(f"'ov-coco' in {TRAIN} yet; {add}")):
        index.partitions.rm("ov-coco")
    with pytest.raises(UsageError, match="there is no vocabulary 'yours'; give 'lvis_v1_tr"):
        index.partitions.add("other", [1], vocabulary="yours")
    with pytest.raises(UsageError, match="base is given without novel; give both"):
        index.partitions.add("other", base=[1], frequency="r")
    with pytest.raises(UsageError, match="no published partition 'x'; give 'ov-coco'"):
        index.partitions.add("other", builtin="x")
    with pytest.raises(RecordError):
        index.partitions.add("other", file=tmp_path / "none")


@pytest.mark.slow
def test_ov_coco_is_as_published(builder: TreeBuilder, tmp_path: Path) -> None:
    novel, base = published_partition("ov-coco")
    assert (len(novel), len(base), len({*novel, *base})) == (17, 48, 65)
    file = tmp_path / "coco.json"
    file.write_text(json.dumps([*novel, *base, *(f"other {i}" for i in range(15))]))
    index = builder.index()
    index.vocabularies.add("coco", file)
    added = index.partitions.add("ov-coco", builtin="ov-coco", vocabulary="coco")
    assert added == PartitionSummary("coco", "ov-coco", 48, 17, 15)
    assert index.partitions.list() == [added]
    index.vocabularies.rm("coco")
    assert index.partitions.list() == []
    assert index.vocabularies.list() == []
    assert problems_but_wordnet(index) == []


@pytest.mark.slow
def test_a_category_that_has_vanished_is_in_no_part(builder: TreeBuilder) -> None:
    index = _of_lvis(builder)
    index.partitions.add("mine", [1, 2])
    annotations = [annotation(10)]
    builder.lvis(categories=[category(1), category(4, APPLE)], annotations=annotations)
    index.ingest()
    note = (
        "partition mine of lvis_v1_train: 1 base category no longer there: 3 'basket' (basket.n.01)"
    )
    assert PartitionSummary(TRAIN, "mine", 0, 2, 0, note) in index.partitions.list()


@pytest.mark.slow
def test_check_finds_what_a_trainer_would_see(index: Index, tmp_path: Path) -> None:
    whole = index.root / "lvis" / "lvis_v1_train.json"
    found = index.partitions.check(whole)
    assert (found.novel, found.entries, found.images, found.neither) == (1, 4, 0, 0)
    assert found.leaks == [(2, "apple", 1, 0)]
    norare = index.exports.target("norare").path
    assert index.partitions.check(norare).leaks == []
    assert index.partitions.check(norare).entries == 3
    index.partitions.add("mine", ["tench"], ["apple"])
    found = index.partitions.check(norare, "mine")
    assert (found.leaks, found.neither) == ([(1, "tench", 1, 0)], 2)
    pictures = tmp_path / "pictures.json"
    pictures.write_text('{"annotations": [], "images": [{"pos_category_ids": [2, 1, 2]}]}')
    assert index.partitions.check(pictures).leaks == [(2, "apple", 0, 2)]


def test_check_refuses_ids_that_mean_something_else(index: Index, tmp_path: Path) -> None:
    file = tmp_path / "file.json"
    file.write_text('{"annotations": [], "categories": [{"id": 1, "name": "person"}]}')
    with pytest.raises(OvmrIndexError, match=f"1 is 'person' in the file and 'tench' in {TRAIN}"):
        index.partitions.check(file)
    with pytest.raises(UsageError, match="there is no partition 'mine'"):
        index.partitions.check(tmp_path / "none", "mine")
    with pytest.raises(RecordError, match="No such file"):
        index.partitions.check(tmp_path / "none")


def test_lvis_is_missing(builder: TreeBuilder) -> None:
    builder.visual_genome()
    index = builder.index()
    index.ingest()
    with pytest.raises(MissingSourceError, match=r"run `index.ingest\(\)` first"):
        index.partitions.add("mine", [1])
    assert index.partitions.list() == []


@pytest.mark.slow
def test_a_partition_serves_the_other_splits_of_its_dataset(builder: TreeBuilder) -> None:
    categories = [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}]
    pictures = [{"id": 1, "file_name": "a.jpg", "width": 64, "height": 48}]
    boxes = [
        {"id": key, "image_id": 1, "category_id": key, "bbox": [0, 0, 40, 40]} for key in (1, 2)
    ]
    content = {"images": pictures, "annotations": boxes, "categories": categories}
    index = builder.index()
    for split in ("train", "val"):
        file = builder.json(f"{split}.json", content)
        index.ingest([index.sources.coco(file, "pets", builder.root / "pets", split)])
    index.partitions.add("mine", ["dog"], vocabulary="pets_train")
    part = PartitionFilter("mine", "novel", only=True)
    for split in ("train", "val"):
        written = index.exports.target(
            "annotations", vocabulary=f"pets_{split}", partition_filter=part
        )
        assert written.records == 1
        found = index.partitions.check(written.path, "mine", vocabulary=f"pets_{split}")
        assert found.leaks == [(2, "dog", 1, 0)]
    renamed = {"categories": [{"id": 2, "name": "wolf"}, {"id": 1, "name": "cat"}]}
    file = builder.json("val.json", content | renamed)
    index.ingest([index.sources.coco(file, "pets", builder.root / "pets", "val")])
    with pytest.raises(OvmrIndexError, match="category 2 is 'wolf' in pets_val and 'dog' where"):
        index.exports.target("annotations", vocabulary="pets_val", partition_filter=part)


@pytest.mark.slow
def test_a_partition_follows_its_categories(builder: TreeBuilder, tmp_path: Path) -> None:
    def listed(*names: str) -> list[dict[str, object]]:
        return [{"id": key, "name": name} for key, name in enumerate(names, 1)]

    index = ingest_coco(builder, listed("cat", "dog"))
    index.partitions.add("held", ["cat"], vocabulary="mine")
    whole, file = builder.root / "mine.json", tmp_path / "kept.json"
    part = PartitionFilter("held", "novel", only=False)

    ingest_coco(builder, listed("dog", "cat"))
    assert index.partitions.check(whole, "held", vocabulary="mine").leaks == [(2, "cat", 1, 0)]
    index.exports.target("annotations", file, vocabulary="mine", partition_filter=part)
    kept = json.loads(file.read_text())["annotations"]
    assert [one["category_id"] for one in kept] == [1]
    drawn = index.sample(
        DrawOptions(1, on_shortage="take-all", vocabulary="mine", partition_filter=part)
    )
    assert [(one.category_id, len(one.exemplars)) for one in drawn] == [(1, 1), (2, 0)]

    ingest_coco(builder, listed("horse", "dog"))
    problem = "category 1 is 'horse' in mine and 'cat' where the partition was made; run `ind"
    with pytest.raises(OvmrIndexError, match=problem):
        index.exports.target("annotations", file, vocabulary="mine", partition_filter=part)
    with pytest.raises(OvmrIndexError, match=problem):
        index.partitions.check(whole, "held", vocabulary="mine")
    (one,) = index.partitions.list()
    assert one[:5] == ("mine", "held", 1, 0, 1)
    assert one.note is not None
    assert "index.partitions.rm('held', vocabulary='mine')" in one.note


def test_a_vocabulary_that_is_numbered_again_keeps_no_partition(
    builder: TreeBuilder, tmp_path: Path
) -> None:
    """One that was added has to be removed first, with its partitions."""
    index, file = builder.index(), tmp_path / "classes.txt"
    for names in ("cat\ndog\n", "dog\ncat\n"):
        file.write_text(names)
        index.vocabularies.add("own", file)
        assert index.partitions.list() == []
        index.partitions.add("held", ["cat"], vocabulary="own")
        index.vocabularies.rm("own")
