"""`db copy`: an index goes from one engine to the other and back, whole, or nothing is left."""

import lzma
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from ovmr_index import Index
from ovmr_index.db.location import located
from ovmr_index.errors import OvmrIndexError, SchemaError
from ovmr_index.processes import using_workers
from tests.support.checked import few_nouns, problems_but_wordnet
from tests.support.contents import everything, rows_of, run_on
from tests.support.databases import new_database, run_in
from tests.support.few_synsets import index_of_odd_synsets
from tests.support.odd_trees import OddTree
from tests.support.runs import call, start
from tests.support.trees import TreeBuilder, annotation
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow

# Numbers that a column keeps as they are: integers, floats, the least and the largest of them.
ODD_NUMBERS = "x = -0.0, y = 5e-324, w = 1e22, h = 9007199254740993"
# What the tree has no case of.
MORE = (
    ("archives", "source_pk, path, size", "pk, 'a.tar', 512"),
    ("folder_archives", "folder_pk, archive_pk", "(SELECT max(pk) FROM folders), 1"),
    ("tar_members", 'image_pk, "offset", size', "(SELECT max(pk) FROM images), 512, 9"),
    ("unreadable_images", "image_pk, reason", "1, 'is no image'"),
    ("image_categories", "image_pk, kind, category_pk", "1, 'negative', 1"),
    ("work_units", "job, unit, payload, state, tries", "'a', 'b', '{}', 'done', 0"),
)
IS_COPIED = (
    "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'ovmr-index'"
    " AND backend_xid IS NOT NULL AND datname = current_database())"
)


@pytest.fixture(scope="module")
def filled(empty_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Index:
    """Return an index in SQLite with all that one can hold, but few synsets."""
    few = index_of_odd_synsets(tmp_path_factory, empty_index)
    builder = TreeBuilder(tmp_path_factory.mktemp("filled") / "datasets", few)
    OddTree(builder, 0)
    index, root = builder.index(), builder.root
    index.ingest()
    index.collate()
    with using_workers(1):
        index.pools.hash_images(perceptual=True)
    exemplars = [one for key in index.coverage()[:4] for one in index.exemplars(key.category_id)]
    index.curation.exclude(exemplars[:3], note="no", author="Ann")
    index.curation.pin(exemplars[3:5])
    index.partitions.add("half", [one.category_id for one in index.coverage()][::2])
    gone = next(path for path in sorted(root.glob("imagenet/**/*.JPEG")) if path.is_file())
    gone.unlink()
    index.ingest()
    index.collate()
    index.samples.draw(k=2, method="stable", on_shortage="take-all", name="first")
    run_on(index, f"UPDATE regions SET {ODD_NUMBERS} WHERE pk = (SELECT min(pk) FROM regions)")
    for table, columns, values in MORE:
        run_on(index, f"INSERT INTO {table} ({columns}) SELECT {values} FROM sources LIMIT 1")
    return index


@pytest.fixture
def target(server: str) -> Iterator[str]:
    """Return the URL of a database without tables."""
    with new_database(server) as url:
        yield url


def test_there_and_back(filled: Index, target: str, tmp_path: Path) -> None:
    """All three have the same rows, and write the same files."""
    there = call("db", "copy", filled.path, target, root=filled.root)
    found = call("--json", "db", "copy", target, tmp_path / "back.db", root=filled.root).data
    rows, total = found["tables"], found["rows"]
    assert there.out == f"copied {total:,} rows of 37 tables; counts and checksums are equal\n"
    assert [name for name, count in rows.items() if not count] == []
    assert (len(rows), sum(rows.values())) == (37, total)
    assert filled.db.copy(tmp_path / "other.db").rows == rows
    middle, back = (Index.open(filled.root, place) for place in (target, tmp_path / "back.db"))
    with few_nouns():
        assert middle.db.check() == filled.db.check()
    for table, count in rows.items():
        query = f"SELECT * FROM {table}"
        kept = sorted(map(repr, rows_of(filled, query)))
        assert len(kept) == count, table
        assert sorted(map(repr, rows_of(middle, query))) == kept, table
        assert sorted(map(repr, rows_of(back, query))) == kept, table
    files = [_exports(index, tmp_path / name) for name, index in _named(filled, middle, back)]
    assert files[0]
    assert files[0] == files[1] == files[2]


def _named(*indexes: Index) -> Iterator[tuple[str, Index]]:
    yield from zip(("first", "second", "third"), indexes, strict=True)


def _exports(index: Index, folder: Path) -> dict[str, bytes]:
    """Return the files that an index writes, by name."""
    folder.mkdir()
    index.exports.sample("first", folder / "sample.json")
    index.curation.export(folder / "marks.json")
    for name in ("norare", "exemplars", "cat-info"):
        index.exports.target(name, folder / f"{name}.json", allow_empty=True)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_what_is_read_later_goes_above_the_rows(filled: Index, target: str, tmp_path: Path) -> None:
    filled.db.copy(target)
    builder = TreeBuilder(tmp_path / "more")
    builder.lvis(annotations=[annotation(1), annotation(2)])
    index = Index.open(builder.root, target)
    index.sources.rm("lvis")
    (report,) = index.ingest([*index.sources.lvis()[0]]).sources
    assert report.counts.added == 2
    assert {*problems_but_wordnet(index)} <= {*problems_but_wordnet(filled)}


def test_a_schema_beside_others(filled: Index, target: str) -> None:
    run_in(target, "CREATE TABLE theirs (n integer)")
    with pytest.raises(SchemaError, match="holds tables of another program, as theirs"):
        filled.db.copy(target)
    rows = filled.db.copy(f"{target}&schema=Mine").rows
    assert rows["regions"] == len(rows_of(filled, "SELECT pk FROM regions"))


def test_a_target_that_is_there(filled: Index, target: str, tmp_path: Path) -> None:
    file = tmp_path / "there.db"
    file.write_bytes(b"mine")
    with pytest.raises(SchemaError, match=r"there\.db: there is a file already"):
        filled.db.copy(file)
    assert file.read_bytes() == b"mine"
    filled.db.copy(target)
    before = everything(Index.open(filled.root, target))
    with pytest.raises(SchemaError, match="there is an index already"):
        filled.db.copy(target)
    assert everything(Index.open(filled.root, target)) == before
    assert sorted(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("UPDATE synsets SET lemmas = 'a' || char(0) WHERE pk = 1", "synsets: a row cannot be"),
        (
            "PRAGMA foreign_keys = OFF;"
            " INSERT INTO hypernyms (synset_pk, hypernym_pk, instance) VALUES (1, 999999, 0)",
            "hypernyms: a row cannot be kept there",
        ),
    ],
)
def test_a_row_that_postgresql_does_not_keep(
    filled: Index, target: str, tmp_path: Path, damage: str, said: str
) -> None:
    damaged = Index.open(filled.root, shutil.copyfile(filled.path, tmp_path / "damaged.db"))
    _damage(damaged.path, damage)
    with pytest.raises(OvmrIndexError, match=rf"{said}.*index\.db\.check"):
        damaged.db.copy(target)
    assert _tables(target) == []


