"""`report`: what it prints, and what stays where it cannot be written."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.runs import call


@pytest.mark.slow
def test_says_how_much_was_written(small_shared: Path, tmp_path: Path) -> None:
    folder = tmp_path / "report"
    done = call("report", "-o", folder, "--crops", 0, root=small_shared)
    size = sum(one.stat().st_size for one in folder.rglob("*") if one.is_file())
    written = f"{folder}/index.html: 12 categories, 0 crops; 4 files, {size / 1e6:.1f} MB\n"
    assert (done.code, done.out, done.err) == (0, written, "")
    again = call("--json", "report", "-o", folder, "--crops", 0, "--single-file", root=small_shared)
    assert again.data | {"bytes": 0} == {
        "file": f"{folder}/index.html",
        "categories": 12,
        "crops": 0,
        "files": 1,
        "bytes": 0,
        "problems": [],
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-o", "-"), "-o -: names a folder here; give one"),
        (("--crops", "101"), "--crops is 101; give 0 to 100"),
        (("--vocabulary", "lvis_v1_vla"), "did you mean 'lvis_v1_val'"),
    ],
)
def test_wrong_usage_is_one_line(
    shared: Path, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    done = call("report", "-o", tmp_path / "report", *arguments, root=shared)
    assert done.code == 2
    assert message in done.error
    assert [*tmp_path.iterdir()] == []


@pytest.mark.slow
def test_an_earlier_report_stays_where_the_disk_is_full(small_shared: Path, tmp_path: Path) -> None:
    folder = tmp_path / "report"
    call("report", "-o", folder, "--crops", 0, root=small_shared)
    before = sorted(folder.rglob("*"))
    with _files_of_at_most(20_000):
        done = call("report", "-o", folder, "--crops", 0, "--single-file", root=small_shared)
    said = (
        f"ovmr-index: error: {folder}: File too large; nothing was changed there; check the folder"
    )
    assert (done.code, done.err.startswith(said)) == (1, True)
    assert sorted(folder.rglob("*")) == before


@contextmanager
def _files_of_at_most(size: int) -> Iterator[None]:
    """Let no file be written beyond a size, in bytes; Python asks for no signal."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
