"""Tars and zips in a bucket: listed by their headers, images read from their middle."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ovmr_index import DrawOptions, Index, OvmrIndexError, SourceOptions
from ovmr_index.errors import RecordError
from tests.support import tars
from tests.support.contents import rows_of
from tests.support.parquet import images, write_parquet
from tests.support.s3_proxy import Proxy, Request
from tests.support.trees import picture

pytestmark = pytest.mark.slow

_TREE = "imagenet/imagenet21k_P"


def _put(demo_tree: Path, to_tars: Callable[[Path], None], where: Path) -> Path:
    """Make a root on the disk whose ImageNet is in tars, without the other images."""
    root = where / "datasets"
    shutil.copytree(demo_tree / _TREE / "train", root / _TREE / "train")
    shutil.copytree(demo_tree / "lvis", root / "lvis")
    to_tars(root / _TREE)
    return root


def _known(index: Index) -> tuple[list[tuple[object, ...]], bytes]:
    """Return the images that an index knows, and what it writes of them."""
    index.ingest()
    index.collate()
    file = index.exports.folder / "info.json"
    index.exports.target("imagenet-lvis", file)
    query = "SELECT dataset, file_name, width, height FROM image_files ORDER BY 1, 2"
    return rows_of(index, query), file.read_bytes()


@pytest.mark.exhaustive(but=["to_tar_of_tars", "to_class_zips", "to_packed_class_tars"])
@pytest.mark.parametrize(
    "to_tars",
    [tars.to_class_tars, tars.to_tar_of_tars, tars.to_class_zips, tars.to_packed_class_tars],
)
def test_tars_are_read_as_from_a_disk(
    client: Any,
    own_folder: str,
    demo_tree: Path,
    tmp_path: Path,
    to_tars: Callable[[Path], None],
) -> None:
    root = _put(demo_tree, to_tars, tmp_path)
    client.put(f"{root}/", f"{own_folder}/", recursive=True)
    crops = {}
    with Index.open(root) as local, Index.open(f"s3://{own_folder}", tmp_path / "r.db") as remote:
        assert _known(remote) == _known(local)
        for index in (local, remote):
            sample = index.samples.draw(DrawOptions(k=4)).categories
            folder = tmp_path / ("r" if index is remote else "l")
            index.exports.crops(sample, None, folder)
            found = sorted(path for path in folder.rglob("*") if "." in path.name[1:])
            crops[folder.name] = [(path.name, path.read_bytes()) for path in found]
    assert crops["r"] == crops["l"]
    assert len(crops["r"]) > 4


def test_a_tar_of_large_images_is_listed_without_them(
    client: Any, own_folder: str, proxy: Proxy, tmp_path: Path
) -> None:
    large = {f"n01443537_{i}.JPEG": bytes(1 << 20) for i in range(8)}
    tar = tars.tar_of(large)
    client.pipe_file(f"{own_folder}/{_TREE}/train/n01443537.tar", tar)
    with Index.open(f"s3://{own_folder}", tmp_path / "r.db") as index:
        (report,) = index.ingest([index.sources.imagenet()]).sources
        assert report.counts.added == len(large)
        ranges = [one.range for one in proxy.requests if one.reads]
        ends = [str(one).removeprefix("bytes=").split("-") for one in ranges]
        assert sum(int(last) - int(first) + 1 for first, last in ends) < len(tar) / 20
        proxy.requests.clear()
        (report,) = index.ingest([index.sources.imagenet()]).sources
        assert report.counts.unchanged == len(large)
        assert proxy.reads() == []


def test_a_tar_that_is_cut_short_is_named(client: Any, own_folder: str, tmp_path: Path) -> None:
    whole = tars.tar_of({"n01443537_1.JPEG": bytes(100_000), "n01443537_2.JPEG": bytes(100_000)})
    name = f"{own_folder}/{_TREE}/train/n01443537.tar"
    client.pipe_file(name, whole[:150_000])
    with Index.open(f"s3://{own_folder}", tmp_path / "r.db") as index:
        with pytest.raises(RecordError, match=f"s3://{name}: is no tar, cut short or damaged"):
            index.ingest([index.sources.imagenet()])
        assert index.status().sources == []


def test_a_tar_that_changes_while_it_is_listed_is_named(
    client: Any, own_folder: str, proxy: Proxy, tmp_path: Path
) -> None:
    name = f"{own_folder}/{_TREE}/train/n01443537.tar"
    members = {f"n01443537_{i}.JPEG": bytes(100_000) for i in range(4)}
    client.pipe_file(name, tars.tar_of(members))

    def change(request: Request) -> None:
        if request.reads:
            members[f"n01443537_1{len(members)}.JPEG"] = bytes(10)
            client.pipe_file(name, tars.tar_of(members))

    proxy.rule = change
    with Index.open(f"s3://{own_folder}", tmp_path / "r.db") as index:
        with pytest.raises(OvmrIndexError, match=f"s3://{name}: (changed while|is no tar, cut)"):
            index.ingest([index.sources.imagenet()])
        assert index.status().sources == []


@pytest.mark.parametrize("kind", ["webdataset", "huggingface"])
def test_shards_and_parquet_files_are_read_as_from_a_disk(
    client: Any, own_folder: str, tmp_path: Path, kind: str
) -> None:
    pictures = [picture((64, 40 + i)) for i in range(4)]
    folder = tmp_path / "own"
    folder.mkdir()
    if kind == "webdataset":
        members = {f"{i}.jpg": one for i, one in enumerate(pictures)}
        labels = {f"{i}.cls": b"dog" for i in range(4)}
        both = dict(sorted({**members, **labels}.items()))
        (folder / "0.tar").write_bytes(tars.tar_of(both))
    else:
        columns = {"image": images(*((one, None) for one in pictures)), "label": ["dog"] * 4}
        write_parquet(folder / "0.parquet", columns)
    client.put(f"{folder}/", f"{own_folder}/own/", recursive=True)
    found = list[list[tuple[str, str]]]()
    for root in (str(tmp_path), f"s3://{own_folder}"):
        with Index.open(root, tmp_path / f"{len(found)}.db") as index:
            make = index.sources.webdataset if kind == "webdataset" else index.sources.huggingface
            index.ingest([make(index.root / "own", "own", SourceOptions(by_name=True))])
            index.collate(vocabulary="own")
            index.pools.hash_images(vocabulary="own")
            found.append(_hashes(index.path))
    assert found[0] == found[1]
    assert len(found[0]) == 4


def _hashes(db: Path) -> list[tuple[str, str]]:
    query = "SELECT file_name, sha256 FROM image_hashes JOIN images ON pk = image_pk ORDER BY 1"
    with closing(sqlite3.connect(db)) as connection:
        return connection.execute(query).fetchall()
