"""`status` and `db`: the index as a file."""

import lzma
import os
import shutil
from pathlib import Path

import pytest

from ovmr_index import Index
from ovmr_index.db.revision import HEAD
from tests.support.coco_files import coco_json
from tests.support.runs import call
from tests.support.tampering import damage
from tests.support.trees import TreeBuilder, annotation

pytestmark = pytest.mark.slow


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


def test_status_counts_what_is_there_where_blocks_say_otherwise(small_tree: Path) -> None:
    before = [
        source["regions"] for source in call("status", "--json", root=small_tree).data["sources"]
    ]
    damage(small_tree, "UPDATE source_blocks SET regions = regions + 1")
    after = [
        source["regions"] for source in call("status", "--json", root=small_tree).data["sources"]
    ]
    assert before == after
    assert sum(after)


def test_status_counts_all_vocabularies(builder: TreeBuilder) -> None:
    content = coco_json([{"id": 1, "name": "cat"}])
    images = builder.root / "mine"
    done = call(
        *("ingest", "coco", builder.json("mine.json", content), "--name", "mine"),
        *("--images", images),
        root=builder.root,
    )
    assert done.code == 0, done.err
    assert "1 category, 0 exemplars (pools: none)" in call("status", root=builder.root).out
    assert call("collate", "--vocabulary", "mine", root=builder.root).code == 0
    assert "1 category, 1 exemplar (pools: fresh)" in call("status", root=builder.root).out
    builder.lvis(annotations=[annotation(1)])
    assert call("ingest", root=builder.root).code == 0
    text = call("status", root=builder.root).out
    assert "2 categories, 1 exemplar (pools: stale)" in text
    assert call("collate", root=builder.root).code == 0
    assert "(pools: fresh and stale)" in call("status", root=builder.root).out


def test_status_of_stale_pools(small_tree: Path) -> None:
    train = small_tree / "lvis" / "lvis_v1_train.json"
    train.write_text(train.read_text().replace('"apple"', '"apples"'))
    call("ingest", "lvis", root=small_tree)
    assert call("status", "--json", root=small_tree).data["pools"] == "stale"


def test_current_and_upgrade(small_tree: Path) -> None:
    revisions = call("db", "current", "--json", root=small_tree).data
    assert revisions["current"] == revisions["newest"]
    assert call("db", "current", root=small_tree).out == f"schema {revisions['newest']}\n"
    done = call("db", "upgrade", root=small_tree)
    assert (done.code, "nothing was changed" in done.out) == (0, True)
    same = {"before": revisions["newest"], "after": revisions["newest"]}
    assert call("db", "upgrade", "--json", root=small_tree).data == same


def test_index_of_a_newer_program(small_tree: Path) -> None:
    damage(small_tree, "UPDATE alembic_version SET version_num = '9999'")
    assert call("db", "current", "--json", root=small_tree).data["current"] == "9999"
    for command in ("status", "db upgrade"):
        done = call(*command.split(), root=small_tree)
        assert done.code == 1
        assert "install a newer ovmr-index" in done.error


def test_index_of_an_older_program_names_the_cure(small_tree: Path) -> None:
    damage(small_tree, "DELETE FROM alembic_version")
    done = call("status", root=small_tree)
    assert done.code == 1
    assert "run `ovmr-index db upgrade`" in done.error
    assert "schema none, newest" in call("db", "current", root=small_tree).out


