"""`gs://` through fsspec: no server of Google's kind runs here, so its file system is made here.

It lists and reads as gcsfs does; what is tested is all but gcsfs itself.
"""

from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from ovmr_index import Index, OvmrIndexError
from ovmr_index.storage.remote.store import store_of

_BUCKET = "bucket"
_CHANGED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def _system(tree: Path, given: list[dict[str, Any]]) -> Any:
    """Return a class of file systems that serve a folder as the bucket."""

    class Google(import_module("fsspec").AbstractFileSystem):  # type: ignore[misc]
        protocol = "gs"

        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            given.append(options)

        def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:
            assert detail
            return [self.info(f"{path}/{one.name}") for one in self._file(path).iterdir()]

        def info(self, path: str, **_: Any) -> dict[str, Any]:
            file = self._file(path)
            if not file.exists():
                raise FileNotFoundError(path)
            if file.is_dir():
                return {"name": path, "size": 0, "type": "directory"}
            size = file.stat().st_size
            times = {"mtime": _CHANGED, "updated": _CHANGED.isoformat()}
            return {"name": path, "size": size, "type": "file", "etag": f"{size}", **times}

        def cat_file(
            self, path: str, start: int | None = None, end: int | None = None, **_: Any
        ) -> bytes:
            return self._file(path).read_bytes()[start:end]

        def _file(self, path: str) -> Path:
            return tree / path.removeprefix(_BUCKET).strip("/")

    return Google


@pytest.mark.slow
def test_a_root_of_google_is_listed_and_read_by_fsspec(
    demo_tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = list[dict[str, Any]]()
    known = import_module("fsspec.registry")._registry
    monkeypatch.setitem(known, "gs", _system(demo_tree, given))
    with Index.open(f"gs://{_BUCKET}", tmp_path / "ovmr.db") as index:
        assert len(index.ingest().sources) == 4
        assert [one.counts.did_work for one in index.ingest().sources] == [False] * 4
        index.collate()
        assert index.exports.target("imagenet-lvis").records == 19
    assert given == [{"use_listings_cache": False}]


@pytest.mark.skipif(find_spec("gcsfs") is not None, reason="gcsfs is installed")
def test_a_missing_package_is_named_with_its_extra(tmp_path: Path) -> None:
    with pytest.raises(OvmrIndexError, match=r"gs:// cannot be read: .*pip install '.*\[remote\]'"):
        store_of(f"gs://{tmp_path.name}/data")
