"""Folders of Parquet that are not what was written: each is named, and the index stays."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ovmr_index import Index, SchemaError
from ovmr_index.db.location import Server
from tests.support.contents import everything
from tests.support.runs import call
from tests.support.trees import APPLE, TENCH, TreeBuilder, annotation, category, image

TRAIN = "boxes/part-00000-lvis_v1_train.parquet"
REGIONS = "index/regions/part-00000.parquet"
Damage = Callable[[Path], object]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> Path:
    """Return the folder of a small index as Parquet: read only."""
    builder = TreeBuilder(tmp_path_factory.mktemp("written") / "datasets", empty_index)
    builder.lvis(
        categories=[category(1, TENCH), category(2, APPLE)],
        images=[image(1), image(2)],
        annotations=[annotation(1), annotation(2, 2, 2), annotation(3, 2)],
    )
    with builder.index() as index:
        index.ingest()
        return index.exports.parquet(builder.root.parent / "parquet").folder


@pytest.fixture
def copy(written: Path, tmp_path: Path) -> Path:
    """Return a copy to damage."""
    return Path(shutil.copytree(written, tmp_path / "copy"))


def edit(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the manifest."""
    path = folder / "manifest.json"
    content = json.loads(path.read_bytes())
    change(content)
    path.write_text(json.dumps(content))


def rewrite(folder: Path, file: str, change: Callable[[pa.Table], pa.Table]) -> None:
    """Change the rows of a file and what the manifest says of its content, not of its rows."""
    pq.write_table(change(pq.read_table(folder / file)), folder / file)
    content = (folder / file).read_bytes()

    def correct(manifest: dict[str, Any]) -> None:
        for group in (manifest["views"], manifest["tables"]):
            for one in (one for files in group.values() for one in files["files"]):
                if one["path"] == file:
                    one |= {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}

    edit(folder, correct)


def _set(**members: Any) -> Damage:
    return lambda folder: edit(folder, lambda manifest: manifest.update(members))


def _manifest(content: bytes) -> Damage:
    return lambda folder: (folder / "manifest.json").write_bytes(content)


def _cut(file: str, left: int) -> Damage:
    return lambda folder: (folder / file).write_bytes((folder / file).read_bytes()[:left])


