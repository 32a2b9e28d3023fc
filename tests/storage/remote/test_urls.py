"""Which addresses are remote, what they are joined to, and that nothing is written there."""

import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from ovmr_index import UsageError
from ovmr_index.storage.remote.path import DiskRoot, RemotePath
from ovmr_index.storage.remote.urls import place

_ROOT = RemotePath("s3://bucket/data")


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("s3://bucket", "s3://bucket"),
        ("S3://bucket/data/", "s3://bucket/data"),
        (Path("s3://bucket/data"), "s3://bucket/data"),
        ("gs://bucket/a b", "gs://bucket/a b"),
        (Path("https://host:8080/a//b.json"), "https://host:8080/a/b.json"),
    ],
)
def test_an_address_is_a_remote_path(given: str | Path, text: str) -> None:
    found = place(given)
    assert isinstance(found, RemotePath)
    assert str(found) == text
    assert pickle.loads(pickle.dumps(found)) == found


@pytest.mark.parametrize("given", ["/data/s3:/x", "data", "file:///data", "ftp://host/a", "a:b"])
def test_any_other_path_is_none(given: str) -> None:
    assert not isinstance(place(given), RemotePath)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("s3:///data", None),
        ("s3://", "names no bucket"),
        ("https://", "names no server"),
        ("s3://a:b@bucket/data", "holds a name or a password"),
        ("https://host/a?b=c", "has a query"),
        ("https://host/a#b", "has a fragment"),
        ("s3://bucket/../other", "leads upwards"),
        ("s3://bucket/a\nb", "holds a control character"),
    ],
)
def test_an_address_that_is_none_is_refused(given: str, said: str | None) -> None:
    if said is None:  # a slash too many
        assert str(place(given)) == "s3://data"
        return
    with pytest.raises(UsageError, match=said):
        place(given)


def test_paths_are_joined_to_a_remote_root() -> None:
    assert str(_ROOT / "a/b.json") == "s3://bucket/data/a/b.json"
    assert (_ROOT / "a").parent == _ROOT
    assert (_ROOT / "a/b.json").relative_to(_ROOT).as_posix() == "a/b.json"
    assert Path("/local") == _ROOT / "/local"
    assert not isinstance(_ROOT / "/local", RemotePath)
    assert str(_ROOT / "https://host/a.json") == "https://host/a.json"


def test_an_address_is_joined_to_a_root_on_a_disk_as_it_is() -> None:
    assert str(DiskRoot("/data") / "s3://bucket/a") == "s3://bucket/a"
    assert DiskRoot("/data") / "a" == Path("/data/a")


@pytest.mark.parametrize(
    "write",
    [
        lambda path: path.mkdir(parents=True),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_text(""),
        lambda path: path.open("wb"),
        lambda path: path.unlink(),
        lambda path: path.replace("other"),
        lambda path: path.symlink_to("other"),
    ],
)
def test_nothing_is_written_to_a_remote_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[[Path], object]
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OSError, match="is remote, and only read from"):
        write(_ROOT / "file")
    assert list(tmp_path.iterdir()) == []
