"""Tars and zips in a bucket: listed by their headers, images read from their middle."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ovmr_index import DrawOptions, Index
from ovmr_index.errors import RecordError
from tests.support import tars
from tests.support.s3_proxy import Proxy
from tests.support.s3_server import S3Server

pytestmark = pytest.mark.slow

_TREE = "imagenet/imagenet21k_P"


def _put(server: S3Server, demo_tree: Path, to_tars: Callable[[Path], None], where: Path) -> Path:
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
    file = index.outputs / "info.json"
    index.exports.target("imagenet-lvis", file)
    query = "SELECT dataset, file_name, width, height FROM image_files ORDER BY 1, 2"
    with index.sql(query) as rows:
        return list(rows.rows), file.read_bytes()


@pytest.mark.parametrize(
    "to_tars",
    [tars.to_class_tars, tars.to_tar_of_tars, tars.to_class_zips, tars.to_packed_class_tars],
)
def test_tars_are_read_as_from_a_disk(
    server: S3Server,
    own_folder: str,
    demo_tree: Path,
    tmp_path: Path,
    to_tars: Callable[[Path], None],
) -> None:
    root = _put(server, demo_tree, to_tars, tmp_path)
    server.client().put(f"{root}/", f"{own_folder}/", recursive=True)
    crops = {}
    with Index.open(root) as local, Index.open(f"s3://{own_folder}", tmp_path / "r.db") as remote:
        assert _known(remote) == _known(local)
        for index in (local, remote):
            sample = index.samples.draw(DrawOptions(k=1)).categories
            folder = tmp_path / ("r" if index is remote else "l")
            index.exports.crops(sample, None, folder)
            found = sorted(path for path in folder.rglob("*") if "." in path.name[1:])
            crops[folder.name] = [(path.name, path.read_bytes()) for path in found]
    assert crops["r"] == crops["l"]
    assert len(crops["r"]) > 50


def test_a_tar_of_large_images_is_listed_without_them(
    server: S3Server, own_folder: str, proxy: Proxy, tmp_path: Path
) -> None:
    images = {f"n01443537_{i}.JPEG": bytes(1 << 20) for i in range(8)}
    tar = tars.tar_of(images)
    server.client().pipe_file(f"{own_folder}/{_TREE}/train/n01443537.tar", tar)
    with Index.open(f"s3://{own_folder}", tmp_path / "r.db") as index:
        (report,) = index.ingest([index.sources.imagenet()]).sources
        assert report.counts.added == len(images)
        ranges = [one.range for one in proxy.requests if one.reads]
        ends = [str(one).removeprefix("bytes=").split("-") for one in ranges]
        assert sum(int(last) - int(first) + 1 for first, last in ends) < len(tar) / 20
        proxy.requests.clear()
        (report,) = index.ingest([index.sources.imagenet()]).sources
        assert report.counts.unchanged == len(images)
        assert proxy.reads() == []


def test_a_tar_that_is_cut_short_is_named(
    server: S3Server, own_folder: str, tmp_path: Path
) -> None:
    whole = tars.tar_of({"n01443537_1.JPEG": bytes(100_000), "n01443537_2.JPEG": bytes(100_000)})
    name = f"{own_folder}/{_TREE}/train/n01443537.tar"
    server.client().pipe_file(name, whole[:150_000])
    with Index.open(f"s3://{own_folder}", tmp_path / "r.db") as index:
        with pytest.raises(RecordError, match=f"s3://{name}: is no tar, cut short or damaged"):
            index.ingest([index.sources.imagenet()])
        assert index.status().sources == []
