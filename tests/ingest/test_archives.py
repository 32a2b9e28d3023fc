"""Tars of class folders: they are as if they were unpacked, and read again only if they change."""

import io
import lzma
import os
import shutil
import tarfile
from pathlib import Path

import pytest
from sqlalchemy import select

from ovmr_index import Index
from ovmr_index.db.engine import reading
from ovmr_index.db.models import Image
from ovmr_index.errors import RecordError
from ovmr_index.export.required_images import stream_images
from ovmr_index.ingest.report import Counts
from ovmr_index.storage import compression
from ovmr_index.storage.members import file_content
from tests.support.contents import assert_as_fresh, assert_sound, ingest, rows_of
from tests.support.tars import (
    TAR_LAYOUTS,
    images_in,
    tar_of,
    to_class_tars,
    to_tar_of_folders,
    zip_of,
)
from tests.support.trees import APPLE_WNID, BASKET_WNID, TENCH_WNID, TreeBuilder, picture

pytestmark = pytest.mark.slow

PICTURES = """
    SELECT f.path, f.split, replace(i.file_name, f.path || '/', ''), y.name, i.key FROM images i
    JOIN folders f ON f.pk = i.folder_pk JOIN synsets y ON y.pk = i.synset_pk ORDER BY 1, 3"""
FOLDERS = "SELECT path, split FROM folders ORDER BY 1"
MEMBERS = """
    SELECT i.file_name, a.path, m.offset, m.size FROM tar_members m
    JOIN images i ON i.pk = m.image_pk JOIN folders f ON f.pk = i.folder_pk
    JOIN folder_archives l ON l.folder_pk = f.pk JOIN archives a ON a.pk = l.archive_pk
    ORDER BY 1"""
TREE = "imagenet/imagenet21k_P"
SPLIT_TREE = {
    f"train/{TENCH_WNID}": ["b.JPEG", "a.JPEG", "é.JPEG", "x" * 120 + ".JPEG"],
    f"val/{TENCH_WNID}": ["v.JPEG"],
    f"imagenet21k_small_classes/{APPLE_WNID}": ["c.jpg"],
    f"train/{BASKET_WNID}": [],
}
FLAT_TREE = {TENCH_WNID: ["b.JPEG", "a.JPEG"], APPLE_WNID: ["c.JPEG"]}


@pytest.mark.exhaustive(
    but=[
        "flat-packed class tars",
        "flat-tar of packed tars",
        "splits-tar of folders",
        "flat-class tars in xz",
        "splits-class tars in bzip2",
        "flat-class zips",
        "splits-tar of zips",
        "flat-zip of folders",
    ]
)
@pytest.mark.parametrize("layout", TAR_LAYOUTS)
@pytest.mark.parametrize("flat", [False, True], ids=["splits", "flat"])
def test_tars_are_as_if_they_were_unpacked(
    builder: TreeBuilder, empty_index: Path, layout: str, flat: bool
) -> None:
    root = builder.imagenet(FLAT_TREE if flat else SPLIT_TREE, flat=flat).path
    index = builder.index()
    before = ingest(index)["imagenet21k"]
    unpacked = rows_of(index, PICTURES)
    TAR_LAYOUTS[layout](root)
    count = len(unpacked)
    folders = rows_of(index, FOLDERS)
    assert before == Counts(added=count)
    assert ingest(index)["imagenet21k"] == Counts(unchanged=count)  # the rows have stayed
    assert rows_of(index, PICTURES) == unpacked
    assert len(rows_of(index, MEMBERS)) == count
    assert_sound(index)
    fresh = Index.open(builder.root, shutil.copyfile(empty_index, builder.root / "fresh.db"))
    assert ingest(fresh)["imagenet21k"] == Counts(added=count)
    assert rows_of(fresh, PICTURES) == unpacked
    if not layout.endswith(" of folders"):  # which has no folders without files
        assert rows_of(fresh, FOLDERS) == folders
    assert rows_of(fresh, MEMBERS) == rows_of(index, MEMBERS)


