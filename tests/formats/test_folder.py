"""A folder a class: which folders and images count, in which order; what is said of others."""

import os
from pathlib import Path

import pytest

from ovmr_index.errors import Issue, RecordError
from ovmr_index.formats.folder import FolderReader
from tests.support.trees import TENCH_WNID, TreeBuilder


def _tree(builder: TreeBuilder, *paths: str) -> Path:
    for path in paths:
        builder.file(f"mine/{path}", b"")
    return builder.root / "mine"


def _names(reader: FolderReader) -> dict[str, list[str]]:
    return {folder.path: reader.names(folder) for folder in reader.folders()}


def test_folders_with_and_without_wnids(builder: TreeBuilder) -> None:
    root = _tree(builder, "mug/a.jpg", f"{TENCH_WNID}/b.jpg", "Tea pot/c.jpg", "n0144076/d.jpg")
    folders = list(FolderReader(root).folders())
    assert [(one.path, one.split, one.wnid) for one in folders] == [
        ("Tea pot", None, None),
        ("mug", None, None),
        ("n0144076", None, None),
        (TENCH_WNID, None, TENCH_WNID),
    ]


def test_images_are_known_by_their_suffix(builder: TreeBuilder) -> None:
    kept = ["A.JPG", "b.JPEG", "c.jpeg", "d.png", "e.webp", "f.Tif", "g.bmp", "h.gif"]
    dropped = [".hidden.jpg", "notes.txt", "i.jpg.part", "jpg"]
    root = _tree(builder, *(f"mug/{name}" for name in kept + dropped))
    reader = FolderReader(root)
    assert _names(reader) == {"mug": kept}
    assert reader.problems == []


def test_what_is_too_high_or_too_deep_is_reported(builder: TreeBuilder) -> None:
    root = _tree(builder, "a.jpg", "b.png", "notes.txt", "mug/c.jpg", "mug/more/d.jpg")
    _tree(builder, ".cache/e.jpg")
    reader = FolderReader(root)
    assert _names(reader) == {"mug": ["c.jpg"]}
    assert sorted(reader.problems) == [
        Issue(file=str(root), reason="2 images are in no class folder"),
        Issue(file=str(root), record="mug/more", reason="is a folder within a class folder"),
    ]


def test_one_image_is_counted_in_the_singular(builder: TreeBuilder) -> None:
    reader = FolderReader(_tree(builder, "a.jpg"))
    assert list(reader.folders()) == []
    assert [issue.reason for issue in reader.problems] == ["1 image is in no class folder"]


def test_names_that_are_no_utf_8_are_reported(builder: TreeBuilder) -> None:
    root = _tree(builder, "mug/a.jpg")
    for name in (b"n\xff", b"mug/b\xff.jpg"):
        path = Path(os.fsdecode(os.fsencode(root) + b"/" + name))
        path.touch() if name.endswith(b".jpg") else path.mkdir()
    reader = FolderReader(root)
    assert _names(reader) == {"mug": ["a.jpg"]}
    assert sorted(problem.record for problem in reader.problems) == ["mug/b\\xff.jpg", "n\\xff"]


def test_linked_folders_are_followed(builder: TreeBuilder, tmp_path: Path) -> None:
    root = _tree(builder, "mug/a.jpg")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "b.jpg").touch()
    (root / "cup").symlink_to(tmp_path / "elsewhere")
    assert _names(FolderReader(root)) == {"cup": ["b.jpg"], "mug": ["a.jpg"]}


def test_a_time_counts_only_when_it_is_settled(builder: TreeBuilder) -> None:
    root = _tree(builder, "cup/a.jpg", "mug/a.jpg")
    (root / "mug" / "b.jpg").touch()
    settled, fresh = FolderReader(root).folders()
    assert settled.mtime_ns == (root / "cup").stat().st_mtime_ns
    assert fresh.mtime_ns is None


def test_a_class_folder_that_is_gone_is_named(builder: TreeBuilder) -> None:
    root = _tree(builder, "mug/a.jpg")
    reader = FolderReader(root)
    (folder,) = reader.folders()
    (root / "mug" / "a.jpg").unlink()
    (root / "mug").rmdir()
    with pytest.raises(RecordError, match="mug: No such file or directory; check the folder"):
        reader.names(folder)
