"""OpenImages as it ships: what its CSVs say, and what is refused."""

import json
from pathlib import Path

import pytest

from ovmr_index.errors import RecordError
from ovmr_index.formats.openimages import OpenImagesReader
from ovmr_index.formats.openimages_files import ImageFolders, annotation_files, read_descriptions
from ovmr_index.formats.openimages_hierarchy import read_broader
from ovmr_index.formats.placement import Placement
from ovmr_index.formats.records import RegionRecord
from ovmr_index.images.header_sizes import header_sizes
from tests.support.split_trees import (
    CHAIR,
    COLUMNS,
    HIERARCHY,
    IMAGE,
    LABELS,
    MIDS,
    OTHER,
    ROSE,
    SIZE,
    TORTOISE,
    box_row,
    boxes_csv,
    class_csv,
    labels_csv,
    openimages,
    usual_openimages,
)
from tests.support.trees import Json, TreeBuilder, picture


def _read(
    folder: Path, split: str = "train", *, skips: bool = False
) -> tuple[OpenImagesReader, list[RegionRecord]]:
    reader = OpenImagesReader(folder / f"{split}-annotations-bbox.csv")
    reader.skips = skips
    reader.place(Placement(folder, split, header_sizes))
    assert all(one.width for one in reader.images())
    return reader, list(reader.regions())


def _refused(folder: Path) -> str:
    with pytest.raises(RecordError) as caught:
        _read(folder)
    return str(caught.value)


def _one_image(builder: TreeBuilder, *rows: str) -> Path:
    builder.pictures(f"oi/images/{IMAGE}.jpg", size=SIZE)
    return openimages(builder, *rows)


def test_fractions_become_pixels_and_groups_crowds(builder: TreeBuilder) -> None:
    reader, regions = _read(usual_openimages(builder))
    boxes = [(one.category_key, one.x, one.y, one.w, one.h, one.is_crowd) for one in regions]
    box = (16.0, 24.0, 32.0, 24.0)
    assert boxes == [(1, *box, False), (2, *box, True), (3, *box, False)]
    images = list(reader.images())
    assert [(one.folder, one.name, one.width, one.height) for one in images] == [
        ("train_0", f"{IMAGE}.jpg", *SIZE),
        ("train_f", f"{OTHER}.jpg", *SIZE),
    ]
    assert json.loads(images[0].record)["ImageID"] == IMAGE


def test_every_other_column_is_a_field(builder: TreeBuilder) -> None:
    _, regions = _read(usual_openimages(builder))
    first, second = (json.loads(one.fields or "{}") for one in regions[:2])
    named = [name for name in COLUMNS if name not in ("ImageID", "LabelName")]
    assert [*first] == [name for name in named if name[1:] not in ("Min", "Max")]
    assert first["Source"] == "xclick"
    assert (first["IsTruncated"], first["IsGroupOf"], first["XClick1X"]) == (1, 0, 0.3)
    assert second["iscrowd"] == second["IsGroupOf"] == 1
    assert not any(name.startswith("XClick") for name in second)  # -1: nobody clicked there
    record = json.loads(regions[1].record or "")
    assert record | second == record
    assert record["bbox"] == [16.0, 24.0, 32.0, 24.0]


def test_columns_with_the_names_of_coco_are_renamed(builder: TreeBuilder) -> None:
    folder = _one_image(builder)
    rows = [",".join((*COLUMNS, "id", "bbox", "iscrowd")), f"{box_row(group=1)},7,8,0"]
    builder.file("oi/train-annotations-bbox.csv", "\n".join(rows).encode())
    _, (region,) = _read(folder)
    record, fields = json.loads(region.record or ""), json.loads(region.fields or "")
    assert (record["id"], record["bbox"]) == (region.key, [16.0, 24.0, 32.0, 24.0])
    assert (fields["openimages_id"], fields["openimages_bbox"]) == (7, 8)
    assert (fields["iscrowd"], fields["openimages_iscrowd"]) == (1, 0)


@pytest.mark.parametrize(("flag", "is_crowd"), [("True", True), ("1.0", True), ("-1", False)])
def test_a_group_as_other_programs_write_it(
    builder: TreeBuilder, flag: str, is_crowd: bool
) -> None:
    row = box_row().replace("0,1,0,0,0", f"0,1,{flag},0,0")
    _, (region,) = _read(_one_image(builder, row))
    assert region.is_crowd is is_crowd


def test_blank_lines_are_passed_over(builder: TreeBuilder) -> None:
    assert len(_read(_one_image(builder, "", box_row(), "  ", "\t"))[1]) == 1


def test_classes_are_numbered_in_their_order_and_keep_their_mid(builder: TreeBuilder) -> None:
    found = list(_read(usual_openimages(builder))[0].categories())
    assert [(one.key, one.name, one.own_synset) for one in found] == [
        (key, name, mid) for key, (mid, name) in enumerate(MIDS.items(), 1)
    ]
    assert json.loads(found[0].record) == {"id": 1, "name": "Tortoise", "freebase_id": TORTOISE}
    assert [one.broader for one in found] == [(ROSE,), ("/m/0bl9f",), ("/m/0bl9f",)]


