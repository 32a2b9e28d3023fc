"""The rows of each public view in one order that holds in any index, a part at a time."""

from typing import NamedTuple

from sqlalchemy import Select, column, select, table

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import Source, Vocabulary


class ViewOrder(NamedTuple):
    """What orders the rows of a view; where it is `split` each value of the first is a part."""

    by: tuple[str, ...]
    split: bool = False


_IN_POOL = ("category_id", "position")

ORDERS = {
    "exemplars": ViewOrder(_IN_POOL),
    "vocabulary_exemplars": ViewOrder(("vocabulary", *_IN_POOL), split=True),
    "image_files": ViewOrder(("source", "file_name", "image_id"), split=True),
    "boxes": ViewOrder(("source", "region_id"), split=True),
    "box_synsets": ViewOrder(("source", "region_id", "position"), split=True),
    "box_details": ViewOrder(("source", "region_id"), split=True),
    "image_labels": ViewOrder(
        ("source", "file_name", "image_id", "kind", "vocabulary", "category_id"), split=True
    ),
    "image_twins": ViewOrder(
        ("source", "file_name", "twin_source", "twin_file_name", "by"), split=True
    ),
    "vocabulary_categories": ViewOrder(("vocabulary", "position")),
    "category_ancestors": ViewOrder(("vocabulary", "category_id", "distance", "ancestor")),
    "category_coverage": ViewOrder(("vocabulary", "category_id", "dataset")),
    "ingest_problems": ViewOrder(("source", "file", "record", "reason", "at")),
    "sample_exemplars": ViewOrder(("sample", "category_id", "rank")),
    "marks": ViewOrder(
        ("vocabulary", "category_id", "kind", "rank", "source", "file_name", "region_id")
    ),
}


def view_rows(view: str, columns: list[str], part: str | None = None) -> Query:
    """Return all columns of a view in its order, of one source or vocabulary where it is split."""
    order = ORDERS[view]
    found = table(view, *map(column, columns))
    query = select(*found.c).order_by(*(found.c[name].nulls_first() for name in order.by))
    return query if part is None else query.where(found.c[order.by[0]] == part)


def part_names(view: str) -> Select[str]:
    """Return the names of the parts of a view that is split: of sources, or of vocabularies."""
    of = Source if ORDERS[view].by[0] == "source" else Vocabulary
    return select(of.c.name).order_by(of.c.name)