@pytest.mark.parametrize("layout", ["class tars", "tar of tars", "tar of folders"])
def test_a_member_is_where_the_index_says(builder: TreeBuilder, layout: str) -> None:
    root = builder.imagenet(FLAT_TREE, flat=True).path
    content = {
        f"{wnid}/{name}": data
        for wnid in FLAT_TREE
        for name, data in images_in(root / wnid).items()
    }
    TAR_LAYOUTS[layout](root)
    index = builder.index()
    index.ingest()
    starts = dict(
        rows_of(
            index,
            "SELECT path, coalesce(l.offset, 0) FROM folders f "
            "JOIN folder_archives l ON l.folder_pk = f.pk",
        )
    )
    members = rows_of(index, MEMBERS)
    assert {name for name, *_ in members} == set(content)
    for name, path, offset, size in members:
        start = starts[name.split("/")[0]] + offset
        assert (root / path).read_bytes()[start : start + size] == content[name]


def test_a_tar_that_is_unchanged_is_not_read_again(builder: TreeBuilder) -> None:
    root = builder.imagenet(FLAT_TREE, flat=True).path
    to_class_tars(root)
    for tar in root.glob("*.tar"):
        builder.touch(tar)
    index = builder.index()
    assert ingest(index)["imagenet21k"] == Counts(added=3)
    with index.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM tar_members")
    assert ingest(index)["imagenet21k"] == Counts(unchanged=3)
    assert rows_of(index, MEMBERS) == []


