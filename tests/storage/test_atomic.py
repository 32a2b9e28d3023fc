"""Files that are written whole or not at all: what is there after each kind of failure."""

import errno
import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from ovmr_index.errors import OvmrIndexError
from ovmr_index.storage.atomic import SmallFile, whole_file, write_files, write_whole


def _no_link(*_: object) -> None:
    raise OSError(errno.EPERM, "Operation not permitted")


def _write(path: Path, content: bytes) -> None:
    with whole_file(path) as file:
        file.write(content)


def _write_after(step: Callable[[], object], path: Path) -> None:
    with whole_file(path) as file:
        step()
        file.write(b"content")


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


def test_a_name_may_be_as_long_as_a_name_can_be(tmp_path: Path) -> None:
    for name in ("n" * 255, "ü" * 127):
        _write(tmp_path / name, b"content")
        write_whole(b"image", tmp_path / name)
        assert (tmp_path / name).read_bytes() == b"image"
    with pytest.raises(OvmrIndexError, match="File name too long; nothing was written there"):
        _write(tmp_path / ("n" * 256), b"content")
    assert len(os.listdir(tmp_path)) == 2


@pytest.mark.parametrize("mode", [0o664, 0o600, 0o755])
def test_the_mode_of_the_earlier_file_is_kept(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "file.json"
    path.touch()
    path.chmod(mode)
    _write(path, b"content")
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_a_link_stays_and_what_it_points_to_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    link, chain, target = tmp_path / "link", tmp_path / "chain", tmp_path / "far" / "file"
    link.symlink_to(target)
    chain.symlink_to("link")
    for content in (b"new", b"replaced"):  # where there is no file yet, and where there is one
        _write(chain, content)
        assert (link.readlink(), chain.readlink()) == (target, Path("link"))
        assert target.read_bytes() == content
    assert os.listdir(tmp_path / "far") == ["file"]
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    with pytest.raises(OvmrIndexError, match="loop: Too many levels of symbolic links"):
        _write(loop, b"")


def test_a_pipe_is_written_into(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    (tmp_path / "link").symlink_to(pipe)
    for path in (pipe, tmp_path / "link"):
        read: list[bytes] = []
        reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))  # noqa: B023
        reader.start()
        _write(path, b"content")
        reader.join(10)
        assert read == [b"content"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert sorted(os.listdir(tmp_path)) == ["link", "pipe"]


def test_a_pipe_whose_reader_leaves_is_an_error(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with pytest.raises(OvmrIndexError, match="pipe: Broken pipe"):
        _write_after(lambda: os.close(reader), pipe)
    assert os.listdir(tmp_path) == ["pipe"]


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
    assert sorted(os.listdir(first.parent) + os.listdir(second.parent)) == ["a.jpg", "a.jpg"]


def test_others_that_are_the_same_file_already_leave_nothing(tmp_path: Path) -> None:
    write_whole(b"image", tmp_path / "a", tmp_path / "b", tmp_path / "b")
    assert sorted(os.listdir(tmp_path)) == ["a", "b"]


def test_one_that_cannot_be_written_keeps_no_other_from_it(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "file").touch()
    names = ("a", "b", "n" * 256, "file/c", "d")
    files = [SmallFile(name[:1].encode(), [tmp_path / name]) for name in names]
    reasons = write_files(files)
    assert reasons == [None, "Is a directory", "File name too long", "File exists", None]
    assert (tmp_path / "a").read_bytes() == b"a"
    assert sorted(os.listdir(tmp_path)) == ["a", "b", "d", "file"]


def test_a_full_disk_ends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OvmrIndexError, match="No space left on device; check the folder and its"):
        write_files([SmallFile(b"a", [tmp_path / "a"]), SmallFile(b"b", [tmp_path / "b"])])
    assert os.listdir(tmp_path) == []


def test_a_failure_leaves_no_partial_file(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").mkdir()
    with pytest.raises(OvmrIndexError, match=r"a\.jpg: Is a directory; check the folder and its"):
        write_whole(b"image", tmp_path / "a.jpg")
    with pytest.raises(OvmrIndexError, match=r"a\.jpg: Is a directory; nothing was written"):
        _write(tmp_path / "a.jpg", b"content")
    assert os.listdir(tmp_path) == ["a.jpg"]
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OvmrIndexError, match=r"file/a: .*; nothing was written there"):
        _write_half(tmp_path / "file" / "a")


def test_a_read_only_disk_asks_for_another_path(tmp_path: Path) -> None:
    def read_only() -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    with pytest.raises(OvmrIndexError, match=r"nothing was written there; give a path .* -o FILE"):
        _write_after(read_only, tmp_path / "file.json")
    assert os.listdir(tmp_path) == []
