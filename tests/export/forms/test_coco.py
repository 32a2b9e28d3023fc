"""Plain COCO files: every record of the source, with what every client reads."""

import json
from pathlib import Path
from typing import Any

import pytest

from ovmr_index import BoxOptions, Index, PartitionFilter, WrittenCoco
from ovmr_index.errors import EmptyOutputError, MissingSourceError, ProtectedPathError, UsageError
from ovmr_index.ingest.sources import SourceOptions
from tests.support.coco_files import ingest_coco
from tests.support.trees import (
    APPLE,
    BASKET,
    STOP_SIGN,
    TENCH,
    TreeBuilder,
    annotation,
    category,
    image,
    picture,
    vg_object,
    vg_objects,
)

CATEGORIES = [category(7, TENCH), category(3, APPLE, frequency="r"), category(5, BASKET)]
IMAGES = [
    image(9, license=4, neg_category_ids=[3, 5], not_exhaustive_category_ids=[7]),
    image(2),
    image(4),
]
RUNS = {"size": [48, 64], "counts": [5, 3067]}
ANNOTATIONS = [
    annotation(11, 2, 3, note="ripe"),
    annotation(12, 9, 7, segmentation=RUNS),
    annotation(10, 2, 7, dataset="mine"),
]
# A file of other habits: ids that are text, images and boxes that lack members, crowds.
OTHER: dict[str, Any] = {
    "type": "instances",
    "info": None,
    "images": [
        {"id": "one", "file_name": "a.jpg", "extra": {"x": [1]}},
        {"id": 4, "file_name": "sub/b.jpg", "width": 30, "height": 20},
        {"id": 5, "file_name": "c.jpg"},
        {"id": 6, "file_name": "d.jpg", "width": 1},
    ],
    "annotations": [
        {"id": "x", "image_id": "one", "category_id": 1, "bbox": [1, 2, 3, 4], "iscrowd": "1"},
        {"id": 2, "image_id": 4, "category_id": 1, "bbox": [1.5, 2, 3, 4], "area": None},
        {"id": 3, "image_id": 5, "category_id": 1, "bbox": [1, 2, 3, 4]},
        {"id": 4, "image_id": 4, "category_id": 1, "bbox": [9, 9, -3, 4], "area": 5},
        {
            "id": 5,
            "image_id": 4,
            "category_id": 1,
            "bbox": ["1", 2, 3, 4],
            "area": "12.5",
            "segmentation": [[[1, 2], [3, 4], [5, 6]]],
        },
        {"id": 6, "image_id": 6, "category_id": 1, "bbox": [0, 0, 0, 4], "segmentation": None},
    ],
    "categories": [{"id": 1, "name": "thing", "supercategory": "things"}],
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> TreeBuilder:
    """Return a tree of both splits of LVIS, of Visual Genome and of another file, ingested."""
    builder = TreeBuilder(tmp_path_factory.mktemp("coco") / "datasets", empty_index)
    builder.lvis(categories=CATEGORIES, images=IMAGES, annotations=ANNOTATIONS)
    val_images = [image(1), image(6, "val2017")]
    builder.lvis(
        "val", categories=CATEGORIES, images=val_images, annotations=[annotation(20, 6, 3)]
    )
    builder.visual_genome(
        vg_objects(50, vg_object(1, STOP_SIGN), vg_object(2, APPLE, TENCH, w=3.5)),
        vg_objects(51, vg_object(3, BASKET, names=["crate"])),
    )
    builder.file("other/a.jpg", picture((50, 40)))
    builder.file("other/d.jpg", picture((60, 70)))
    file = builder.json("other.json", OTHER)
    index = builder.index()
    index.ingest()
    index.ingest([index.sources.coco(file, "other", builder.root / "other")])
    return builder


@pytest.fixture
def index(built: TreeBuilder) -> Index:
    """Return the index of the tree."""
    return built.index()


def content(written: WrittenCoco) -> dict[str, Any]:
    """Return what is in a file that was written."""
    found: dict[str, Any] = json.loads(written.path.read_bytes())
    return found


@pytest.mark.slow
def test_lvis_is_kept_whole(index: Index, built: TreeBuilder) -> None:
    written = index.exports.coco()
    assert written.path == built.root / "exports/coco/lvis_v1_train.json"
    assert written.image_root == built.root / "coco"
    assert (written.images, written.annotations, written.categories) == (3, 3, 3)
    assert (written.problems, written.notes) == ((), ())
    assert content(written) == {
        "info": {"version": "v1"},
        "licenses": [],
        "images": [one | {"file_name": f"train2017/{one['id']:012}.jpg"} for one in IMAGES],
        "annotations": [one | {"iscrowd": 0} for one in ANNOTATIONS],
        "categories": CATEGORIES,
    }


def test_the_same_bytes_again(index: Index, tmp_path: Path) -> None:
    first, second = (index.exports.coco(None, tmp_path / name).path for name in "ab")
    assert first.read_bytes() == second.read_bytes()


def test_numbers_from_one(index: Index, tmp_path: Path) -> None:
    found = content(index.exports.coco(BoxOptions(renumber=True), tmp_path / "file"))
    assert [one["id"] for one in found["images"]] == [1, 2, 3]
    assert [one["id"] for one in found["categories"]] == [1, 2, 3]
    assert [(one["id"], one["image_id"], one["category_id"]) for one in found["annotations"]] == [
        (1, 2, 2),
        (2, 1, 1),
        (3, 2, 1),
    ]
    assert found["images"][0]["neg_category_ids"] == [2, 3]
    assert found["images"][0]["not_exhaustive_category_ids"] == [1]


def test_a_part_of_the_categories(index: Index, built: TreeBuilder) -> None:
    rare = PartitionFilter("rare", "novel", only=True)
    written = index.exports.coco(BoxOptions(partition_filter=rare))
    assert written.path.name == "lvis_v1_train_rare_only_novel.json"
    found = content(written)
    assert [one["id"] for one in found["annotations"]] == [11]
    assert found["categories"] == CATEGORIES[1:2]
    assert found["images"][0]["neg_category_ids"] == [3]
    assert found["images"][0]["not_exhaustive_category_ids"] == []


def test_some_images(index: Index, tmp_path: Path) -> None:
    found = content(index.exports.coco(BoxOptions(images=[9, 4]), tmp_path / "file"))
    assert [one["id"] for one in found["images"]] == [9, 4]
    assert [one["id"] for one in found["annotations"]] == [12]
    val = BoxOptions(source="lvis_v1_val", images="minival")
    written = index.exports.coco(val)
    assert written.path.name == "lvis_v1_val_minival.json"
    assert [one["file_name"] for one in content(written)["images"]] == ["val2017/000000000006.jpg"]


def test_categories_of_coco(index: Index) -> None:
    written = index.exports.coco(BoxOptions(category_map="coco80"))
    assert written.path.name == "lvis_v1_train_coco80.json"
    assert written.notes == ("the map leaves out 2 categories of 3 of lvis_v1_train",)
    found = content(written)
    assert len(found["categories"]) == 80
    (one,) = found["annotations"]
    assert one == ANNOTATIONS[0] | {"iscrowd": 0, "category_id": 53}
    assert found["images"][0]["neg_category_ids"] == [53]


def test_categories_that_share_one_are_not_said_to_be_absent(index: Index, tmp_path: Path) -> None:
    file = tmp_path / "map.csv"
    file.write_text("from,to\ntench,thing\nbasket,thing\napple,fruit\n")
    found = content(index.exports.coco(BoxOptions(category_map=file), tmp_path / "file"))
    assert found["images"][0]["neg_category_ids"] == [2]
    assert found["images"][0]["not_exhaustive_category_ids"] == []
    assert [one["category_id"] for one in found["annotations"]] == [2, 1, 1]


def test_objects_of_visual_genome(index: Index, built: TreeBuilder) -> None:
    options = BoxOptions(source="visual_genome", vocabulary="lvis_v1_train")
    written = index.exports.coco(options)
    assert written.path.name == "visual_genome_lvis_v1_train.json"
    found = content(written)
    assert found["info"] == {"description": "visual_genome"}
    assert found["licenses"] == []
    assert [(one["id"], one["file_name"]) for one in found["images"]] == [
        (50, "VG_100K/50.jpg"),
        (51, "VG_100K/51.jpg"),
    ]
    assert written.image_root == built.root / "VisualGenome"
    first, second = found["annotations"]
    assert first == {
        "id": 2,
        "image_id": 50,
        "category_id": 3,
        "bbox": [2, 3, 3.5, 36],
        "area": 126.0,
        "segmentation": [],
        "iscrowd": 0,
        "names": ["thing"],
        "merged_object_ids": [],
    }
    assert (second["id"], second["category_id"], second["names"]) == (3, 5, ["crate"])


def test_a_synset_that_the_index_knows_is_written(builder: TreeBuilder) -> None:
    categories = [{"id": 1, "name": "dog"}, {"id": 2, "name": "thing"}]
    index = ingest_coco(builder, categories, SourceOptions(synsets={"dog": "dog.n.01"}))
    found = content(index.exports.coco(BoxOptions(source="mine")))
    assert found["categories"] == [categories[0] | {"synset": "dog.n.01"}, categories[1]]


def test_a_file_of_other_habits(index: Index) -> None:
    written = index.exports.coco(BoxOptions(source="other"))
    found = content(written)
    assert found["type"] == "instances"
    assert (found["info"], found["licenses"]) == ({"description": "other"}, [])
    assert found["categories"] == OTHER["categories"]
    first, second, last = found["images"]
    assert first | {"id": 0} == {
        "id": 0,
        "file_name": "a.jpg",
        "extra": {"x": [1]},
        "width": 50,
        "height": 40,
    }
    assert isinstance(first["id"], int)
    assert second == OTHER["images"][1]
    assert (last["width"], last["height"]) == (60, 70)
    crowd, no_area, odd, flat = found["annotations"]
    assert isinstance(crowd["id"], int)
    assert (crowd["image_id"], crowd["iscrowd"], crowd["area"]) == (first["id"], 1, 12)
    assert (no_area["iscrowd"], no_area["area"], no_area["segmentation"]) == (0, 12, [])
    assert (odd["bbox"], odd["area"]) == ([1, 2, 3, 4], 12.5)
    assert odd["segmentation"] == [[1, 2, 3, 4, 5, 6]]
    assert (flat["area"], flat["segmentation"]) == (0, [])
    assert written.problems == ("c.jpg: No such file or directory; left out with its annotations",)
    assert written.notes == ("1 box of negative width or height left out",)


def test_an_output_is_no_input(index: Index, built: TreeBuilder, tmp_path: Path) -> None:
    names = tmp_path / "map.json"
    names.write_text('{"apple": "fruit"}')
    images = tmp_path / "images.txt"
    images.write_text("9\n")
    link = tmp_path / "link.json"
    link.symlink_to(names)
    for options, path, message in (
        (BoxOptions(category_map=names), names, "is the file of the map"),
        (BoxOptions(category_map=str(names)), link, "is the file of the map"),
        (BoxOptions(images=images), images, "is the file of the images"),
        (BoxOptions(), built.root / "lvis/lvis_v1_train.json", "was read from"),
        *[(BoxOptions(), one, "is the index") for one in [index.location] if isinstance(one, Path)],
        (BoxOptions(), built.root / "coco/train2017/x.json", "among the images"),
        (BoxOptions(), built.root / "lvis/lvis_v1_train_norare.json", "export norare"),
    ):
        with pytest.raises(ProtectedPathError, match=message):
            index.exports.coco(options, path)
    with pytest.raises(UsageError, match=r"plain JSON, which its name does not say"):
        index.exports.coco(None, tmp_path / "file.json.gz")
    assert names.read_text() == '{"apple": "fruit"}'


def test_a_file_with_annotations_is_not_emptied(index: Index, tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    index.exports.coco(None, path)
    before = path.read_bytes()
    without = BoxOptions(images=[4])
    with pytest.raises(EmptyOutputError, match="holds records, and there are none"):
        index.exports.coco(without, path)
    assert path.read_bytes() == before
    written = index.exports.coco(without, path, allow_empty=True)
    assert content(written)["annotations"] == []
    assert written.notes == ("the file has no annotation: no box is of a category in it",)


def test_what_is_not_there(index: Index, builder: TreeBuilder) -> None:
    with pytest.raises(UsageError, match="there is no source 'othr'; did you mean 'other'"):
        index.exports.coco(BoxOptions(source="othr"))
    with pytest.raises(MissingSourceError, match="no LVIS train annotations"):
        builder.index().exports.coco()
    assert not (builder.root / "exports").exists()
