"""A bucket with the demo's tree, on a server that all tests of a run share."""

from collections.abc import Iterator
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from uuid import uuid4

import pytest

from ovmr_index import Index, processes
from ovmr_index.processes import using_workers
from ovmr_index.storage.remote import asking, store
from tests.support.once import made_once
from tests.support.s3_proxy import Proxy, proxy_before
from tests.support.s3_server import S3Server, shared_server
from tests.support.small_demo import make_small_demo

BUCKET = "datasets"
ROOT = f"s3://{BUCKET}/demo"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """Return the S3 server."""
    folder = tmp_path_factory.getbasetemp()
    folder = folder.parent if folder.name.startswith("popen-") else folder
    with shared_server(folder / "s3") as found:
        yield found


@pytest.fixture(scope="session", autouse=True)
def _what_botocore_knows_is_read_once() -> Iterator[None]:
    """Let clients share the descriptions of S3, which each would read and which take long."""
    loader = import_module("botocore.loaders").JSONFileLoader
    once = cache(partial(loader.load_file, loader()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loader, "load_file", lambda _, path: once(path))
        yield


@pytest.fixture(scope="session")
def demo_tree(demo_tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a part of the demo's tree, each file of which is a request: read only."""
    return made_once(tmp_path_factory, "small demo", lambda root: make_small_demo(demo_tree, root))


@pytest.fixture(scope="session")
def bucket(server: S3Server, tmp_path_factory: pytest.TempPathFactory, demo_tree: Path) -> str:
    """Return the address of the demo's tree in a bucket: read only."""

    def put(mark: Path) -> None:
        client = server.client()
        client.mkdir(BUCKET)
        client.put(f"{demo_tree}/", f"{BUCKET}/demo/", recursive=True, batch_size=16)
        mark.touch()

    made_once(tmp_path_factory, "bucket", put)
    return ROOT


@pytest.fixture
def own_folder(bucket: str) -> str:
    """Return the path of a folder of the test's own in the bucket: what client calls it."""
    assert BUCKET in bucket
    return f"{BUCKET}/own/{uuid4().hex[:12]}"


@pytest.fixture(autouse=True)
def _usual_places(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[None]:
    """Let the server be found by the variables of the environment, where a test uses it."""
    if "server" in request.fixturenames:
        server: S3Server = request.getfixturevalue("server")
        for name, value in server.environment().items():
            monkeypatch.setenv(name, value)
    # A worker that is forked from another process does not have these variables.
    monkeypatch.setattr(processes, "_START_METHOD", "spawn")
    monkeypatch.setenv("OVMR_INDEX_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(asking, "WAITS", (0.01, 0.02, 0.04))
    store._store.cache_clear()
    with using_workers(1):
        yield
    store._store.cache_clear()


@pytest.fixture
def proxy(server: S3Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """Put a proxy before the server."""
    with proxy_before(server.address) as found:
        monkeypatch.setenv("AWS_ENDPOINT_URL", found.address)
        yield found


@pytest.fixture(scope="session")
def remote_index(
    bucket: str,
    server: S3Server,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """Return the file of an index of the bucket, with pools: read only."""

    def make(path: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in server.environment().items():
                patch.setenv(name, value)
            patch.setenv("OVMR_INDEX_CACHE", str(path.with_name("cache of the index")))
            store._store.cache_clear()
            with Index.open(bucket, path) as index:
                index.ingest()
                index.collate()

    return made_once(tmp_path_factory, "remote.db", make)
