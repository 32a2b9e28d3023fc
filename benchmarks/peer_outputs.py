"""The peer's files that are not made of pools: norare, cat-info and imagenet-lvis."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.peer_inputs import SPLITS, lvis_file
from benchmarks.peer_sizes import read_sizes
from benchmarks.peer_texts import SEPARATOR, mapped

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_ROWS = 100_000  # that are written at once
# A run is of records that are side by side in the file.
_RUNS = """
SELECT min(start), max(start + length) FROM (
    SELECT start, length, rowid AS row, row_number() OVER (ORDER BY rowid) AS number
    FROM annotations
    WHERE split = 'train' AND category_id NOT IN (
        SELECT id FROM categories WHERE split = 'train' AND frequency = 'r'
    )
)
GROUP BY row - number ORDER BY 1
"""
_COUNTS = """
SELECT categories.record, count(DISTINCT image_id), count(image_id)
FROM categories LEFT JOIN annotations
    ON annotations.category_id = categories.id AND annotations.split = 'train'
WHERE categories.split = 'train'
GROUP BY place, categories.record ORDER BY place
"""
_NAMES = """
SELECT folders.split || '/' || wnid, string_agg(name, '/' ORDER BY files.rowid),
    list(files.rowid ORDER BY files.rowid)
FROM files JOIN folders ON folders.id = files.folder_id
WHERE regexp_matches(name, '\\.(JPEG|jpg|jpeg|png)$')
    AND synset IN (SELECT synset FROM categories WHERE split = 'val')
GROUP BY folders.split, wnid ORDER BY folders.split, wnid
"""
_PICTURES = """
CREATE TEMPORARY TABLE pictures AS
SELECT row_number() OVER (
        ORDER BY place, list_position($splits, folders.split), files.rowid
    ) AS number,
    place, categories.id, folders.split || '/' || wnid || '/' || name AS file_name, width, height
FROM sizes JOIN files ON files.rowid = sizes.file JOIN folders ON folders.id = files.folder_id
JOIN categories ON categories.synset = folders.synset AND categories.split = 'val'
WHERE width > 0
"""
_PICTURE_COUNTS = """
SELECT record, count(number) FROM categories LEFT JOIN pictures USING (place)
WHERE split = 'val' GROUP BY place, record ORDER BY place
"""
_PICTURE_LINES = """
SELECT line FROM (
    SELECT 0 AS number, '{"categories":' || $categories || ',"images":[' AS line
    UNION ALL
    SELECT number, CASE number WHEN 1 THEN '' ELSE ',' END || '{"id":' || number || ',"file_name":'
        || to_json(file_name) || ',"pos_category_ids":[' || id || '],"width":' || width
        || ',"height":' || height || '}'
    FROM pictures
    UNION ALL
    SELECT $last, '],"annotations":[]}'
)
ORDER BY number
"""


def write_texts(connection: "DuckDBPyConnection", query: str, path: Path, **values: object) -> None:
    """Write the texts that a query gives, one behind the other, at `path`."""
    rows = connection.sql(query, params=values)
    with path.open("wb") as file:
        for batch in rows.to_arrow_reader(_ROWS):
            _, offsets, content = batch.column(0).buffers()
            ends = np.frombuffer(offsets, np.int32)[: batch.num_rows + 1]
            file.write(memoryview(content)[ends[0] : ends[-1]])


def write_norare(connection: "DuckDBPyConnection", root: Path, folder: Path) -> None:
    """Write the train file without annotations of rare categories: the others' bytes by the run."""
    runs = connection.execute(_RUNS).fetchall()
    query = "SELECT name, start, length FROM members WHERE split = 'train' ORDER BY rowid"
    members = connection.execute(query).fetchall()
    content = memoryview(mapped(lvis_file(root, "train")))
    with (folder / "lvis_v1_train_norare.json").open("wb") as file:
        for number, (name, start, length) in enumerate(members):
            file.write(f'{"," if number else "{"}"{name}":'.encode())
            file.write(content[start : start + length])
        file.write(b',"annotations":[')
        for number, (start, end) in enumerate(runs):
            file.write(SEPARATOR if number else b"")
            file.write(content[start:end])
        file.write(b"]}")


def write_cat_info(connection: "DuckDBPyConnection", folder: Path) -> None:
    """Write the categories with their images and annotations counted."""
    rows = connection.execute(_COUNTS).fetchall()
    counted = [
        json.loads(record) | {"image_count": images, "instance_count": instances}
        for record, images, instances in rows
    ]
    path = folder / "lvis_v1_train_cat_info.json"
    path.write_text(json.dumps(counted), encoding="utf-8")


def write_imagenet_lvis(connection: "DuckDBPyConnection", root: Path, folder: Path) -> None:
    """Read the sizes of the pictures of LVIS's categories; write them as an annotation file."""
    folders = connection.execute(_NAMES).fetchall()
    imagenet = root / "imagenet" / "imagenet21k_P"
    sizes = read_sizes([(imagenet / path, names) for path, names, _ in folders])
    rows = np.concatenate([np.array(own) for _, _, own in folders])
    connection.register("sizes", {"file": rows, "width": sizes[:, 0], "height": sizes[:, 1]})
    connection.execute(_PICTURES, {"splits": SPLITS})
    counted = connection.execute(_PICTURE_COUNTS).fetchall()
    categories = [json.loads(record) | {"image_count": count} for record, count in counted]
    last = sum(count for _, count in counted) + 1
    path = folder / "imagenet_lvis_image_info.json"
    values = {"categories": json.dumps(categories), "last": last}
    write_texts(connection, _PICTURE_LINES, path, **values)
