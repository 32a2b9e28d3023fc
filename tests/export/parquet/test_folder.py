"""The folder of an index as Parquet: where it may be, and that it is there whole or not at all."""

import os
import resource
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ovmr_index import DamagedError, Index, OvmrIndexError, UsageError
from ovmr_index.export.parquet import row_files
from ovmr_index.export.parquet.place import replacing_folder
from ovmr_index.formats.parquet.manifest import read_manifest
from ovmr_index.storage.partial import partial_path
from tests.support.files import files_below
from tests.support.runs import CHECKOUT, call, python
from tests.support.trees import APPLE, TENCH, TENCH_WNID, TreeBuilder, annotation, category, image

MOST_BYTES = 4_000
EXPORT = """
import resource, signal, sys
from ovmr_index import Index
index = Index.open(sys.argv[1], create=False)
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
index.exports.parquet(sys.argv[2])
"""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> Path:
    """Return the root of an index of three boxes and two images of ImageNet."""
    builder = TreeBuilder(tmp_path_factory.mktemp("small") / "datasets", empty_index)
    builder.lvis(
        categories=[category(1, TENCH), category(2, APPLE)],
        images=[image(1), image(2)],
        annotations=[annotation(1), annotation(2, 2, 2), annotation(3, 2)],
    )
    builder.imagenet({f"train/{TENCH_WNID}": ["a.JPEG", "b.JPEG"]})
    builder.pictures("coco/train2017/000000000001.jpg")
    builder.index().ingest()
    return builder.root


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a folder for exports, which holds nothing."""
    (tmp_path / "exported").mkdir()
    return tmp_path / "exported"


@pytest.fixture
def small(tree: Path, tmp_path: Path) -> Iterator[Index]:
    """Return the index of the tree, copied with it: both may be changed."""
    with Index.open(shutil.copytree(tree, tmp_path / "datasets")) as index:
        yield index


@pytest.mark.slow
def test_the_usual_folder_is_below_the_root(small: Index) -> None:
    written = small.exports.parquet()
    assert written.folder == small.root / "exports" / "parquet"
    assert read_manifest(written.folder) == written.manifest
    count = len(written.manifest.files)
    assert repr(written) == f"<WrittenParquet {written.folder}: 14 views, {count} files>"
    listed = {"manifest.json", "README.md", *(one.path for one in written.manifest.files)}
    assert files_below(written.folder).keys() == listed


@pytest.mark.slow
def test_the_command_says_what_was_written(small: Index, place: Path) -> None:
    folder = place / "parquet"
    given = ("export", "parquet", "-o", folder)
    ended = call(*given, root=small.root)
    assert ended.code == 0
    assert ["boxes", "3", "1"] in [line.split()[:3] for line in ended.out.splitlines()]
    assert ended.out.splitlines()[-1].startswith(f"{folder}: ")
    data = call(*given, "--json", root=small.root).data
    assert data.pop("bytes") == sum(one.bytes for one in read_manifest(folder).files)
    assert (data.pop("folder"), data.pop("files")) == (
        str(folder),
        len(read_manifest(folder).files),
    )
    assert data["views"]["exemplars"] == 5


@pytest.mark.exhaustive  # `test_there_and_back.py` sees it of an index that came from Parquet
@pytest.mark.slow
def test_the_same_index_elsewhere_gives_the_same_bytes(small: Index, place: Path) -> None:
    first = small.exports.parquet(place / "first").folder
    (place / "other").mkdir()
    moved = place / "other" / "another name.db"
    small.db.copy(moved)
    with Index.open(place / "other", moved) as other:
        second = other.exports.parquet(place / "second").folder
    assert files_below(first) == files_below(second)


@pytest.mark.slow
def test_the_order_of_ingest_is_in_the_tables_alone(
    small: Index, place: Path, empty_index: Path
) -> None:
    first = files_below(small.exports.parquet(place / "first").folder)
    path = Path(shutil.copyfile(empty_index, place / "other.db"))
    with Index.open(small.root, path) as other:
        sources = [other.sources.imagenet(), *other.sources.lvis()[0]]
        other.ingest(sources)
        second = files_below(other.exports.parquet(place / "second").folder)
    differing = {name for name in first if first[name] != second[name]}
    assert {name.partition("/")[0] for name in differing} == {"index", "manifest.json"}


@pytest.mark.slow
def test_an_earlier_export_is_replaced_also_by_a_link(small: Index, place: Path) -> None:
    folder = small.exports.parquet(place / "parquet").folder
    ended = partial_path(folder).name.replace(f"-{os.getpid()}-", f"-{2**22}-")
    (place / ended / "boxes").mkdir(parents=True)  # what a process that was killed leaves
    (place / "link").symlink_to("parquet")
    small.sources.rm("imagenet21k")
    small.exports.parquet(place / "link")
    assert (place / "link").is_symlink()
    assert len(read_manifest(folder).sources) == 1
    assert not (folder / "image_files" / "part-00000-imagenet21k.parquet").exists()
    assert sorted(os.listdir(place)) == ["link", "parquet"]


@pytest.mark.slow
def test_what_is_not_from_an_export_stays(small: Index, place: Path) -> None:
    folder = small.exports.parquet(place / "parquet").folder
    for more in ("notes.txt", "boxes/more.parquet", "more/part.parquet"):
        (folder / more).parent.mkdir(exist_ok=True)
        (folder / more).write_text("mine")
        before = files_below(folder)
        with pytest.raises(UsageError, match=f"holds {more}, which is not from an export"):
            small.exports.parquet(folder)
        assert files_below(folder) == before
        (folder / more).unlink()


@pytest.mark.parametrize(
    ("below", "message"),
    [
        ("", "is the root of the datasets"),
        ("coco/train2017", "among the images of lvis"),
        ("imagenet/imagenet21k_P", "among the images of imagenet21k"),
        ("ovmr.db", "is no folder"),
        ("ovmr.db/parquet", "is no folder"),
        ("lvis", "holds lvis_v1_train.json, which is not from an export"),
    ],
)
def test_no_input_is_replaced(small: Index, below: str, message: str) -> None:
    before = files_below(small.root)
    with pytest.raises(OvmrIndexError, match=message) as caught:
        small.exports.parquet(small.root / below)
    assert "\n" not in str(caught.value)
    assert files_below(small.root) == before


def test_standard_output_is_no_folder(small: Index) -> None:
    ended = call("export", "parquet", "-o", "-", root=small.root)
    assert (ended.code, ended.out) == (2, "")
    assert "names a folder here" in ended.err


@pytest.mark.slow
def test_a_full_disk_keeps_the_earlier_export(small: Index, place: Path) -> None:
    folder = small.exports.parquet(place / "parquet").folder
    before = files_below(folder)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_BYTES, limits[1]))
    try:
        with pytest.raises(OvmrIndexError, match="nothing was changed there") as caught:
            small.exports.parquet(folder)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)
    assert "\n" not in str(caught.value)
    assert files_below(folder) == before
    assert os.listdir(place) == ["parquet"]


# A full disk keeps the earlier one, too; `test_an_earlier_export_…` sees what a kill leaves go.
@pytest.mark.exhaustive
@pytest.mark.slow
def test_a_kill_keeps_the_earlier_export(small: Index, place: Path) -> None:
    folder = small.exports.parquet(place / "parquet").folder
    before = files_below(folder)
    command = python(EXPORT, small.root, folder)
    killed = subprocess.run(command, cwd=CHECKOUT, check=False)
    assert killed.returncode == -signal.SIGXFSZ
    assert files_below(folder) == before
    assert len([name for name in os.listdir(place) if ".partial" in name]) == 1
    small.exports.parquet(folder)
    assert files_below(folder) == before
    assert os.listdir(place) == ["parquet"]


def test_an_earlier_folder_comes_back_where_another_cannot_take_its_place(place: Path) -> None:
    folder = place / "parquet"
    folder.mkdir()
    (folder / "earlier").write_text("stays")
    with (
        pytest.raises(OvmrIndexError, match="nothing was changed there"),
        replacing_folder(folder) as made,
    ):
        made.rmdir()
    assert files_below(place) == {"parquet/earlier": b"stays"}


@pytest.mark.slow
def test_stale_pools_are_made_again(small: Index, place: Path) -> None:
    small.collate()
    small.sources.rm("imagenet21k")
    manifest = small.exports.parquet(place / "parquet").manifest
    assert manifest.views["exemplars"].rows == 3
    (vocabulary,) = manifest.vocabularies
    assert (vocabulary["name"], vocabulary["pools"]) == ("lvis_v1_train", "fresh")
    assert vocabulary["recipe"]["min_area"] == 1024


@pytest.mark.slow
def test_many_rows_are_many_groups_and_files(
    small: Index, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = small.exports.parquet(place / "whole")
    for name, value in {"_BATCH": 2, "_GROUP_ROWS": 3, "_FILE_GROUPS": 2}.items():
        monkeypatch.setattr(row_files, name, value)
    parts = small.exports.parquet(place / "parts")
    *files, _ = parts.manifest.tables["synsets"].files
    assert {one.rows for one in files} == {6}
    first = pq.ParquetFile(parts.folder / files[0].path).metadata
    assert [first.row_group(at).num_rows for at in range(first.num_row_groups)] == [3, 3]
    for name, view in whole.manifest.views.items():
        found = parts.manifest.views[name]
        assert (found.rows, found.columns) == (view.rows, view.columns)
        one, other = (pq.read_table(top / name) for top in (whole.folder, parts.folder))
        assert one.equals(other)
    with Index.open(small.root, place / "again.db") as again:
        again.sources.ingest_parquet(parts.folder)
        monkeypatch.undo()
        written = again.exports.parquet(place / "again")
    assert files_below(written.folder) == files_below(whole.folder)


def test_an_index_that_holds_nothing_has_columns(builder: TreeBuilder, place: Path) -> None:
    manifest = builder.index().exports.parquet(place / "parquet").manifest
    assert {one.rows for one in manifest.views.values()} == {0}
    assert all(len(one.files) == 1 for one in manifest.views.values())
    table = pq.read_table(place / "parquet" / "boxes")
    assert (table.num_rows, table.column_names[:2]) == (0, ["source", "dataset"])


@pytest.mark.slow
def test_a_source_may_have_any_name(builder: TreeBuilder, place: Path) -> None:
    builder.lvis()
    file = builder.root / "lvis" / "lvis_v1_train.json"
    index = builder.index()
    names = ["a [b]*?", "é" * 90, "_x=1%2F", "A [b]*?"]
    for name in names:
        index.ingest([index.sources.coco(file, name, builder.root / "coco")])
    manifest = index.exports.parquet(place / "parquet").manifest
    files = [one.path for one in manifest.views["boxes"].files]
    assert len({one.casefold() for one in files}) == len(names)
    assert all(one.startswith("boxes/part-0000") and one.isascii() for one in files)
    found = pq.read_table(place / "parquet" / "boxes")["source"].to_pylist()
    assert sorted(found) == sorted(names)


def test_a_number_that_no_file_can_have_is_named(small: Index, place: Path) -> None:
    with small.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE regions SET x = 9007199254740993 WHERE key = 1")
    with pytest.raises(DamagedError, match=r"the index is damaged: \w+\.x holds what it should"):
        small.exports.parquet(place / "parquet")
    assert os.listdir(place) == []