def test_a_tar_of_the_same_size_and_time_is_read_again(builder: TreeBuilder) -> None:
    root = builder.imagenet(FLAT_TREE, flat=True).path
    to_class_tars(root)
    tar = root / f"{TENCH_WNID}.tar"
    builder.touch(tar)
    index = builder.index()
    assert ingest(index)["imagenet21k"] == Counts(added=3)
    status = tar.stat()
    tar.write_bytes(bytes(status.st_size))
    os.utime(tar, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert ingest(index)["imagenet21k"] == Counts(unchanged=1, vanished=2)


def test_a_tar_that_changed_is_compared_by_its_members(
    builder: TreeBuilder, empty_index: Path
) -> None:
    root = builder.imagenet({}, flat=True).path
    old = {f"{i}.JPEG": picture() for i in range(6)}
    builder.file(f"imagenet/{TENCH_WNID}.tar", tar_of(old))
    builder.file(f"imagenet/{APPLE_WNID}.tar", tar_of({"a.JPEG": picture()}))
    index = builder.index()
    index.ingest()
    with index.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE images SET width = 64, height = 48")
    new = {"new.JPEG": picture(), **old, "2.JPEG": picture((9, 9))}
    del new["5.JPEG"]
    builder.file(f"imagenet/{TENCH_WNID}.tar", tar_of(new))
    counts = Counts(added=1, changed=1, unchanged=5, vanished=1)
    assert ingest(index)["imagenet21k"] == counts
    sizes = {
        Path(name).name: width
        for name, width in rows_of(index, "SELECT file_name, width FROM images")
    }
    assert sizes == {**dict.fromkeys([*new, "a.JPEG"], 64), "2.JPEG": None, "new.JPEG": None}
    members = rows_of(index, MEMBERS)
    assert {Path(name).name for name, *_ in members} == {*new, "a.JPEG"}
    for name, path, offset, size in members:
        expected = new.get(Path(name).name, picture())
        assert (root / path).read_bytes()[offset : offset + size] == expected
    with index.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE images SET width = NULL, height = NULL")
    assert_as_fresh(builder, index, empty_index)


def test_tars_and_folders_come_and_go(builder: TreeBuilder, empty_index: Path) -> None:
    root = builder.imagenet(FLAT_TREE, flat=True).path
    index = builder.index()
    index.ingest()
    tar = builder.file(f"imagenet/{BASKET_WNID}.tar", tar_of({"b.JPEG": picture()}))
    assert ingest(index)["imagenet21k"] == Counts(added=1, unchanged=3)
    unpacked = builder.file(f"imagenet/{BASKET_WNID}/b.JPEG", picture())
    assert ingest(index)["imagenet21k"] == Counts(unchanged=4)
    assert rows_of(index, MEMBERS) == rows_of(index, "SELECT * FROM folder_archives") == []
    tar.unlink()
    assert ingest(index)["imagenet21k"] == Counts(unchanged=4)
    assert_as_fresh(builder, index, empty_index)
    shutil.rmtree(unpacked.parent)
    assert ingest(index)["imagenet21k"] == Counts(unchanged=3, vanished=1)
    shutil.rmtree(root / TENCH_WNID)
    to_tar_of_folders(root)
    assert ingest(index)["imagenet21k"] == Counts(unchanged=1, vanished=2)
    (root / "imagenet.tar").unlink()
    assert ingest(index)["imagenet21k"] == Counts(vanished=1)
    assert rows_of(index, "SELECT * FROM folder_archives") == []
    assert_sound(index)


def test_of_two_members_with_one_name_the_later_counts(builder: TreeBuilder) -> None:
    builder.imagenet({}, flat=True)
    first, second = tar_of({"a.JPEG": picture((3, 3))}), tar_of({"a.JPEG": picture()})
    blocks = -(-len(picture((3, 3))) // 512) + 1
    builder.file(f"imagenet/{TENCH_WNID}.tar", first[: blocks * 512] + second)
    builder.file("imagenet/other/n00000000.tar", b"")
    index = builder.index()
    assert ingest(index)["imagenet21k"] == Counts(added=1)
    assert [row[3] for row in rows_of(index, MEMBERS)] == [len(picture())]


def test_a_class_in_two_tars_is_an_error(builder: TreeBuilder) -> None:
    builder.imagenet({}, flat=True)
    inner = tar_of({f"{TENCH_WNID}/a.JPEG": picture()})
    builder.file("imagenet/fall11.tar", inner)
    builder.file("imagenet/winter21.tar", inner)
    index = builder.index()
    with pytest.raises(RecordError, match=r"winter21.tar: n01440764 is in fall11.tar as well; ing"):
        index.ingest()
    assert rows_of(index, "SELECT * FROM images") == []
    (builder.root / "imagenet/fall11.tar").unlink()
    assert ingest(index)["imagenet21k"] == Counts(added=1)


def test_a_cut_tar_leaves_the_old_state(builder: TreeBuilder) -> None:
    root = builder.imagenet(FLAT_TREE, flat=True).path
    to_class_tars(root)
    index = builder.index()
    index.ingest()
    before = rows_of(index, MEMBERS)
    tar = root / f"{APPLE_WNID}.tar"
    builder.file(f"imagenet/{APPLE_WNID}.tar", tar.read_bytes()[:1536])
    with pytest.raises(RecordError, match=rf"{tar}: is no tar, cut short or damaged \(no end at"):
        index.ingest()
    assert rows_of(index, MEMBERS) == before


def test_a_zip_as_it_is_downloaded(builder: TreeBuilder) -> None:
    top, folder = "tiny-imagenet-200", f"{TENCH_WNID}/images"
    files = {
        f"{top}/wnids.txt": b"",
        f"{top}/train/{folder}/a.JPEG": picture(),
        f"{top}/train/{TENCH_WNID}/{TENCH_WNID}_boxes.txt": b"",
        f"{top}/val/images/val_0.JPEG": picture(),
        f"__MACOSX/{top}/train/{folder}/._a.JPEG": b"",
    }
    file = builder.file("imagenet/tiny-imagenet-200.zip", zip_of(files))
    index = builder.index()
    report = index.ingest([index.sources.imagenet(file)]).sources[0]
    assert report.counts == Counts(added=1)
    assert [one.reason for one in report.problems] == [
        "images in no class folder, and so without a label: 1"
    ]
    ((name, width),) = rows_of(index, "SELECT file_name, width FROM image_files")
    assert (name, width) == (f"train/{folder}/a.JPEG", None)


def test_a_class_tar_with_a_folder_of_images(builder: TreeBuilder) -> None:
    builder.imagenet({}, flat=True)
    files = {f"{i}.JPEG": picture((i + 1, 9)) for i in range(3)}
    nested = {f"{TENCH_WNID}/images/{name}": content for name, content in files.items()}
    builder.file(f"imagenet/{TENCH_WNID}.tar.xz", lzma.compress(tar_of(nested | files)))
    index = builder.index()
    assert ingest(index)["imagenet21k"] == Counts(added=6)
    assert ingest(index)["imagenet21k"] == Counts(unchanged=6)
    with reading(index.engine) as connection:
        images = list(stream_images(connection, builder.root, [select(Image.c.pk)]))
    assert {one.file_name: file_content(one.source) for one in images} == {
        f"{TENCH_WNID}/{prefix}{name}": content
        for prefix in ("", "images/")
        for name, content in files.items()
    }


def test_an_archive_that_nothing_here_unpacks_is_named(
    builder: TreeBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compression, "_zstd", lambda: None)
    builder.imagenet({APPLE_WNID: ["a.JPEG"]}, flat=True)
    builder.file(f"imagenet/{TENCH_WNID}.tar.zst", b"\x28\xb5\x2f\xfd")
    builder.file(f"imagenet/{BASKET_WNID}.7z", b"7z")
    index = builder.index()
    report = index.ingest().sources[0]
    assert report.counts == Counts(added=1)
    assert {one.record: one.reason for one in report.problems} == {
        f"{TENCH_WNID}.tar.zst": "is packed by zstd, and nothing here unpacks that; run `unzstd`"
        " on it, or `pip install backports.zstd`",
        f"{BASKET_WNID}.7z": "is an archive that is not read here; unpack it",
    }


def test_a_hard_link_is_read_as_the_image_that_it_is(builder: TreeBuilder) -> None:
    builder.imagenet({}, flat=True)
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as tar:
        member = tarfile.TarInfo(f"{APPLE_WNID}/.cache")
        member.size = len(picture())
        tar.addfile(member, io.BytesIO(picture()))
        for wnid in (TENCH_WNID, APPLE_WNID):
            link = tarfile.TarInfo(f"{wnid}/linked.JPEG")
            link.type, link.linkname = tarfile.LNKTYPE, member.name
            tar.addfile(link)
    builder.file("imagenet/whole.tar", content.getvalue())
    index = builder.index()
    assert ingest(index)["imagenet21k"] == Counts(added=2)
    with reading(index.engine) as connection:
        images = list(stream_images(connection, builder.root, [select(Image.c.pk)]))
    assert {one.file_name for one in images} == {
        f"{wnid}/linked.JPEG" for wnid in (TENCH_WNID, APPLE_WNID)
    }
    assert {file_content(one.source) for one in images} == {picture()}


def test_archives_under_other_names_give_the_bytes_of_their_images(builder: TreeBuilder) -> None:
    builder.imagenet({}, flat=True)
    one, two, three = ({f"{i}.JPEG": picture((i, 9))} for i in range(1, 4))
    builder.file(f"imagenet/{TENCH_WNID}.tar", zip_of(one))
    builder.file(f"imagenet/{APPLE_WNID}.zip", lzma.compress(tar_of(two)))
    builder.file(f"imagenet/{BASKET_WNID}.tar", tar_of(one) + tar_of(three))
    index = builder.index()
    report = index.ingest().sources[0]
    assert (report.counts, report.problems, len(report.notes)) == (Counts(added=4), [], 3)
    assert ingest(index)["imagenet21k"] == Counts(unchanged=4)
    with reading(index.engine) as connection:
        images = list(stream_images(connection, builder.root, [select(Image.c.pk)]))
    assert {one.file_name: file_content(one.source) for one in images} == {
        f"{TENCH_WNID}/1.JPEG": one["1.JPEG"],
        f"{APPLE_WNID}/2.JPEG": two["2.JPEG"],
        f"{BASKET_WNID}/1.JPEG": one["1.JPEG"],
        f"{BASKET_WNID}/3.JPEG": three["3.JPEG"],
    }
