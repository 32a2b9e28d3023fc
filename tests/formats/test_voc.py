"""Pascal VOC folders: boxes, sizes, splits, and what is refused."""

import json
import os
from pathlib import Path

import pytest

from ovmr_index.errors import RecordError
from ovmr_index.formats.records import RegionRecord
from ovmr_index.formats.voc import CLASSES, VocReader
from ovmr_index.formats.voc_files import split_lists
from tests.support.split_trees import SIZE, usual_voc, voc, voc_object, voc_xml
from tests.support.trees import TreeBuilder, picture


def _read(
    path: Path, split: str | None = "train", *, skips: bool = False
) -> tuple[VocReader, list[RegionRecord]]:
    reader = VocReader(path / "ImageSets" / "Main" / f"{split}.txt" if split else path)
    reader.skips = skips
    assert all(one.name for one in reader.images())
    return reader, list(reader.regions())


def _one(builder: TreeBuilder, content: bytes | str) -> Path:
    given = content if isinstance(content, bytes) else content.encode()
    return voc(builder, {"a": given}, train=["a"])


def test_boxes_begin_a_pixel_before_what_is_written(builder: TreeBuilder) -> None:
    _, (car, dog, other) = _read(usual_voc(builder))
    assert (car.x, car.y, car.w, car.h) == (10, 12, 40, 28)
    assert (dog.x, dog.y, dog.w, dog.h) == (0, 0, *SIZE)
    assert (other.w, other.h) == (3, 3)


def test_the_record_keeps_what_was_written(builder: TreeBuilder) -> None:
    reader, (car, *_) = _read(usual_voc(builder))
    bndbox = {"xmin": 11, "ymin": 13, "xmax": 50, "ymax": 40}
    fields = {"pose": "Left", "truncated": 1, "difficult": 0, "bndbox": bndbox}
    assert json.loads(car.fields or "") == fields
    assert not car.is_crowd
    record = json.loads(car.record or "")
    assert record == record | fields
    image = json.loads(next(reader.images()).record)
    assert image["source"] == {"database": "The VOC2007 Database"}
    assert (image["width"], image["height"], image["folder"]) == (*SIZE, "VOC2007")


def test_classes_are_those_of_voc_or_all_that_are_named(builder: TreeBuilder) -> None:
    reader, _ = _read(usual_voc(builder))
    assert [one.name for one in reader.categories()] == [*CLASSES]
    builder.file("voc/Annotations/b.xml", voc_xml("b.jpg", voc_object("mug")))
    reader, _ = _read(builder.root / "voc")
    assert [(one.key, one.name) for one in reader.categories()] == [
        (1, "car"),
        (2, "dog"),
        (3, "mug"),
    ]


def test_without_lists_all_images_are_read(builder: TreeBuilder) -> None:
    reader, regions = _read(voc(builder, {"b": voc_xml("b.jpg"), "a": voc_xml("a.jpg")}), None)
    assert [one.name for one in reader.images()] == ["a.jpg", "b.jpg"]
    assert regions == []
    assert reader.files == ()


def test_trainval_is_read_where_it_is_not_in_two_parts(builder: TreeBuilder) -> None:
    folder = voc(builder, {"a": voc_xml("a.jpg")}, trainval=["a"], test=["a"], car_train=["a 1"])
    assert [*split_lists(folder)] == ["trainval", "test"]
    voc(builder, {}, val=["a"])
    assert [*split_lists(folder)] == ["val", "test"]


def test_lines_of_a_list(builder: TreeBuilder) -> None:
    ids = ["a b", "c", "é"]
    folder = voc(builder, {one: voc_xml(f"{one}.jpg") for one in ids})
    lines = "\ufeffa b\r\n\r\nc  -1\r\né 1\r\n"
    builder.file("voc/ImageSets/Main/train.txt", lines.encode())
    reader, _ = _read(folder)
    assert [one.name for one in reader.images()] == [f"{one}.jpg" for one in ids]


def test_the_image_of_an_annotation(builder: TreeBuilder) -> None:
    files = {
        "a": voc_xml(r"C:\images\other.jpg"),
        "b": voc_xml("b.png"),
        "c": voc_xml(""),
        "d": voc_xml("d.bmp"),
    }
    folder = voc(builder, files, train=[*files])
    builder.file("voc/JPEGImages/b.png", picture(SIZE, "PNG"))
    for name in ("c.jpg", "d.jpg"):
        (folder / "JPEGImages" / name).unlink()
    builder.file("voc/JPEGImages/c.PNG", picture(SIZE, "PNG"))
    reader, _ = _read(folder)
    assert [one.name for one in reader.images()] == ["a.jpg", "b.png", "c.PNG", "d.bmp"]


def test_a_size_of_nothing_is_none(builder: TreeBuilder) -> None:
    reader, _ = _read(_one(builder, voc_xml("a.jpg", size=(0, 0))))
    assert [(one.width, one.height) for one in reader.images()] == [(None, None)]


def test_latin_1_that_is_declared_is_read(builder: TreeBuilder) -> None:
    head = b'<?xml version="1.0" encoding="ISO-8859-1"?>'
    content = head + voc_xml("a.jpg", voc_object("café")).decode().encode("latin-1")
    reader, _ = _read(_one(builder, content))
    assert [one.name for one in reader.categories()] == ["café"]


