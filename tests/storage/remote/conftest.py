"""A bucket with a part of the demo's tree, on a server that all tests of a run share."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Connection

from ovmr_index import Index, processes
from ovmr_index.db import schema
from ovmr_index.demo.icons import icons
from ovmr_index.processes import using_workers
from ovmr_index.storage.remote import asking, store
from ovmr_index.vocabularies.synsets import load_wordnet
from tests.support.few_synsets import index_of_synsets
from tests.support.odd_trees import synsets_of_odd_trees
from tests.support.once import made_once
from tests.support.s3_proxy import Proxy, proxy_before
from tests.support.s3_server import S3Server, shared_server
from tests.support.small_demo import synsets_of_demo
from tests.support.trees import Json

BUCKET = "datasets"
ROOT = f"s3://{BUCKET}/demo"
# Of each frequency, in each part of ImageNet and in none, a PNG and an image that is turned.
SYNSETS = ("apple.n.01", "penguin.n.01", "hourglass.n.01", "wedding_ring.n.01")
_make_store = store._store.__wrapped__
_BOXES, _OF_CLASS, _OF_GENOME = 9, 5, 10  # boxes of a category, images of a class, images


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """Return the S3 server."""
    folder = tmp_path_factory.getbasetemp()
    folder = folder.parent if folder.name.startswith("popen-") else folder
    with shared_server(folder / "s3") as found:
        yield found


@pytest.fixture(scope="session")
def client(server: S3Server) -> Any:
    """Return a file system on the server, to put files there."""
    return server.client()


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
    return made_once(tmp_path_factory, "few files", lambda root: _make_few(demo_tree, root))


def _make_few(demo: Path, root: Path) -> None:
    """Make a tree of few categories and images at `root`; images are hard links."""
    for split in ("train", "val"):
        _lvis(demo, root, f"lvis/lvis_v1_{split}.json")
    wnids = {icons()[synset].wnid for synset in SYNSETS}
    for folder in (demo / "imagenet").glob("*/*/*"):
        if folder.name in wnids:
            by_number = sorted(folder.iterdir(), key=lambda path: (len(path.name), path.name))
            _link(demo, root, *by_number[:_OF_CLASS])
    objects, images = (
        json.loads((demo / f"VisualGenome/{name}.json").read_bytes())
        for name in ("objects", "image_data")
    )
    showing = [one for one in objects if any(map(_is_kept, one["objects"]))][:_OF_GENOME]
    keys = {one["image_id"] for one in showing}
    images = [one for one in images if one["image_id"] in keys]
    _link(demo, root, *(_shown(demo / "VisualGenome", one["url"]) for one in images))
    for name, content in (("objects", showing), ("image_data", images)):
        (root / f"VisualGenome/{name}.json").write_text(json.dumps(content))


def _is_kept(found: Json) -> bool:
    return not {*found["synsets"]}.isdisjoint(SYNSETS)


def _lvis(demo: Path, root: Path, name: str) -> None:
    """Write the first boxes of each category, and the images that show them."""
    content = json.loads((demo / name).read_bytes())
    categories = [one for one in content["categories"] if one["synset"] in SYNSETS]
    left = {one["id"]: _BOXES for one in categories}
    boxes = []
    for box in content["annotations"]:
        if left.get(box["category_id"]):
            left[box["category_id"]] -= 1
            boxes.append(box)
    shown = {box["image_id"] for box in boxes}
    images = [one for one in content["images"] if one["id"] in shown]
    for image in images:
        for key in ("neg_category_ids", "not_exhaustive_category_ids"):
            image[key] = [one for one in image[key] if one in left]
    _link(demo, root, *(_shown(demo / "coco", one["coco_url"]) for one in images))
    parts = {"annotations": boxes, "images": images, "categories": categories}
    (root / name).parent.mkdir(exist_ok=True)
    (root / name).write_text(json.dumps(content | parts))


def _shown(folder: Path, url: str) -> Path:
    return folder.joinpath(*url.split("/")[-2:])


def _link(demo: Path, root: Path, *files: Path) -> None:
    for file in files:
        path = root / file.relative_to(demo)
        path.parent.mkdir(parents=True, exist_ok=True)
        os.link(file, path)


@pytest.fixture(scope="session")
def few_synsets(
    tmp_path_factory: pytest.TempPathFactory, empty_index: Path, demo_tree: Path
) -> Path:
    """Return an index of the synsets of that tree with all above them, to be copied."""
    names = synsets_of_odd_trees() | synsets_of_demo(demo_tree)
    return index_of_synsets(tmp_path_factory, empty_index, "synsets of buckets.db", names)


@pytest.fixture(scope="module", autouse=True)
def _a_new_index_has_few_synsets(_a_new_index_is_a_copy: None, few_synsets: Path) -> Iterator[None]:
    """Let what makes an index copy that of few synsets: WordNet is the same wherever images are."""
    make = schema._create

    def create(path: Path, fill: Callable[[Connection], None]) -> None:
        if fill is load_wordnet:
            shutil.copyfile(few_synsets, path)
        else:
            make(path, fill)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "_create", create)
        yield


@pytest.fixture(scope="session")
def bucket(client: Any, tmp_path_factory: pytest.TempPathFactory, demo_tree: Path) -> str:
    """Return the address of the demo's tree in a bucket: read only."""

    def put(mark: Path) -> None:
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
    # To look at packages takes most of the time of `doctor`, and has tests of its own.
    monkeypatch.setattr("ovmr_index.index.doctor.api.package_looks", list)
    own = cache(_make_store)

    def made(scheme: str, process: int) -> store.Store:
        steering = sorted(one for one in os.environ.items() if one[0].startswith("AWS_"))
        if scheme == "s3":
            return _kept_store(scheme, process, (*steering,))
        return own(scheme, process)

    monkeypatch.setattr(store, "_store", made)
    with using_workers(1):
        yield


@cache
def _kept_store(scheme: str, process: int, _: tuple[tuple[str, str], ...]) -> store.Store:
    """Return the store of an environment: to make one takes longer than what most tests ask."""
    return _make_store(scheme, process)


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
    few_synsets: Path,
) -> Path:
    """Return the file of an index of the bucket, with pools: read only."""

    def make(path: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in server.environment().items():
                patch.setenv(name, value)
            patch.setenv("OVMR_INDEX_CACHE", str(path.with_name("cache of the index")))
            store._store.cache_clear()
            with Index.open(bucket, shutil.copyfile(few_synsets, path)) as index:
                index.ingest()
                index.collate()

    return made_once(tmp_path_factory, "remote.db", make)
