"""Twenty classes of one's own, from their folder to exemplars, samples, files and crops."""

import json
import shutil
from pathlib import Path

import pytest

from ovmr_index import Index, read_recipe
from ovmr_index.ingest.sources import SourceOptions
from ovmr_index.samples.options import DrawOptions
from ovmr_index.vocabularies.partition_filter import PartitionFilter
from tests.support.few_synsets import index_of_synsets
from tests.support.oracle import load
from tests.support.runs import call
from tests.support.trees import (
    APPLE,
    APPLE_WNID,
    TENCH,
    TENCH_WNID,
    TreeBuilder,
    annotation,
    category,
    image,
    picture,
)

pytestmark = pytest.mark.slow

CLASSES = [TENCH_WNID, APPLE_WNID, *(f"part {number:02}" for number in range(18))]


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> Path:
    """Return an index of the synsets that the tests name."""
    named = (TENCH, APPLE, "basket.n.01", "car.n.01")
    return index_of_synsets(tmp_path_factory, empty_index, "synsets of own classes.db", named)


@pytest.fixture
def builder(tmp_path: Path, few: Path) -> TreeBuilder:
    """Return a builder of a tree whose index holds few synsets."""
    return TreeBuilder(tmp_path / "datasets", few)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, few: Path) -> Path:
    """Return a tree of LVIS, ImageNet and a folder of 20 classes, which share two synsets."""
    builder = TreeBuilder(tmp_path_factory.mktemp("own") / "datasets", few)
    categories = [category(12, TENCH), category(7, "basket.n.01")]
    boxes = [annotation(1, 1, 12), annotation(2, 1, 7)]
    builder.lvis(categories=categories, images=[image(1)], annotations=boxes)
    builder.pictures("coco/train2017/000000000001.jpg")
    builder.imagenet({f"train/{TENCH_WNID}": ["t.JPEG"], f"train/{APPLE_WNID}": ["a.JPEG"]})
    for number, name in enumerate(CLASSES):
        for shot in range(3):
            builder.file(f"mine/{name}/{shot}.jpg", picture((64 + number, 48 + shot)))
    index = builder.index()
    index.ingest()
    index.ingest([index.sources.folder(builder.root / "mine", "mine")])
    index.close()
    return builder.root


@pytest.fixture
def index(made: Path, tmp_path: Path) -> Index:
    """Return its index, for one test."""
    return Index.open(shutil.copytree(made, tmp_path / "own"))


def test_own_pictures_come_first_then_those_of_the_published_rules(index: Index) -> None:
    index.collate(vocabulary="mine")
    own = {"mine": 3, "lvis": 0, "imagenet21k": 0, "visual_genome": 0}
    pools = index.coverage(vocabulary="mine")
    assert [(one.category_id, one.synset) for one in pools[:3]] == [
        (1, TENCH),
        (2, APPLE),
        (3, "part 00"),
    ]
    assert pools[0].by_dataset == own | {"imagenet21k": 1, "lvis": 1}
    assert pools[1].by_dataset == own | {"imagenet21k": 1}
    assert all(one.by_dataset == own for one in pools[2:])
    names = [pick.file_name for pick in index.exemplars(TENCH, vocabulary="mine")]
    assert names[:3] == [f"{TENCH_WNID}/{shot}.jpg" for shot in range(3)]
    assert names[3:] == ["train2017/000000000001.jpg", f"train/{TENCH_WNID}/t.JPEG"]


def test_lvis_is_as_it_was(index: Index, tmp_path: Path) -> None:
    before = index.exports.target("exemplars", tmp_path / "before").path.read_bytes()
    index.collate(vocabulary="mine")
    assert index.exports.target("exemplars", tmp_path / "after").path.read_bytes() == before
    with index.sql("SELECT DISTINCT category_synset FROM exemplars ORDER BY 1") as result:
        assert list(result.rows) == [("basket.n.01",), (TENCH,)]
    count = "SELECT vocabulary, count(*) FROM vocabulary_exemplars GROUP BY 1 ORDER BY 1"
    with index.sql(count) as result:
        assert list(result.rows) == [("lvis_v1_train", 3), ("mine", 63)]


