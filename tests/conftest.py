"""What tests of every folder use: a small dataset tree with its index, an odd one, the demo's."""

import gc
import multiprocessing
import shutil
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import Connection, Engine, event

from ovmr_index import Index, processes
from ovmr_index.db import schema
from ovmr_index.db.engine import open_engine, reading
from ovmr_index.index import wordnet_check
from ovmr_index.vocabularies.wordnet import Synset, read_nouns
from tests.support import exhaustive
from tests.support.made_indexes import made_indexes, with_wordnet
from tests.support.new_indexes import copying
from tests.support.odd_trees import OddTree
from tests.support.once import made_once, run_folder
from tests.support.plans import seem_large
from tests.support.postgresql import shared_server
from tests.support.redirected import Databases, processes_redirected, redirected
from tests.support.trees import TreeBuilder
from tests.support.waiting import BROWSER_SECONDS
from tests.support.whole_demo import whole_demo

TESTS = Path(__file__).parent

# An example may take as long as a busy machine needs for it.
settings.register_profile("a few", deadline=None, max_examples=exhaustive.EXAMPLES)
settings.register_profile("exhaustive", deadline=None, max_examples=4 * exhaustive.EXAMPLES)
settings.load_profile("a few")

# A shell that starts the tests in the background has them ignore Ctrl-C, nohup the end of its
# terminal, and so would every child.
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


# Files that take longest, mostly in processes of their own: at the end one worker would be alone.
LONGEST = (
    "two_engines/test_both.py",
    "benchmarks/test_benchmark.py",
    "torture/test_torture.py",
    "two_engines/test_many_workers.py",
    "db/postgresql/test_two_processes.py",
    "db/postgresql/test_copying.py",
    "web/test_category.py",
    "docs/test_howto.py",
    "docs/test_start.py",
    "docs/test_others.py",
    "docs/test_data.py",
    "export/training/test_prepare.py",
    "export/test_against_oracle.py",
    "cli/test_signals.py",
    "conformance/test_parquet.py",
    "conformance/test_main_job.py",
    "export/test_contract.py",
    "db/test_views.py",
    "engines/test_duckdb.py",
    "storage/remote/test_faults.py",
    "storage/remote/test_tars.py",
    "cli/test_file.py",
    "cli/test_memory.py",
    "cli/test_demo.py",
    "index/test_check.py",
    "conformance/test_oracle.py",
    "web/test_categories.py",
    "web/test_sql.py",
    "web/test_samples.py",
    "benchmarks/test_profiles.py",
    "benchmarks/test_scale.py",
    "formats/test_stream.py",
    "ingest/test_history.py",
)

# What is the same whatever the engine, or starts a server itself.
OF_NO_ENGINE = (
    *("benchmarks", "clients", "demo", "docs", "engines", "formats", "scripts", "shown"),
    *("torture", "two_engines", "db/postgresql"),
)

# What a worker of a pool imports, which takes longer than most of their work.
WORKER_MODULES = ["ovmr_index.export.crops", "ovmr_index.images.hash", "ovmr_index.report.api"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that says where indexes are."""
    parser.addoption(
        "--engine",
        choices=("sqlite", "postgresql"),
        default="sqlite",
        help="where the index at the usual place of a root is",
    )
    parser.addoption(
        "--exhaustive",
        action="store_true",
        help="run every variant of a test: also those marked `exhaustive`",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marks that the options are about, and draw as many examples as they say."""
    config.addinivalue_line("markers", "sqlite_only: about SQLite or the file of an index")
    config.addinivalue_line(
        "markers", "exhaustive(beyond, but, on): see tests/support/exhaustive.py"
    )
    if config.getoption("--exhaustive"):
        settings.load_profile("exhaustive")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the files that take longest; leave out what the options do.

    A test whose browser does not answer ends.
    """
    left_out = set[pytest.Item]()
    if config.getoption("--engine") == "postgresql":
        left_out |= {item for item in items if _is_of_sqlite(item) or _is_of_no_engine(item)}
    if not config.getoption("--exhaustive") and not any("::" in name for name in config.args):
        left_out |= exhaustive.left_out(items, config.getoption("--engine"))
    config.hook.pytest_deselected(items=[*left_out])
    items[:] = [item for item in items if item not in left_out]
    places = {TESTS / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))
    for item in items:
        if isinstance(item, pytest.Function) and "browser" in item.fixturenames:
            item.add_marker(pytest.mark.timeout(BROWSER_SECONDS))


def _is_of_sqlite(item: pytest.Item) -> bool:
    """Return whether a test says that it is about SQLite, or asks for its plans."""
    return item.get_closest_marker("sqlite_only") is not None or "large" in getattr(
        item, "fixturenames", ()
    )


def _is_of_no_engine(item: pytest.Item) -> bool:
    """Return whether a test does the same on each engine, as one of what a browser shows."""
    folders = (TESTS / name for name in OF_NO_ENGINE)
    return any(map(item.path.is_relative_to, folders)) or "browser" in getattr(
        item, "fixturenames", ()
    )


def pytest_collection_finish() -> None:
    """Keep the collector from going through thousands of collected tests again and again.

    It looks at new objects more seldom, too: a statement is made of hundreds.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)


