"""Archives that are not what their name says, or that hold more than one: read, or named."""

import bz2
import gzip
import io
import lzma
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ovmr_index.errors import RecordError
from ovmr_index.formats.folder import FolderReader
from ovmr_index.formats.imagenet import ImageNetReader
from ovmr_index.formats.tree_records import ArchivedImage
from tests.support.tars import tar_of, zip_of
from tests.support.trees import APPLE_WNID, TENCH_WNID


def _read(reader: ImageNetReader) -> list[ArchivedImage]:
    return [
        image
        for archive in reader.archives()
        for batch in reader.images(archive)
        for image in batch.images
    ]


def _names(reader: ImageNetReader) -> list[str]:
    return sorted(f"{image.folder.path}/{image.name}" for image in _read(reader))


def _with_link(name: str, target: str) -> bytes:
    """Return a tar of a hard link alone."""
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w") as tar:
        link = tarfile.TarInfo(name)
        link.type, link.linkname = tarfile.LNKTYPE, target
        tar.addfile(link)
    return output.getvalue()


def _class_tar(tmp_path: Path, content: bytes, name: str = f"{TENCH_WNID}.tar") -> ImageNetReader:
    (tmp_path / name).write_bytes(content)
    return ImageNetReader(tmp_path)


PACKS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "xz": lzma.compress,
}


@pytest.mark.parametrize("pack", PACKS)
def test_tars_that_cat_has_joined_are_all_read_and_named(tmp_path: Path, pack: str) -> None:
    parts = [tar_of({"a.JPEG": b"1"}), tar_of({"b.JPEG": b"22", "a.JPEG": b"4444"}), tar_of({})]
    joined = b"".join(parts) + tar_of({"c.JPEG": b"333"})
    reader = _class_tar(tmp_path, PACKS[pack](joined))
    found = {image.name: (image.offset, image.size) for image in _read(reader)}
    assert {name: joined[at : at + size] for name, (at, size) in found.items()} == {
        "a.JPEG": b"4444",
        "b.JPEG": b"22",
        "c.JPEG": b"333",
    }
    assert reader.problems == []
    assert [note for note in reader.notes if "is 3 tars joined to one; all are read" in note]


def test_a_joined_tar_that_is_cut_is_an_error(tmp_path: Path) -> None:
    second = tar_of({"b.JPEG": bytes(2_000)})
    with pytest.raises(RecordError, match="cut short or damaged"):
        _read(_class_tar(tmp_path, tar_of({"a.JPEG": b"1"}) + second[:1_500]))


def test_a_hard_link_in_a_joined_tar(tmp_path: Path) -> None:
    content = _with_link("b.JPEG", "a.JPEG")
    reader = _class_tar(tmp_path, tar_of({"a.JPEG": b"1"}) + content)
    assert {image.name: image.size for image in _read(reader)} == {
        "a.JPEG": 1,
        "b.JPEG": 1,
    }


@pytest.mark.parametrize("garbage", [b"x" * 700, b"<html>", tar_of({"b.JPEG": b"22"})[1:]])
def test_what_follows_a_tar_and_is_none_is_named(tmp_path: Path, garbage: bytes) -> None:
    content = tar_of({"a.JPEG": b"1"})
    reader = _class_tar(tmp_path, content + bytes(512) + garbage)
    assert _names(reader) == [f"{TENCH_WNID}/a.JPEG"]
    (problem,) = reader.problems
    said = f"{len(garbage):,} bytes after the end of the tar are no tar, and are not read"
    assert (problem.file, problem.reason) == (str(tmp_path / f"{TENCH_WNID}.tar"), said)


def test_joined_tars_within_a_tar(tmp_path: Path) -> None:
    joined = tar_of({"a.JPEG": b"1"}) + tar_of({"b.JPEG": b"22"})
    reader = _class_tar(tmp_path, tar_of({f"{TENCH_WNID}.tar": joined}), "whole.tar")
    assert _names(reader) == [f"{TENCH_WNID}/a.JPEG", f"{TENCH_WNID}/b.JPEG"]
    assert f"whole.tar: {TENCH_WNID}.tar is 2 tars joined to one" in reader.notes[0]


OTHERS: dict[str, tuple[Callable[[bytes], bytes], str | None]] = {
    "tar": (bytes, None),
    "zip": (lambda _: zip_of({"a.JPEG": b"1"}), "zip"),
    "gzip": (gzip.compress, "gzip"),
    "bzip2": (bz2.compress, "bzip2"),
    "xz": (lzma.compress, "xz"),
}


@pytest.mark.parametrize("suffix", [".tar", ".tar.gz", ".zip", ".tar.xz"])
@pytest.mark.parametrize("kind", OTHERS)
@pytest.mark.parametrize("whole", [False, True], ids=["class", "whole"])
def test_an_archive_is_what_its_first_bytes_say(
    tmp_path: Path, kind: str, suffix: str, whole: bool
) -> None:
    pack, compression = OTHERS[kind]
    content, name = pack(tar_of({"a.JPEG": b"1"})), f"{TENCH_WNID}{suffix}"
    reader = _class_tar(
        tmp_path, tar_of({name: content}) if whole else content, "w.tar" if whole else name
    )
    (image,) = _read(reader)
    assert (image.name, image.folder.compression) == ("a.JPEG", compression)
    assert reader.problems == []
    usual = {"tar": ".tar", "zip": ".zip", "gzip": ".tar.gz", "xz": ".tar.xz"}
    assert len(reader.notes) == (usual.get(kind) != suffix)


