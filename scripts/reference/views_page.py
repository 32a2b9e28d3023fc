"""docs/reference/views.md: the public views, their columns, and how they join."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from ovmr_index.db import schema
from ovmr_index.db.view_descriptions import VIEWS, Link, meaning
from scripts.reference.markdown import block, code, link, page, prose, table

INTRODUCTION = """\
A view is stable: its columns keep their names and their meaning. Every id is the source's own. What
columns hold in general, and questions with their answers, are on the page
[Questions in SQL](../sql.md).

Types are SQLite's. `ANY` is a number, whole or not, as the source wrote it."""
# What else SQLite says of JSON that a view takes apart depends on its version.
_TYPES = ("INTEGER", "REAL", "TEXT", "ANY")
# A question for some of the views, with what the demo answers.
EXAMPLES = {
    "image_files": (
        "How many images has each source, and of how many is the size known?",
        """\
$ ovmr-index --root demo sql "
> SELECT source, count(*) AS images, count(width) AS of_known_size
> FROM image_files GROUP BY source ORDER BY source"
source         images  of_known_size
-------------  ------  -------------
imagenet21k       533            478
lvis_v1_train     150            150
lvis_v1_val        40             40
visual_genome      60             60
""",
    ),
    "box_details": (
        "Of how many polygons are the masks of a category?",
        """\
$ ovmr-index --root demo sql "
> SELECT source, json_array_length(segmentation) AS polygons, count(*) AS boxes
> FROM boxes JOIN box_details USING (source, region_id)
> WHERE category = 'apple' GROUP BY 1, 2 ORDER BY 1, 2"
source         polygons  boxes
-------------  --------  -----
lvis_v1_train         1     37
lvis_v1_val           1      9
""",
    ),
    "vocabulary_categories": (
        "What are the categories of LVIS, and how does ImageNet call them?",
        """\
$ ovmr-index --root demo sql "
> SELECT category_id, category, synset, wnid FROM vocabulary_categories
> WHERE vocabulary = 'lvis_v1_train' ORDER BY position LIMIT 3"
category_id  category  synset        wnid
-----------  --------  ------------  ---------
         12  apple     apple.n.01    n07739125
         43  balloon   balloon.n.01  n02782093
         45  banana    banana.n.02   n07753592
""",
    ),
}


class Column(NamedTuple):
    """A column of a view, with its type in SQLite."""

    name: str
    kind: str


def columns() -> dict[str, list[Column]]:
    """Return the columns of each view of a new index, in the order of the descriptions."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "ovmr.db")
        schema.create(path, lambda _: None)
        with closing(sqlite3.connect(path)) as connection:
            names = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'view'")
            found = {name: _columns(connection, name) for (name,) in names.fetchall()}
    return {view: found[view] for view in sorted(found, key=[*VIEWS].index)}


def _columns(connection: sqlite3.Connection, view: str) -> list[Column]:
    rows = connection.execute("SELECT name, type FROM pragma_table_info(?) ORDER BY cid", (view,))
    return [Column(name, kind if kind in _TYPES else "TEXT") for name, kind in rows]


def views_page() -> str:
    """Return the page."""
    held = columns()
    rows = [(link(view, code(view)), prose(VIEWS[view].rows)) for view in held]
    parts = [INTRODUCTION, "## All views", table(("view", "a row for"), rows)]
    for view, found in held.items():
        parts += _view(view, found)
    return page("View reference", parts)


def _view(view: str, found: list[Column]) -> Iterator[str]:
    yield f"## {view}"
    yield f"A row for: {_lowered(prose(VIEWS[view].rows))}."
    rows = [(code(one.name), one.kind, prose(meaning(view, one.name) or "")) for one in found]
    yield table(("column", "type", "what it is"), rows)
    joins = dict.fromkeys(map(_join, VIEWS[view].links.values()))
    if joins:
        yield "\n".join(["Joins with", "", *(f"- {join}" for join in joins)])
    if view in EXAMPLES:
        question, shown = EXAMPLES[view]
        yield question
        yield block("console", shown.rstrip())


def _join(one: Link) -> str:
    """Return a view that a view joins with, and by which columns."""
    pairs = [name if name == own else f"{own} = {one.view}.{name}" for name, own in one.on.items()]
    pairs += [f"{one.view}.{name} = '{value}'" for name, value in one.where.items()]
    return f"{link(one.view, code(one.view))} on {', '.join(map(code, pairs))}"


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]
