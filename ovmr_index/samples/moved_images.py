"""Whether an image is at a path, also where the root of its dataset is another folder than before.

The view `sample_exemplars` says the same of the picks of saved samples.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, func, literal, or_, select

from ovmr_index.db.dialects import Greater
from ovmr_index.db.models import Dataset, Image, Source

_OTHER = Image.alias()


def is_at_path(path: SQLColumnExpression[str]) -> ColumnElement[bool]:
    """Whether the `Image` is at `path` below its dataset's root, or the root itself moved."""
    return or_(Image.c.file_name == path, _is_moved(path))


def _is_moved(path: SQLColumnExpression[str]) -> ColumnElement[bool]:
    """Whether an image has another path since its dataset's root is a folder above or below.

    Below: the root and the path of now end in the path of then, at which nothing else is. Above:
    the path of now ends in it, and the folder before it holds all images of the source.
    """
    now = Image.c.file_name
    # A subquery, since SQLite would rather begin with the few datasets than with the picks.
    root = (
        select(Dataset.c.root)
        .where(Dataset.c.pk == Source.c.dataset_pk)
        .correlate_except(Dataset)
        .scalar_subquery()
    )
    of_source = select(_OTHER.c.pk).where(_OTHER.c.source_pk == Source.c.pk)
    taken = of_source.where(_OTHER.c.file_name == path)
    length = Greater(literal(0), func.length(now) - func.length(path) - 1)
    folder = func.substr(now, 1, length)
    beside = of_source.where(
        or_(_OTHER.c.file_name < folder + "/", _OTHER.c.file_name >= folder + "0")
    )
    below = and_(
        _ends_with(path, "/" + now),
        _ends_with("/" + root + "/" + now, "/" + path),
        ~_exists(taken, _OTHER),
    )
    above = and_(_ends_with(now, "/" + path), ~_exists(beside, _OTHER))
    return or_(below, above)


def _ends_with(
    text: SQLColumnExpression[str], end: SQLColumnExpression[str]
) -> ColumnElement[bool]:
    return func.substr(text, func.length(text) - func.length(end) + 1) == end


def _exists(found: Select[Any], *joined: Any) -> ColumnElement[bool]:
    """Return whether a query finds anything; only what it has `joined` is not the outer query's."""
    return found.correlate_except(*joined).exists()