def test_a_tar_may_begin_with_any_name(tmp_path: Path) -> None:
    for sign in ("BZh.JPEG", "PK\3\4.JPEG", "Rar!.JPEG"):
        reader = _class_tar(tmp_path, tar_of({sign: b"1"}))
        assert _names(reader) == [f"{TENCH_WNID}/{sign}"]
        assert (reader.problems, reader.notes) == ([], [])


def test_a_whole_tar_that_is_packed_under_a_plain_name(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"whole.tar: is packed by gzip as .* run `gunzip` on it"):
        _read(_class_tar(tmp_path, gzip.compress(tar_of({})), "whole.tar"))


@pytest.mark.parametrize("sign", [b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07\x01"])
def test_an_archive_of_another_kind_is_left_out_alone(tmp_path: Path, sign: bytes) -> None:
    (tmp_path / f"{APPLE_WNID}.tar").write_bytes(tar_of({"c.JPEG": b"1"}))
    reader = _class_tar(tmp_path, sign + bytes(4_000))
    assert _names(reader) == [f"{APPLE_WNID}/c.JPEG"]
    (problem,) = reader.problems
    assert problem.file.endswith(f"{TENCH_WNID}.tar")
    assert problem.reason.endswith("by its first bytes, and is not read here; unpack it")


COPIES = (
    ".tar.part",
    ".tar.crdownload",
    ".tar.1",
    ".tar.aa",
    ".TAR.bak",
    ".tar~",
    ".zip (1)",
    ".tgz-x",
)


@pytest.mark.parametrize("place", ["", "train/", "beside train"])
@pytest.mark.parametrize("suffix", COPIES)
def test_a_backup_or_a_part_of_an_archive_is_named(tmp_path: Path, place: str, suffix: str) -> None:
    folder = tmp_path / "train" if place else tmp_path
    folder.mkdir(exist_ok=True)
    (folder / f"{APPLE_WNID}.tar").write_bytes(tar_of({"c.JPEG": b"1"}))
    at = place if place == "train/" else ""
    (tmp_path / f"{at}{TENCH_WNID}{suffix}").write_bytes(tar_of({"t.JPEG": b"1"}))
    (folder / f"{APPLE_WNID}.tar.sha256").write_bytes(b"0")
    reader = ImageNetReader(tmp_path)
    assert list(reader.folders()) == []
    assert len(_read(reader)) == 1
    (problem,) = reader.problems
    assert (problem.record, problem.reason) == (
        f"{at}{TENCH_WNID}{suffix}",
        "is a backup or a part of an archive by its name; rename it if it is whole",
    )


@pytest.mark.parametrize("suffix", COPIES)
def test_a_part_of_an_archive_beside_own_classes_is_named(tmp_path: Path, suffix: str) -> None:
    (tmp_path / "mug").mkdir()
    (tmp_path / f"cup{suffix}").write_bytes(b"")
    reader = FolderReader(tmp_path)
    assert [folder.path for folder in reader.folders()] == ["mug"]
    assert [one.record for one in reader.problems] == [f"cup{suffix}"]


@pytest.mark.parametrize("top", ["", f"{TENCH_WNID}\\", f".\\{TENCH_WNID}\\images\\"])
def test_a_backslash_in_a_zip_is_a_slash(tmp_path: Path, top: str) -> None:
    files = {top: b""} if top else {}
    files |= {f"{top}a.JPEG": b"1", "..\\b.JPEG": b"2", "C:\\c.JPEG": b"3", "\\d.JPEG": b"4"}
    reader = _class_tar(tmp_path, zip_of(files), f"{TENCH_WNID}.zip")
    assert [image.name for image in _read(reader)] == ["a.JPEG"]
    assert [(one.record, one.reason) for one in reader.problems] == [
        (name, "its path leaves the folder") for name in ("..\\b.JPEG", "C:\\c.JPEG", "\\d.JPEG")
    ]


def test_class_folders_of_a_windows_zip(tmp_path: Path) -> None:
    files = {f"train\\{TENCH_WNID}\\a.JPEG": b"1", f"train\\{APPLE_WNID}\\c.JPEG": b"2"}
    reader = _class_tar(tmp_path, zip_of(files), "imagenet.zip")
    assert _names(reader) == [f"train/{TENCH_WNID}/a.JPEG", f"train/{APPLE_WNID}/c.JPEG"]
    assert reader.problems == []


def test_of_joined_zips_the_last_is_read_and_the_rest_named(tmp_path: Path) -> None:
    first = zip_of({"a.JPEG": b"1"})
    reader = _class_tar(tmp_path, first + zip_of({"b.JPEG": b"2"}), f"{TENCH_WNID}.zip")
    assert _names(reader) == [f"{TENCH_WNID}/b.JPEG"]
    (problem,) = reader.problems
    assert problem.reason.startswith(f"{len(first)} bytes before the first file belong to another")
