"""Images in archives whose bytes changed: `verify` finds what a checksum tells, and no more."""

import bz2
import gzip
import lzma
import os
import shutil
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random

import pytest

from ovmr_index.ingest.verify import Depth
from ovmr_index.storage.tar_members import ChangedTarError, TarMember, read_member
from tests.support.members import zip_in_order
from tests.support.runs import call
from tests.support.tars import tar_of
from tests.support.trees import APPLE_WNID, TENCH_WNID, TreeBuilder, picture

pytestmark = pytest.mark.slow

# Pillow reads no more than it needs: what follows an image may be anything.
IMAGES = [("a.JPEG", picture()), ("b.JPEG", picture() + Random(1).randbytes(9_000))]
DIFFERS = "its bytes differ from the checksum in the archive; copy or download that again"


def _damage(file: Path, place: int) -> None:
    """Change a bit of a file, and nothing that the system says of it."""
    status, content = file.stat(), bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def _found(builder: TreeBuilder, depth: Depth = "decode") -> list[tuple[str, str, str]]:
    issues = builder.index().verify(depth).issues
    return [(one.kind, one.file, one.reason) for one in issues]


@pytest.mark.exhaustive(but=["stream-0"])  # packed and in a file is that of a whole tar below
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("streamed", [False, True], ids=["file", "stream"])
def test_the_checksum_of_an_image_in_a_zip(
    builder: TreeBuilder, method: int, streamed: bool
) -> None:
    content = zip_in_order(IMAGES, method, streamed=streamed)
    file = builder.file(f"imagenet/{TENCH_WNID}.zip", content)
    builder.index().ingest()
    assert _found(builder) == []
    _damage(file, len(content) - 4_000)
    assert _found(builder) == [("unreadable", f"{TENCH_WNID}/b.JPEG", DIFFERS)]
    assert _found(builder, "names") == []


def test_the_list_of_a_zip_is_asked_before_an_image_is_called_damaged(tmp_path: Path) -> None:
    file = tmp_path / "a.zip"
    file.write_bytes(zip_in_order(IMAGES[:1]))
    _damage(file, 14)  # of the checksum in the header of the member
    member = TarMember(str(file), "a.JPEG", 0, len(picture()), 0, compression="zip")
    assert read_member(member) == picture()


@pytest.mark.exhaustive(but=["110"])
@pytest.mark.parametrize("place", [0, 99, 110, 257])
def test_the_header_of_an_image_in_a_tar(builder: TreeBuilder, place: int) -> None:
    file = builder.file(f"imagenet/{TENCH_WNID}.tar", tar_of(dict(IMAGES)))
    builder.index().ingest()
    assert _found(builder) == []
    _damage(file, place)
    assert _found(builder) == [("unreadable", f"{TENCH_WNID}/a.JPEG", DIFFERS)]


@pytest.mark.exhaustive(but=["class-compress0", "whole-compress1"])
@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, bz2.compress])
@pytest.mark.parametrize("whole", [False, True], ids=["class", "whole"])
def test_the_checksum_of_a_packed_tar(
    builder: TreeBuilder, pack: Callable[[bytes], bytes], whole: bool
) -> None:
    content = pack(tar_of(dict(IMAGES)))
    name = "w.tar" if whole else f"{TENCH_WNID}.tar.gz"
    stored = tar_of({f"{TENCH_WNID}.tar.gz": content}) if whole else content
    file = builder.file(f"imagenet/{name}", stored)
    builder.index().ingest()
    assert _found(builder) == []
    _damage(file, stored.find(content) + len(content) - 6)  # behind all that an image needs
    ((kind, path, reason),) = _found(builder)
    assert (kind, path, reason[:12]) == ("unreadable", name, "is damaged (")
    shutil.move(file, builder.root / "elsewhere")
    assert [kind for kind, *_ in _found(builder)] == ["missing"]


def test_an_image_and_a_list_that_are_large(builder: TreeBuilder) -> None:
    large = [("a.JPEG", picture() + bytes(17 << 20))]
    builder.file(f"imagenet/{TENCH_WNID}.zip", zip_in_order(large))
    (source,) = builder.index().ingest().sources
    assert source.counts.added == 1
    assert _found(builder) == []


