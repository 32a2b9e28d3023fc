"""YOLO data sets: boxes, polygons, backgrounds, and what is refused."""

import json
from pathlib import Path

import pytest
from PIL import Image

from ovmr_index.errors import RecordError
from ovmr_index.formats.placement import Placement
from ovmr_index.formats.records import RegionRecord
from ovmr_index.formats.yolo import YoloReader
from ovmr_index.formats.yolo_files import find_data_file, label_of
from ovmr_index.images.header_sizes import header_sizes
from tests.support.split_trees import SIZE, usual_yolo, yolo
from tests.support.trees import TreeBuilder, picture

BOX = "0 0.5 0.5 0.5 0.25\n"


def _read(
    file: Path, split: str = "train", *, skips: bool = False
) -> tuple[YoloReader, list[RegionRecord]]:
    reader = YoloReader(file)
    reader.skips = skips
    reader.place(Placement(file.parent, split, header_sizes))
    assert all(one.width for one in reader.images())
    return reader, list(reader.regions())


def _names(reader: YoloReader) -> list[str]:
    return [f"{one.folder}/{one.name}" for one in reader.images()]


def _problems(reader: YoloReader) -> list[tuple[str, str]]:
    return [(one.record, one.reason) for one in reader.problems]


def test_boxes_and_polygons_in_pixels(builder: TreeBuilder) -> None:
    reader, (box, polygon) = _read(usual_yolo(builder))
    assert [(one.key, one.name) for one in reader.categories()] == [(0, "mug"), (1, "tench")]
    assert (box.category_key, box.x, box.y, box.w, box.h, box.area) == (0, 16, 18, 32, 12, None)
    assert (polygon.category_key, polygon.x, polygon.y) == (1, 16, 12)
    assert (polygon.w, polygon.h, polygon.area) == (32, 24, 384)
    record = json.loads(polygon.record or "")
    assert record["segmentation"] == [[16.0, 12.0, 48.0, 12.0, 48.0, 36.0]]
    assert reader.problems == []


def test_an_image_without_labels_is_a_background(builder: TreeBuilder) -> None:
    reader, regions = _read(usual_yolo(builder), "val")
    assert _names(reader) == ["images/val/c.jpg", "images/val/d.jpg"]
    assert [(one.x, one.y, one.w, one.h) for one in regions] == [(0, 0, *SIZE)]
    assert reader.problems == []


def test_an_image_is_measured_as_shown(builder: TreeBuilder) -> None:
    file = yolo(builder, {"train/a.jpg": BOX})
    turned = Image.Exif()
    turned[0x0112] = 6
    image = file.parent / "images" / "train" / "a.jpg"
    Image.open(image).save(image, exif=turned)
    reader, (box,) = _read(file)
    assert [(one.width, one.height) for one in reader.images()] == [SIZE[::-1]]
    assert (box.x, box.w) == (12, 24)


