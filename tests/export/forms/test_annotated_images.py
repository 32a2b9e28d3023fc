"""Images with their boxes, from which forms of detection datasets are made."""

import json
from pathlib import Path
from typing import Any

import pytest

from ovmr_index import Index, PartitionFilter
from ovmr_index.errors import MissingSourceError, OvmrIndexError, UsageError
from ovmr_index.export.forms.annotated_images import AnnotatedImage, annotated_images
from ovmr_index.export.forms.box_options import BoxOptions, lvis_boxes
from ovmr_index.export.forms.box_selection import BoxSelection, select_boxes
from tests.support.copied_tree import copied_builder
from tests.support.trees import (
    APPLE,
    BASKET,
    STOP_SIGN,
    TENCH,
    TreeBuilder,
    annotation,
    category,
    image,
    vg_object,
    vg_objects,
)

pytestmark = pytest.mark.slow

CATEGORIES = [category(7, TENCH), category(3, APPLE, frequency="r"), category(5, BASKET)]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> TreeBuilder:
    """Return a tree of both splits of LVIS and of Visual Genome, with its index: to be copied."""
    builder = TreeBuilder(tmp_path_factory.mktemp("made") / "datasets", empty_index)
    builder.lvis(
        categories=CATEGORIES,
        images=[image(9), image(2), image(4)],
        annotations=[
            annotation(11, 2, 3),
            annotation(12, 9, 7, segmentation={"size": [48, 64], "counts": [5, 3067]}),
            annotation(10, 2, 7),
        ],
    )
    builder.lvis(
        "val",
        categories=CATEGORIES,
        images=[image(1), image(6, "val2017")],
        annotations=[annotation(20, 6, 3)],
    )
    builder.visual_genome(
        vg_objects(50, vg_object(1, STOP_SIGN), vg_object(2, APPLE, TENCH)),
        vg_objects(51, vg_object(3, BASKET)),
    )
    with builder.index() as index:
        index.ingest()
    return builder


@pytest.fixture
def index(made: TreeBuilder, tmp_path: Path) -> Index:
    """Return an index of both splits of LVIS and of Visual Genome."""
    return copied_builder(made, tmp_path).index()


def read(index: Index, options: BoxOptions) -> tuple[BoxSelection, list[AnnotatedImage]]:
    """Return a selection and its images."""
    with index._session.read() as connection:
        selection = select_boxes(index._session, connection, options)
        return selection, list(annotated_images(connection, selection))


def shown(index: Index, options: BoxOptions) -> list[tuple[int, list[tuple[int, int]]]]:
    """Return the id of each image, with id and category id of its boxes."""
    selection, images = read(index, options)
    ids = [one.id for one in selection.categories]
    return [(one.id, [(box.id, ids[box.place]) for box in one.boxes]) for one in images]


def test_images_and_boxes_are_in_the_order_of_their_file(index: Index) -> None:
    assert shown(index, lvis_boxes("train")) == [
        (9, [(12, 7)]),
        (2, [(11, 3), (10, 7)]),
        (4, []),
    ]


def test_a_box_has_what_its_file_says(index: Index) -> None:
    selection, (first, *_) = read(index, lvis_boxes("train"))
    assert first.location == f"{index.root}/coco/./train2017/000000000009.jpg"
    assert (first.file_name, first.width, first.height) == ("train2017/000000000009.jpg", 64, 48)
    assert first.fields["coco_url"].endswith("000000000009.jpg")
    (box,) = first.boxes
    assert (box.x, box.y, box.w, box.h, box.area) == (4, 4, 40.5, 36, 1440.5)
    assert box.segmentation() == {"size": [48, 64], "counts": [5, 3067]}
    assert selection.categories[box.place].record == CATEGORIES[0]


def test_numbers_from_one(index: Index) -> None:
    options = BoxOptions(source="lvis_v1_train", renumber=True)
    assert shown(index, options) == [(1, [(1, 1)]), (2, [(2, 2), (3, 1)]), (3, [])]


def test_categories_of_a_part(index: Index) -> None:
    rare = PartitionFilter("rare", "novel", only=True)
    options = BoxOptions(partition_filter=rare)
    assert shown(index, options) == [(9, []), (2, [(11, 3)]), (4, [])]


def test_boxes_without_categories_get_those_of_a_vocabulary(index: Index) -> None:
    options = BoxOptions(source="visual_genome", vocabulary="lvis_v1_train")
    assert shown(index, options) == [(50, [(2, 3)]), (51, [(3, 5)])]
    with pytest.raises(UsageError, match="has no categories of its own; give vocabulary="):
        read(index, BoxOptions(source="visual_genome"))


