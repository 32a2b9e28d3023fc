"""`report`: what it prints, and what stays where it cannot be written."""

import resource
import subprocess
from pathlib import Path

import pytest

from tests.support.runs import call, command_line, environment


@pytest.mark.slow
def test_says_how_much_was_written(shared: Path, tmp_path: Path) -> None:
    folder = tmp_path / "report"
    done = call("report", "-o", folder, "--crops", 0, root=shared)
    size = sum(one.stat().st_size for one in folder.rglob("*") if one.is_file())
    written = f"{folder}/index.html: 40 categories, 0 crops; 4 files, {size / 1e6:.1f} MB\n"
    assert (done.code, done.out, done.err) == (0, written, "")
    again = call("--json", "report", "-o", folder, "--crops", 0, "--single-file", root=shared)
    assert again.data | {"bytes": 0} == {
        "file": f"{folder}/index.html",
        "categories": 40,
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
def test_an_earlier_report_stays_where_the_disk_is_full(shared: Path, tmp_path: Path) -> None:
    folder = tmp_path / "report"
    call("report", "-o", folder, "--crops", 0, root=shared)
    before = sorted(folder.rglob("*"))
    done = subprocess.run(
        command_line("--root", shared, "report", "-o", folder, "--crops", "0", "--single-file"),
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)),
    )
    said = (
        f"ovmr-index: error: {folder}: File too large; nothing was changed there; check the folder"
    )
    assert (done.returncode, done.stderr.startswith(said)) == (1, True)
    assert sorted(folder.rglob("*")) == before
