"""The peer's pools of exemplars by the published recipe, the published draw, and their files."""

import json
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from benchmarks.peer_inputs import lvis_file, objects_file
from benchmarks.peer_outputs import write_texts
from benchmarks.peer_texts import mapped, with_texts

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SEED = 42

# `source` is a rowid of annotations in step 1, of files in 2 and 4, of vg_objects in 3 and 5: as
# files of a folder are stored by name, it gives the order within a step.
_POOL = """
CREATE OR REPLACE TABLE pool AS
WITH wanted AS (SELECT id AS category_id, synset FROM categories WHERE split = 'train'),
chosen_folders AS (
    SELECT id AS folder_id, synset FROM folders WHERE split <> 'val'
    QUALIFY row_number() OVER (PARTITION BY wnid ORDER BY split = 'train') = 1
),
pictures AS (
    SELECT synset, files.rowid AS source, 10000.0::DOUBLE AS weight
    FROM files JOIN chosen_folders USING (folder_id) WHERE suffix(name, '.JPEG')
),
objects AS (
    SELECT synset, rowid AS source, weight FROM vg_objects
    WHERE synset IS NOT NULL AND weight >= 1024
),
own AS (
    SELECT category_id, 1 AS step, 0 AS turn, annotations.rowid AS source, synset, weight
    FROM annotations JOIN wanted USING (category_id) WHERE split = 'train' AND area > 1024
    UNION ALL
    SELECT category_id, 2, 0, source, synset, weight FROM pictures JOIN wanted USING (synset)
),
poor AS (
    SELECT category_id, synset FROM wanted LEFT JOIN own USING (category_id, synset)
    WHERE synset <> 'stop_sign.n.01' GROUP BY category_id, synset HAVING count(step) < 40
),
stand_ins AS (
    SELECT category_id, turn, other AS synset FROM substitutes JOIN wanted USING (synset)
),
found AS (
    SELECT * FROM own
    UNION ALL
    SELECT category_id, 3, 0, source, synset, weight FROM objects JOIN poor USING (synset)
    UNION ALL
    SELECT category_id, 4, turn, source, synset, weight FROM pictures JOIN stand_ins USING (synset)
    UNION ALL
    SELECT category_id, 5, turn, source, synset, weight FROM objects JOIN stand_ins USING (synset)
)
SELECT category_id, step, source, synset, weight,
    row_number() OVER (PARTITION BY category_id ORDER BY step, turn, source) - 1 AS position
FROM found ORDER BY category_id, position
"""

# The object of an exemplar is `head`, then a part of a file's record, then `tail` and a brace. The
# record comes first in an annotation, last in an object of Visual Genome: of two members of a name
# the last counts. Rows that pass a join come in any order.
_LINES = """
WITH entries AS (
    SELECT chosen.*, '' AS head, 0 AS file, start, length - 1 AS length,
        ',"dataset":"lvis","file_name":' || to_json(file_name) || ',"synset":' || to_json(synset)
            AS tail
    FROM chosen JOIN annotations ON annotations.rowid = source
    JOIN images ON images.id = image_id AND images.split = 'train' WHERE step = 1
    UNION ALL
    SELECT chosen.*, '{"file_name":' || to_json(split || '/' || wnid || '/' || name)
            || ',"category_id":' || category_id || ',"dataset":"imagenet21k","synset":'
            || to_json(chosen.synset), 0, 0, 0, ''
    FROM chosen JOIN files ON files.rowid = source JOIN folders ON folders.id = folder_id
    WHERE step IN (2, 4)
    UNION ALL
    SELECT chosen.*, '{"image_id":' || image_id || ',"dataset":"visual_genome","file_name":'
            || to_json(file_name) || ',"category_id":' || category_id || ',"synset":'
            || to_json(chosen.synset) || ',', 1, start + 1, length - 2, ''
    FROM chosen JOIN vg_objects ON vg_objects.rowid = source
    JOIN vg_images ON vg_images.id = image_id WHERE step IN (3, 5)
)
SELECT head, file, start, length, tail FROM (
    SELECT category_id, -1 AS rank, head, 0 AS file, 0 AS start, 0 AS length, '' AS tail
    FROM openings
    UNION ALL
    SELECT category_id, rank, CASE rank WHEN 0 THEN '' ELSE ',' END || head, file, start, length,
        tail || CASE WHEN $area THEN ',"area":' || weight ELSE '' END || '}'
    FROM entries
)
ORDER BY category_id, rank
"""
# A category's list begins where the one before it ends.
_LISTS = """
CREATE TEMPORARY VIEW openings AS
SELECT id AS category_id, CASE row_number() OVER (ORDER BY id) WHEN 1 THEN '[[' ELSE '],[' END
    AS head
FROM categories WHERE split = 'train'
UNION ALL SELECT max(id) + 1, ']]' FROM categories WHERE split = 'train'
"""
_OBJECT = """
CREATE TEMPORARY VIEW openings AS
SELECT id AS category_id, CASE row_number() OVER (ORDER BY id) WHEN 1 THEN '{' ELSE '],' END
    || to_json(synset) || ':[' AS head
FROM categories WHERE split = 'train'
UNION ALL SELECT max(id) + 1, ']}' FROM categories WHERE split = 'train'
"""
_ALL = "CREATE TEMPORARY VIEW chosen AS SELECT *, position AS rank FROM pool"
_PICKED = """
CREATE TEMPORARY VIEW chosen AS
SELECT pool.*, rank FROM pool JOIN picks USING (category_id, position)
"""