@pytest.mark.parametrize(
    "content",
    [
        class_csv(),
        class_csv(header=True),
        b"id,name\n" + class_csv(),
        b"\xef\xbb\xbf" + class_csv(),
    ],
)
def test_descriptions_with_or_without_a_header(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "classes.csv").write_bytes(content.replace(b"\n", b"\r\n"))
    assert read_descriptions(tmp_path / "classes.csv") == MIDS


def test_the_newest_descriptions_of_boxable_classes_are_taken(tmp_path: Path) -> None:
    boxes = tmp_path / "annotations" / "train-annotations-bbox.csv"
    boxes.parent.mkdir()
    assert annotation_files(boxes)[1] == boxes.parent / "class-descriptions-boxable.csv"
    for name in ("class-descriptions-boxable", "oidv7-class-descriptions"):
        (tmp_path / f"{name}.csv").write_bytes(class_csv())
    assert annotation_files(boxes)[1].name == "class-descriptions-boxable.csv"
    (tmp_path / "oidv7-class-descriptions-boxable.csv").write_bytes(class_csv())
    assert annotation_files(boxes)[1].name == "oidv7-class-descriptions-boxable.csv"


@pytest.mark.parametrize(
    "folder", ["images", "images/validation", "validation", "val", "validation_0", "images/val_0"]
)
def test_folders_that_images_are_put_into(tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir(parents=True)
    (tmp_path / folder / f"{IMAGE}.jpg").touch()
    assert ImageFolders(tmp_path, "validation").path_of(IMAGE) == f"{folder}/{IMAGE}.jpg"
    (tmp_path / "images").mkdir(exist_ok=True)
    (tmp_path / "validation_f").mkdir()
    assert ImageFolders(tmp_path, "validation").path_of(IMAGE) == f"{folder}/{IMAGE}.jpg"


def test_images_that_are_not_there_are_named_and_their_boxes_left_out(builder: TreeBuilder) -> None:
    folder = _one_image(builder, box_row(), box_row(OTHER), box_row("0" * 16))
    builder.file(f"oi/images/{'0' * 16}.jpg", b"no image")
    reader, regions = _read(folder)
    assert len(regions) == 1
    reasons = [(one.record, one.reason.rpartition(": ")[2]) for one in reader.problems]
    assert reasons == [
        (f"images/{OTHER}.jpg", "No such file or directory"),
        (f"images/{'0' * 16}.jpg", "not an image"),
    ]


def test_no_folder_of_images_is_an_error(builder: TreeBuilder) -> None:
    folder = openimages(builder, box_row())
    assert _refused(folder) == (
        f"{folder}: has no folder `images`, `train` or the like; unpack the images there"
    )


def test_labels_of_no_confidence_are_negative(builder: TreeBuilder) -> None:
    reader, _ = _read(usual_openimages(builder))
    images = list(reader.images())
    assert [one.negative for one in images] == [(3,), (2,)]
    assert json.loads(images[0].record)["neg_category_ids"] == [3]
    builder.file(f"oi/{LABELS}", labels_csv((IMAGE, ROSE, "0.0"), (IMAGE, ROSE, 0)))
    assert [one.negative for one in reader.images()] == [(2,), ()]


@pytest.mark.parametrize(
    ("line", "problem"),
    [("a,b", "line 2: has 2 cells, and not 4"), ("a,b,c,d", "line 2: Confidence 'd' is no number")],
)
def test_a_bad_label_is_named_or_left_out(builder: TreeBuilder, line: str, problem: str) -> None:
    folder = _one_image(builder, box_row())
    file = builder.file(f"oi/oidv6-{LABELS}", labels_csv() + f"{line}\n".encode())
    assert _refused(folder) == f"{file}: {problem}; fix or remove the line"
    reader, regions = _read(folder, skips=True)
    assert (len(regions), [one.reason for one in reader.problems]) == (1, [problem[8:]])


def test_labels_of_another_split_are_not_read(builder: TreeBuilder) -> None:
    folder = _one_image(builder, box_row())
    builder.file(f"oi/{LABELS.replace('train', 'test')}", labels_csv((IMAGE, ROSE, 0)))
    assert next(_read(folder)[0].images()).negative == ()


def test_a_turned_image_is_measured_as_stored(builder: TreeBuilder) -> None:
    folder = _one_image(builder, box_row())
    file = builder.file(f"oi/images/{IMAGE}.jpg", picture(SIZE))
    from PIL import Image

    turned = Image.Exif()
    turned[0x0112] = 6
    Image.open(file).save(file, exif=turned)
    _, (region,) = _read(folder)
    assert (region.x, region.w) == (16.0, 32.0)


def test_equal_rows_of_an_image_are_two_boxes(builder: TreeBuilder) -> None:
    folder = _one_image(builder, box_row(), box_row(), box_row(label=ROSE))
    _, regions = _read(folder)
    assert len({one.key for one in regions}) == 3
    _, again = _read(_one_image(builder, box_row(label=ROSE), box_row()))
    assert {one.key for one in again} < {one.key for one in regions}


def test_a_file_without_boxes_has_none(builder: TreeBuilder) -> None:
    reader, regions = _read(_one_image(builder))
    assert regions == []
    assert reader.done == reader.total


BAD_ROWS = {
    "line 2: has 3 cells, and not 21": f"{IMAGE},xclick,{TORTOISE}",
    "line 2: ImageID '../a' names no image": box_row("../a"),
    "line 2: its class '/m/none' is not in class-descriptions-boxable.csv": box_row(
        label="/m/none"
    ),
    "line 2: XMin 'nan' is no number": box_row(sides=("nan", 1, 0, 1)),
    "line 2: XMax '' is no number": box_row(sides=(0, "", 0, 1)),
    "line 2: YMax '1_0' is no number": box_row(sides=(0, 1, 0, "1_0")),
    "line 2: YMax is 200, and no fraction of the image (0 to 1)": box_row(sides=(0, 1, 0, 200)),
    "line 2: its box ends before it begins": box_row(sides=(0.5, 0.25, 0, 1)),
}


@pytest.mark.parametrize("problem", BAD_ROWS)
def test_a_bad_row_is_named_or_left_out(builder: TreeBuilder, problem: str) -> None:
    folder = _one_image(builder, BAD_ROWS[problem], box_row())
    file = folder / "train-annotations-bbox.csv"
    assert _refused(folder) == f"{file}: {problem}; fix or remove the line"
    reader, regions = _read(folder, skips=True)
    assert len(regions) == 1
    assert [one.describe() for one in reader.problems] == [f"{file}: {problem}"]


def test_a_box_may_leave_its_image_a_little(builder: TreeBuilder) -> None:
    _, (region,) = _read(_one_image(builder, box_row(sides=(-0.125, 1.25, 0, 1))))
    assert (region.x, region.w) == (-8.0, 88.0)


BAD_FILES = {
    "the file is empty": b"\n\n",
    "has no column `XMin`": b"ImageID,LabelName\n",
    "is UTF-16 text": "ImageID".encode("utf-16"),
    "not UTF-8": boxes_csv() + b"caf\xe9,1\n",
    "has the column `XMin` twice": boxes_csv().replace(b"Confidence", b"XMin"),
    "has the column `Source` twice": boxes_csv().replace(b"Confidence", b"Source"),
    "is no CSV": boxes_csv() + b'"a"b,c\n',
}


@pytest.mark.parametrize("problem", BAD_FILES)
def test_a_file_that_is_no_table_is_named(builder: TreeBuilder, problem: str) -> None:
    folder = _one_image(builder)
    file = builder.file("oi/train-annotations-bbox.csv", BAD_FILES[problem])
    refused = _refused(folder)
    assert refused.startswith(f"{file}: ")
    assert problem in refused


BAD_CLASSES = {
    "line 1: '/m/011k07' is no pair of LabelName and DisplayName": "/m/011k07\n",
    "line 2: /m/a stands twice": "/m/a,A\n/m/a,B\n",
    "describes no class": "LabelName,DisplayName\n",
}


@pytest.mark.parametrize("problem", BAD_CLASSES)
def test_bad_descriptions_are_named(tmp_path: Path, problem: str) -> None:
    file = tmp_path / "class-descriptions.csv"
    file.write_text(BAD_CLASSES[problem])
    with pytest.raises(RecordError) as caught:
        read_descriptions(file)
    assert str(caught.value).startswith(f"{file}: {problem}; ")


BAD_HIERARCHIES: dict[str, Json] = {
    "has no member `LabelName`": {"Subcategory": []},
    "has no member `Subcategory`": {"LabelName": "/m/0bl9f"},
    "missing required field `LabelName`": {"LabelName": "/m/0", "Subcategory": [{}]},
    f"below themselves: {CHAIR}, {ROSE}, {CHAIR}": {
        "LabelName": ROSE,
        "Subcategory": [{"LabelName": CHAIR, "Subcategory": [{"LabelName": ROSE}]}],
    },
}


@pytest.mark.parametrize("problem", BAD_HIERARCHIES)
def test_a_bad_hierarchy_is_named(tmp_path: Path, problem: str) -> None:
    file = tmp_path / "hierarchy.json"
    file.write_text(json.dumps(BAD_HIERARCHIES[problem]))
    with pytest.raises(RecordError) as caught:
        read_broader(file)
    assert str(caught.value).startswith(f"{file}: ")
    assert problem in str(caught.value)


def test_a_class_may_be_below_several(tmp_path: Path) -> None:
    file = tmp_path / "hierarchy.json"
    content: Json = {
        **HIERARCHY,
        "Subcategory": [*HIERARCHY["Subcategory"], {"LabelName": TORTOISE}],
    }
    file.write_text(json.dumps(content))
    assert read_broader(file)[TORTOISE] == ("/m/0bl9f", ROSE)
