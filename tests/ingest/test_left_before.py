"""What a tree has left out stays said while its folder or its tar is not read again."""

from pathlib import Path

import pytest

from ovmr_index import Index
from ovmr_index.formats import left_out, unpacked
from tests.support.contents import rows_of
from tests.support.runs import call
from tests.support.tars import tar_of
from tests.support.trees import APPLE_WNID, BASKET_WNID, TENCH_WNID, TreeBuilder, picture

pytestmark = pytest.mark.slow

KEPT = "SELECT record, reason FROM ingest_problems ORDER BY 1, 2"


@pytest.fixture
def root(builder: TreeBuilder) -> Path:
    """Return a tree with a folder, a tar, and a class that is both, each with an odd file."""
    odd = {"a.JPEG": picture(), "x.heic": b""}
    for name, content in odd.items():
        builder.file(f"imagenet/{TENCH_WNID}/{name}", content)
    builder.file(f"imagenet/{APPLE_WNID}.tar", tar_of(odd))
    builder.file(f"imagenet/{BASKET_WNID}/a.JPEG", picture())
    builder.file(f"imagenet/{BASKET_WNID}.tar", tar_of({"b.JPEG": picture(), **odd}))
    return builder.root


def _problems(index: Index) -> list[tuple[str, str]]:
    (source,) = index.ingest([index.sources.imagenet()]).sources
    return sorted((one.record, one.reason) for one in source.problems)


def test_what_was_left_out_stays_said(root: Path, builder: TreeBuilder) -> None:
    index = builder.index()
    first = _problems(index)
    assert [record for record, _ in first] == [
        f"{TENCH_WNID}/x.heic",
        BASKET_WNID,
        "x.heic",
        "x.heic",
    ]
    for _ in range(2):
        assert _problems(index) == first
        assert rows_of(index, KEPT) == first
    done = call("ingest", "imagenet", root / "imagenet" / ".." / "imagenet", root=root)
    assert "nothing has changed, 4 files, 4 left out" in done.out
    assert rows_of(index, KEPT) == first


def test_what_is_gone_is_said_no_more(root: Path, builder: TreeBuilder) -> None:
    index = builder.index()
    _problems(index)
    (root / "imagenet" / TENCH_WNID / "x.heic").unlink()
    builder.touch(root / "imagenet" / TENCH_WNID)
    builder.file(f"imagenet/{APPLE_WNID}.tar", tar_of({"a.JPEG": picture()}))
    assert [record for record, _ in _problems(index)] == [BASKET_WNID, "x.heic"]
    (root / "imagenet" / f"{BASKET_WNID}.tar").unlink()
    assert _problems(index) == []
    assert rows_of(index, KEPT) == []


def test_a_count_of_the_rest_stays_said(
    builder: TreeBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(left_out, "_NAMED", 1)
    for name in ("a.JPEG", "x.heic", "y.heic", "z.heic"):
        builder.file(f"imagenet/{TENCH_WNID}/{name}", picture())
    index = builder.index()
    first = _problems(index)
    (rest,) = (reason for record, reason in first if not record)
    assert rest.startswith(".heic is no image that is read here: 2 more files, the last is ")
    assert _problems(index) == first


@pytest.mark.parametrize("whole", [False, True], ids=["half unpacked", "unpacked"])
def test_a_tar_beside_its_folder_is_read_once(
    builder: TreeBuilder, monkeypatch: pytest.MonkeyPatch, whole: bool
) -> None:
    files = {name: picture() for name in ("a.JPEG", "b.JPEG", "c.JPEG")}
    for name in list(files)[: 3 if whole else 1]:
        builder.file(f"imagenet/{TENCH_WNID}/{name}", files[name])
    builder.file(f"imagenet/{TENCH_WNID}.tar", tar_of(files))
    index = builder.index()
    first = _problems(index)
    assert len(first) == (not whole)

    def read(*_: object) -> None:
        raise AssertionError("the tar is read again")

    monkeypatch.setattr(unpacked, "TarImages", read)
    assert _problems(index) == first
    done = call("ingest", "imagenet", root=builder.root)
    assert "nothing has changed, 3 files" in done.out
    monkeypatch.undo()
    builder.file(f"imagenet/{TENCH_WNID}.tar", tar_of({**files, "d.JPEG": picture()}))
    assert [record for record, _ in _problems(index)] == [TENCH_WNID]
    assert rows_of(index, "SELECT count(*) FROM images") == [(4,)]


def test_a_class_that_goes_from_folder_to_tar(builder: TreeBuilder) -> None:
    files = {name: picture() for name in ("a.JPEG", "b.JPEG")}
    for name, content in files.items():
        builder.file(f"imagenet/{TENCH_WNID}/{name}", content)
    tar = builder.file(f"imagenet/{TENCH_WNID}.tar", tar_of(files))
    index = builder.index()
    assert _problems(index) == []
    assert call("verify", root=builder.root).code == 0
    (builder.root / "imagenet" / TENCH_WNID).rename(builder.root / "away")
    assert _problems(index) == []
    assert rows_of(index, "SELECT count(*) FROM tar_members") == [(2,)]
    (builder.root / "away").rename(builder.root / "imagenet" / TENCH_WNID)
    assert _problems(index) == []
    tar.unlink()
    assert _problems(index) == []
    assert call("verify", root=builder.root).code == 0
    assert rows_of(index, "SELECT count(*) FROM tar_members") == [(0,)]
