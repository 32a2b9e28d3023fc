"""Tars of classes: what is read, what is refused, and that a cut one is never taken for a whole."""

import gzip
import io
import lzma
import tarfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovmr_index.errors import Issue, RecordError, UsageError
from ovmr_index.formats.imagenet import ImageNetReader
from ovmr_index.formats.tree_records import ArchivedImage
from tests.support.exhaustive import examples
from tests.support.tars import TAR_LAYOUTS, tar_of
from tests.support.trees import APPLE_WNID, TENCH_WNID, TreeBuilder, picture

FORMS = {"ustar": tarfile.USTAR_FORMAT, "gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}
TREE = {TENCH_WNID: ["b.JPEG", "a.JPEG"], APPLE_WNID: ["c.JPEG"]}
MANY = {f"{i}.JPEG": bytes([i]) * (300 * i) for i in range(1, 7)}


def _read(reader: ImageNetReader) -> list[ArchivedImage]:
    return [
        image
        for archive in reader.archives()
        for batch in reader.images(archive)
        for image in batch.images
    ]


def _names(reader: ImageNetReader) -> list[str]:
    return sorted(f"{image.folder.path}/{image.name}" for image in _read(reader))


def _tar_with(**fields: Any) -> bytes:
    """Return a tar of a member with these fields, and an image behind it."""
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w") as tar:
        odd = tarfile.TarInfo("odd.JPEG")
        for name, value in fields.items():
            setattr(odd, name, value)
        tar.addfile(odd)
        image = tarfile.TarInfo("z.JPEG")
        image.size = 3
        tar.addfile(image, io.BytesIO(b"jpg"))
    return output.getvalue()


@pytest.mark.parametrize("pack", TAR_LAYOUTS)
def test_layouts_are_detected(builder: TreeBuilder, pack: str) -> None:
    root = builder.imagenet(TREE, flat=True).path
    TAR_LAYOUTS[pack](root)
    reader = ImageNetReader(root)
    assert reader.layout == ("tar-of-tars" if pack.startswith(("tar", "zip")) else "tars")
    assert list(reader.folders()) == []
    assert _names(reader) == sorted(f"{wnid}/{name}" for wnid in TREE for name in TREE[wnid])
    assert reader.problems == []


def test_layouts_of_folders_are_detected(builder: TreeBuilder) -> None:
    root = builder.imagenet(TREE, flat=True).path
    assert ImageNetReader(root).layout == "flat"
    for split in ("train", "val"):
        builder.imagenet({f"{split}/{TENCH_WNID}": ["a.JPEG"]}, flat=True)
    assert ImageNetReader(root).layout == "1k"
    builder.imagenet({f"imagenet21k_small_classes/{APPLE_WNID}": []}, flat=True)
    assert ImageNetReader(root).layout == "21k-p"
    flat = ImageNetReader(root, "flat")
    assert [folder.path for folder in flat.folders()] == sorted(TREE)
    left_out = ["imagenet21k_small_classes", "train", "val"]
    assert [problem.record for problem in flat.problems] == left_out


def test_many_classes_are_21k(builder: TreeBuilder) -> None:
    root = builder.imagenet({f"train/n{i:08}": [] for i in range(1_001)}).path
    assert ImageNetReader(root).layout == "21k-p"


def test_images_without_a_class_folder_are_noted(builder: TreeBuilder) -> None:
    root = builder.imagenet({f"train/{TENCH_WNID}": ["a.JPEG"]}, flat=True).path
    for i in range(3):
        builder.file(f"imagenet/val/ILSVRC2012_val_{i:08}.JPEG", b"")
    reader = ImageNetReader(root)
    assert [folder.path for folder in reader.folders()] == [f"train/{TENCH_WNID}"]
    reason = "images in no class folder, and so without a label: 3"
    assert reader.problems == [Issue(file=str(root), record="val/", reason=reason)]


def test_1k_as_it_is_downloaded(builder: TreeBuilder) -> None:
    inner = {f"{wnid}.tar": tar_of(dict.fromkeys(names, b"jpg")) for wnid, names in TREE.items()}
    root = builder.file("imagenet/ILSVRC2012_img_train.tar", tar_of(inner)).parent
    val = {f"ILSVRC2012_val_{i:08}.JPEG": b"jpg" for i in range(1, 4)}
    file = builder.file("imagenet/ILSVRC2012_img_val.tar", tar_of(val))
    reader = ImageNetReader(root)
    assert len(_read(reader)) == 3
    reason = "images in no class folder, and so without a label: 3"
    assert reader.problems == [Issue(record=str(file), reason=reason)]


def test_a_class_comes_from_its_folder_or_else_from_its_tar(builder: TreeBuilder) -> None:
    root = builder.imagenet(TREE, flat=True).path
    unpacked = {"a.JPEG": b"", "b.JPEG": b""}
    builder.file(f"imagenet/{TENCH_WNID}.tar", tar_of(unpacked))
    builder.file("imagenet/n02801938.tar", tar_of({"b.JPEG": b""}))
    builder.file("imagenet/fall11_whole.tar", tar_of({"n00000000.tar": tar_of({})}))
    reader = ImageNetReader(root)
    assert [folder.path for folder in reader.folders()] == sorted(TREE)
    assert _names(reader) == ["n02801938/b.JPEG"]
    assert [problem.record for problem in reader.problems] == ["fall11_whole.tar"]
    tars = ImageNetReader(root, "tars")
    assert list(tars.folders()) == []
    both = [f"{TENCH_WNID}/a.JPEG", f"{TENCH_WNID}/b.JPEG"]
    assert _names(tars) == [*both, "n02801938/b.JPEG"]
    flat = ImageNetReader(root, "flat")
    assert _names(flat) == []
    assert ("n02801938.tar", "layout flat does not read it; unpack it") in [
        (problem.record, problem.reason) for problem in flat.problems
    ]
    assert _names(ImageNetReader(root, "tar-of-tars")) == []


def test_a_layout_that_is_not_there(builder: TreeBuilder) -> None:
    root = builder.imagenet(TREE, flat=True).path
    with pytest.raises(UsageError, match="there is no layout 'zip'; give '21k-p', '1k', 'flat', "):
        ImageNetReader(root, "zip")
    with pytest.raises(RecordError, match="holds no folder train, val, imagenet21k_small_classes"):
        ImageNetReader(root, "21k-p")


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_names_of_every_form(tmp_path: Path, form: int) -> None:
    long = "n" * 90 + ".JPEG" if form == tarfile.USTAR_FORMAT else "n" * 300 + "é.JPEG"
    files = {long: b"1", "./a.JPEG": b"22", f"{TENCH_WNID}/b.JPEG": b"333", "notes.txt": b""}
    hidden = ["._a.JPEG", ".hidden.JPEG"]
    files |= dict.fromkeys((*hidden, ".DS_Store", "e.JPEG.1"), picture())
    files |= {"c.JPG": b"55555", "d.png": b"4444"}
    (tmp_path / f"{TENCH_WNID}.tar").write_bytes(tar_of(files, form))
    reader = ImageNetReader(tmp_path)
    found = {image.name: image.size for image in _read(reader)}
    assert found == {long: 1, "a.JPEG": 2, "b.JPEG": 3, "d.png": 4, "c.JPG": 5}
    assert sorted(problem.record for problem in reader.problems) == [*hidden, "e.JPEG.1"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"name": "../z.JPEG"}, "its path leaves the folder"),
        ({"name": "/etc/z.JPEG"}, "its path leaves the folder"),
        ({"name": "a/../../z.JPEG"}, "its path leaves the folder"),
        ({"name": "a\\z.JPEG"}, f"is in another folder than {TENCH_WNID}"),
        ({"name": "..\\z.JPEG"}, "its path leaves the folder"),
        ({"name": "C:\\data\\z.JPEG"}, "its path leaves the folder"),
        ({"name": "n99999999/z.JPEG"}, f"is in another folder than {TENCH_WNID}"),
        ({"name": "a/b/z.JPEG"}, f"is in another folder than {TENCH_WNID}"),
        ({"name": "bad\udcff.JPEG"}, "its name is not UTF-8"),
        ({"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"}, "is a link, a device or sparse"),
        ({"type": tarfile.LNKTYPE, "linkname": "z.JPEG"}, "is a hard link to z.JPEG, which no ea"),
        ({"type": tarfile.CHRTYPE}, "is a link, a device or sparse"),
        ({"type": tarfile.BLKTYPE}, "is a link, a device or sparse"),
        ({"type": tarfile.FIFOTYPE}, "is a link, a device or sparse"),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(map(repr, value.values())),
)
def test_members_that_are_refused(tmp_path: Path, fields: dict[str, Any], reason: str) -> None:
    file = tmp_path / f"{TENCH_WNID}.tar"
    file.write_bytes(_tar_with(**fields))
    reader = ImageNetReader(tmp_path)
    assert _names(reader) == [f"{TENCH_WNID}/z.JPEG"]
    (problem,) = reader.problems
    assert problem.file == str(file)
    assert problem.reason.startswith(reason)
    assert problem.record.isprintable()


