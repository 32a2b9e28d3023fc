"""A small index with every kind of row, and processes beside the test's own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

import ovmr_index
from ovmr_index.db import schema
from ovmr_index.db.bulk import insert_rows
from ovmr_index.db.engine import open_engine
from ovmr_index.db.models import METADATA

CHECKOUT = Path(ovmr_index.__file__).parents[1]

Child = subprocess.Popen[str]
StartChild = Callable[..., Child]

ROWS: dict[str, tuple[str, list[tuple[object, ...]]]] = {
    "synsets": (
        "pk name wnid",
        [
            (1, "apple.n.01", "n07739125"),
            (2, "crab_apple.n.03", "n07739344"),
            (3, "stop.n.99", None),
        ],
    ),
    "datasets": (
        "pk name root",
        [(1, "lvis", "coco"), (2, "imagenet21k", "imagenet"), (3, "visual_genome", "VisualGenome")],
    ),
    "sources": (
        "pk dataset_pk name format split generation",
        [
            (1, 1, "lvis_v1_train", "lvis", "train", 1),
            (2, 2, "imagenet21k", "imagenet", None, 1),
            (3, 3, "visual_genome", "visual-genome", None, 1),
        ],
    ),
    "vocabularies": ("pk name source_pk", [(1, "lvis_v1_train", 1)]),
    "categories": (
        "pk vocabulary_pk key position name synset_pk frequency record",
        [(1, 1, 12, 0, "apple", 1, "f", "{}"), (2, 1, 7, 1, "stop", 3, "r", "{}")],
    ),
    "folders": (
        "pk source_pk path split",
        [(1, 1, "train2017", "train"), (2, 2, "train/n07739125", "train"), (3, 3, "", None)],
    ),
    "images": (
        "pk source_pk folder_pk file_name key position synset_pk width height",
        [
            (1, 1, 1, "train2017/000000000009.jpg", 9, 0, None, 640, 480),
            (
                *(2, 2, 2, "train/n07739125/n07739125_1.JPEG"),
                *(None, None, 1, None, None),
            ),
            (3, 3, 3, "1.jpg", 1, 0, None, 800, 600),
        ],
    ),
    "regions": (
        "pk source_pk key position image_pk category_pk synset_pk x y w h area",
        [
            (1, 1, 70, 0, 1, 1, None, 1.5, 2.0, 50, 60.25, 2000.5),
            (2, 1, 71, 1, 1, 1, None, 0, 0, 5, 5, 25),
            (3, 3, 90, 0, 3, None, 1, -1, 4, 40, 40, None),
            (4, 3, 91, 1, 3, None, None, 0, 0, 40, 40, None),
        ],
    ),
    "region_synsets": ("region_pk position synset_pk", [(4, 0, 1), (4, 1, 2)]),
    "region_records": (
        "region_pk record is_odd",
        [(1, '{"id":70,"segmentation":[[1,2,3,4,5,6]]}', 0)],
    ),
    "region_fields": ("pk source_pk fields", [(1, 3, '{"names":["a"]}')]),
    "pool_entries": (
        "category_pk position dataset_pk image_pk region_pk synset_pk substitute weight",
        [
            (1, 0, 1, 1, 1, 1, 0, 3012.5),
            (1, 1, 2, 2, None, 1, 0, 10000.0),
            (1, 2, 3, 3, 3, 1, 0, 1600.0),
        ],
    ),
}


def _fill(connection: Connection) -> None:
    for name, (columns, rows) in ROWS.items():
        insert_rows(connection, METADATA.tables[name], columns.split(), rows)


@pytest.fixture(scope="session")
def made_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a filled index, which every test shares: read only."""
    path = tmp_path_factory.mktemp("made") / "ovmr.db"
    schema.create(path, _fill)
    return path


@pytest.fixture
def index(made_index: Path, tmp_path: Path) -> Path:
    """Return a filled index of the test's own."""
    return Path(shutil.copyfile(made_index, tmp_path / "ovmr.db"))


@pytest.fixture
def engine(index: Path) -> Engine:
    """Return an engine on a filled index of the test's own."""
    return open_engine(index)


@pytest.fixture
def start_child() -> Iterator[StartChild]:
    """Return a function that runs Python code with arguments in a process of its own."""
    children: list[Child] = []

    def start(code: str, *arguments: object) -> Child:
        child = subprocess.Popen(
            [sys.executable, "-c", code, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        )
        children.append(child)
        return child

    yield start
    for child in children:
        with child:
            child.kill()
