"""A folder a class: which folders and images count, in which order; what is said of others."""

import os
from pathlib import Path
from socket import AF_UNIX, socket

import pytest

from ovmr_index.errors import Issue, RecordError
from ovmr_index.formats.folder import FolderReader
from tests.support.trees import TENCH_WNID, TreeBuilder, picture


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
    kept = ["A.JPG", "b.JPEG", "c.jpeg", "d.png", "e.webp", "f.Tif", "g.bmp", "h.gif", "i.jfif"]
    kept += ["j.JPE", "k.avif", "l.ppm", "m.jp2", "n.tif"]
    passed_over = [".DS_Store", "Thumbs.db", "notes.txt", "a.json"]
    dropped = ["i.jpg.part", "n.heic", "o.eps"]
    root = _tree(builder, *(f"mug/{name}" for name in kept + passed_over + dropped))
    reader = FolderReader(root)
    assert _names(reader) == {"mug": kept}
    assert sorted(problem.record for problem in reader.problems) == [
        f"mug/{name}" for name in dropped
    ]


def test_backups_and_incomplete_downloads_are_left_out_by_name(builder: TreeBuilder) -> None:
    backups = ["a.JPEG.1", "a.jpg.001", "a.png~", "a~", "a.jpg.part-0123456789abcdef", "b.Jpg.2~"]
    partial = ["a.jpg.crdownload", "a.jpg.part", "c.jpg.bak", "d.webp.tmp.17"]
    hidden = ["._a.jpg", ".a.jpg", ".a.jpg.Xy12Zz", "._a.JPEG"]
    for name in (*backups, *partial, *hidden, "1234.5678", "a.jpg", "b (1).JPEG", "a - Copy.jpg"):
        builder.file(f"mine/mug/{name}", picture())
    builder.file("mine/mug/.directory", picture())
    reader = FolderReader(builder.root / "mine")
    assert _names(reader) == {"mug": ["1234.5678", "a - Copy.jpg", "a.jpg", "b (1).JPEG"]}
    left_out = sorted(problem.record for problem in reader.problems)
    assert left_out == sorted(f"mug/{name}" for name in (*backups, *partial, *hidden))
    reasons = {Path(problem.record).name: problem.reason for problem in reader.problems}
    assert "is a backup or a part of a download" in reasons["a.JPEG.1"]
    assert reasons["._a.jpg"] == "is what macOS keeps beside a file, and no image"


def test_folders_of_the_system_are_no_classes(builder: TreeBuilder) -> None:
    root = _tree(builder, "mug/a.jpg", "__MACOSX/._a.jpg", "@eaDir/thumb.jpg", ".cache/a.jpg")
    reader = FolderReader(root)
    assert _names(reader) == {"mug": ["a.jpg"]}
    assert [problem.record for problem in reader.problems] == ["@eaDir", "__MACOSX"]


def test_hidden_images_are_named_where_all_others_are_as_published(builder: TreeBuilder) -> None:
    root = _tree(builder, "mug/a.JPEG", "mug/.b.JPEG", "mug/c.JPEG")
    reader = FolderReader(root)
    assert _names(reader) == {"mug": ["a.JPEG", "c.JPEG"]}
    (problem,) = reader.problems
    assert (problem.record, problem.reason) == (
        "mug/.b.JPEG",
        "is hidden: its name begins with a dot",
    )


def test_without_a_suffix_the_first_bytes_say_what_it_is(builder: TreeBuilder) -> None:
    for number, kind in enumerate(("JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "AVIF")):
        builder.file(f"mine/mug/image_{number}", picture(kind=kind))
    builder.file("mine/mug/1234.5678", picture())
    _tree(builder, "mug/README", "mug/empty")
    reader = FolderReader(builder.root / "mine")
    assert _names(reader) == {"mug": ["1234.5678", *(f"image_{number}" for number in range(7))]}
    assert sorted(problem.describe() for problem in reader.problems) == [
        f"{builder.root / 'mine'}: mug/{name}: has no suffix, and does not begin as an image"
        for name in ("README", "empty")
    ]


def test_nothing_but_plain_files_is_opened(
    builder: TreeBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = _tree(builder, "mug/a.jpg")
    monkeypatch.chdir(root / "mug")  # a socket's path may have about 100 characters
    os.mkfifo(root / "mug" / "pipe.jpg")
    os.mkfifo(root / "mug" / "pipe")
    with socket(AF_UNIX) as bound:
        bound.bind("s.jpg")
    (root / "mug" / "endless.jpg").symlink_to(root / "mug" / "pipe.jpg")
    (root / "mug" / "dead.jpg").symlink_to("nowhere.jpg")
    (root / "mug" / "round.jpg").symlink_to("round.jpg")
    reader = FolderReader(root)
    assert _names(reader) == {"mug": ["a.jpg"]}
    plain = "is a pipe, a socket or a device, and no plain file"
    assert {problem.record: problem.reason for problem in reader.problems} == {
        **dict.fromkeys(("mug/pipe.jpg", "mug/pipe", "mug/s.jpg", "mug/endless.jpg"), plain),
        "mug/dead.jpg": "is a link that leads nowhere (No such file or directory)",
        "mug/round.jpg": "is a link that leads nowhere (Too many levels of symbolic links)",
    }


def test_a_link_stays_within_its_dataset_unless_links_are_followed(
    builder: TreeBuilder, tmp_path: Path
) -> None:
    root = _tree(builder, "mug/a.jpg", "cup/b.jpg")
    builder.file("secret.txt", b"")
    builder.file("mine-too/c.jpg", b"")
    (root / "mug" / "inside.jpg").symlink_to("../cup/b.jpg")
    (root / "mug" / "secret.jpg").symlink_to(builder.root / "secret.txt")
    (root / "mug" / "next.jpg").symlink_to("../../mine-too/c.jpg")
    (tmp_path / "linked").symlink_to(root)
    for path in (root, tmp_path / "linked"):
        reader = FolderReader(path)
        assert _names(reader)["mug"] == ["a.jpg", "inside.jpg"]
        reason = "is a link out of its dataset; to read it, ingest with --follow-links"
        assert sorted(reader.problems) == [
            Issue(file=str(path), record=f"mug/{name}.jpg", reason=reason)
            for name in ("next", "secret")
        ]
        reader.follow_links()
        assert _names(reader)["mug"] == ["a.jpg", "inside.jpg", "next.jpg", "secret.jpg"]


def test_of_thousands_that_are_left_out_the_last_are_counted(builder: TreeBuilder) -> None:
    (builder.root / "mine" / "mug").mkdir(parents=True)
    for number in range(1_003):
        (builder.root / "mine" / "mug" / f"{number:04}.heic").touch()
    reader = FolderReader(builder.root / "mine")
    assert _names(reader) == {"mug": []}
    assert len(reader.problems) == 1_001
    assert ".heic is no image that is read here: 3 more files" in reader.problems[-1].reason


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


def test_folders_of_splits_are_told_from_classes(tmp_path: Path) -> None:
    image = tmp_path / "data set" / "train" / "dog" / "a.jpg"
    image.parent.mkdir(parents=True)
    image.write_bytes(picture())
    reader = FolderReader(tmp_path / "data set")
    assert [reader.names(folder) for folder in reader.folders()] == [[]]
    inside = f"'{tmp_path / 'data set' / 'train'}'"
    assert [(issue.record, issue.reason) for issue in reader.problems] == [
        ("train/dog", "is a folder within a class folder"),
        (
            "train/",
            f"holds folders and no image; if they are the classes, give {inside} instead",
        ),
    ]
