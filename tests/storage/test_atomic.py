"""Files that are written whole or not at all: what is there after each kind of failure."""

import errno
import os
from pathlib import Path

import pytest

from ovmr_index.errors import OvmrIndexError
from ovmr_index.storage.atomic import partial_path, whole_file, write_whole


def _no_link(*_: object) -> None:
    raise OSError(errno.EPERM, "Operation not permitted")


def _write_half(path: Path) -> None:
    with whole_file(path) as file:
        file.write(b"half")
        raise KeyError


def test_a_file_appears_once_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file.json"
    with whole_file(path) as file:
        file.write(b"content")
        assert not path.exists()
    assert path.read_bytes() == b"content"
    assert os.listdir(path.parent) == ["file.json"]


def test_an_exception_keeps_the_earlier_file(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    path.write_text("earlier")
    with pytest.raises(KeyError):
        _write_half(path)
    assert path.read_text() == "earlier"
    assert os.listdir(tmp_path) == ["file.json"]


def test_two_at_once_do_not_write_into_each_other(tmp_path: Path) -> None:
    path = tmp_path / "file"
    assert partial_path(path, 1) != partial_path(path, 2)
    assert {partial_path(path, 1).parent, partial_path(path).parent} == {tmp_path}


def test_what_a_kill_left_is_written_over(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    partial_path(path).write_bytes(b"half of an image, and longer than the whole")
    write_whole(b"image", path)
    assert path.read_bytes() == b"image"
    assert os.listdir(tmp_path) == ["a.jpg"]


@pytest.mark.parametrize("has_links", [True, False])
def test_other_files_are_links_or_copies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_links: bool
) -> None:
    if not has_links:
        monkeypatch.setattr(Path, "hardlink_to", _no_link)
    first, second = tmp_path / "all" / "a.jpg", tmp_path / "train" / "a.jpg"
    for content in (b"one", b"two"):
        write_whole(content, first, second)
        assert first.read_bytes() == second.read_bytes() == content
        assert first.samefile(second) is has_links
    assert sorted(path.name for path in tmp_path.rglob("*.*")) == ["a.jpg", "a.jpg"]


def test_a_failure_leaves_no_partial_file(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").mkdir()
    with pytest.raises(OvmrIndexError, match=r"a\.jpg: Is a directory; check the folder and its"):
        write_whole(b"image", tmp_path / "a.jpg")
    assert os.listdir(tmp_path) == ["a.jpg"]
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OvmrIndexError, match=r"file/a: .*; nothing was written there"):
        _write_half(tmp_path / "file" / "a")
