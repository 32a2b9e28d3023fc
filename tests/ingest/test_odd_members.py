"""Members of archives that are odd: read under their names, or left out by name."""

import io
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.support.contents import rows_of
from tests.support.members import of_kind, tar_in_order, zip_in_order
from tests.support.tars import tar_of
from tests.support.trees import TENCH_WNID, TreeBuilder, picture

pytestmark = pytest.mark.slow

NAMES = "SELECT file_name FROM images ORDER BY file_name"
LINK = "is a link, a device or sparse, and no plain file"
LEAVES = "its path leaves the folder"


def _left_out(
    builder: TreeBuilder, content: bytes, suffix: str = "tar"
) -> tuple[list[str], dict[str, str]]:
    """Ingest the archive of a class; return the names that were read, and what was left out."""
    builder.file(f"imagenet/{TENCH_WNID}.{suffix}", content)
    index = builder.index()
    (source,) = index.ingest().sources
    names = [Path(name).name for (name,) in rows_of(index, NAMES)]
    assert index.verify("decode").issues == []
    return names, {one.record: one.reason for one in source.problems}


@pytest.mark.parametrize("suffix", ["tar", "zip"])
def test_odd_names(builder: TreeBuilder, suffix: str) -> None:
    read = ["new\nline.JPEG", "-dash.JPEG", " sp .JPEG", "\x1b[31m.JPEG"]
    refused = ["/abs.JPEG", "../up.JPEG", "a/../../up.JPEG", "C:/x.JPEG"]
    members = [(name, picture()) for name in (*read, *refused)]
    content = tar_in_order(members) if suffix == "tar" else zip_in_order(members)
    names, left_out = _left_out(builder, content, suffix)
    assert (names, left_out) == (sorted(read), dict.fromkeys(refused, LEAVES))


def test_a_very_long_name(builder: TreeBuilder) -> None:
    name = "x" * 300 + ".JPEG"
    assert _left_out(builder, tar_of({name: picture()})) == ([name], {})


def test_links_pipes_and_devices(builder: TreeBuilder) -> None:
    names, left_out = _left_out(
        builder,
        tar_in_order(
            [
                ("a.JPEG", picture()),
                of_kind("out.JPEG", tarfile.SYMTYPE, "/etc/hostname"),
                of_kind("hard.JPEG", tarfile.LNKTYPE, "a.JPEG"),
                of_kind("hard out.JPEG", tarfile.LNKTYPE, "/etc/hostname"),
                of_kind("pipe.JPEG", tarfile.FIFOTYPE),
                of_kind("device.JPEG", tarfile.CHRTYPE),
            ]
        ),
    )
    assert names == ["a.JPEG", "hard.JPEG"]
    nowhere = "is a hard link to /etc/hostname, which no earlier member is"
    kinds = dict.fromkeys(("out.JPEG", "pipe.JPEG", "device.JPEG"), LINK)
    assert left_out == kinds | {"hard out.JPEG": nowhere}


def test_an_archive_in_the_archive_of_a_class(builder: TreeBuilder) -> None:
    content = tar_of({"a.JPEG": picture(), "b.tar": tar_of({"b.JPEG": picture()})})
    reason = ".tar is no image that is read here"
    assert _left_out(builder, content) == (["a.JPEG"], {"b.tar": reason})


def test_zips_of_every_kind(builder: TreeBuilder) -> None:
    output = io.BytesIO(b"#!/bin/sh\nexit\n")  # of one that unpacks itself
    output.seek(0, io.SEEK_END)
    link = zipfile.ZipInfo("l.JPEG")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(output, "w") as archive:
        with archive.open("a.JPEG", "w", force_zip64=True) as member:
            member.write(picture())
        archive.writestr(link, "/etc/hostname")
        archive.writestr("b.JPEG", picture(), zipfile.ZIP_BZIP2)
        archive.comment = b"a comment" * 500
    names, left_out = _left_out(builder, output.getvalue(), "zip")
    assert names == ["a.JPEG"]
    packed = "is packed by another method than deflate; unpack it first"
    assert left_out == {"l.JPEG": LINK, "b.JPEG": packed}


def test_an_encrypted_member(builder: TreeBuilder) -> None:
    content = bytearray(zip_in_order([("a.JPEG", picture()), ("b.JPEG", picture())]))
    content[content.find(b"PK\1\2") + 8] |= 1
    reason = "is encrypted; unpack it first"
    assert _left_out(builder, bytes(content), "zip") == (["b.JPEG"], {"a.JPEG": reason})


@pytest.mark.parametrize("suffix", ["tar", "zip"])
def test_archives_without_an_image(builder: TreeBuilder, suffix: str) -> None:
    content = tar_of({}) if suffix == "tar" else zip_in_order([])
    assert _left_out(builder, content, suffix) == ([], {TENCH_WNID: "holds no image"})