def _flip(file: str) -> Damage:
    def flip(folder: Path) -> None:
        content = bytearray((folder / file).read_bytes())
        content[len(content) // 3] ^= 1
        (folder / file).write_bytes(content)

    return flip


def _folder_in_place_of_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()
    (folder / "manifest.json").mkdir()


def _table(file: str, change: Callable[[pa.Table], pa.Table]) -> Damage:
    return lambda folder: rewrite(folder, file, change)


def _empty(name: str) -> Damage:
    def empty(folder: Path) -> None:
        shutil.rmtree(folder / name)
        (folder / name).mkdir()

    return empty


def _file(name: str) -> Damage:
    def replace(folder: Path) -> None:
        shutil.rmtree(folder / name)
        (folder / name).write_text("no folder")

    return replace


def _without_column(table: str, name: str) -> Damage:
    def drop(folder: Path) -> None:
        rewrite(folder, f"index/{table}/part-00000.parquet", lambda found: found.drop([name]))

        def forget(manifest: dict[str, Any]) -> None:
            columns = manifest["tables"][table]["columns"]
            columns[:] = [one for one in columns if one["name"] != name]

        edit(folder, forget)

    return drop


def _with(name: str, values: list[Any]) -> Callable[[pa.Table], pa.Table]:
    def change(table: pa.Table) -> pa.Table:
        at = table.schema.get_field_index(name)
        return table.set_column(at, name, pa.array(values, table.schema.field(name).type))

    return change


DAMAGES: dict[str, tuple[Damage, str]] = {
    "no manifest": (
        lambda folder: (folder / "manifest.json").unlink(),
        "copy: holds no manifest.json; write it again",
    ),
    "manifest is a folder": (
        _folder_in_place_of_manifest,
        "copy/manifest.json: Is a directory; write it again",
    ),
    "manifest cut": (_cut("manifest.json", 500), "copy/manifest.json: is damaged ("),
    "manifest empty": (_manifest(b""), "copy/manifest.json: is damaged ("),
    "manifest a list": (_manifest(b"[]"), "copy/manifest.json: is damaged ("),
    "manifest of bytes": (_manifest(b'{"kind": "\xff"}'), "copy/manifest.json: is damaged ("),
    "manifest deep": (_manifest(b"[" * 99_999), "copy/manifest.json: is damaged ("),
    "another's manifest": (_set(kind="delta"), "is not the manifest of an index"),
    "newer format": (
        _set(format_version=2, views=[]),
        "is of format version 2, and this program reads 1; install a newer ovmr-index",
    ),
    "no format": (_set(format_version=0), "has no format version from 1 to 1"),
    "newer schema": (_set(schema_revision="9999"), "is of schema 9999, which is newer"),
    "older schema": (_set(schema_revision="0003"), "is of schema 0003 (ovmr-index"),
    "no view": (
        lambda folder: shutil.rmtree(folder / "boxes"),
        "copy/boxes: there is no such folder, and manifest.json lists boxes",
    ),
    "no table": (
        lambda folder: shutil.rmtree(folder / "index" / "regions"),
        "copy/index/regions: there is no such folder",
    ),
    "no index": (
        lambda folder: shutil.rmtree(folder / "index"),
        "copy/index/datasets: there is no such folder",
    ),
    "view empty": (_empty("boxes"), "copy/boxes: is empty, and manifest.json lists files in it"),
    "view a file": (_file("boxes"), "copy/boxes: is no folder, and manifest.json lists boxes"),
    "file gone": (
        lambda folder: (folder / TRAIN).rename(folder / "elsewhere.parquet"),
        "copy/boxes: is empty",
    ),
    "file cut": (_cut(TRAIN, 2000), f"copy/{TRAIN}: is cut short: it has 2,000 bytes of"),
    "file without bytes": (_cut(REGIONS, 0), f"copy/{REGIONS}: is cut short: it has 0 bytes of"),
    "file longer": (
        lambda folder: (folder / TRAIN).write_bytes((folder / TRAIN).read_bytes() + b"x"),
        f"copy/{TRAIN}: cannot be read as Parquet (",
    ),
    "file no Parquet": (
        lambda folder: (folder / TRAIN).write_bytes(b"x" * 99_999),
        f"copy/{TRAIN}: cannot be read as Parquet (",
    ),
    "bit changed": (
        _flip(REGIONS),
        f"copy/{REGIONS}: is another file than the one that manifest.json lists (SHA-256)",
    ),
    "one file more": (
        lambda folder: shutil.copy(folder / TRAIN, folder / "boxes" / "more.parquet"),
        "copy/boxes/more.parquet: is not listed in manifest.json; move it away",
    ),
    "other rows": (
        _table(TRAIN, lambda table: table.slice(1)),
        f"copy/{TRAIN}: holds 2 rows, and manifest.json says 3",
    ),
    "column gone": (
        _table(TRAIN, lambda table: table.drop(["w"])),
        f"copy/{TRAIN}: column w: is missing",
    ),
    "column of another type": (
        _table(TRAIN, lambda table: table.set_column(12, "x", table["x"].cast(pa.float32()))),
        f"copy/{TRAIN}: column x: is float, not double",
    ),
    "column gone from both": (
        _without_column("regions", "key"),
        "copy/manifest.json: table regions, column key: is missing, or is no int64",
    ),
    "types of numbers gone": (
        _without_column("regions", "number_types"),
        "table regions, column number_types: is missing, or is no string",
    ),
    "table gone from the manifest": (
        lambda folder: edit(folder, lambda manifest: manifest["tables"].pop("regions")),
        "copy/manifest.json: table regions: is missing",
    ),
    "types of numbers wrong": (
        _table(REGIONS, _with("number_types", ["iiiii", "i", "iiiii"])),
        f"copy/{REGIONS}: column number_types: has no letter for each of 5 numbers",
    ),
    "types of numbers null": (
        _table(REGIONS, _with("number_types", [None, "iiiii", "iiiii"])),
        f"copy/{REGIONS}: column number_types: has no letter for each of 5 numbers",
    ),
    "rows that no index has": (
        _table(REGIONS, _with("key", [1, 1, 2])),
        "copy/index/regions: has rows that no index has (UNIQUE constraint failed",
    ),
    "a null where none can be": (
        _table(REGIONS, _with("key", [1, None, 2])),
        "copy/index/regions: has rows that no index has (NOT NULL constraint failed",
    ),
    "no whole number": (
        _table(REGIONS, _with("x", [1.5, float("nan"), 2.0])),
        f"copy/{REGIONS}: column x: cannot convert float NaN to integer",
    ),
    "no number": (
        _table(REGIONS, _with("w", [1.5, float("nan"), 2.0])),
        f"copy/{REGIONS}: column w: has a number that is not finite",
    ),
    "an infinite number": (
        _table(REGIONS, _with("area", [1.5, float("inf"), 2.0])),
        f"copy/{REGIONS}: column area: has a number that is not finite",
    ),
    "a row that refers to none": (
        _table(REGIONS, _with("image_pk", [1, 2, 3])),
        "copy/index/regions: has 1 rows whose image_pk is no row of images",
    ),
}

# Where the message has what the driver says.
OF_POSTGRESQL = {
    "rows that no index has": "copy/index/regions: has rows that no index has (duplicate key value",
    "a null where none can be": (
        'copy/index/regions: has rows that no index has (null value in column "key"'
    ),
}

# Each is as another one that every run has.
VARIANTS = (
    *("manifest cut", "manifest empty", "manifest a list", "no table", "view a file", "no number"),
    *("file without bytes", "file no Parquet", "types of numbers null", "an infinite number"),
    *("a null where none can be", "column gone from both", "older schema", "manifest of bytes"),
    *("no index", "file gone", "file longer", "manifest is a folder"),
)
OF_A_NEW_INDEX = ("no manifest", "a row that refers to none")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("damage", "exists"),
    [
        *(
            pytest.param(damage, True, marks=[pytest.mark.exhaustive] * (damage in VARIANTS))
            for damage in DAMAGES
        ),
        *((damage, False) for damage in OF_A_NEW_INDEX),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(
    copy: Path, tmp_path: Path, empty_index: Path, damage: str, *, exists: bool
) -> None:
    damaging, message = DAMAGES[damage]
    damaging(copy)
    root = tmp_path / "datasets"
    root.mkdir()
    if exists:
        shutil.copyfile(empty_index, root / "ovmr.db")
    index = Index.open(root)
    before = everything(index) if exists else None
    if isinstance(index.location, Server):
        message = OF_POSTGRESQL.get(damage, message)
    index.close()
    ended = call("--root", root, "ingest", "parquet", str(copy))
    assert (ended.code, ended.out) == (1, "")
    assert message in ended.err
    assert message in ended.error
    if exists:
        assert everything(index) == before
    else:
        with pytest.raises(SchemaError, match="there is no index"):
            Index.open(root, create=False)
    assert [one.name for one in root.iterdir()] == ["ovmr.db"] * exists


@pytest.mark.parametrize("place", ["nowhere", "nowhere/further", "file"])
def test_a_folder_that_is_none(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("no folder")
    ended = call("--root", tmp_path, "ingest", "parquet", str(tmp_path / place))
    what = "is no folder" if place == "file" else "there is no such folder"
    assert (ended.code, ended.out) == (1, "")
    assert f"{place}: {what}; give the folder that `export parquet` wrote" in ended.err
    assert not (tmp_path / "ovmr.db").exists()


def test_the_report_is_that_of_any_ingest(copy: Path, tmp_path: Path) -> None:
    for name in ("_SUCCESS", ".DS_Store", "part-00000.parquet.crc"):
        (copy / "boxes" / name).write_text("of another program")  # hidden files are no matter
    ended = call("--root", tmp_path, "ingest", "parquet", str(copy), "--json")
    (source,) = json.loads(ended.out)["sources"]
    assert source.pop("seconds") >= 0
    assert source == {
        "name": "lvis_v1_train",
        "format": "lvis",
        "added": 3,
        "changed": 0,
        "unchanged": 0,
        "vanished": 0,
        "errors": 0,
    }
    assert Index.open(tmp_path).status().exemplars == 3


def test_two_at_once_leave_one_index(written: Path, tmp_path: Path) -> None:
    with Index.open(tmp_path) as first, Index.open(tmp_path) as second:
        first.sources.ingest_parquet(written)
        before = everything(first)
        ended = call("--root", tmp_path, "ingest", "parquet", str(written))
        assert "the index holds 1 row of datasets" in ended.err
        assert everything(second) == before
