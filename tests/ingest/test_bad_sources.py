"""Two records with one id, and paths that lead to no file: refused in one clear line."""

import gzip
import os
from pathlib import Path
from typing import Any

import pytest

from ovmr_index.errors import OvmrIndexError
from ovmr_index.ingest.report import Counts
from tests.support.contents import contents
from tests.support.refusals import IMAGE_DATA, LVIS, filled_index, refused
from tests.support.trees import Json, TreeBuilder, annotation, category, image

pytestmark = pytest.mark.slow

BATCHES = 4_200  # more than are stored at a time
DOUBLES = {
    "side by side": [annotation(7), annotation(8), annotation(7)],
    "old": [annotation(1), annotation(2), annotation(1)],
    "across batches": [*(annotation(key) for key in range(BATCHES)), annotation(2)],
    "new, across batches": [*(annotation(key) for key in range(10, BATCHES)), annotation(4_000)],
    "both in a later batch": [
        *(annotation(key) for key in range(BATCHES)),
        annotation(BATCHES - 1),
    ],
}


@pytest.mark.exhaustive(
    but=[
        "side by side-new",
        "old-few",
        "new, across batches-new",
    ]
)
@pytest.mark.parametrize("known", [0, 3, BATCHES], ids=["new", "few", "many"])
@pytest.mark.parametrize("annotations", DOUBLES.values(), ids=DOUBLES)
def test_two_annotations_with_one_id(
    builder: TreeBuilder, annotations: list[Json], known: int
) -> None:
    index = builder.index()
    if known:
        builder.lvis(annotations=[annotation(key) for key in range(known)])
        index.ingest()
    builder.lvis(annotations=annotations)
    spec = f"{LVIS}: annotation number {len(annotations) - 1} (id {annotations[-1]['id']})"
    refused(builder, index, spec, "another record before it has the same id; remove one of them")


@pytest.mark.exhaustive(but=["images-new", "categories-filled"])
@pytest.mark.parametrize("filled", [False, True], ids=["new", "filled"])
@pytest.mark.parametrize("name", ["images", "categories"])
def test_two_images_or_categories_with_one_id(
    builder: TreeBuilder, name: str, filled: bool
) -> None:
    index = filled_index(builder) if filled else builder.index()
    record = image(1) if name == "images" else category(1)
    doubled: dict[str, Any] = {name: [record, record]}
    builder.lvis(**doubled)
    refused(
        builder,
        index,
        f"{LVIS}: {name}[1] (id 1)",
        "another record before it has the same id",
    )


def test_a_folder_in_place_of_a_file(builder: TreeBuilder) -> None:
    index = filled_index(builder)
    (builder.root / LVIS).unlink()
    (builder.root / LVIS).mkdir()
    refused(builder, index, LVIS, "Is a directory; check the file")


def test_a_file_in_place_of_a_folder(builder: TreeBuilder) -> None:
    index = filled_index(builder)
    builder.file("imagenet", b"")
    refused(builder, index, "imagenet", "Not a directory; check the folder")


def test_visual_genome_without_image_data(builder: TreeBuilder) -> None:
    index = filled_index(builder)
    before = contents(index)
    (builder.root / IMAGE_DATA).unlink()
    assert any(IMAGE_DATA in one for one in index.ingest().missing)
    assert contents(index) == before


def test_a_path_through_a_file(builder: TreeBuilder) -> None:
    spec = builder.lvis()
    index = builder.index()
    with pytest.raises(OvmrIndexError, match="Not a directory; check the path"):
        index.ingest([spec._replace(path=Path(spec.path, "inner.json"))])


def test_what_has_no_end_in_place_of_a_file(builder: TreeBuilder) -> None:
    index = filled_index(builder)
    (builder.root / LVIS).unlink()
    (builder.root / LVIS).symlink_to("/dev/zero")
    refused(builder, index, LVIS, "is a device; a later `ingest` reads the file again; save it to")
    (builder.root / LVIS).unlink()
    os.mkfifo(builder.root / LVIS)
    refused(builder, index, LVIS, "is a pipe; a later `ingest` reads the file again; save it to a")


@pytest.mark.exhaustive(but=["annotations"])
@pytest.mark.parametrize("name", ["annotations", "images", "categories", "info"])
def test_a_member_that_stands_twice(builder: TreeBuilder, name: str) -> None:
    index = filled_index(builder)
    content = (builder.root / LVIS).read_text().rstrip()
    builder.file(LVIS, f'{content[:-1]}, "{name}": []}}'.encode())
    refused(builder, index, f"{LVIS}: `{name}`", "stands twice; remove one of them")


def test_gzip_and_a_mark_are_the_same_file(builder: TreeBuilder) -> None:
    index = filled_index(builder)
    content = (builder.root / LVIS).read_bytes()
    before = contents(index) | {"source_files": None}
    for same in (b"\xef\xbb\xbf" + content, gzip.compress(content)):
        builder.file(LVIS, same)
        assert index.ingest().sources[0].counts == Counts(unchanged=2)
        index.collate()
        assert contents(index) | {"source_files": None} == before
