"""Zeros at the end of a tar: padding, or what was not copied."""

import bz2
import gzip
import io
import lzma
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ovmr_index.errors import RecordError
from ovmr_index.formats.imagenet import ImageNetReader
from tests.support.tars import tar_of
from tests.support.trees import APPLE_WNID, TENCH_WNID

IMAGES = {f"{i}.JPEG": bytes([i]) * (900 + 40 * i) for i in range(1, 41)}
PACKS: dict[str, Callable[[bytes], bytes]] = {
    ".tar": bytes,
    ".tar.gz": gzip.compress,
    ".tar.bz2": bz2.compress,
    ".tar.xz": lzma.compress,
}
CUT = r"the rest of it, [0-9,]+ bytes, is zeros: it was not copied to its end; copy or download it"


def _read(folder: Path, content: bytes, name: str = f"{TENCH_WNID}.tar") -> list[str]:
    """Return the names of the images in an archive, of which nothing else is said."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)
    reader = ImageNetReader(folder)
    batches = [batch for one in reader.archives() for batch in reader.images(one)]
    assert reader.problems == []
    return [image.name for batch in batches for image in batch.images]


def _starts(content: bytes) -> list[int]:
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        return [member.offset for member in tar]


def _zeroed(content: bytes, start: int, end: int | None = None) -> bytes:
    end = len(content) if end is None else end
    return content[:start] + bytes(end - start) + content[end:]


def _ended(files: dict[str, bytes], record: int) -> bytes:
    """Return a tar whose length is a multiple of `record` blocks."""
    content = tar_of(files).rstrip(b"\0")
    blocks = -(-len(content) // 512) + 2
    return content.ljust(-(-blocks // record) * record * 512, b"\0")


@pytest.mark.parametrize("suffix", PACKS)
@pytest.mark.parametrize("index", [0, 1, 20, 30])
def test_a_tar_whose_rest_is_zeros_is_cut_short(tmp_path: Path, suffix: str, index: int) -> None:
    content = tar_of(IMAGES)
    cut = PACKS[suffix](_zeroed(content, _starts(content)[index]))
    with pytest.raises(RecordError, match=CUT) as raised:
        _read(tmp_path, cut, f"{TENCH_WNID}{suffix}")
    assert str(tmp_path / f"{TENCH_WNID}{suffix}") in str(raised.value)


def test_zeros_may_begin_within_an_image(tmp_path: Path) -> None:
    content = tar_of(IMAGES)
    for index in (3, 20):
        with pytest.raises(RecordError, match=CUT):
            _read(tmp_path, _zeroed(content, _starts(content)[index] + 700))


@pytest.mark.parametrize("within", [0, 20])
def test_a_tar_of_tars_whose_rest_is_zeros(tmp_path: Path, within: int) -> None:
    inner = tar_of(IMAGES)
    content = tar_of({f"{TENCH_WNID}.tar": inner, f"{APPLE_WNID}.tar": inner})
    second = _starts(content)[1]
    start = second + 512 + _starts(inner)[within] if within else second
    with pytest.raises(RecordError, match=CUT):
        _read(tmp_path, _zeroed(content, start), "whole.tar")


def test_a_hole_in_a_tar_is_named_by_its_place(tmp_path: Path) -> None:
    content = tar_of(IMAGES)
    starts = _starts(content)
    said = rf"bytes from byte {starts[10] + 1_024:,} on are zeros: they were not copied"
    for end in (starts[30], starts[30] + 600):
        with pytest.raises(RecordError, match=said):
            _read(tmp_path, _zeroed(content, starts[10], end))


@pytest.mark.parametrize("record", [1, 2, 5, 10, 20, 32, 64, 126, 128, 512, 2_048])
def test_padding_to_a_record_says_nothing(tmp_path: Path, record: int) -> None:
    files = dict(list(IMAGES.items())[: record % 7])
    content = _ended(files, record)
    assert len(content) % (record * 512) == 0
    assert _read(tmp_path, content) == list(files)
    assert _read(tmp_path / "packed", gzip.compress(content), f"{TENCH_WNID}.tar.gz") == list(files)


def test_joined_tars_may_each_be_padded(tmp_path: Path) -> None:
    parts = [tar_of({"a.JPEG": b"1"}), _ended({"b.JPEG": b"2"}, 128), _ended({"c.JPEG": b"3"}, 1)]
    for content in (b"".join(parts), b"".join(parts[::-1])):
        assert sorted(_read(tmp_path, content)) == ["a.JPEG", "b.JPEG", "c.JPEG"]
    joined = parts[0] + parts[2]
    padded = joined.ljust(1 << 20, b"\0")  # the file as a whole, as `dd conv=sync` does
    assert _read(tmp_path, padded) == ["a.JPEG", "c.JPEG"]


def test_more_zeros_than_any_padding(tmp_path: Path) -> None:
    for zeros in (20_480, 2 << 20):
        with pytest.raises(RecordError, match=CUT):
            _read(tmp_path, tar_of({"a.JPEG": b"1"}) + bytes(zeros))