def test_a_sparse_member_is_refused(tmp_path: Path) -> None:
    headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "9"}
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w", format=tarfile.PAX_FORMAT) as tar:
        member = tarfile.TarInfo("a.JPEG")
        member.pax_headers, member.size = headers | {"GNU.sparse.name": "a.JPEG"}, 512
        tar.addfile(member, io.BytesIO(b"1\n0\n9\n".ljust(512, b"\0")))
    (tmp_path / f"{TENCH_WNID}.tar").write_bytes(output.getvalue())
    reader = ImageNetReader(tmp_path)
    assert _names(reader) == []
    assert [problem.reason for problem in reader.problems] == [
        "is a link, a device or sparse, and no plain file"
    ]


def test_tars_within_a_tar_that_are_no_classes_are_left_out(tmp_path: Path) -> None:
    files = {"other.tar": tar_of({}), f"{TENCH_WNID}.tar": tar_of({"a.JPEG": b""}), "x.txt": b""}
    (tmp_path / "whole.tar").write_bytes(tar_of(files))
    reader = ImageNetReader(tmp_path / "whole.tar")
    assert reader.layout == "tar-of-tars"
    assert _names(reader) == [f"{TENCH_WNID}/a.JPEG"]
    assert [(problem.record, problem.reason) for problem in reader.problems] == [
        ("other.tar", "the tar's name is no wnid")
    ]


