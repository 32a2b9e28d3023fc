"""Single files on a web server, which is `http.server` here."""

import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ovmr_index import Index, OvmrIndexError, UsageError
from ovmr_index.storage.remote.errors import StoreError
from tests.support.runs import call


class _Handler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def web(demo_tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a server of the demo's annotation files, packed ones too."""
    folder = tmp_path_factory.mktemp("web")
    for name in ("lvis_v1_train.json", "lvis_v1_val.json"):
        (folder / name).write_bytes((demo_tree / "lvis" / name).read_bytes())
        with zipfile.ZipFile(folder / f"{name}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(folder / name, name)
    with zipfile.ZipFile(folder / "both_val.zip", "w") as archive:
        archive.write(folder / name, "one.json")
        archive.write(folder / name, "other.json")
    (folder / "cut_val.zip").write_bytes((folder / "lvis_v1_val.json.zip").read_bytes()[:-900])
    handler = partial(_Handler, directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["", ".zip"])
def test_a_file_on_the_web_is_read_as_one_on_a_disk(
    web: str, demo_tree: Path, tmp_path: Path, suffix: str
) -> None:
    root = tmp_path / "datasets"
    root.mkdir()
    with Index.open(root) as index:
        found, _ = index.sources.lvis([Path(f"{web}/lvis_v1_val.json{suffix}")])
        assert [one.counts.added for one in index.ingest(found).sources] == [17]
        assert [one.counts.added for one in index.ingest(found).sources] == [0]
        (source,) = index.status().sources
        assert [one.path for one in source.files] == [f"{web}/lvis_v1_val.json{suffix}"]
        assert [one.counts.unchanged for one in index.ingest().sources] == [17]
        assert index.verify("names").issues != []


@pytest.mark.sqlite_only  # beside its file
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("none_val.json", "none_val.json: there is no such file"),
        ("both_val.zip", "both_val.zip: is a zip of 2 files, not of one; unpack it"),
        ("cut_val.zip", "cut_val.zip: is not JSON"),
    ],
)
def test_what_is_no_annotation_file_is_named(
    web: str, tmp_path: Path, name: str, said: str
) -> None:
    with Index.open(tmp_path) as index:
        found, _ = index.sources.lvis([Path(f"{web}/{name}")])
        with pytest.raises(OvmrIndexError, match=said):
            index.ingest(found)
        assert not index.path.exists() or index.status().sources == []


def test_a_server_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with Index.open(tmp_path) as index:
        found, _ = index.sources.lvis([Path("http://127.0.0.1:1/lvis_v1_val.json")])
        with pytest.raises(StoreError, match="the server cannot be reached; check the network"):
            index.ingest(found)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("https://me:secret@host/lvis_v1_val.json", "holds a name or a password; take it out"),
        ("https://host/lvis_v1_val.json?X-Amz-Signature=secret", "has a query, which may hold"),
        ("s3://key:secret@bucket/lvis_v1_val.json", "holds a name or a password; take it out"),
    ],
)
def test_an_address_with_a_secret_is_refused_and_not_shown(
    tmp_path: Path, address: str, said: str
) -> None:
    with Index.open(tmp_path) as index, pytest.raises(UsageError, match=said) as caught:
        index.sources.lvis([Path(address)])
    assert "secret" not in str(caught.value)
    shown = call("ingest", "lvis", address, root=tmp_path)
    assert shown.code == 2
    assert said in shown.error
    assert "secret" not in shown.error


def test_a_web_server_is_no_root(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="a web server lists no folders"):
        Index.open("https://host/datasets", tmp_path / "ovmr.db")
    with pytest.raises(UsageError, match="a remote root holds no index; say where"):
        Index.open("s3://bucket/datasets")
