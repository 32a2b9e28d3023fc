"""What has not changed is not read a second time; what has is."""

from pathlib import Path
from typing import Any

import pytest

from ovmr_index import Index, OvmrIndexError
from tests.storage.remote.conftest import BUCKET
from tests.support.s3_proxy import Proxy

pytestmark = pytest.mark.slow


def _ingest(root: str, db: Path) -> list[int]:
    """Return how much each source changed."""
    with Index.open(root, db) as index:
        return [one.counts.added + one.counts.changed for one in index.ingest().sources]


def test_a_second_run_and_another_index_read_no_object(
    bucket: str, proxy: Proxy, tmp_path: Path
) -> None:
    assert sum(_ingest(bucket, tmp_path / "ovmr.db")) > 100
    names = {path.rpartition("/")[2] for path in proxy.reads()}
    assert names == {
        *("lvis_v1_train.json", "lvis_v1_val.json", "objects.json", "image_data.json")
    }, "no image of a tree is read to list it"
    proxy.requests.clear()
    assert _ingest(bucket, tmp_path / "ovmr.db") == [0, 0, 0, 0]
    assert proxy.reads() == []
    assert sum(_ingest(bucket, tmp_path / "another.db")) > 100
    assert proxy.reads() == []
    copies = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    for path in copies:
        path.write_bytes(b"{}")
    assert sum(_ingest(bucket, tmp_path / "damaged.db")) > 100
    assert len(proxy.reads()) >= len(copies) > 0, "a damaged copy is made again"


def test_an_object_of_another_content_is_read_again(
    client: Any, own_folder: str, proxy: Proxy, demo_tree: Path, tmp_path: Path
) -> None:
    name = f"{own_folder}/lvis/lvis_v1_train.json"
    content = (demo_tree / "lvis/lvis_v1_train.json").read_bytes()
    client.pipe_file(name, content)
    root = f"s3://{own_folder}"
    _ingest(root, tmp_path / "ovmr.db")
    client.pipe_file(name, content.replace(b'"area": 1', b'"area": 2'))
    assert _ingest(root, tmp_path / "ovmr.db") > [0]
    copies = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert [path.stat().st_size for path in copies] == [len(content)], "the older copy is gone"


def test_a_cache_that_cannot_be_written_is_named(
    bucket: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("OVMR_INDEX_CACHE", str(tmp_path / "file"))
    with pytest.raises(OvmrIndexError, match=r"the copy cannot be written: .* OVMR_INDEX_CACHE"):
        _ingest(bucket, tmp_path / "ovmr.db")
    assert BUCKET in bucket
