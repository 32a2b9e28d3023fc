"""What every format promises, walked through the table of formats: a new one needs a fixture."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable

import pytest

from ovmr_index.errors import RecordError, UsageError
from ovmr_index.formats.base import AnnotationReader, ArchiveTreeReader, ImageTreeReader
from ovmr_index.formats.placement import placed
from ovmr_index.formats.records import CategoryRecord, ImageRecord, RegionRecord
from ovmr_index.formats.table import FORMATS, find_format, format_of, names_with
from ovmr_index.formats.tree_records import ArchiveBatch, ArchiveRecord, FolderRecord
from ovmr_index.ingest.placements import placement_of
from ovmr_index.ingest.sources import SourceSpec
from tests.support.formats import FIXTURES
from tests.support.runs import CHECKOUT
from tests.support.trees import TreeBuilder

ANNOTATIONS = names_with(lambda one: not one.is_tree)
TREES = names_with(lambda one: one.is_tree)
HEAVY = ("sqlalchemy", "alembic", "sqlite3")


def _open(source: SourceSpec) -> AnnotationReader:
    """Open a source as an ingest does."""
    return placed(FORMATS[source.format].open(source.path), placement_of(source))


def _read(reader: AnnotationReader) -> list[list[object]]:
    return [list(reader.categories()), list(reader.images()), list(reader.regions())]


def _keys(records: Iterable[CategoryRecord | ImageRecord | RegionRecord]) -> list[int]:
    return [record.key for record in records]


def test_every_format_has_a_fixture_and_one_reader() -> None:
    assert FIXTURES.keys() == FORMATS.keys()
    for name, one in FORMATS.items():
        assert find_format(name) is format_of(name) is one
        assert (one.reader is None) != (one.tree_reader is None)


def test_a_format_without_its_package_is_no_more_than_a_reader() -> None:
    with pytest.raises(UsageError, match="there is no format 'gone'; "):
        find_format("gone")
    gone = format_of("gone")
    assert (gone.name, gone.record_kind, gone.counted) == ("gone", "annotation", "regions")
    assert not gone.floors_boxes


@pytest.mark.parametrize("name", ANNOTATIONS)
def test_records_have_their_types_and_keys_of_their_own(builder: TreeBuilder, name: str) -> None:
    source = FIXTURES[name](builder)
    reader = _open(source)
    assert reader.files == FORMATS[name].files(source.path)
    for records, kind in zip(
        _read(reader), (CategoryRecord, ImageRecord, RegionRecord), strict=True
    ):
        assert {type(record) for record in records} <= {kind}
    categories, images = list(reader.categories()), list(reader.images())
    regions = list(reader.regions())
    assert images
    assert regions
    for keys in (_keys(categories), _keys(images), _keys(regions)):
        assert len(keys) == len({*keys})
    assert {region.image_key for region in regions} <= {*_keys(images)}
    assert {region.category_key for region in regions} - {None} <= {*_keys(categories)}
    assert reader.problems == []


@pytest.mark.parametrize("name", ANNOTATIONS)
def test_two_reads_are_equal(builder: TreeBuilder, name: str) -> None:
    source = FIXTURES[name](builder)
    reader = _open(source)
    first = _read(reader)
    assert first == _read(reader)
    assert first == _read(_open(source))


@pytest.mark.parametrize("name", ANNOTATIONS)
def test_progress_ends_at_the_total(builder: TreeBuilder, name: str) -> None:
    reader = _open(FIXTURES[name](builder))
    assert list(reader.images())
    assert reader.done == 0
    steps = [reader.done for _ in reader.regions()]
    assert steps == sorted(steps)
    assert reader.done == reader.total
    assert reader.region_count() == len(steps)


@pytest.mark.parametrize("name", ANNOTATIONS)
def test_a_file_that_is_missing_is_named(builder: TreeBuilder, name: str) -> None:
    source = FIXTURES[name](builder)
    for file in FORMATS[name].files(source.path):
        content = file.read_bytes()
        file.unlink()
        with pytest.raises(RecordError) as caught:
            FORMATS[name].open(source.path)
        assert caught.value.file == file
        assert str(caught.value) == f"{file}: No such file or directory; check the file"
        file.write_bytes(content)


def _packed(reader: ImageTreeReader) -> list[tuple[ArchiveRecord, list[ArchiveBatch]]]:
    """Return the archives of a tree with what is in each."""
    if not isinstance(reader, ArchiveTreeReader):
        return []
    return [(archive, list(reader.images(archive))) for archive in reader.archives()]


@pytest.mark.parametrize("name", TREES)
def test_a_tree_yields_folders_and_names_in_a_stable_order(builder: TreeBuilder, name: str) -> None:
    source = FIXTURES[name](builder)
    read = []
    for _ in range(2):
        reader = FORMATS[name].open_tree(source.path)
        folders = list(reader.folders())
        names = [reader.names(folder) for folder in folders]
        packed = _packed(reader)
        read.append((folders, names, packed))
        assert folders or packed
        assert {type(folder) for folder in folders} <= {FolderRecord}
        assert len({folder.path for folder in folders}) == len(folders)
        assert all(some == sorted(some) for some in names)
        assert reader.problems == []
    assert read[0] == read[1]


@pytest.mark.parametrize("name", TREES)
def test_a_tree_that_is_missing_is_named(builder: TreeBuilder, name: str) -> None:
    source = FIXTURES[name](builder)
    shutil.rmtree(source.path)
    with pytest.raises(RecordError) as caught:
        list(FORMATS[name].open_tree(source.path).folders())
    assert str(caught.value).startswith(str(source.path))


@pytest.mark.slow
def test_readers_need_no_database() -> None:
    code = f"import sys, ovmr_index.formats.table; print([*{{*{HEAVY}}} & {{*sys.modules}}])"
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
    )
    assert run.stdout == "[]\n"