@pytest.mark.sqlite_only  # its file
def test_backup(small_tree: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    done = call("db", "backup", copy, "--json", root=small_tree)
    assert done.data == {"file": str(copy), "size": copy.stat().st_size}
    assert call("--db", copy, "coverage", "--json", root=small_tree).data == (
        call("coverage", "--json", root=small_tree).data
    )
    again = call("db", "backup", copy, root=small_tree)
    assert again.code == 1
    assert "there is a file already" in again.error


@pytest.mark.usefixtures("few_are_checked")
def test_check(tree: Path) -> None:
    damage(tree, "UPDATE regions SET image_pk = 999999999 WHERE pk = 1")
    is_file = isinstance(Index.open(tree).location, Path)
    points = "row 1 points" if is_file else "1 row points"  # PostgreSQL counts them
    done = call("db", "check", "--json", root=tree)
    assert done.code == 1
    restore = "restore a backup, or delete the index and ingest again"
    assert done.data["problems"][0] == f"regions: {points} to no row of images; {restore}"
    assert "are not what their recipe gives: balloon.n.01" in done.data["problems"][1]
    assert "restore a backup" in done.err


# To tell an older one, the schema of each revision since is made.
OLD = Path(__file__).parents[1] / "db" / "data" / "index_0008.db.xz"


@pytest.mark.sqlite_only  # its file
def test_upgrade_copies_the_index_first(tmp_path: Path) -> None:
    path, content = tmp_path / "ovmr.db", lzma.decompress(OLD.read_bytes())
    path.write_bytes(content)
    (tmp_path / "ovmr.0008.db").write_bytes(b"mine")
    done = call("db", "upgrade", "--json", root=tmp_path)
    copy = tmp_path / "ovmr.0008.2.db"
    assert done.data == {"before": "0008", "after": HEAD, "backup": str(copy)}
    assert done.err == f"the index as it was: {copy}\n"
    assert call("--db", copy, "db", "current", "--json", root=tmp_path).data["current"] == "0008"
    assert (tmp_path / "ovmr.0008.db").read_bytes() == b"mine"
    assert call("db", "upgrade", root=tmp_path).err == ""
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.sqlite_only  # its file
def test_upgrade_without_a_copy(tmp_path: Path) -> None:
    (tmp_path / "ovmr.db").write_bytes(lzma.decompress(OLD.read_bytes()))
    assert call("db", "upgrade", "--no-backup", root=tmp_path).code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["ovmr.db"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    ["file:x.db", "file:x.db?mode=memory", ":memory:", "x.db#1", "50%.db", "x y.db", "-x.db"],
)
@pytest.mark.exhaustive(but=["file:x.db?mode=memory", ":memory:"])
@pytest.mark.usefixtures("few_are_checked")
def test_a_path_is_a_path(
    builder: TreeBuilder,
    few_synsets: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    builder.lvis("val")
    folder = tmp_path / "empty"
    folder.mkdir()
    monkeypatch.chdir(folder)
    given = ("--root", builder.root, f"--db={name}")
    assert call(*given, "ingest", "lvis", "--split", "val").code == 0
    assert os.listdir(folder) == [name]
    shutil.copyfile(few_synsets, folder / name)  # which is checked sooner than all of WordNet
    for command in ("ingest lvis --split val", "status", "db check", "vocabulary list"):
        assert call(*given, *command.split()).code == 0
    assert call(*given, "db", "current").code == 0
    assert call(*given, "sql", "SELECT count(*) FROM boxes").code == 0
    assert call(*given, "db", "backup", f"./{name}.copy").code == 0
    assert sorted(os.listdir(folder)) == sorted([name, f"{name}.copy"])


@pytest.mark.parametrize("url", ["sqlite:///x.db", "mysql://host/name", "file:///x.db"])
def test_a_url_is_refused(small_shared: Path, url: str) -> None:
    for command in ("ingest", "status", "db check"):
        done = call("--db", url, *command.split(), root=small_shared)
        assert done.code == 2
        assert "looks like a URL; give the path of a file" in done.error


BROKEN_TEXT = (
    *(
        pytest.param(
            f"UPDATE {column} = CAST(x'ff41' AS TEXT) WHERE pk = 1", marks=pytest.mark.exhaustive
        )
        for column in ("sources SET name", "datasets SET root")
    ),
    "UPDATE alembic_version SET version_num = CAST(x'ff' AS TEXT)",
    "UPDATE categories SET record = CAST(x'7bff7d' AS TEXT), name = record",
    pytest.param(
        "UPDATE source_files SET path = CAST(x'7bff7d' AS TEXT) WHERE pk = 1",
        marks=pytest.mark.exhaustive,
    ),
)


@pytest.mark.sqlite_only  # its file
@pytest.mark.slow
@pytest.mark.parametrize("statement", BROKEN_TEXT)
@pytest.mark.usefixtures("few_are_checked")
def test_broken_text_is_damage(small_tree: Path, statement: str) -> None:
    damage(small_tree, statement)
    told = 0
    for command in ("status", "ingest", "collate", "coverage", "export norare", "vocabulary list"):
        done = call(*command.split(), root=small_tree)
        if done.code:
            assert done.code == 1
            told += "text that is not UTF-8; it is damaged; restore a backup" in done.err
    assert told
    done = call("db", "check", root=small_tree)
    assert done.code == 1
    assert "not UTF-8" in done.err


@pytest.mark.sqlite_only  # its file
def test_broken_schema_is_damage(small_tree: Path) -> None:
    """The text of a view's statement, which is in each of SQLite's own messages."""
    path = small_tree / "ovmr.db"
    content = path.read_bytes()
    path.write_bytes(content.replace(b"CREATE VIEW image_files", b"CREATE \xff\xfeEW image_files"))
    for command in ("status", "coverage", "db check", "db current", "ingest"):
        done = call(*command.split(), root=small_tree)
        assert done.code == 1
        assert "it is damaged; restore a backup" in done.err
