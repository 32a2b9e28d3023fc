"""Errors of the system and the database, broken pipes, interruptions: one line, no traceback."""

import errno
import json
import resource
import shutil
import signal
import sqlite3
import subprocess
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from ovmr_index.cli.errors import explained_errors, printable
from ovmr_index.errors import OvmrIndexError, UsageError
from tests.support.runs import call, run, start
from tests.support.small_demo import make_small_demo
from tests.support.waiting import wait_until
from tests.support.warm import warm_start

ENDLESS = (
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
    f" SELECT i, '{'long ' * 20}' AS said FROM n"
)


def _busy() -> sqlite3.Error:
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorcode = sqlite3.SQLITE_BUSY
    return error


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (OvmrIndexError("a\nb\x1b[1m"), 1, r"error: a\nb\x1b[1m"),
        (UsageError("no"), 2, "error: no"),
        (
            OSError(errno.ENOSPC, "No space left on device", "/d/f"),
            1,
            "error: /d/f: No space left on device; make room, or give another path",
        ),
        (OSError("odd"), 1, "error: odd; check the path"),
        (MemoryError(), 1, "error: the memory is too small for this; ask for less at once"),
        (
            _busy(),
            1,
            "error: the index: database is locked; another process is writing to it; try again"
            " later",
        ),
        (
            OperationalError("INSERT INTO t", {}, _busy()),
            1,
            "error: the index: database is locked; another process is writing to it; try again"
            " later",
        ),
        (KeyboardInterrupt(), 130, "interrupted"),
    ],
)
def test_error_becomes_a_line_and_a_code(
    error: BaseException, code: int, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended, explained_errors():
        raise error
    assert ended.value.code == code
    assert capsys.readouterr() == ("", f"ovmr-index: {line}\n")


def test_errors_of_the_program_itself_are_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError), explained_errors():
        _ = 1 // 0


def test_printable_keeps_letters_of_all_scripts() -> None:
    assert printable("naïve 犬") == "naïve 犬"
    assert printable("a\tb\u202e") == "a\\tb\\u202e"


@pytest.mark.sqlite_only  # its file
def test_damaged_index(small_tree: Path) -> None:
    path = small_tree / "ovmr.db"
    content = path.read_bytes()
    path.write_bytes(content[: 8192 * 20] + b"\x55" * (len(content) - 8192 * 20))
    for command in ("coverage", "export", "status", "db check"):
        done = call(*command.split(), root=small_tree)
        assert done.code == 1
        assert "Traceback" not in done.err
        assert done.err.startswith(("ovmr-index: error: the index: ", "Tree "))


@pytest.mark.parametrize("content", [b"", b"not a database at all"])
def test_file_that_is_no_index(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "foreign.db").write_bytes(content)
    for command in ("ingest", "status", "db upgrade", "db current", "db check"):
        done = call("--db", tmp_path / "foreign.db", *command.split(), root=tmp_path)
        assert done.code == 1
        assert "give another --db" in done.error
    assert (tmp_path / "foreign.db").read_bytes() == content


def test_index_in_a_folder_that_is_not_there(small_tree: Path, tmp_path: Path) -> None:
    done = call("--db", tmp_path / "scratch" / "ovmr.db", "ingest", root=small_tree)
    assert done.code == 1
    said = f"there is no folder {tmp_path / 'scratch'}; make it, or give another --db"
    assert done.error.endswith(said)


def test_folder_that_is_given_as_the_index(tmp_path: Path) -> None:
    done = call("--db", tmp_path, "status", root=tmp_path)
    assert done.code == 1
    assert "is a folder, not a file; give another --db" in done.error


@pytest.mark.slow
def test_reader_that_leaves_early(small_shared: Path) -> None:
    with start("--root", small_shared, "sql", ENDLESS, "--format", "csv") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == "i,said\n"
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 0


@pytest.mark.slow
def test_standard_output_that_cannot_be_written(tmp_path: Path) -> None:
    with (tmp_path / "out").open("w") as out:
        done = run("config", stdout=out, preexec_fn=_limit_files)
    assert done.code == 1
    assert "File too large" in done.err
    assert "Traceback" not in done.err
    assert "Exception ignored" not in done.err


def _limit_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))


@pytest.mark.slow
def test_arguments_that_are_not_utf8(small_shared: Path) -> None:
    done = warm_start().run("--root", small_shared, "sample", "show", "\udcff")
    assert done.code == 1
    assert "not UTF-8" in done.error


@pytest.mark.slow
def test_interrupted_query(small_shared: Path) -> None:
    with start(
        "--root", small_shared, "sql", "--format", "csv", ENDLESS, start_new_session=True
    ) as one:
        assert one.stdout is not None
        assert one.stderr is not None
        one.stdout.readline()
        one.send_signal(signal.SIGINT)
        one.stdout.read()
        assert one.stderr.read() == "ovmr-index: interrupted\n"
    assert one.returncode == 130


@pytest.mark.slow
@pytest.mark.sqlite_only  # a process that opens the file
def test_a_connection_that_ctrl_c_met_at_its_end_is_not_shown(
    small_shared: Path, tmp_path: Path
) -> None:
    script, program = tmp_path / "script.py", tmp_path / "program"
    script.write_text(
        "import logging\nfrom ovmr_index.cli import main\ntry:\n    main()\n"
        "finally:\n    logging.getLogger('sqlalchemy.pool.impl.NullPool').error('closing')\n"
    )
    warm_start().write_program(program, str(script))
    command = (program, "--root", str(small_shared), "status")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow
@pytest.mark.sqlite_only  # its journal says that the ingest writes
@pytest.mark.usefixtures("few_are_checked")
def test_interrupted_ingest_leaves_a_usable_index(
    tmp_path: Path, demo_tree: Path, few_synsets: Path
) -> None:
    root = tmp_path / "tree"
    make_small_demo(demo_tree, root)
    _repeat_boxes(root / "lvis" / "lvis_v1_train.json")
    shutil.copyfile(few_synsets, root / "ovmr.db")
    with warm_start().start("--root", root, "ingest") as process:
        wait_until((root / "ovmr.db-journal").exists, seconds=60)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err == "ovmr-index: interrupted\n"
    held = call("status", "--json", root=root).data
    names = [source["name"] for source in held["sources"]]
    assert names == ["lvis_v1_train", "lvis_v1_val", "imagenet21k", "visual_genome"][: len(names)]
    assert len(names) < 4
    assert call("db", "check", root=root).code == 0
    assert call("ingest", root=root).code == 0
    assert len(call("status", "--json", root=root).data["sources"]) == 4


def _repeat_boxes(path: Path) -> None:
    """Let a file of LVIS take a while to read."""
    content = json.loads(path.read_text())
    boxes = content["annotations"] * 25
    content["annotations"] = [one | {"id": number} for number, one in enumerate(boxes, 1)]
    path.write_text(json.dumps(content))
