"""Data on standard output: nothing else is there, however it is named and wherever it leads."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.support.runs import call
from tests.support.warm import warm_start

pytestmark = pytest.mark.slow

NAMES = ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"]
TARGETS: list[tuple[str, ...]] = [
    *(("exemplars",), ("annotations",), ("norare",), ("rareonly",), ("cat-info",)),
    *(("imagenet-lvis",), ("manifest",), ("sample", "-K", "1", "--on-shortage", "take-all")),
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("as_json", [False, True])
def test_every_name_of_standard_output(small_shared: Path, name: str, as_json: bool) -> None:
    more = ["--json"] if as_json else []
    command = ("export", "cat-info", "-o", name, *more)
    done = warm_start().run("--root", small_shared, *command, cwd=small_shared)
    assert done.code == 0
    assert isinstance(done.data, list)
    assert "records" in done.err
    assert not (small_shared / "-").exists()


# An object, a file that is written as it is read, and the draw.
@pytest.mark.exhaustive(but=["exemplars", "norare", "sample"])
@pytest.mark.parametrize("target", TARGETS, ids=lambda one: one[0])
def test_every_target(small_shared: Path, tmp_path: Path, target: tuple[str, ...]) -> None:
    file = tmp_path / "file.json"
    assert call("export", *target, "-o", file, root=small_shared).code == 0
    done = warm_start().run("--root", small_shared, "export", *target, "-o", "-")
    assert done.code == 0
    assert done.out == file.read_text()


def test_a_file_that_standard_output_is_redirected_to(small_shared: Path, tmp_path: Path) -> None:
    file = tmp_path / "file.json"
    file.write_text("before\n")
    with file.open("a") as opened:
        for name in ("-", "/dev/stdout"):
            command = ("--root", small_shared, "export", "cat-info", "-o", name)
            assert warm_start().run(*command, stdout=opened).code == 0
    before, *rest = file.read_text().splitlines()
    assert before == "before"
    text = "\n".join(rest)
    first, end = json.JSONDecoder().raw_decode(text)
    assert json.loads(text[end:]) == first


def test_a_link_to_standard_output(small_shared: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/dev/stdout")
    done = warm_start().run("--root", small_shared, "export", "cat-info", "-o", tmp_path / "link")
    assert isinstance(done.data, list)


def test_the_report_stays_on_standard_output_beside_a_pipe(
    small_shared: Path, tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE, text=True) as reader:
        done = warm_start().run("--root", small_shared, "export", "cat-info", "-o", pipe)
        data, _ = reader.communicate(timeout=60)
    assert isinstance(json.loads(data), list)
    assert "records" in done.out
    assert done.err == ""


def test_whoever_reads_may_leave_early(shared: Path) -> None:
    command = ("--root", shared, "export", "exemplars", "-o", "-")
    with warm_start().start(*command) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(1)
        process.stdout.close()
        assert "Traceback" not in process.stderr.read()
    assert process.returncode == 0


@pytest.mark.parametrize("name", ["-", "/dev/stdout"])
@pytest.mark.parametrize(
    "command",
    [
        ("export", "images", "--name", "x"),
        ("export", "crops"),
        ("export", "sample", "--seeds", "1-2"),
        ("prepare", "imagenet", "."),
    ],
)
def test_a_folder_is_no_standard_output(
    shared: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
    name: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    done = call(*command, "-o", name, root=shared)
    assert done.code == 2
    assert "names a folder" in done.error
    assert list(tmp_path.iterdir()) == []


def test_a_sidecar_needs_a_file(small_shared: Path) -> None:
    done = warm_start().run(
        "--root", small_shared, "export", "sample", "-K", "1", "--sidecar", "-o", "-"
    )
    assert done.code == 2
    assert "is no file that --sidecar could describe" in done.err


@pytest.mark.parametrize("number", ["9" * 9, "9" * 30])
def test_a_number_that_no_open_file_has(small_shared: Path, number: str) -> None:
    done = call("export", "cat-info", "-o", f"/dev/fd/{number}", root=small_shared)
    assert done.code == 1
    assert f"/dev/fd/{number}" in done.error
