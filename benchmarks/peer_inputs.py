"""The peer's inputs into DuckDB: annotation files, Visual Genome, names of ImageNet's files.

The `rowid` of a table is the place in the file: DuckDB keeps the order of what it inserts where
nothing is joined.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Raw, Struct
from msgspec.json import Decoder

from benchmarks.peer_texts import mapped, place, records
from ovmr_index.vocabularies.wordnet import read_nouns

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SPLITS = ("train", "val", "imagenet21k_small_classes")

TABLES = """
CREATE TABLE IF NOT EXISTS members (split VARCHAR, name VARCHAR, start BIGINT, length BIGINT);
CREATE TABLE IF NOT EXISTS categories (
    split VARCHAR, place BIGINT, id INTEGER, synset VARCHAR, frequency VARCHAR, record VARCHAR
);
CREATE TABLE IF NOT EXISTS images (split VARCHAR, id BIGINT, file_name VARCHAR);
CREATE TABLE IF NOT EXISTS annotations (
    split VARCHAR, image_id BIGINT, category_id INTEGER, area DOUBLE, weight DOUBLE,
    start BIGINT, length INTEGER
);
CREATE TABLE IF NOT EXISTS vg_images (id BIGINT, file_name VARCHAR);
CREATE TABLE IF NOT EXISTS vg_objects (
    image_id BIGINT, synset VARCHAR, weight DOUBLE, start BIGINT, length INTEGER
);
CREATE TABLE IF NOT EXISTS folders (id INTEGER, split VARCHAR, wnid VARCHAR, synset VARCHAR);
CREATE TABLE IF NOT EXISTS files (folder_id INTEGER, name VARCHAR);
"""
_ANNOTATIONS = """
INSERT INTO annotations
SELECT $split, one.image_id, one.category_id, one.area, one.bbox[3] * one.bbox[4], start, length
FROM (
    SELECT start, length, from_json(
        record,
        '{"image_id": "BIGINT", "category_id": "INTEGER", "area": "DOUBLE", "bbox": ["DOUBLE"]}'
    ) AS one
    FROM records
)
"""
_IMAGES = """
INSERT INTO images
SELECT $split, (record->>'$.id')::BIGINT,
    array_to_string(string_split(record->>'$.coco_url', '/')[-2:], '/')
FROM records
"""
_CATEGORIES = """
INSERT INTO categories
SELECT $split, place, (record->>'$.id')::INTEGER, record->>'$.synset', record->>'$.frequency',
    record
FROM records
"""
_OBJECTS = """
INSERT INTO vg_objects
SELECT image_id, CASE WHEN len(one.synsets) = 1 THEN one.synsets[1] END, one.w * one.h, start,
    length
FROM (
    SELECT image_id, start, length,
        from_json(record, '{"synsets": ["VARCHAR"], "w": "DOUBLE", "h": "DOUBLE"}') AS one
    FROM records
)
"""
_VG_IMAGES = """
INSERT INTO vg_images
SELECT image_id, array_to_string(string_split(url, '/')[-2:], '/')
FROM read_json($path, format = 'array', columns = {image_id: 'BIGINT', url: 'VARCHAR'})
"""
_FOLDERS = "INSERT INTO folders SELECT id, split, wnid, synset FROM found"
_FILES = "INSERT INTO files SELECT id, unnest(string_split(names, '/')) FROM found"


class _LvisFile(Struct, gc=False):
    info: Raw
    licenses: Raw
    images: Raw
    categories: Raw
    annotations: list[Raw]


class _GenomeImage(Struct, gc=False):
    image_id: int
    objects: list[Raw]


_LIST = Decoder(list[Raw])


def lvis_file(root: Path, split: str) -> Path:
    """Return the path of an annotation file."""
    return root / "lvis" / f"lvis_v1_{split}.json"


def objects_file(root: Path) -> Path:
    """Return the path of Visual Genome's objects."""
    return root / "VisualGenome" / "objects.json"


def load_lvis(connection: "DuckDBPyConnection", root: Path, split: str) -> None:
    """Load an annotation file."""
    content = mapped(lvis_file(root, split))
    found = Decoder(_LvisFile).decode(content)
    for name in ("info", "licenses", "images", "categories"):
        values = (split, name, *place(content, getattr(found, name)))
        connection.execute("INSERT INTO members VALUES (?, ?, ?, ?)", values)
    for query, texts in (
        (_CATEGORIES, _LIST.decode(found.categories)),
        (_IMAGES, _LIST.decode(found.images)),
        (_ANNOTATIONS, found.annotations),
    ):
        table = records(content, [texts], place=np.arange(len(texts)))
        connection.register("records", table)
        connection.execute(query, {"split": split})


def load_genome(connection: "DuckDBPyConnection", root: Path) -> None:
    """Load Visual Genome; of an object the synset where it has just one."""
    content = mapped(objects_file(root))
    found = Decoder(list[_GenomeImage]).decode(content)
    lists = [image.objects for image in found]
    ids = np.repeat([image.image_id for image in found], [len(objects) for objects in lists])
    connection.register("records", records(content, lists, image_id=ids))
    connection.execute(_OBJECTS)
    connection.execute(_VG_IMAGES, {"path": str(root / "VisualGenome" / "image_data.json")})


def load_imagenet(connection: "DuckDBPyConnection", root: Path) -> None:
    """Load the names of ImageNet's files, those of a folder in order."""
    synsets = {synset.wnid: synset.name for synset in read_nouns()}
    imagenet = root / "imagenet" / "imagenet21k_P"
    folders = [
        (split, wnid, synsets.get(wnid), "/".join(sorted(os.listdir(imagenet / split / wnid))))
        for split in SPLITS
        for wnid in sorted(os.listdir(imagenet / split))
    ]
    columns = zip(("split", "wnid", "synset", "names"), zip(*folders, strict=True), strict=True)
    found = {name: np.array(column, object) for name, column in columns}
    connection.register("found", {"id": np.arange(len(folders)), **found})
    connection.execute(_FOLDERS)
    connection.execute(_FILES)