def test_every_file_goes_to_a_folder_of_its_own(index: Index) -> None:
    published = index.export()
    before = {written.path: written.path.read_bytes() for _, written in published.written}
    report = index.export(vocabulary="mine")
    folder = index.root / "metadata" / "mine"
    assert {written.path.relative_to(folder).as_posix() for _, written in report.written} == {
        "exemplar_dict.json",
        "image_exemplar_dict_K-030_own.json",
        "cat_info.json",
        "imagenet_image_info.json",
    }
    assert [name for name, _ in report.failed] == ["sample"]  # K = 5 of pools of 3
    assert {path: path.read_bytes() for path in before} == before
    counts = {one["name"]: one["image_count"] for one in load(folder / "cat_info.json")}
    assert counts == dict.fromkeys(CLASSES, 3)
    pools = load(folder / "exemplar_dict.json")
    assert len(pools) == 20
    assert pools["part 17"][0] == {
        "file_name": "part 17/0.jpg",
        "category_id": 20,
        "dataset": "mine",
        "synset": "part 17",
    }
    shown = load(folder / "imagenet_image_info.json")["images"]
    assert [one["pos_category_ids"] for one in shown] == [[1], [2]]


@pytest.mark.parametrize("method", ["numpy", "stable"])
def test_samples_and_crops(index: Index, tmp_path: Path, method: str) -> None:
    options = DrawOptions(k=2, method=method, vocabulary="mine")
    drawn = index.sample(options, name="two")
    assert [len(category.exemplars) for category in drawn] == [2] * 20
    assert index.samples.show("two").provenance.vocabulary == "mine"
    written = index.exports.sample(options).path
    name = f"image_exemplar_dict_K-002_{'own' if method == 'numpy' else method}.json"
    assert written == index.root / "metadata" / "mine" / name
    assert written.read_bytes() == index.exports.sample("two", tmp_path / "two").path.read_bytes()
    report = index.exports.crops(drawn, drawn, tmp_path / "crops", vocabulary="mine")
    assert (report.written, report.problems) == (40, [])
    listed = load(tmp_path / "crops" / "annotations" / "lvis_exemplar_info.json")
    assert [one["name"] for one in listed["categories"]] == CLASSES
    assert len(listed["images"]) == 40


def test_base_and_novel_of_own_classes(index: Index) -> None:
    added = index.partitions.add("held out", [1, "part 03"], vocabulary="mine")
    assert (added.base, added.novel) == (18, 2)
    part = PartitionFilter("held out", "novel", only=False)
    path = index.exports.target("exemplars", vocabulary="mine", partition_filter=part).path
    assert path.name == "exemplar_dict_held out_without_novel.json"
    assert [synset for synset, pool in load(path).items() if not pool] == [TENCH, "part 03"]
    assert index.partitions.check(path, "held out", vocabulary="mine").leaks == []
    drawn = index.sample(DrawOptions(k=3, vocabulary="mine", partition_filter=part))
    assert [len(one.exemplars) for one in drawn[:2]] == [0, 3]


def test_a_coco_file_is_a_vocabulary_too(builder: TreeBuilder) -> None:
    categories = [{"id": 3, "name": "tench"}, {"id": 1, "name": "part of it"}]
    boxes = [
        {"id": 1, "image_id": 1, "category_id": 3, "bbox": [0, 0, 40, 40]},
        {"id": 2, "image_id": 1, "category_id": 1, "bbox": [0, 0, 33, 32]},
        {"id": 3, "image_id": 1, "category_id": 1, "bbox": [0, 0, 32, 32]},
        {"id": 4, "image_id": 1, "category_id": 1, "bbox": [0, 0, 60, 48], "iscrowd": 1},
    ]
    pictures = [{"id": 1, "file_name": "a.jpg", "width": 64, "height": 48}]
    content = {"images": pictures, "annotations": boxes, "categories": categories}
    file = builder.json("things.json", content)
    builder.lvis(categories=[category(1)], annotations=[annotation(1)])
    index = builder.index()
    index.ingest()
    options = SourceOptions(by_name=True)
    place = index.sources.coco(file, "things", builder.root / "pictures", options=options)
    index.ingest([place])
    index.collate(vocabulary="things")
    nameless, tench = index.coverage(vocabulary="things")
    assert (nameless.synset, tench.synset) == ("part of it", TENCH)
    assert [pick.region_id for pick in index.exemplars("part of it", vocabulary="things")] == [2]
    assert tench.by_dataset["things"] == tench.by_dataset["lvis"] == 1
    assert [len(one.exemplars) for one in index.sample(DrawOptions(k=1, vocabulary="things"))] == [
        1,
        1,
    ]
    part = PartitionFilter("new", "novel", only=False)
    index.partitions.add("new", ["part of it"], vocabulary="things")
    written = index.exports.target("annotations", vocabulary="things", partition_filter=part).path
    assert written == index.root / "metadata" / "things" / "annotations_new_without_novel.json"
    assert load(written) == content | {"annotations": boxes[:1]}
    counts = load(index.exports.target("cat-info", vocabulary="things").path)
    assert [one["instance_count"] for one in counts] == [1, 3]
    # For LVIS it adds nothing by itself, but a step may take from it.
    rules = builder.json("rules.json", {"steps": [{"take": "boxes", "dataset": "things"}]})
    index.collate(read_recipe(rules))
    assert [pick.dataset for pick in index.exemplars(TENCH)] == ["things"]


