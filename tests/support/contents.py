"""What an index holds, by keys that are the same in every index: to compare two of them."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from ovmr_index import Index
from ovmr_index.db import schema, shape
from ovmr_index.db.dialects import is_postgresql
from ovmr_index.db.engine import open_engine, reading, writing
from ovmr_index.db.models import METADATA
from ovmr_index.db.revision import HEAD
from ovmr_index.ingest.report import Counts
from tests.support.trees import TreeBuilder

# Each row names others by their natural keys; how often a source was read is left out.
QUERIES = {
    "datasets": "SELECT name, root FROM datasets",
    "sources": """
        SELECT s.name, d.name, s.format, s.split, s.header
        FROM sources s JOIN datasets d ON d.pk = s.dataset_pk""",
    "source_files": """
        SELECT s.name, f.path, f.size, f.mtime_ns, f.sha256
        FROM source_files f JOIN sources s ON s.pk = f.source_pk""",
    "vocabularies": """
        SELECT v.name, s.name FROM vocabularies v LEFT JOIN sources s ON s.pk = v.source_pk""",
    "synsets": """
        SELECT name, wnid, lemmas FROM synsets
        WHERE wnid IS NOT NULL OR pk IN (
            SELECT synset_pk FROM categories UNION SELECT synset_pk FROM regions
            UNION SELECT synset_pk FROM region_synsets)""",
    "categories": """
        SELECT v.name, c.key, c.position, c.name, s.name, c.frequency, c.record
        FROM categories c JOIN vocabularies v ON v.pk = c.vocabulary_pk
        LEFT JOIN synsets s ON s.pk = c.synset_pk""",
    "folders": """
        SELECT s.name, f.path, f.split, f.mtime_ns
        FROM folders f JOIN sources s ON s.pk = f.source_pk""",
    "archives": """
        SELECT s.name, a.path, a.size, a.mtime_ns
        FROM archives a JOIN sources s ON s.pk = a.source_pk""",
    "folder_archives": """
        SELECT s.name, f.path, a.path, l.offset, l.size, l.compression
        FROM folder_archives l JOIN folders f ON f.pk = l.folder_pk
        JOIN archives a ON a.pk = l.archive_pk JOIN sources s ON s.pk = f.source_pk""",
    "tar_members": """
        SELECT s.name, f.path, i.file_name, m.offset, m.size
        FROM tar_members m JOIN images i ON i.pk = m.image_pk
        JOIN folders f ON f.pk = i.folder_pk JOIN sources s ON s.pk = f.source_pk""",
    "images": """
        SELECT s.name, f.path, i.file_name, i.key, i.position, y.name, i.coco_id, i.width, i.height,
            r.record
        FROM images i JOIN sources s ON s.pk = i.source_pk
        JOIN folders f ON f.pk = i.folder_pk AND f.source_pk = s.pk
        LEFT JOIN synsets y ON y.pk = i.synset_pk LEFT JOIN image_records r ON r.image_pk = i.pk""",
    "image_categories": """
        SELECT s.name, i.key, m.kind, c.key
        FROM image_categories m JOIN images i ON i.pk = m.image_pk
        JOIN sources s ON s.pk = i.source_pk JOIN categories c ON c.pk = m.category_pk""",
    "regions": """
        SELECT s.name, r.key, r.position, i.key, c.key, y.name, r.x, r.y, r.w, r.h, r.area,
            r.is_crowd, d.record, d.is_odd, t.fields
        FROM regions r JOIN sources s ON s.pk = r.source_pk JOIN images i ON i.pk = r.image_pk
        LEFT JOIN categories c ON c.pk = r.category_pk LEFT JOIN synsets y ON y.pk = r.synset_pk
        LEFT JOIN region_records d ON d.region_pk = r.pk
        LEFT JOIN region_fields t ON t.pk = r.fields_pk""",
    "region_synsets": """
        SELECT s.name, r.key, m.position, y.name
        FROM region_synsets m JOIN regions r ON r.pk = m.region_pk
        JOIN sources s ON s.pk = r.source_pk JOIN synsets y ON y.pk = m.synset_pk""",
}
_COUNTED = (
    "folder_archives",
    "tar_members",
    "images",
    "image_records",
    "image_categories",
    "regions",
    "region_records",
    "region_fields",
    "region_synsets",
)


def ingest(index: Index) -> dict[str, Counts]:
    """Ingest all that the root holds; return the counts by source."""
    return {source.name: source.counts for source in index.ingest(allow_vanished=True).sources}


@contextmanager
def _reading(of: Index | Path) -> Iterator[Connection]:
    """Read an index, or the file of one."""
    with reading(of.engine if isinstance(of, Index) else open_engine(of)) as connection:
        yield connection


def contents(of: Index | Path) -> dict[str, list[str]]:
    """Return the rows of an index as text, in which 5 is not 5.0, in a fixed order."""
    with _reading(of) as connection:
        found = {name: sorted(_texts(connection, query)) for name, query in QUERIES.items()}
        for name in _COUNTED:  # no row may hide from the joins above
            found[f"rows of {name}"] = _texts(connection, f"SELECT count(*) FROM {name}")
    return found


def _texts(connection: Connection, query: str) -> list[str]:
    return [repr(tuple(row)) for row in connection.exec_driver_sql(query)]


def everything(of: Index | Path) -> object:
    """Return all that is in an index, to be the same where nothing was written: a file's bytes."""
    if isinstance(of, Path) or isinstance(of.location, Path):
        return (of if isinstance(of, Path) else of.path).read_bytes()
    with _reading(of) as connection:
        tables = METADATA.sorted_tables
        return {one.name: sorted(map(repr, connection.execute(select(one)))) for one in tables}


def assert_sound(of: Index | Path) -> None:
    """Assert that keys, pages and indexes are as they should be."""
    engine = of.engine if isinstance(of, Index) else open_engine(of)
    assert schema.integrity(engine) == []


def assert_schema(of: Index | Path) -> None:
    """Assert that everything in the schema is as the migrations make it."""
    with _reading(of) as connection:
        found, wanted = schema.parts_of(connection), schema.parts_at(HEAD, connection)
    assert shape.differences(found, wanted) == []


def rows_of(of: Index | Path, query: str) -> list[tuple[Any, ...]]:
    """Return what a query finds."""
    with _reading(of) as connection:
        escaped = query.replace("%", "%%") if is_postgresql(connection) else query
        return [tuple(row) for row in connection.exec_driver_sql(escaped)]


def run_on(of: Index | Path, statements: str) -> None:
    """Change an index as no part of the program does; a semicolon ends a statement."""
    engine = of.engine if isinstance(of, Index) else open_engine(of)
    with writing(engine) as connection:
        for statement in statements.split(";"):
            connection.exec_driver_sql(statement)


def assert_as_fresh(builder: TreeBuilder, index: Index, empty_index: Path) -> None:
    """Assert that the index is what a new one of the same tree would be, in a file."""
    fresh = Path(shutil.copyfile(empty_index, builder.root / "fresh.db"))
    Index.open(builder.root, fresh).ingest()
    assert contents(index) == contents(fresh)
    assert_sound(index)
    assert_schema(index)
