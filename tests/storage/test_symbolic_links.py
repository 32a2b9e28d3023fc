"""Links from one place of a tree to another: relative where they can be, never over a thing."""

import os
from pathlib import Path

import pytest

from ovmr_index.storage.symbolic_links import LinkFolder, make_link


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """Return a folder with a target, reached through a folder that is a link."""
    (tmp_path / "disk/images").mkdir(parents=True)
    (tmp_path / "top").mkdir()
    (tmp_path / "top/data").mkdir()
    (tmp_path / "top/elsewhere").symlink_to(tmp_path / "disk")
    return tmp_path / "top"


def test_a_link_within_a_folder_is_relative(top: Path) -> None:
    assert make_link(top / "a/b/link", top / "data", [top]) is None
    assert str((top / "a/b/link").readlink()) == "../../data"
    moved = top.rename(top.parent / "moved")
    assert (moved / "a/b/link").samefile(moved / "data")


def test_what_it_leads_to_may_be_a_link_itself(top: Path) -> None:
    assert make_link(top / "link", top / "elsewhere", [top]) is None
    assert str((top / "link").readlink()) == "elsewhere"
    assert LinkFolder(top, [top]).text(top / "elsewhere/images") == "elsewhere/images"


def test_in_a_folder_on_another_disk_it_leads_to_a_neighbour(top: Path) -> None:
    link, target = top / "elsewhere/link", top / "elsewhere/images"
    assert make_link(link, target, [top]) is None
    assert str(link.readlink()) == "images"


def test_a_link_to_another_folder_is_absolute(top: Path, tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    assert make_link(top / "link", tmp_path / "far", [top]) is None
    assert (top / "link").readlink() == tmp_path / "far"


def test_of_two_folders_either_may_hold_both_ends(top: Path, tmp_path: Path) -> None:
    out = top / "out"
    assert LinkFolder(out, [out, top]).text(top / "data") == "../data"
    far = tmp_path / "far"
    assert LinkFolder(far, [far, top]).text(top / "data") == str(top / "data")


def test_relative_paths_are_made_absolute(
    top: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert make_link(Path("far/link"), Path("top/data"), [Path("top")]) is None
    assert Path("far/link").readlink() == top / "data"


def test_a_link_that_is_there_is_left(top: Path) -> None:
    (top / "link").symlink_to(top / "data")
    assert make_link(top / "link", top / "data", [top]) is None
    assert (top / "link").readlink() == top / "data"


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("folder", "is a folder, and not a link to "),
        ("file", "is a file, and not a link to "),
        ("pipe", "is no plain file, and not a link to "),
        ("dead link", "is a link that leads nowhere (gone); delete it"),
        ("other link", "is a link to data, and not to "),
    ],
)
def test_what_is_in_the_way_is_named_and_left(top: Path, kind: str, said: str) -> None:
    link = top / "link"
    (top / "images").mkdir()
    match kind:
        case "folder":
            link.mkdir()
        case "file":
            link.write_text("mine")
        case "pipe":
            os.mkfifo(link)
        case _:
            link.symlink_to("gone" if kind == "dead link" else "data")
    before = os.lstat(link).st_ino
    assert said in (make_link(link, top / "images", [top]) or "")
    assert os.lstat(link).st_ino == before


def test_a_file_where_a_folder_should_be_is_in_the_way(top: Path) -> None:
    (top / "file").write_text("")
    assert (
        make_link(top / "file/link", top / "data", [top])
        == f"{top / 'file'} is no folder; move it away"
    )


def test_a_link_to_another_target_is_replaced_and_a_file_is_not(top: Path) -> None:
    links = LinkFolder(top, [top])
    for text in ("gone", "data", "data"):
        assert links.put("link", text) is None
        assert str((top / "link").readlink()) == text
    before = (top / "link").lstat()
    assert links.put("link", "data") is None
    assert (top / "link").lstat() == before
    (top / "file").write_bytes(b"mine")
    assert links.put("file", "data") == f"{top / 'file'}: is a file, and no link; move it away"
    assert (top / "file").read_bytes() == b"mine"
    reason = LinkFolder(top / "absent", []).put("link", "data") or ""
    assert reason.startswith(f"{top / 'absent/link'}: No such file or directory; give another")


def test_through_a_link_to_the_folder_links_lead_up_from_where_it_is(top: Path) -> None:
    links = LinkFolder(top / "elsewhere", [top.parent])
    assert links.text(top / "data") == "../top/data"