@pytest.mark.parametrize("pack", [bytes, partial(gzip.compress, compresslevel=0)])
def test_a_tar_whose_rest_is_zeros_behind_all_images(
    builder: TreeBuilder, pack: Callable[[bytes], bytes]
) -> None:
    whole = tar_of({**dict(IMAGES), "labels.txt": b"1\n" * 30_000})
    at = whole.index(b"labels.txt")
    suffix = "" if pack is bytes else ".gz"
    file = builder.file(f"imagenet/{TENCH_WNID}.tar{suffix}", pack(whole))
    builder.index().ingest()
    assert _found(builder) == []
    status = file.stat()
    file.write_bytes(pack(whole[:at] + bytes(len(whole) - at)))
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    ((kind, path, reason),) = _found(builder)
    said = f"the rest of it, {len(whole) - at - 1_024:,} bytes, is zeros: it was not copied to its"
    assert (kind, path) == ("unreadable", file.name)
    assert reason == f"{said} end; copy or download it again"
    assert len(_found(builder, "headers")) == (pack is bytes)


def test_zeros_at_the_end_of_the_last_image_are_its_own(builder: TreeBuilder) -> None:
    content = tar_of({"a.JPEG": picture() + bytes(60_000)})
    builder.file(f"imagenet/{TENCH_WNID}.tar", content)
    builder.file(f"imagenet/{APPLE_WNID}.tar.gz", gzip.compress(content))
    builder.index().ingest()
    assert _found(builder) == []


def _zero(file: Path, start: int, end: int) -> None:
    content = file.read_bytes()
    file.write_bytes(content[:start] + bytes(end - start) + content[end:])


@pytest.mark.exhaustive(but=["44-300-whole-8"])
@pytest.mark.usefixtures("with_index")
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("whole", [False, True], ids=["class", "whole"])
@pytest.mark.parametrize(("start", "end"), [(0, 30), (0, 300), (44, 300)])
def test_a_zip_that_is_damaged_at_an_image(
    builder: TreeBuilder, method: int, whole: bool, start: int, end: int
) -> None:
    content = zip_in_order([*IMAGES, ("c.JPEG", picture((30, 20)))], method)
    name = "w.tar" if whole else f"{TENCH_WNID}.zip"
    stored = tar_of({f"{TENCH_WNID}.zip": content}) if whole else content
    file = builder.file(f"imagenet/{name}", stored)
    first = stored.rindex(b"PK\3\4")
    _zero(file, first + start, first + end)
    reasons = {f"{name} is damaged at this image; copy or download that again", DIFFERS}
    for options in ((), ("imagenet",), ("imagenet", "--rehash")):
        assert call("ingest", *options, root=builder.root).code == 0
        for depth in ("headers", "decode"):
            ((kind, path, reason),) = _found(builder, depth)
            assert (kind, path) == ("unreadable", f"{TENCH_WNID}/c.JPEG")
            assert reason in reasons
    (builder.root / "v.txt").write_text("tench\n")
    for line in (
        ("vocabulary", "add", builder.root / "v.txt", "--name", "v"),
        ("sample", "-K", "3", "--vocabulary", "v", "--name", "s"),
    ):
        assert call(*line, root=builder.root).code == 0
    for target in ("crops", "images"):
        done = call("export", target, "--name", "s", "-o", builder.root / target, root=builder.root)
        assert done.code == 1
        assert done.err.count("copy or download that again") == 1
        assert "ovmr-index ingest" not in done.err


def test_a_zip_that_has_changed(builder: TreeBuilder) -> None:
    file = builder.file(f"imagenet/{TENCH_WNID}.zip", zip_in_order(IMAGES))
    member = TarMember(str(file), "a.JPEG", 0, len(picture()), 0, compression="zip")
    assert read_member(member) == picture()
    for changed in (zip_in_order([("b.JPEG", b"another")]), b"no zip", b"", bytes(9_000)):
        file.write_bytes(changed)
        with pytest.raises(ChangedTarError, match=r"the zip has changed; run `index.ingest"):
            read_member(member)


def test_a_tar_in_a_tar_whose_rest_is_zeros(builder: TreeBuilder) -> None:
    inner = tar_of({**dict(IMAGES), "labels.txt": b"1\n" * 30_000})
    whole = tar_of({f"{TENCH_WNID}.tar": inner})
    file = builder.file("imagenet/w.tar", whole)
    builder.index().ingest()
    assert _found(builder) == []
    status, at = file.stat(), whole.index(b"labels.txt")
    _zero(file, at, len(whole))
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    ((kind, path, reason),) = _found(builder, "headers")
    assert (kind, path) == ("unreadable", "w.tar")
    assert reason.startswith(f"{TENCH_WNID}.tar: the rest of it, ")
    assert _found(builder, "names") == []
