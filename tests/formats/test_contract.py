"""What every reader promises, walked through the tables of readers: a new one needs a fixture."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

import ovmr_index
from ovmr_index.errors import RecordError
from ovmr_index.formats.base import AnnotationReader
from ovmr_index.formats.records import CategoryRecord, FolderRecord, ImageRecord, RegionRecord
from ovmr_index.formats.table import ANNOTATION_FILES, ANNOTATION_READERS, IMAGE_TREE_READERS
from ovmr_index.ingest.sources import NO_OPTIONS, SourceSpec, coco_source, folder_source
from tests.support.formats import coco_instances
from tests.support.trees import (
    APPLE_WNID,
    TENCH,
    TENCH_WNID,
    TreeBuilder,
    annotation,
    category,
    image,
    picture,
    vg_object,
    vg_objects,
)

CHECKOUT = Path(ovmr_index.__file__).parents[1]
HEAVY = ("sqlalchemy", "alembic", "sqlite3")


def _lvis(builder: TreeBuilder) -> SourceSpec:
    return builder.lvis(
        images=[image(2), image(1)],
        categories=[category(7), category(3, "apple.n.01")],
        annotations=[annotation(5, 1, 3), annotation(4, 2, 7), annotation(6, 1, 7)],
    )


def _visual_genome(builder: TreeBuilder) -> SourceSpec:
    return builder.visual_genome(
        vg_objects(8, vg_object(2, TENCH), vg_object(1)), vg_objects(4), vg_objects(6, vg_object(9))
    )


def _imagenet(builder: TreeBuilder) -> SourceSpec:
    return builder.imagenet(
        {f"train/{TENCH_WNID}": ["b.JPEG", "a.JPEG"], f"val/{APPLE_WNID}": ["c.JPEG"]}
    )


def _coco(builder: TreeBuilder) -> SourceSpec:
    file = builder.json("instances.json", coco_instances())
    return coco_source(file, "coco", builder.root / "coco", None, NO_OPTIONS)


def _folder(builder: TreeBuilder) -> SourceSpec:
    for path in ("mug/b.jpg", "mug/a.png", f"{TENCH_WNID}/c.JPG"):
        builder.file(f"mine/{path}", picture())
    return folder_source(builder.root / "mine", "mine", NO_OPTIONS)


FIXTURES: dict[str, Callable[[TreeBuilder], SourceSpec]] = {
    "lvis": _lvis,
    "visual-genome": _visual_genome,
    "imagenet": _imagenet,
    "coco": _coco,
    "folder": _folder,
}


def _read(reader: AnnotationReader) -> list[list[object]]:
    return [list(reader.categories()), list(reader.images()), list(reader.regions())]


def _keys(records: Iterable[CategoryRecord | ImageRecord | RegionRecord]) -> list[int]:
    return [record.key for record in records]


def test_every_reader_has_a_fixture_and_names_its_files() -> None:
    assert FIXTURES.keys() == {*ANNOTATION_READERS, *IMAGE_TREE_READERS}
    assert ANNOTATION_FILES.keys() == ANNOTATION_READERS.keys()


@pytest.mark.parametrize("name", ANNOTATION_READERS)
def test_records_have_their_types_and_keys_of_their_own(builder: TreeBuilder, name: str) -> None:
    place = FIXTURES[name](builder)
    reader = ANNOTATION_READERS[name](place.path)
    assert reader.files == ANNOTATION_FILES[name](place.path)
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


@pytest.mark.parametrize("name", ANNOTATION_READERS)
def test_two_reads_are_equal(builder: TreeBuilder, name: str) -> None:
    place = FIXTURES[name](builder)
    reader = ANNOTATION_READERS[name](place.path)
    first = _read(reader)
    assert first == _read(reader)
    assert first == _read(ANNOTATION_READERS[name](place.path))


@pytest.mark.parametrize("name", ANNOTATION_READERS)
def test_progress_ends_at_the_total(builder: TreeBuilder, name: str) -> None:
    reader = ANNOTATION_READERS[name](FIXTURES[name](builder).path)
    assert reader.done == 0
    steps = [reader.done for _ in reader.regions()]
    assert steps == sorted(steps)
    assert reader.done == reader.total
    assert reader.region_count() == len(steps)


@pytest.mark.parametrize("name", ANNOTATION_READERS)
def test_a_file_that_is_missing_is_named(builder: TreeBuilder, name: str) -> None:
    place = FIXTURES[name](builder)
    for file in ANNOTATION_FILES[name](place.path):
        content = file.read_bytes()
        file.unlink()
        with pytest.raises(RecordError) as caught:
            ANNOTATION_READERS[name](place.path)
        assert caught.value.file == file
        assert str(caught.value) == f"{file}: No such file or directory; check the file"
        file.write_bytes(content)


@pytest.mark.parametrize("name", IMAGE_TREE_READERS)
def test_a_tree_yields_folders_and_names_in_a_stable_order(builder: TreeBuilder, name: str) -> None:
    place = FIXTURES[name](builder)
    read = []
    for _ in range(2):
        reader = IMAGE_TREE_READERS[name](place.path)
        folders = list(reader.folders())
        read.append([(folder, reader.names(folder)) for folder in folders])
        assert {type(folder) for folder in folders} == {FolderRecord}
        assert len({folder.path for folder in folders}) == len(folders)
        assert all(names == sorted(names) for _, names in read[-1])
        assert reader.problems == []
    assert read[0] == read[1]


@pytest.mark.parametrize("name", IMAGE_TREE_READERS)
def test_a_tree_that_is_missing_is_named(builder: TreeBuilder, name: str) -> None:
    place = FIXTURES[name](builder)
    shutil.rmtree(place.path)
    with pytest.raises(RecordError) as caught:
        list(IMAGE_TREE_READERS[name](place.path).folders())
    assert str(caught.value).startswith(str(place.path))


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