def test_by_commands_alone(builder: TreeBuilder) -> None:
    for name in ("apple", "tench"):
        builder.file(f"mine/{name}/1.jpg", picture())
    root = builder.root
    builder.index()
    assert call("ingest", "folder", root / "mine", "--name", "mine", root=root).code == 0
    (held,) = call("vocabulary", "list", "--json", root=root).data
    assert (held["name"], held["source"], held["categories"]) == ("mine", "mine", 2)
    collated = call("collate", "--vocabulary", "mine", "--json", root=root).data
    assert (collated["entries"], collated["categories"]) == (2, 2)
    covered = call("coverage", "--vocabulary", "mine", "--json", root=root).data
    assert [one["mine"] for one in covered] == [1, 1]
    for command in (
        "sample -K 1 --vocabulary mine --name one",
        "export exemplars --vocabulary mine",
        "export sample -K 1 --vocabulary mine",
        "export cat-info --vocabulary mine",
        "export crops --name one",
    ):
        done = call(*command.split(), root=root)
        assert done.code == 0, done.err
    assert (root / "crops_mine" / "train" / "1" / "0_mine_1.jpg").exists()
    done = call("export", "exemplars", root=root)
    assert "holds no LVIS train annotations" in done.error
    done = call("coverage", "--vocabulary", "yours", root=root)
    assert (done.code, "there is no vocabulary 'yours'" in done.error) == (2, True)


@pytest.mark.slow
def test_a_name_is_that_of_one_vocabulary(index: Index) -> None:
    file = index.root / "classes.txt"
    file.write_text("apple\n")
    assert call("vocabulary", "add", file, "--name", "mine", root=index.root).code == 2
    assert call("vocabulary", "add", file, "--name", "other", root=index.root).code == 0
    done = call("ingest", "folder", index.root / "mine", "--name", "other", root=index.root)
    assert "there is a vocabulary other already; give another name" in done.error
    assert done.code == 2
    assert json.loads(call("vocabulary", "rm", "other", "--json", root=index.root).out)


@pytest.mark.parametrize(
    ("folders", "mapping"),
    [
        (["automobile", "car"], None),
        (["apple", "apples", APPLE_WNID], None),
        (["a", "b"], {"a": TENCH, "b": TENCH_WNID}),
    ],
)
def test_an_image_belongs_to_the_category_of_its_folder(
    builder: TreeBuilder, folders: list[str], mapping: dict[str, str] | None
) -> None:
    for count, name in enumerate(folders, 1):
        for shot in range(count):
            builder.file(f"mine/{name}/{shot}.jpg", picture())
    builder.imagenet({f"train/{APPLE_WNID}": ["x.JPEG"], f"train/{TENCH_WNID}": ["y.JPEG"]})
    index = builder.index()
    index.ingest()
    synsets = None if mapping is None else builder.json("synsets.json", mapping)
    options = SourceOptions(synsets, by_name=mapping is None)
    index.ingest([index.sources.folder(builder.root / "mine", "mine", options)])
    index.collate(vocabulary="mine")
    pools = index.coverage(vocabulary="mine")
    assert [one.by_dataset["mine"] for one in pools] == [*range(1, len(folders) + 1)]
    assert len({one.synset for one in pools}) == 1
    assert {one.by_dataset["imagenet21k"] for one in pools} == {int(folders[0] != "automobile")}
    written = load(index.exports.target("exemplars", vocabulary="mine").path)
    own = {
        name: [one["file_name"] for one in pool if one["dataset"] == "mine"]
        for name, pool in written.items()
    }
    assert own == {
        name: [f"{name}/{shot}.jpg" for shot in range(count)]
        for count, name in enumerate(folders, 1)
    }
    counted = load(index.exports.target("cat-info", vocabulary="mine").path)
    assert [one["image_count"] for one in counted] == [*range(1, len(folders) + 1)]
