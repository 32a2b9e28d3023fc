"""`doctor` looks at everything, writes nothing, and fails for nothing."""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ovmr_index import DoctorCheck, Index, doctor
from ovmr_index.cli import doctor as cli_doctor
from ovmr_index.cli import output as cli_output
from ovmr_index.cli.terminal import Terminal
from ovmr_index.index.doctor import api
from ovmr_index.index.doctor.downloads import fault_of
from ovmr_index.index.doctor.environment import environment_looks
from ovmr_index.index.doctor.estimate import Amounts, described, read_amounts
from ovmr_index.index.doctor.finding import Look, made
from ovmr_index.index.doctor.machine import machine_looks
from ovmr_index.index.doctor.mounts import kind_by_mount
from tests.support.runs import call
from tests.support.trees import TENCH_WNID, TreeBuilder, annotation, image

SECTIONS = ["environment", "machine", "disk", "tree", "index"]


@pytest.fixture(autouse=True)
def without_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave packages, which take a second, to their own tests."""
    monkeypatch.setattr(api, "package_looks", list)


def _named(checks: list[DoctorCheck], name: str) -> DoctorCheck:
    (found,) = (one for one in checks if one.check == name)
    return found


def _files(folder: Path) -> dict[str, tuple[int, int]]:
    found = (Path(top) / name for top, _, names in os.walk(folder) for name in names)
    return {str(one): (one.stat().st_size, one.stat().st_mtime_ns) for one in found}


@pytest.fixture
def builder(tmp_path: Path, empty_index: Path) -> TreeBuilder:
    """Return a tree with a little of LVIS and of ImageNet, without an index."""
    builder = TreeBuilder(tmp_path / "datasets", empty_index)
    builder.lvis(images=[image(1)], annotations=[annotation(1)])
    builder.imagenet({f"train/{TENCH_WNID}": ["a.JPEG", "b.JPEG"]})
    return builder


@pytest.mark.sqlite_only  # its file
def test_a_tree_and_its_index(builder: TreeBuilder) -> None:
    with builder.index() as index:
        index.ingest()
        index.collate()
    before = _files(builder.root)
    checks = doctor(builder.root)
    assert _files(builder.root) == before
    assert [*dict.fromkeys(one.section for one in checks)] == SECTIONS
    assert {one.state for one in checks} <= {"ok", "note"}
    assert _named(checks, "LVIS train").state == "ok"
    assert "imagenet21k_P: 1 class, no known release, in train" in _named(checks, "ImageNet").found
    assert _named(checks, "pools").found == "fresh: those of lvis_v1_train"
    assert "schema 0009, 2 sources" in _named(checks, "index").found
    assert "about 2 images of ImageNet" in _named(checks, "time").found


@pytest.mark.sqlite_only  # its file
def test_stale_pools(builder: TreeBuilder) -> None:
    with builder.index() as index:
        index.ingest()
        index.collate()
        builder.imagenet({f"train/{TENCH_WNID}": ["c.JPEG"]})
        index.ingest()
    found = _named(doctor(builder.root), "pools")
    assert (found.state, found.advice.startswith("run `index.collate()`")) == ("note", True)


@pytest.mark.parametrize("name", ["none", "file/below", "file"])
def test_a_root_that_is_none(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("text")
    found = _named(doctor(tmp_path / name), "root")
    assert found.state == "problem"
    assert found.advice.startswith("give root=, or make a tree to try")


def test_what_is_missing_says_how_to_get_it(tmp_path: Path) -> None:
    checks = doctor(tmp_path)
    train, images = _named(checks, "LVIS train"), _named(checks, "VG_100K_2")
    assert (train.state, images.state) == ("note", "note")
    unzip = f"unzip lvis_v1_train.json.zip -d {tmp_path}/lvis`; see https://www.lvisdataset.org"
    assert unzip in train.advice
    assert "images2.zip" in images.advice


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "is empty: the download did not begin"),
        (b"<!DOCTYPE html><html>", "is a web page"),
        (b'\n<HTML lang="en">', "is a web page"),
        (b'{"images": [{"id": 1}, {"i', "is cut short"),
        (b'{"images": []}' + bytes(999), "is cut short"),
        (b'[{"id": 1}', "is cut short"),
        (b"\x1f\x8b\x08\x00", "is packed"),
        (b"PK\x03\x04", "is packed"),
        (b"404: Not Found", "is no JSON"),
    ],
)
def test_a_download_that_is_not_whole(tmp_path: Path, content: bytes, fault: str) -> None:
    (tmp_path / "lvis").mkdir()
    (tmp_path / "lvis/lvis_v1_train.json").write_bytes(content)
    found = _named(doctor(tmp_path), "LVIS train")
    assert (found.state, fault in found.found) == ("problem", True)


@settings(max_examples=25)
@given(st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=9))
def test_json_is_whole(tmp_path_factory: pytest.TempPathFactory, value: object) -> None:
    import json

    file = tmp_path_factory.getbasetemp() / "whole.json"
    for text in (json.dumps([value]), json.dumps({"a": value}, indent=2) + "\n"):
        file.write_text(text)
        assert fault_of(file) == ""


def test_downloads_that_have_not_ended(tmp_path: Path) -> None:
    for name in ("a.zip.part", "b.zip", "c.zip.CRDOWNLOAD"):
        (tmp_path / name).write_bytes(b"PK")
    found = [one.found for one in doctor(tmp_path) if one.check == "downloads"]
    assert sorted(one.split(" is ")[0].rpartition("/")[2] for one in found) == [
        "a.zip.part",
        "c.zip.CRDOWNLOAD",
    ]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: path.write_bytes(b""), "the file is empty; delete it or give another db="),
        (lambda path: path.write_text("text" * 99), "is not a SQLite database"),
        (lambda path: path.mkdir(), "is a folder, not a file"),
    ],
)
def test_a_file_that_is_no_index(tmp_path: Path, make: Callable[[Path], object], said: str) -> None:
    make(tmp_path / "ovmr.db")
    found = _named(doctor(tmp_path), "index")
    assert (found.state, said in found.found) == ("problem", True)


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    """Return the path of an index without sources."""
    with Index.open(tmp_path) as index:
        index.sources.ingest([])
        yield index.path


@pytest.mark.sqlite_only  # its file
def test_an_index_of_another_revision(path: Path) -> None:
    for revision, advice in (("0001", "run `index.db.upgrade()`"), ("9", "install a newer ovmr")):
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
        found = _named(doctor(path.parent), "index")
        assert (found.state, found.advice.startswith(advice)) == ("problem", True)


@pytest.mark.sqlite_only  # its file
def test_an_index_that_is_written_to(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for lock in ("IMMEDIATE", "EXCLUSIVE"):
            connection.execute(f"BEGIN {lock}")
            connection.execute("UPDATE alembic_version SET version_num = version_num")
            found = _named(doctor(path.parent), "index")
            connection.execute("ROLLBACK")
            assert (found.state, "writes to it now" in found.found) == ("note", True)


@pytest.mark.sqlite_only  # its file
def test_an_index_with_a_log_is_not_opened(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    before = _files(path.parent)
    found = _named(doctor(path.parent), "index")
    assert (found.state, "keeps a write-ahead log" in found.found) == ("note", True)
    assert "PRAGMA journal_mode = DELETE" in found.advice
    assert _files(path.parent) == before


@pytest.mark.sqlite_only  # its file
def test_an_index_whose_write_was_stopped(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE synsets SET lemmas = lemmas || 'x'")
        stopped = path.with_name("stopped")
        stopped.mkdir()
        for name in ("ovmr.db", "ovmr.db-journal"):
            (stopped / name).write_bytes(path.with_name(name).read_bytes())
    before = _files(stopped)
    found = _named(doctor(stopped), "index")
    assert (found.state, "a write was stopped" in found.found) == ("note", True)
    assert found.advice == "run `index.status()`, which undoes the write"
    assert _files(stopped) == before


def test_what_fails_is_a_problem() -> None:
    def fail() -> list[DoctorCheck]:
        raise PermissionError(13, "Permission denied", "/a")

    (found,) = made(Look("disk", "a", fail))
    assert found == ("disk", "a", "problem", "cannot be checked: /a: Permission denied", "")


def test_what_does_not_answer_is_a_problem() -> None:
    answers = threading.Event()

    def wait() -> list[DoctorCheck]:
        answers.wait()
        return []

    (found,) = made(Look("disk", "a", wait, seconds=0.01))
    answers.set()
    assert found.found == "no answer from the file system in 0.01 s"


def test_memory_of_a_group(tmp_path: Path) -> None:
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "sys/fs/cgroup/a").mkdir(parents=True)
    (tmp_path / "proc/meminfo").write_text("MemTotal: 8000000 kB\nMemAvailable: 4000000 kB\n")
    (tmp_path / "proc/self/cgroup").write_text("0::/a\n")
    limit = tmp_path / "sys/fs/cgroup/a/memory.max"
    for text, state in (("max", "ok"), ("8000000000", "ok"), ("100000000", "note")):
        limit.write_text(text)
        (found,) = made(machine_looks(tmp_path)[0])
        assert (found.state, "the group's limit" in found.found) == (state, text != "max")


def test_the_environment_of_the_tests_is_well() -> None:
    found = [check for look in environment_looks() for check in made(look)]
    assert {one.state for one in found} == {"ok"}


def test_mounts_of_macos() -> None:
    text = "/dev/disk1s1 on / (apfs, local)\n//me@nas/a b on /Volumes/a b (smbfs, nodev)\n"
    assert kind_by_mount(Path("/Volumes/a b/c"), text) == "smbfs"
    assert kind_by_mount(Path("/Users"), text) == "apfs"


def test_times_are_those_of_the_benchmark() -> None:
    amounts = Amounts(1_802_000_000, 1_199_320)
    ingest, export = amounts.ingest_seconds(), amounts.export_seconds()
    assert ingest[0] < 35 < ingest[1]
    assert export[0] < 27 < export[1]
    assert 1.8e9 < amounts.index_bytes < 2.3e9
    assert described(ingest) == "about 1 to 2 minutes"
    assert described((2, 5)) == "about 2 to 5 seconds"
    assert described((4_000, 12_000)) == "about 1 to 3 hours"


def test_images_in_archives_are_counted_by_size(tmp_path: Path) -> None:
    tar = tmp_path / "imagenet" / f"{TENCH_WNID}.tar"
    tar.parent.mkdir()
    tar.touch()
    os.truncate(tar, 92_000_000)
    assert read_amounts(tmp_path) == (0, 1_000)
    assert "1 archive, read as" in _named(doctor(tmp_path), "ImageNet").found


def test_the_command(builder: TreeBuilder, tmp_path: Path) -> None:
    done = call("doctor", "--json", root=builder.root)
    assert (done.code, {*done.data[0]}) == (0, {"section", "check", "state", "found", "advice"})
    said = call("doctor", root=tmp_path / "none")
    assert (said.code, "no such folder; give --root DIR, or make" in said.err) == (1, True)
    assert "there is no such folder" in said.out
    lines = call("doctor", "--format", "csv", root=builder.root).out.splitlines()
    assert lines[0] == "section,check,state,found,advice"


def test_what_is_well_is_shown_whole_at_80_columns(
    builder: TreeBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (cli_doctor, cli_output):
        monkeypatch.setattr(module, "terminal", lambda: Terminal(80, draws=True))
    lines = call("doctor", root=builder.root).out.splitlines()
    assert max(map(len, lines)) <= 80
    assert any(line.startswith(" " * 20) for line in lines)
    assert not any("…" in line for line in lines if " ok " in line)


def test_a_demo_wants_no_release(demo_tree: Path) -> None:
    checks = [one for one in doctor(demo_tree) if one.section == "tree"]
    assert {(one.state, one.advice) for one in checks} == {("ok", "")}


def test_the_first_step_is_one_that_works(builder: TreeBuilder, tmp_path: Path) -> None:
    assert _named(doctor(builder.root), "index").advice == "run `index.ingest()`"
    for root in (tmp_path / "nowhere", tmp_path):
        advice = _named(doctor(root), "index").advice
        assert advice.startswith(f"put a dataset below {root} and run `index.ingest()`, or try `")