def test_categories_of_another_vocabulary_by_synset(index: Index, tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_text("basket.n.01\ntench.n.01\n")
    index.vocabularies.add("mine", names)
    options = BoxOptions(vocabulary="mine")
    selection, images = read(index, options)
    assert selection.source == "lvis_v1_train"
    assert [one.synset for one in selection.categories] == [BASKET, TENCH]
    assert [[box.place for box in one.boxes] for one in images] == [[1], [1], []]


@pytest.mark.parametrize(
    "content",
    [
        "2\n4\n",
        "000000000002.jpg\n\ntrain2017/000000000004.jpg",
        "000000000004\n000000000002\n",
        "\ufeff2\r\n4\r\n",
        "[2, 4]",
        '["000000000002", 4]',
        '{"images": [{"id": 4, "file_name": "x.jpg"}, {"id": 2}]}',
        '{"images": [{"file_name": "000000000004.jpg"}, 2]}',
    ],
)
def test_images_of_a_file(index: Index, tmp_path: Path, content: str) -> None:
    file = tmp_path / "images.txt"
    file.write_text(content, newline="")
    for images in (file, str(file)):
        assert shown(index, BoxOptions(images=images)) == [(2, [(11, 3), (10, 7)]), (4, [])]


def test_images_of_a_list(index: Index) -> None:
    assert shown(index, BoxOptions(images=[4, "000000000009.jpg"])) == [(9, [(12, 7)]), (4, [])]


def test_minival_is_what_val_has_of_val2017(index: Index) -> None:
    assert shown(index, BoxOptions(source="lvis_v1_val", images="minival")) == [(6, [(20, 3)])]
    with pytest.raises(UsageError, match="lvis_v1_train has no images in val2017"):
        read(index, BoxOptions(images="minival"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("2\n77\nabsent.jpg\n", "does not have 2 images of 3: 77, absent.jpg; give its ids"),
        ("[2, 1.5]", r"images\[1\] .*expected `int \| str \| object`, got `float`"),
        ("[true]", r"images\[0\] .*got `bool`"),
        ("[{}]", r"images\[0\]: has neither id nor file_name"),
        ("[2", "is not JSON"),
        ("[" * 100_000, "is not JSON|nested too deeply"),
        ('{"annotations": []}', "has no member `images`"),
        ('{"images": [], "annotations": []}', "names no image; give ids or file names"),
        ("[]", "names no image"),
        ("\n \n", "names no image"),
        (b"\xff\xfe\x00", "is a binary file"),
        (b"\x89PNG\r\n\x1a\n\0\0", "is a PNG image"),
    ],
)
def test_wrong_lists_of_images(
    index: Index, tmp_path: Path, content: str | bytes, message: str
) -> None:
    file = tmp_path / "images.txt"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(OvmrIndexError, match=message):
        read(index, BoxOptions(images=file))


def test_what_is_not_there(index: Index, tmp_path: Path) -> None:
    for options, message in (
        (BoxOptions(images=tmp_path / "absent"), "absent: there is no such file"),
        (BoxOptions(images=[]), "names no image"),
        (BoxOptions(source="lvis_v1_tain"), "there is no source 'lvis_v1_tain'; did you mean"),
        (BoxOptions(vocabulary="absent"), "there is no vocabulary 'absent'"),
        (
            BoxOptions(partition_filter=PartitionFilter("absent", "base", only=True)),
            "there is no partition 'absent'",
        ),
    ):
        with pytest.raises(UsageError, match=message):
            read(index, options)


def test_a_source_that_was_not_read(builder: TreeBuilder) -> None:
    builder.lvis()
    index = builder.index()
    index.ingest()
    with pytest.raises(MissingSourceError, match="no LVIS val annotations"):
        read(index, lvis_boxes("val"))


def test_every_image_and_box_of_a_file_comes(shared: Path) -> None:
    with Index.open(shared, create=False) as index:
        _, images = read(index, lvis_boxes("train"))
        file = json.loads((shared / "lvis/lvis_v1_train.json").read_bytes())
        by_image: dict[int, list[Any]] = {one["id"]: [] for one in file["images"]}
        for one in file["annotations"]:
            by_image[one["image_id"]].append(one)
        found = {one.id: [json.loads(box.record or "") for box in one.boxes] for one in images}
        assert found == by_image
        assert [*found] == [*by_image]