def _damage(file: Path, statements: str) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(statements)


def _tables(url: str) -> list[str]:
    with psycopg.connect(url) as opened:
        rows = opened.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return [name for (name,) in rows]


def test_an_older_schema(target: str, old_index: Path) -> None:
    done = call("db", "copy", old_index, target, root=old_index.parent)
    assert done.code == 1
    upgrade = f"run `ovmr-index --db {old_index} db upgrade`"
    assert done.error.startswith(f"ovmr-index: error: {old_index}: has schema 0008, not ")
    assert upgrade in done.error
    assert call("--db", old_index, "db", "upgrade", root=old_index.parent).code == 0
    assert call("db", "copy", old_index, target, root=old_index.parent).code == 0


@pytest.fixture
def old_index(tmp_path: Path) -> Path:
    """Return the file of an index of the schema before PostgreSQL's first."""
    packed = Path(__file__).parents[1] / "data/index_0008.db.xz"
    file = tmp_path / "old.db"
    file.write_bytes(lzma.decompress(packed.read_bytes()))
    return file


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["none.db", "{target}"], 1, "none.db: there is no index"),
        (["{file}", "mysql://host/lab"], 2, "looks like a URL"),
        (["{file}", "postgresql://host:none/lab"], 2, "has a port that is no number"),
        (["{file}", "no folder/to.db"], 1, "there is no folder"),
        (["{file}", "{file}"], 2, "is the index"),
        (["{target}", "to.db"], 1, "there is no index"),
        (
            ["{file}", "postgresql://postgres@/none?host={host}"],
            1,
            'database "none" does not exist',
        ),
    ],
)
def test_what_is_refused(
    filled: Index, target: str, folder: Path, arguments: list[str], code: int, said: str
) -> None:
    values = {"file": filled.path, "target": target, "host": folder}
    done = call("db", "copy", *(one.format(**values) for one in arguments), root=filled.root)
    assert (done.code, done.out) == (code, "")
    assert said in done.error
    assert len(done.error.splitlines()) == 1
    assert _tables(target) == []


@pytest.mark.exhaustive(beyond=1)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_copy_that_is_stopped(
    filled: Index, empty_index: Path, target: str, number: signal.Signals
) -> None:
    """Nothing is left of it in a database, and no file has the name of a copy.

    It copies WordNet, which takes a while.
    """
    with start("db", "copy", empty_index, target) as process:
        with psycopg.connect(target, autocommit=True) as opened:
            wait_until(lambda: _is_copied(opened, process), 120)
        process.send_signal(number)
        process.communicate(timeout=60)
    assert process.returncode == (-9 if number == signal.SIGKILL else 130)
    with psycopg.connect(target, autocommit=True) as opened:
        wait_until(lambda: not _is_true(opened, IS_COPIED))
    assert _tables(target) == []
    copied = filled.db.copy(target)
    assert copied.rows["regions"] == len(rows_of(filled, "SELECT pk FROM regions"))
    assert located(target) == Index.open(filled.root, target).location


def _is_copied(opened: psycopg.Connection, process: subprocess.Popen[str]) -> bool:
    assert process.poll() is None
    return _is_true(opened, IS_COPIED)


def _is_true(opened: psycopg.Connection, query: str) -> bool:
    return opened.execute(query.encode()).fetchone() == (True,)