def _whole(pack: str) -> tuple[str, bytes]:
    content = tar_of(MANY)
    if pack == "class tar":
        return f"{TENCH_WNID}.tar", content
    if pack == "packed class tar":
        return f"{TENCH_WNID}.tar.gz", gzip.compress(content)
    inner = {f"{TENCH_WNID}.tar": content, f"{APPLE_WNID}.tar.gz": gzip.compress(content)}
    return "whole.tar", tar_of(inner)


@pytest.mark.slow
@pytest.mark.parametrize("pack", ["class tar", "packed class tar", "tar of tars"])
def test_a_tar_that_is_cut_anywhere_is_an_error(tmp_path: Path, pack: str) -> None:
    name, content = _whole(pack)
    file = tmp_path / name
    file.write_bytes(content)
    images = len(_read(ImageNetReader(tmp_path)))
    end = len(content) if name.endswith("gz") else len(content.rstrip(b"\0"))
    borders = range(0, end, 512)  # where only the missing end shows it
    for cut in sorted({*borders, *(cut + 1 for cut in borders), *range(0, end, 331), end - 1}):
        file.write_bytes(content[:cut])
        with pytest.raises(RecordError, match="is no tar, cut short or damaged") as caught:
            _read(ImageNetReader(tmp_path))
        assert str(caught.value).startswith(f"{file}: ")
    file.write_bytes(content)
    assert len(_read(ImageNetReader(tmp_path))) == images


def test_a_tar_cut_within_a_tar_names_both(tmp_path: Path) -> None:
    (tmp_path / "whole.tar").write_bytes(tar_of({f"{TENCH_WNID}.tar": tar_of(MANY)[:1_024]}))
    with pytest.raises(RecordError, match=rf"whole.tar: {TENCH_WNID}.tar: is no tar, cut short"):
        _read(ImageNetReader(tmp_path))


def test_a_gzip_stream_with_a_wrong_sum_is_an_error(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(tar_of(MANY)))
    packed[-6] ^= 1
    (tmp_path / f"{TENCH_WNID}.tar.gz").write_bytes(packed)
    with pytest.raises(RecordError, match="cut short or damaged \\(CRC check failed"):
        _read(ImageNetReader(tmp_path))


def test_a_whole_tar_in_gzip_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "winter21_whole.tar.gz"
    file.write_bytes(gzip.compress(tar_of({})))
    with pytest.raises(RecordError, match=r"winter21_whole.tar.gz: is packed .* run `gunzip` on"):
        _read(ImageNetReader(tmp_path))
    file.unlink()
    (tmp_path / "winter21_whole.TAR.XZ").write_bytes(lzma.compress(tar_of({})))
    with pytest.raises(RecordError, match=r"winter21_whole.TAR.XZ: is packed .* run `unxz` on it"):
        _read(ImageNetReader(tmp_path))


@given(at=st.integers(0, 6_000), value=st.binary(min_size=1, max_size=600))
@examples(60)
def test_damage_never_ends_in_another_error(
    tmp_path_factory: pytest.TempPathFactory, at: int, value: bytes
) -> None:
    root = tmp_path_factory.mktemp("damaged")
    content = bytearray(tar_of(MANY, tarfile.PAX_FORMAT))
    content[at : at + len(value)] = value
    (root / f"{TENCH_WNID}.tar").write_bytes(content)
    try:
        images = _read(ImageNetReader(root))
    except RecordError:
        return
    for image in images:
        assert 0 < image.offset <= image.offset + image.size <= len(content)
