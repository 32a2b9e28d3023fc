"""Paths out of files: none leaves its root."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovmr_index.errors import UsageError
from ovmr_index.storage.paths import (
    can_be_read_once,
    check_name,
    path_problem,
    short_name,
    split_path,
    split_url,
    with_slashes,
)

PIECES = st.lists(st.sampled_from(["..", ".", "", "a", "b.jpg", "\0", "C:", "\\", "//", "~"]))


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("a.jpg", ("", "a.jpg")),
        ("b/a.jpg", ("b", "a.jpg")),
        ("c/b/é..jpg", ("c/b", "é..jpg")),
        ("", None),
        ("/a.jpg", None),
        ("../a.jpg", None),
        ("b/../a.jpg", None),
        ("b/..", None),
        ("./a.jpg", ("", "a.jpg")),
        ("b//a.jpg", ("b", "a.jpg")),
        ("./c/.//b/./a.jpg", ("c/b", "a.jpg")),
        ("12:30.jpg", ("", "12:30.jpg")),
        ("b:c/a.jpg", ("b:c", "a.jpg")),
        ("b\\a.jpg", None),
        ("...", ("", "...")),
        ("b/", None),
        ("b/.", None),
        (".", None),
        (" ", None),
        ("//a.jpg", None),
        ("b/a\0.jpg", None),
        ("b\\..\\a.jpg", None),
        ("b\\", None),
        ("\\\\server\\a.jpg", None),
        ("C:/a.jpg", None),
        ("c:\\a.jpg", None),
        ("http://host/a.jpg", None),
    ],
)
def test_a_path_is_split_or_refused(path: str, parts: tuple[str, str] | None) -> None:
    assert split_path(path) == parts


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("/home/me/1.jpg", ("/home/me", "1.jpg")),
        ("//home//me/./1.jpg", ("/home/me", "1.jpg")),
        ("/1.jpg", ("/", "1.jpg")),
        ("b/c/1.jpg", ("b/c", "1.jpg")),
        ("C:/data/1.jpg", ("/C:/data", "1.jpg")),
        ("b/1.jpg", ("b", "1.jpg")),
        ("/home/../1.jpg", None),
        ("/", None),
    ],
)
def test_a_foreign_path_is_known_by_its_slash(path: str, parts: tuple[str, str] | None) -> None:
    assert split_path(path, foreign=True) == parts
    assert split_path("b\\a.jpg", foreign=True) == ("", "b\\a.jpg")
    assert with_slashes(path.replace("/", "\\")) == parts


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("", "is empty"),
        ("b/a\0.jpg", "holds a NUL character"),
        ("https://host/a.jpg", "is a URL"),
        ("b\\..\\a.jpg", "leads upwards (..)"),
        ("b/../a.jpg", "leads upwards (..)"),
        ("b/", "names a folder"),
        ("/b/a.jpg", "is absolute"),
        ("D:\\a.jpg", "is absolute"),
        ("b\\a.jpg", "holds a backslash"),
        ("12:30.jpg", ""),
    ],
)
def test_what_is_no_path_says_why(path: str, problem: str) -> None:
    assert path_problem(path) == problem


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("http://images.cocodataset.org/train2017/000000000009.jpg", "train2017/000000000009.jpg"),
        ("https://host/a/b/VG_100K_2/7.jpg", "VG_100K_2/7.jpg"),
        ("train2017/1.jpg", "train2017/1.jpg"),
        ("http://host/../train2017/1.jpg", None),
        ("http://host/train2017/..", None),
        ("http://host/../1.jpg", None),
        ("http://host/train2017/", None),
        ("http://host//1.jpg", None),
        ("http://host/a\0b/1.jpg", None),
        ("/etc/train2017/1.jpg", None),
        ("", None),
        ("http://host/VG_100K/1.jpg?x=1", "VG_100K/1.jpg"),
        ("http://host/VG_100K/1.jpg?a=/b/c&d=..", "VG_100K/1.jpg"),
        ("http://host/VG_100K/1.jpg#top/of", "VG_100K/1.jpg"),
        ("http://host/VG_100K/1.jpg#a?b", "VG_100K/1.jpg"),
        ("HTTPS://host/VG_100K/1.jpg?", "VG_100K/1.jpg"),
        ("http://host/VG_100K/1.jpg/?x=1", None),
        ("http://host/VG_100K/?1.jpg", None),
        ("http://host/VG%5f100K/a%20b%C3%A9.jpg", "VG_100K/a bé.jpg"),
        ("http://host/VG_100K/%3F1.jpg", "VG_100K/?1.jpg"),
        ("http://host/VG_100K/100%.jpg", "VG_100K/100%.jpg"),
        ("http://host/VG_100K/%ff.jpg", None),
        ("http://host/%2e%2e/1.jpg", None),
        ("http://host/VG_100K%2F1.jpg", None),
        ("http://host/VG_100K/a%5c1.jpg", None),
        ("http://host/VG_100K/%001.jpg", None),
        ("http://user:word@host:80/VG_100K/1.jpg", "VG_100K/1.jpg"),
        ("file:///data/VG_100K/1.jpg", "VG_100K/1.jpg"),
        ("http://host/1.jpg", "/1.jpg"),
        ("http://host?a/b.jpg", None),
        ("http://host", None),
        ("http://host/", None),
        ("http:\\\\host\\VG_100K\\1.jpg", None),
        ("VG_100K/1.jpg?x=1", "VG_100K/1.jpg?x=1"),
        ("VG_100K/a%20b.jpg", "VG_100K/a%20b.jpg"),
    ],
)
def test_a_url_gives_its_last_two_parts(url: str, parts: str | None) -> None:
    found = split_url(url)
    assert (None if found is None else "/".join(found)) == parts


@given(PIECES.map("/".join))
def test_what_is_let_in_stays_below_the_root(path: str) -> None:
    for found in (
        *(split_path(path), split_path(path, foreign=True), with_slashes(path)),
        *(split_url(path), split_url(f"http://host/{path}")),
    ):
        if found is not None:
            for whole in (
                os.path.normpath("/root/" + "/".join(found)),
                os.path.normpath("/root/" + "/".join(found).replace("\\", "/")),
            ):
                assert whole.startswith("/root/")
            assert "\0" not in "".join(found)


# What cannot be a part of a path, or would not be seen as it is.
BAD_NAMES = [
    *("", " ", ".", "..", "a/c", "../../x", "/x", "a\\b", ".hidden", " a", "a ", "a\t", "a\nb"),
    *("a\0b", "\x1b[31m", "\x7f", "a\u2028b", "\u202egnp", "\udce9", "a" * 201, "ü" * 101),
]
GOOD_NAMES = [
    "mine",
    "my classes",
    "a.b",
    "a..b",
    "ü",
    "犬",
    "-K",
    "a" * 200,
    "K-005_seed-42",
    "CON",
]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_that_cannot_be_part_of_a_path_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="cannot name a sample; give a name ") as caught:
        check_name("sample", name)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("name", GOOD_NAMES)
def test_any_other_name_is_taken(tmp_path: Path, name: str) -> None:
    check_name("sample", name)
    (tmp_path / f"{name}.json.provenance.json").touch()


@given(st.text())
def test_what_is_taken_is_one_part_of_a_path(name: str) -> None:
    try:
        check_name("sample", name)
    except UsageError:
        return
    assert split_path(f"x/{name}") == ("x", name)
    assert len(name.encode()) <= 200


@pytest.mark.parametrize("name", ["a" * 200, "a" * 201, "ü" * 150, "犬" * 1_000])
def test_a_made_name_is_cut(name: str) -> None:
    made = short_name(name)
    check_name("sample", made)
    assert (made == name) is (len(name.encode()) <= 200)
    assert made == name or short_name(name + "x") != made


def test_what_a_process_has_open_is_read_once_and_a_file_in_memory_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, pipe = tmp_path / "classes.csv", tmp_path / "pipe"
    file.touch()
    os.mkfifo(pipe)
    assert can_be_read_once(pipe)
    assert not any(map(can_be_read_once, (file, tmp_path, tmp_path / "absent")))
    monkeypatch.setattr(Path, "exists", lambda _: True)
    monkeypatch.setattr(Path, "is_file", lambda _: True)
    monkeypatch.setattr(Path, "is_dir", lambda _: False)
    assert not can_be_read_once(Path("/dev/shm/classes.csv"))
    assert all(can_be_read_once(Path(name)) for name in ("/dev/stdin", "/dev/fd/63"))