def collate(connection: "DuckDBPyConnection") -> None:
    """Make the pool of each category."""
    data = resources.files("ovmr_index").joinpath("data", "published_substitutes.json")
    rows = [
        (synset, turn, other)
        for synset, others in json.loads(data.read_bytes()).items()
        for turn, other in enumerate(others)
    ]
    connection.execute("CREATE OR REPLACE TABLE substitutes (synset TEXT, turn INT, other TEXT)")
    connection.executemany("INSERT INTO substitutes VALUES (?, ?, ?)", rows)
    connection.execute(_POOL)


def write_exemplars(connection: "DuckDBPyConnection", root: Path, folder: Path) -> None:
    """Write the pool of each category."""
    connection.execute(_OBJECT)
    connection.execute(_ALL)
    _write(connection, root, folder / "exemplar_dict.json", area=False)


def write_sample(connection: "DuckDBPyConnection", root: Path, folder: Path, *, k: int) -> None:
    """Draw K exemplars of each category as published, again where a pool is short; write them."""
    query = "SELECT category_id, weight FROM pool ORDER BY category_id, position"
    pool = connection.execute(query).fetchnumpy()
    ids, starts = np.unique(pool["category_id"], return_index=True)
    drawn = [_draw(weights, k) for weights in np.split(pool["weight"], starts[1:])]
    picks = {
        "category_id": np.repeat(ids, [len(own) for own in drawn]),
        "rank": np.concatenate([np.arange(len(own)) for own in drawn]),
        "position": np.concatenate(drawn),
    }
    connection.register("picks", picks)
    connection.execute(_LISTS)
    connection.execute(_PICKED)
    _write(connection, root, folder / f"lvis_image_exemplar_dict_K-{k:03d}_own.json", area=True)


def _draw(weights: NDArray[np.float64], k: int) -> NDArray[np.int64]:
    """Return the positions of `k` of a pool's exemplars, chosen by weight."""
    weights = np.maximum(weights, 0)
    held = np.count_nonzero(weights)
    if not held:
        return np.zeros(0, np.int64)
    chances = weights / np.cumsum(weights)[-1]
    generator = np.random.default_rng(SEED)
    return generator.choice(len(weights), size=k, p=chances, replace=bool(held < k))


def _write(connection: "DuckDBPyConnection", root: Path, path: Path, *, area: bool) -> None:
    """Write the chosen exemplars by category, with the texts of their records from the files."""
    lines = connection.sql(_LINES, params={"area": area}).to_arrow_table()
    files = (mapped(lvis_file(root, "train")), mapped(objects_file(root)))
    connection.register("lines", with_texts(files, lines))
    write_texts(connection, "SELECT head || record || tail FROM lines", path)
