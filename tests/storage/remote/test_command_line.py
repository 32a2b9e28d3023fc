"""A remote root on the command line: where it is said, what goes where, and no secret anywhere."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from ovmr_index import DrawOptions, Index
from ovmr_index.images.thumbnail_maker import ThumbnailMaker
from ovmr_index.images.thumbnails import ThumbnailTask
from ovmr_index.pools.crop_task import exemplar_task
from ovmr_index.storage.bounded_cache import BoundedCache
from ovmr_index.storage.remote.urls import place
from tests.support.runs import call
from tests.support.s3_proxy import Answer, Proxy
from tests.support.s3_server import KEY, PUBLIC, SECRET
from tests.support.warm import warm_start

pytestmark = pytest.mark.slow


@pytest.fixture
def db(remote_index: Path, tmp_path: Path) -> Path:
    """Return the file of an index of the bucket, of the test's own."""
    folder = tmp_path / "here"
    folder.mkdir()
    return Path(shutil.copyfile(remote_index, folder / "ovmr.db"))


def test_the_root_is_an_option_a_variable_or_a_line(
    bucket: str, db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_option = call("--db", db, "status", "--json", root=place(bucket)).data
    assert {one["name"] for one in by_option["sources"]} >= {"lvis_v1_train", "imagenet21k"}
    monkeypatch.setenv("OVMR_INDEX_ROOT", bucket)
    assert call("--db", db, "status", "--json").data == by_option
    monkeypatch.delenv("OVMR_INDEX_ROOT")
    monkeypatch.chdir(db.parent)
    Path("ovmr-index.toml").write_text(f'root = "{bucket}"\ndb = "{db}"\n', encoding="utf-8")
    assert call("status", "--json").data == by_option
    assert call("config", "--json").data[0]["value"] == bucket


def test_exports_go_beside_the_index_and_hold_no_secret(bucket: str, db: Path) -> None:
    for command in (
        ("sample", "-K", "2", "--name", "mine"),
        ("export", "sample", "--name", "mine", "--sidecar"),
        ("export", "cat-info"),
        ("export", "manifest", "cat-info"),
        ("ingest",),
    ):
        done = call("--db", db, *command, root=place(bucket))
        assert done.code == 0, done.err
        assert not _has_secret((done.out + done.err).encode())
    names = {path.relative_to(db.parent).as_posix() for path in db.parent.rglob("*.json")}
    assert {"metadata/mine.json", "metadata/lvis_v1_train_cat_info.json"} <= names
    for path in db.parent.rglob("*"):
        assert path.is_dir() or not _has_secret(path.read_bytes()), path


def _has_secret(content: bytes) -> bool:
    return KEY.encode() in content or SECRET.encode() in content


@pytest.mark.parametrize(
    ("root", "command", "code", "said"),
    [
        ("s3://no-such-bucket/a", "status", 1, "there is no such bucket; check its name"),
        ("s3://datasets/none", "status", 1, "there is no such folder; give --root URL"),
        ("https://host/a", "status", 2, "a web server lists no folders; give s3:// or gs://"),
        ("s3://a:b@c/d", "status", 2, "s3://…: holds a name or a password; take it out"),
        ("s3://datasets/demo", "prepare training --for mm-ovod", 2, "is remote, and links lead"),
        ("s3://datasets/demo", "export cat-info -o s3://datasets/x.json", 1, "only read from"),
    ],
)
def test_what_cannot_be_is_one_line(
    bucket: str, db: Path, root: str, command: str, code: int, said: str
) -> None:
    before = db.read_bytes()
    done = call("--root", root, "--db", db, *command.split())
    assert (done.code, said in done.error) == (code, True), done.error
    assert db.read_bytes() == before
    assert bucket


def test_a_public_bucket_is_read_without_credentials(
    client: Any,
    demo_tree: Path,
    few_synsets: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    name = "lvis/lvis_v1_val.json"
    client.mkdir(PUBLIC)
    client.put_file(str(demo_tree / name), f"{PUBLIC}/{name}")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    more = {"FSSPEC_S3_ANON": "true", "OVMR_INDEX_CACHE": str(tmp_path / "cache")}
    db = shutil.copyfile(few_synsets, tmp_path / "ovmr.db")
    options = ("--root", f"s3://{PUBLIC}", "--db", db)
    done = warm_start().run(*options, "ingest", more=more)
    assert done.out.startswith("lvis_v1_val: annotations: 17 added"), done.err


def test_a_remote_root_needs_a_place_for_its_index(bucket: str) -> None:
    done = call("status", root=place(bucket))
    assert done.code == 2
    assert "a remote root holds no index; say where it is with --db FILE" in done.error


def test_the_doctor_looks_at_a_remote_root(bucket: str, db: Path) -> None:
    done = call("--db", db, "doctor", root=place(bucket))
    assert f"{bucket}, which is remote, and only read" in done.out


def test_a_thumbnail_is_made_of_a_remote_image(
    bucket: str, db: Path, proxy: Proxy, tmp_path: Path
) -> None:
    with Index.open(bucket, db) as index:
        (exemplar, *_) = index.samples.draw(DrawOptions(k=1)).categories[0].exemplars
    task = ThumbnailTask(exemplar_task(exemplar, (tmp_path / "a.jpg",)), 64)
    with ThumbnailMaker(BoundedCache(tmp_path / "thumbnails", 1 << 20), workers=1) as maker:
        key = maker.key(task)
        assert isinstance(key, str)
        made = maker.make(task, key).result(timeout=120)
        assert made.content is not None
        assert made.content.startswith(b"\xff\xd8")
        proxy.rule = lambda _: Answer(503)
        refused = maker.key(task)
        assert not isinstance(refused, str)
        assert "the server is busy or breaks off" in (refused.reason or "")