NAMES = "names: [mug]\n"
LAYOUTS = {
    "a folder": "train: images/train\n",
    "absolute": "train: {root}/images/train\n",
    "below path": "path: images\ntrain: train\n",
    "path that is elsewhere": "path: ../datasets/gone\ntrain: images/train\n",
    "one folder up, as Roboflow has it": "train: ../images/train\n",
    "several folders": "train: [images/train, images/train/deep]\n",
    "a list": "train: train.txt\n",
    "all images": "train: images\n",
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_split_is_found(builder: TreeBuilder, layout: str) -> None:
    images = {"train/a b.jpg": BOX, "train/deep/é.png": None}
    yaml = NAMES + LAYOUTS[layout].format(root=builder.root / "yolo")
    file = yolo(builder, images, yaml)
    lines = "\ufeff./images/train/a b.jpg\r\n\r\nimages/train/deep/é.png\r\n"
    builder.file("yolo/train.txt", lines.encode())
    reader, regions = _read(file)
    assert _names(reader) == ["images/train/a b.jpg", "images/train/deep/é.png"]
    assert len(regions) == 1


def test_two_images_of_one_stem_share_their_labels(builder: TreeBuilder) -> None:
    reader, regions = _read(yolo(builder, {"train/a.jpg": BOX, "train/a.png": BOX}))
    assert len({one.key for one in regions}) == len({one.image_key for one in regions}) == 2
    assert reader.problems == []


def test_labels_without_an_image_and_images_without_a_header_are_named(
    builder: TreeBuilder,
) -> None:
    file = yolo(builder, {"train/a.jpg": BOX})
    builder.file("yolo/labels/train/b.txt", BOX.encode())
    builder.file("yolo/labels/train/classes.txt", b"mug\n")
    builder.file("yolo/images/train/c.jpg", b"no image")
    builder.file("yolo/images/train/.hidden.jpg", picture())
    reader, regions = _read(file)
    assert _names(reader) == ["images/train/a.jpg"]
    assert len(regions) == 1
    label = str(builder.root / "yolo" / "labels" / "train" / "b.txt")
    no_image = "its boxes cannot be made pixels: not an image"
    assert _problems(reader) == [
        (label, "labels no image that is there"),
        ("images/train/c.jpg", no_image),
    ]


def test_a_split_without_any_label_is_named(builder: TreeBuilder) -> None:
    reader, regions = _read(yolo(builder, {"train/a.jpg": None}))
    assert regions == []
    (problem,) = _problems(reader)
    assert problem[0].endswith("labels/train/a.txt")
    assert problem[1] == "is not there, and no other image has labels"


def test_labels_that_are_no_file_are_named(builder: TreeBuilder) -> None:
    file = yolo(builder, {"train/a.jpg": BOX, "train/b.jpg": None, "train/c.jpg": None})
    labels = file.parent / "labels" / "train"
    (labels / "b.txt").symlink_to("nowhere")
    (labels / "c.TXT").write_text(BOX)
    reader, regions = _read(file)
    assert len(regions) == 1
    assert _problems(reader) == [
        (f"{labels}/b.txt", "is no file, or a link to one that is not there"),
        (f"{labels}/c.TXT", "labels no image that is there"),
    ]


def test_a_split_without_images_is_named(builder: TreeBuilder) -> None:
    file = yolo(builder, {}, "names: [mug]\ntrain: train.txt\n")
    builder.file("yolo/train.txt", b"\n")
    assert _problems(_read(file)[0]) == [("`train`", "has no image")]


def test_names_that_are_no_text_are_named(builder: TreeBuilder) -> None:
    file = yolo(builder, {"train/a.jpg": BOX})
    odd = file.parent / "images" / "train" / b"caf\xe9.jpg".decode(errors="surrogateescape")
    odd.write_bytes(picture(SIZE))
    reader, _ = _read(file)
    assert _names(reader) == ["images/train/a.jpg"]
    assert [(one[0][-11:], one[1]) for one in _problems(reader)] == [
        ("caf\\xe9.jpg", "its name is not UTF-8")
    ]


def test_folders_that_are_links_are_followed_once(builder: TreeBuilder) -> None:
    file = yolo(builder, {"train/a.jpg": BOX}, "names: [mug]\ntrain: images\n")
    images = file.parent / "images"
    (images / "train" / "loop").symlink_to(images)
    builder.file("yolo/more/b.jpg", picture(SIZE))
    (images / "more").symlink_to(file.parent / "more")
    reader, _ = _read(file)
    assert _names(reader) == ["images/more/b.jpg", "images/train/a.jpg"]


def test_a_link_out_of_the_data_set_is_left_out(builder: TreeBuilder) -> None:
    file = yolo(builder, {"train/a.jpg": BOX})
    (file.parent / "images" / "train" / "b.jpg").symlink_to(builder.file("b.jpg", picture()))
    reader, _ = _read(file)
    ((name, reason),) = _problems(reader)
    assert name == "images/train/b.jpg"
    assert "is a link out of its dataset" in reason


BAD_LINES = {
    "line 1: its class 7 is not in `names` of data.yaml": "7 0.5 0.5 1 1\n",
    "line 1: its class '-1' is no index": "-1 0.5 0.5 1 1\n",
    "line 1: its class 'mug' is no index": "mug 0.5 0.5 1 1\n",
    "line 2: x_center 'nan' is no number": "\n0 nan 0.5 1 1\n",
    "line 1: width 'inf' is no number": "0 0.5 0.5 inf 1\n",
    "line 1: height is 48, and no fraction of the image (0 to 1)": "0 0.5 0.5 1 48\n",
    "line 1: its width or height is negative": "0 0.5 0.5 -0.1 1\n",
    "line 1: a point is 1e9, and no fraction": "0 1e9 0 0 1 1 1\n",
    "line 1: has 3 numbers behind its class": "0 0.5 0.5 1\n",
    "line 1: has 5 numbers behind its class": "0 0.5 0.5 1 1 0.9\n",
    "line 1: has 0 numbers behind its class": "0\n",
    "line 1: is not UTF-8 (0xe9)": "0 0.5 0.5 caf\xe9 1\n",
}


@pytest.mark.parametrize("problem", BAD_LINES)
def test_a_bad_line_is_named_or_left_out(builder: TreeBuilder, problem: str) -> None:
    content = BAD_LINES[problem].encode("latin-1")
    file = yolo(builder, {"train/a.jpg": content, "train/b.jpg": "0.0 0.5 0.5 1 1\r\n"})
    label = file.parent / "labels" / "train" / "a.txt"
    with pytest.raises(RecordError) as caught:
        _read(file)
    assert str(caught.value).startswith(f"{label}: {problem}")
    reader, regions = _read(file, skips=True)
    assert len(regions) == 1
    (one,) = reader.problems
    assert one.describe().startswith(f"{label}: {problem}")


BAD_YAML = {
    "the file is empty": "",
    "is YAML with no member `names`": "train: images/train\n",
    "names no `train`, `val` or `test`": "names: [mug]\ntrain:\n",
    "`train`: 'images/gone' is not there": "names: [mug]\ntrain: images/gone\n",
    "`train`: is no path, and no list of paths": "names: [mug]\ntrain: {a: b}\n",
    "is of boxes with key points (`kpt_shape`)": "names: [a]\ntrain: x\nkpt_shape: [17, 3]\n",
    "is no YAML": "names: [mug\n",
    "`nc` is 2, and `names` has 1": "names: [mug]\nnc: 2\ntrain: images/train\n",
}


@pytest.mark.parametrize("problem", BAD_YAML)
def test_a_bad_data_file_is_named(builder: TreeBuilder, problem: str) -> None:
    file = yolo(builder, {"train/a.jpg": BOX}, BAD_YAML[problem] or "\n")
    with pytest.raises(RecordError) as caught:
        _read(file)
    assert str(caught.value).startswith(f"{file}: ")
    assert problem in str(caught.value)


def test_a_list_that_is_no_list_is_named(builder: TreeBuilder) -> None:
    file = yolo(builder, {"train/a.jpg": BOX}, "names: [mug]\ntrain: images/train/a.jpg\n")
    with pytest.raises(RecordError, match=r"a\.jpg: is no folder of images, and no \.txt list"):
        _read(file)


def test_the_data_file_of_a_folder(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"holds no data\.yaml"):
        find_data_file(tmp_path)
    (tmp_path / "coco8.yaml").touch()
    assert find_data_file(tmp_path) == tmp_path / "coco8.yaml"
    (tmp_path / "other.yml").touch()
    with pytest.raises(RecordError, match="holds 2 YAML files; give the one that is meant"):
        find_data_file(tmp_path)
    (tmp_path / "data.yaml").touch()
    assert find_data_file(tmp_path) == find_data_file(tmp_path / "data.yaml")


def test_labels_are_where_ultralytics_looks_for_them() -> None:
    assert label_of("/images/a/images/b.c.jpg") == Path("/images/a/labels/b.c.txt")
    assert label_of("/a/b.jpg") == Path("/a/b.txt")
