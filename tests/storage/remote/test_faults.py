"""A store that is busy, breaks off or changes a file: asked again, then one line; nothing half."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ovmr_index import DrawOptions, Index
from ovmr_index.storage.remote.cache import local_copy
from ovmr_index.storage.remote.errors import StoreError
from tests.support.s3_proxy import Answer, Cut, Proxy, Request, first
from tests.support.s3_server import OTHER_KEY, OTHER_SECRET

pytestmark = pytest.mark.slow

_BUSY = r"demo/.*: the server is busy or breaks off, also when asked again and again; try later$"


def _index_of(bucket: str, remote_index: Path, folder: Path) -> Index:
    return Index.open(bucket, shutil.copyfile(remote_index, folder / "ovmr.db"))


@pytest.mark.exhaustive(but=["fault0", "fault3"])
@pytest.mark.parametrize(
    "fault", [Answer(503), Answer(429, "TooManyRequests"), Answer(500, "InternalError"), Cut(100)]
)
def test_what_goes_wrong_twice_is_asked_again(
    bucket: str, proxy: Proxy, fault: Answer | Cut
) -> None:
    proxy.rule = first(2, fault, "lvis_v1_train.json")
    copy = local_copy(f"{bucket}/lvis/lvis_v1_train.json")
    assert copy.read_bytes().endswith(b"}")
    assert len(proxy.reads()) == 3


@pytest.mark.exhaustive(but=["fault0", "fault2"])
@pytest.mark.parametrize("fault", [Answer(503), Answer(429, "TooManyRequests"), Cut(100)])
def test_a_file_that_cannot_be_read_to_its_end_leaves_no_index(
    bucket: str, proxy: Proxy, tmp_path: Path, fault: Answer | Cut
) -> None:
    proxy.rule = first(1_000, fault, "lvis_v1_val.json")
    with Index.open(bucket, tmp_path / "ovmr.db") as index:
        found, _ = index.sources.lvis(split="val")
        with pytest.raises(StoreError, match=_BUSY):
            index.ingest(found)
        assert not index.path.exists() or index.status().sources == []
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]


def test_a_page_of_a_listing_that_is_refused_is_asked_again(
    bucket: str, proxy: Proxy, tmp_path: Path
) -> None:
    refused = set[str]()

    def once_each(request: Request) -> Answer | None:
        if "list-type" not in request.path or request.path in refused:
            return None
        refused.add(request.path)
        return Answer(503)

    proxy.rule = once_each
    with Index.open(bucket, tmp_path / "ovmr.db") as index:
        report = index.ingest([index.sources.imagenet()])
    assert [one.counts.added for one in report.sources] == [19]
    assert len(refused) > 8


def test_a_listing_that_is_always_refused_changes_nothing(
    bucket: str, remote_index: Path, proxy: Proxy, tmp_path: Path
) -> None:
    index = _index_of(bucket, remote_index, tmp_path)
    before = index.path.read_bytes()
    proxy.rule = lambda one: Answer(503) if "n02055803" in one.path else None
    with pytest.raises(StoreError, match=_BUSY):
        index.ingest([index.sources.imagenet()])
    index.close()
    assert index.path.read_bytes() == before


def test_headers_and_crops_come_whole_or_not_at_all(
    bucket: str, remote_index: Path, proxy: Proxy, tmp_path: Path
) -> None:
    index = _index_of(bucket, remote_index, tmp_path)
    sample = index.samples.draw(DrawOptions(k=2)).categories
    folder = tmp_path / "crops"
    proxy.rule = first(5, Cut(1_000), "/")
    assert index.exports.crops(sample, None, folder).problems == []
    whole = {path.name: path.read_bytes() for path in folder.rglob("*.*") if path.is_file()}
    shutil.rmtree(folder)
    proxy.rule = lambda one: Cut(1_000) if "/coco/" in one.path and one.reads else None
    with pytest.raises(StoreError, match=_BUSY):
        index.exports.crops(sample, None, folder)
    left = {path.name: path.read_bytes() for path in folder.rglob("*.*") if path.is_file()}
    assert {**left}.items() <= whole.items()
    proxy.rule = lambda _: None
    assert index.exports.crops(sample, None, folder).problems == []


def test_a_file_that_changes_while_it_is_copied_is_named(
    client: Any, own_folder: str, proxy: Proxy, tmp_path: Path
) -> None:
    name = f"{own_folder}/lvis/lvis_v1_val.json"
    client.pipe_file(name, b'{"info": "the first"}')

    def change(request: Request) -> None:
        if request.reads:
            client.pipe_file(name, json.dumps({"info": len(proxy.requests)}).encode())

    proxy.rule = change
    with Index.open(f"s3://{own_folder}", tmp_path / "ovmr.db") as index:
        found, _ = index.sources.lvis(split="val")
        with pytest.raises(StoreError, match=f"{name}: changed while it was read; run"):
            index.ingest(found)
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]


def test_an_image_that_changed_since_it_was_hashed_is_hashed_again(
    client: Any, own_folder: str, demo_tree: Path, tmp_path: Path
) -> None:
    db = tmp_path / "ovmr.db"
    for name in ("VisualGenome", "lvis"):
        client.put(f"{demo_tree}/{name}/", f"{own_folder}/{name}/", recursive=True)
    with Index.open(f"s3://{own_folder}", db) as index:
        index.ingest()
        index.collate()
        index.pools.hash_images()
        before = _hashes(db)
        name = next(name for name in before if name.startswith("VG_100K/"))
        others = (demo_tree / "VisualGenome/VG_100K").iterdir()
        other = max((one for one in others if not name.endswith(one.name)), key=_size)
        client.put_file(str(other), f"{own_folder}/VisualGenome/{name}")
        index.pools.hash_images()
    changed = {one for one, sha256 in _hashes(db).items() if sha256 != before[one]}
    assert changed == {name}


def _hashes(db: Path) -> dict[str, str]:
    query = "SELECT file_name, sha256 FROM image_hashes JOIN images ON pk = image_pk"
    with closing(sqlite3.connect(db)) as connection:
        return dict(connection.execute(f"{query} WHERE sha256 IS NOT NULL"))


def _size(path: Path) -> int:
    return path.stat().st_size


def _no_bucket(_: pytest.MonkeyPatch) -> str:
    return "s3://no-such-bucket/datasets"


def _no_folder(_: pytest.MonkeyPatch) -> str:
    return "s3://datasets/no-such-folder"


def _wrong_key(patch: pytest.MonkeyPatch) -> str:
    patch.setenv("AWS_ACCESS_KEY_ID", "unknown")
    return "s3://datasets/demo"


def _wrong_secret(patch: pytest.MonkeyPatch) -> str:
    patch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    return "s3://datasets/demo"


def _no_right(patch: pytest.MonkeyPatch) -> str:
    patch.setenv("AWS_ACCESS_KEY_ID", OTHER_KEY)
    patch.setenv("AWS_SECRET_ACCESS_KEY", OTHER_SECRET)
    return "s3://datasets/demo"


def _no_credentials(patch: pytest.MonkeyPatch) -> str:
    patch.delenv("AWS_ACCESS_KEY_ID")
    patch.delenv("AWS_SECRET_ACCESS_KEY")
    return "s3://datasets/demo"


def _no_profile(patch: pytest.MonkeyPatch) -> str:
    patch.setenv("AWS_PROFILE", "nobody")
    return "s3://datasets/demo"


def _nobody_there(patch: pytest.MonkeyPatch) -> str:
    patch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    return "s3://datasets/demo"


def _no_endpoint(patch: pytest.MonkeyPatch) -> str:
    patch.setenv("AWS_ENDPOINT_URL", "nonsense")
    return "s3://datasets/demo"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (_no_bucket, "there is no such bucket; check its name, and the endpoint"),
        (_no_folder, "there is no such folder; give"),
        (_wrong_key, "the store does not know these credentials; check"),
        (_wrong_secret, "the store does not know these credentials; check"),
        (_no_right, "the credentials have no right to read it; ask for that right"),
        (_no_credentials, "no credentials were found, or they do not work; set AWS_PROFILE"),
        (_no_profile, "no credentials were found, or they do not work; set AWS_PROFILE"),
        (_nobody_there, "the server cannot be reached; check the network and the endpoint"),
        (_no_endpoint, "the endpoint is no address; check AWS_ENDPOINT_URL"),
    ],
)
def test_a_store_that_does_not_answer_is_one_line(
    bucket: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    wrong: Callable[[pytest.MonkeyPatch], str],
    said: str,
) -> None:
    root = wrong(monkeypatch)
    with pytest.raises(StoreError) as caught:
        Index.open(root, tmp_path / "ovmr.db")
    assert str(caught.value).startswith(f"{root}: {said}")
    assert "\n" not in str(caught.value)
    assert "testsecret" not in str(caught.value)
    assert not (tmp_path / "ovmr.db").exists()
