"""The bytes of JSON files: what holds them, and what is no JSON file at all."""

import gzip
import os
import socket
import tempfile
import threading
from pathlib import Path

import pytest

from ovmr_index.errors import RecordError
from ovmr_index.formats.json_bytes import json_bytes
from ovmr_index.formats.json_document import JsonDocument
from tests.support.trees import picture

MARK = b"\xef\xbb\xbf"
TEXT = b'{"a": [1, 2]}'
TWICE_PACKED = gzip.compress(gzip.compress(TEXT, mtime=0), mtime=0)


def _members(path: Path) -> dict[str, bytes]:
    return {name: bytes(raw) for name, raw in JsonDocument(path).members().items()}


@pytest.mark.parametrize(
    "content",
    [
        TEXT,
        MARK + TEXT,
        gzip.compress(TEXT, mtime=0),
        gzip.compress(MARK + TEXT, mtime=0),
        gzip.compress(TEXT[:5], mtime=0) + gzip.compress(TEXT[5:], mtime=0),
    ],
    ids=["plain", "mark", "gzip", "mark in gzip", "two gzip members"],
)
@pytest.mark.parametrize("name", ["file.json", "file.json.gz"])
def test_marks_and_gzip_are_read_whatever_the_name(
    tmp_path: Path, content: bytes, name: str
) -> None:
    (tmp_path / name).write_bytes(content)
    assert _members(tmp_path / name) == {"a": b"[1, 2]"}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "the file is empty; download it again"),
        (MARK, "the file is empty; download it again"),
        (gzip.compress(b"", mtime=0), "the file is empty; download it again"),
        (gzip.compress(TEXT * 99, mtime=0)[:-9], "the gzip file is cut off; download it again"),
        (b"\x1f\x8b\x08\x00", "the gzip file is cut off; download it again"),
        (b"\x1f\x8bnothing that was packed", "the gzip file is damaged; download it again"),
        (gzip.compress(b"PK\x03\x04", mtime=0), "is not JSON: it is a zip archive; unpack it"),
        (b"PK\x03\x04 and more", "is not JSON: it is a zip archive; unpack it, and give the file"),
        (TWICE_PACKED, "it is compressed with gzip twice; unpack it"),
        (b"BZh91AY", "it is compressed with bzip2; unpack it"),
        (b"\xfd7zXZ\0", "it is compressed with xz; unpack it"),
        (b"\x28\xb5\x2f\xfd", "it is compressed with zstd; unpack it"),
        (b"a.json".ljust(257, b"\0") + b"ustar\0", "it is a tar; unpack it"),
        (TEXT.decode().encode("utf-16"), "it is UTF-16 text; save it as UTF-8"),
        (b"\xfe\xff\0{", "it is UTF-16 text; save it as UTF-8"),
        *(
            (TEXT.decode().encode(f"utf-{size}{order}"), f"it is UTF-{size} text; save it as UTF-8")
            for size in (16, 32)
            for order in ("", "-le", "-be")
        ),
        (b"\0\0\xfe\xff\0\0\0{", "it is UTF-32 text; save it as UTF-8"),
        (b"version https://git-lfs.github.com/spec/v1\n", "of Git LFS; run `git lfs pull`"),
        (picture(), "it is a JPEG image; give the annotation file"),
        (picture(kind="PNG"), "it is a PNG image; give the annotation file"),
        (b"\0\0\0\x20ftypavif\0\0\0\0", "it is an AVIF image; give the annotation file"),
    ],
    ids=lambda value: repr(value[:20]),
)
def test_what_is_no_json_says_what_it_is(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "file.json"
    path.write_bytes(content)
    with pytest.raises(RecordError) as caught:
        json_bytes(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert problem in str(caught.value)


def test_an_open_pipe_is_read_once() -> None:
    reading, writing = os.pipe()
    content = b'{"a": [' + b"1," * 100_000 + b"1]}"

    def write() -> None:
        with os.fdopen(writing, "wb") as file:
            file.write(content)

    writer = threading.Thread(target=write)
    writer.start()
    assert len(_members(Path(f"/dev/fd/{reading}"))["a"]) == len(content) - 7
    writer.join()
    os.close(reading)


def test_what_has_no_end_or_no_beginning_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's path may have about 100 characters
    os.mkfifo(tmp_path / "fifo.json")
    (tmp_path / "link.json").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("socket.json")
        for name, kind in (("fifo", "a pipe"), ("link", "a device"), ("socket", "a socket")):
            path = tmp_path / f"{name}.json"
            with pytest.raises(RecordError) as caught:
                json_bytes(path)
            assert str(caught.value) == f"{path}: is {kind}; give a file"


def test_unpacking_without_room_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file.json").write_bytes(gzip.compress(TEXT, mtime=0))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    with pytest.raises(RecordError, match=r"cannot be unpacked: .*; make room for temporary files"):
        json_bytes(tmp_path / "file.json")