def test_members_with_the_names_of_columns_are_renamed(builder: TreeBuilder) -> None:
    more = "<id>7</id><part><name>head</name></part><part><name>tail</name></part>"
    _, (region,) = _read(_one(builder, voc_xml("a.jpg", voc_object(more=more))))
    fields = json.loads(region.fields or "")
    assert fields["voc_id"] == 7
    assert fields["part"] == [{"name": "head"}, {"name": "tail"}]
    assert json.loads(region.record or "")["id"] == region.key


BOMB = '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><annotation>&c;</annotation>'
OUTSIDE = '<!DOCTYPE a [<!ENTITY b SYSTEM "/etc/passwd">]><annotation>&b;</annotation>'
HEAD = '<?xml version="1.0" encoding="{}"?>'
BAD_FILES: dict[str, bytes | str] = {
    "its encoding is not read: unknown encoding: none; save": HEAD.format("none") + "<a/>",
    "its encoding is not read: multi-byte encodings are": HEAD.format("gb2312") + "<a/>",
    "the file is empty": "",
    "is no XML: ": "<annotation>",
    "is no XML: not well-formed": b"<annotation>caf\xe9</annotation>",
    "is XML of another kind: <html>": "<html></html>",
    "declares XML entities, which are not read; remove them": BOMB,
    "declares XML entities": OUTSIDE,
    "nested too deeply": "<a>" * 10_000,
    "object 1: has no name": voc_xml("a.jpg", voc_object("")),
    "object 1: xmax 'nan' is no number": voc_xml("a.jpg", voc_object(box=(1, 1, "nan", 2))),
    "object 1: ymin '' is no number": voc_xml("a.jpg", voc_object(box=(1, "", 2, 2))),
    "object 1: its box ends before it begins": voc_xml("a.jpg", voc_object(box=(9, 1, 2, 2))),
    "object 1: xmin '1e99' is no number": voc_xml("a.jpg", voc_object(box=("1e99", 1, 2, 2))),
}


@pytest.mark.parametrize("problem", BAD_FILES)
def test_a_bad_file_is_named_or_left_out(builder: TreeBuilder, problem: str) -> None:
    folder = _one(builder, BAD_FILES[problem])
    builder.file("voc/Annotations/b.xml", voc_xml("b.jpg", voc_object()))
    builder.file("voc/ImageSets/Main/train.txt", b"a\nb\n")
    file = folder / "Annotations" / "a.xml"
    with pytest.raises(RecordError) as caught:
        _read(folder)
    assert str(caught.value).startswith(f"{file}: ")
    assert problem in str(caught.value)
    reader, regions = _read(folder, skips=True)
    assert len(regions) == 1
    (one,) = reader.problems
    assert one.file == str(file)


def test_a_listed_image_without_annotations_is_named(builder: TreeBuilder) -> None:
    folder = voc(builder, {"a": voc_xml("a.jpg")}, train=["a", "gone", "../a"])
    with pytest.raises(RecordError) as caught:
        _read(folder)
    assert str(caught.value).startswith(f"{folder}/Annotations/gone.xml: No such file")
    reader, _ = _read(folder, skips=True)
    reasons = [one.reason for one in reader.problems]
    assert reasons == ["No such file or directory", "'../a' is no id of an image"]


def test_a_folder_without_annotations_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="holds no folder `Annotations`; give the folder that"):
        VocReader(tmp_path)


def test_names_that_are_no_text_are_named(builder: TreeBuilder) -> None:
    folder = voc(builder, {"a": voc_xml("a.jpg")})
    odd = b"caf\xe9.xml".decode(errors="surrogateescape")
    (folder / "Annotations" / odd).write_bytes(voc_xml("b.jpg"))
    reader, _ = _read(folder, None)
    assert [(one.record, one.reason) for one in reader.problems] == [
        ("caf\\xe9.xml", "its name is not UTF-8")
    ]


def test_annotations_that_are_no_file_are_named(builder: TreeBuilder) -> None:
    folder = voc(builder, {"a": voc_xml("a.jpg")})
    (folder / "Annotations" / "b.xml").symlink_to("nowhere")
    (folder / "Annotations" / "c.xml").mkdir()
    (folder / "Annotations" / "a.xml").rename(folder / "Annotations" / "a.XML")
    reader, _ = _read(folder, None)
    assert [one.name for one in reader.images()] == ["a.jpg"]
    reason = "is no file, or a link to one that is not there"
    assert [(one.record, one.reason) for one in reader.problems] == [
        ("b.xml", reason),
        ("c.xml", reason),
    ]


def test_a_pipe_is_not_waited_for(builder: TreeBuilder) -> None:
    folder = voc(builder, {"a": voc_xml("a.jpg")}, train=["a", "b"])
    os.mkfifo(folder / "Annotations" / "b.xml")
    with pytest.raises(RecordError, match=r"b\.xml: is a pipe; give a file"):
        _read(folder)


def test_a_list_that_is_a_dead_link_is_no_missing_one(builder: TreeBuilder) -> None:
    folder = voc(builder, {"a": voc_xml("a.jpg")}, train=["a"])
    (folder / "ImageSets" / "Main" / "val.txt").symlink_to("nowhere")
    assert [*split_lists(folder)] == ["train", "val"]


def test_a_data_set_may_be_called_as_a_list(builder: TreeBuilder) -> None:
    folder = voc(builder, {"a": voc_xml("a.jpg")}).rename(builder.root / "voc.txt")
    assert [one.name for one in _read(folder, None)[0].images()] == ["a.jpg"]
