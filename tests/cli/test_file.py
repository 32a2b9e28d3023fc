"""`status` and `db`: the index as a file."""

import sqlite3
from pathlib import Path

from tests.support.runs import call


def _execute(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_status(shared: Path) -> None:
    found = call("status", "--json", root=shared).data
    assert found["pools"] == "fresh"
    assert [source["regions"] for source in found["sources"]] == [889, 213, 0, 451]
    (file,) = found["sources"][0]["files"]
    assert file["path"] == "lvis/lvis_v1_train.json"
    assert len(file["sha256"]) == 64
    text = call("status", root=shared).out
    assert "1,459 exemplars (pools: fresh)" in text
    assert file["sha256"] in text


def test_status_of_stale_pools(tree: Path) -> None:
    train = tree / "lvis" / "lvis_v1_train.json"
    train.write_text(train.read_text().replace('"apple"', '"apples"'))
    call("ingest", "lvis", root=tree)
    assert call("status", "--json", root=tree).data["pools"] == "stale"


def test_current_and_upgrade(tree: Path) -> None:
    revisions = call("db", "current", "--json", root=tree).data
    assert revisions["current"] == revisions["newest"]
    assert call("db", "current", root=tree).out == f"schema {revisions['newest']}\n"
    done = call("db", "upgrade", root=tree)
    assert (done.code, "nothing was changed" in done.out) == (0, True)
    same = {"before": revisions["newest"], "after": revisions["newest"]}
    assert call("db", "upgrade", "--json", root=tree).data == same


def test_index_of_a_newer_program(tree: Path) -> None:
    _execute(tree / "ovmr.db", "UPDATE alembic_version SET version_num = '9999'")
    assert call("db", "current", "--json", root=tree).data["current"] == "9999"
    for command in ("status", "db upgrade"):
        done = call(*command.split(), root=tree)
        assert done.code == 1
        assert "install a newer ovmr-index" in done.error


def test_index_of_an_older_program_names_the_cure(tree: Path) -> None:
    _execute(tree / "ovmr.db", "DELETE FROM alembic_version")
    done = call("status", root=tree)
    assert done.code == 1
    assert "run `ovmr-index db upgrade`" in done.error
    assert "schema none, newest" in call("db", "current", root=tree).out


def test_backup(tree: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    done = call("db", "backup", copy, "--json", root=tree)
    assert done.data == {"file": str(copy), "size": copy.stat().st_size}
    assert call("--db", copy, "coverage", "--json", root=tree).data == (
        call("coverage", "--json", root=tree).data
    )
    again = call("db", "backup", copy, root=tree)
    assert again.code == 1
    assert "there is a file already" in again.error


def test_check(tree: Path) -> None:
    assert call("db", "check", root=tree).out == "the index is sound\n"
    assert call("db", "check", "--json", root=tree).data == {"problems": []}
    _execute(tree / "ovmr.db", "UPDATE regions SET image_pk = 999999999 WHERE pk = 1")
    done = call("db", "check", "--json", root=tree)
    assert done.code == 1
    assert done.data == {"problems": ["regions: row 1 points to no row of images"]}
    assert "restore a backup" in done.err