@pytest.fixture(scope="session", autouse=True)
def _wordnet_is_read_once() -> Iterator[None]:
    """Let every check of an index compare with one list of the nouns that the package ships."""
    kept: list[Synset] = []

    def nouns() -> Iterator[Synset]:
        if not kept:
            kept.extend(read_nouns())
            gc.collect()
            gc.freeze()
        return iter(kept)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wordnet_check, "read_nouns", nouns)
        yield


@pytest.fixture(scope="session", autouse=True)
def _workers_are_forked_from_one() -> Iterator[None]:
    """Fork the workers of the tests' own processes from one that has imported what they need."""
    multiprocessing.set_forkserver_preload(WORKER_MODULES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processes, "_START_METHOD", "forkserver")
        yield


@event.listens_for(Engine, "connect")
def _do_not_wait_for_the_disk(connection: object, _: object) -> None:
    """Let no commit of the tests' own processes wait: nobody cuts the power of their machine.

    An index that another one locks stays as it is: to wait for it here would take the place of the
    wait that is tested.
    """
    if isinstance(connection, sqlite3.Connection):
        ((timeout,),) = connection.execute("PRAGMA busy_timeout").fetchall()
        connection.execute("PRAGMA busy_timeout = 0")
        with suppress(sqlite3.OperationalError):
            connection.execute("PRAGMA synchronous = OFF")
        connection.execute(f"PRAGMA busy_timeout = {timeout}")


@pytest.fixture(scope="session")
def empty_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an index that holds WordNet alone, to be copied."""
    return with_wordnet(tmp_path_factory)


@pytest.fixture(scope="session", autouse=True)
def _a_new_index_is_a_copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let what makes an index copy one that was really made, with WordNet alone or without it."""
    made = made_indexes(tmp_path_factory)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "_create", copying(made))
        yield


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the URL of the server of this run of the tests, with `{}` for a database."""
    with shared_server(run_folder(tmp_path_factory) / "postgresql.state") as url:
        yield url


@pytest.fixture(scope="session", autouse=True)
def _databases(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Databases | None]:
    """Have indexes at usual places be in PostgreSQL, where the option says so."""
    if request.config.getoption("--engine") == "sqlite":
        yield None
        return
    lock = run_folder(tmp_path_factory) / "postgresql.lock"
    url, made = request.getfixturevalue("postgresql"), with_wordnet(tmp_path_factory)
    databases = Databases(url, made, lock)
    with redirected(databases), processes_redirected(databases):
        yield databases


@pytest.fixture(autouse=True)
def _databases_go_with_their_test(
    request: pytest.FixtureRequest, _databases: Databases | None
) -> Iterator[None]:
    """Drop the databases of a test's own folder after it."""
    folder = request.getfixturevalue("tmp_path") if "tmp_path" in request.fixturenames else None
    yield
    if _databases is not None and folder is not None:
        _databases.drop_below(folder)


@pytest.fixture(scope="session")
def demo_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the demo's dataset tree, without an index: read only."""
    return whole_demo(tmp_path_factory)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, demo_tree: Path, empty_index: Path) -> Path:
    """Return the root of a tree that was ingested and collated: read only."""

    def make(root: Path) -> None:
        shutil.copytree(demo_tree, root)
        shutil.copyfile(empty_index, root / "ovmr.db")
        index = Index.open(root)
        index.ingest()
        index.collate()

    return made_once(tmp_path_factory, "indexed demo tree", make)


@pytest.fixture
def builder(tmp_path: Path, empty_index: Path) -> TreeBuilder:
    """Return a builder of a dataset tree, which holds nothing yet."""
    return TreeBuilder(tmp_path / "datasets", empty_index)


@pytest.fixture(scope="session")
def odd_index(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> Path:
    """Return the root of an index that every query finds something in: read only."""

    def make(root: Path) -> None:
        builder = TreeBuilder(root, empty_index)
        OddTree(builder, 0)
        index = builder.index()
        index.ingest()
        index.collate()

    return made_once(tmp_path_factory, "odd tree", make)


@pytest.fixture(scope="module")
def odd_connection(odd_index: Path) -> Iterator[Connection]:
    """Return a connection on an index that every query finds something in."""
    with reading(Index.open(odd_index).engine) as connection:
        yield connection


@pytest.fixture
def large(odd_index: Path, tmp_path: Path) -> Iterator[Connection]:
    """Return a connection on a small index that the planner takes for a large one."""
    path = Path(shutil.copyfile(odd_index / "ovmr.db", tmp_path / "ovmr.db"))
    seem_large(path)
    with reading(open_engine(path)) as connection:
        yield connection
