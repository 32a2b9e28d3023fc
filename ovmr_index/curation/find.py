"""Find an exemplar of a category by what people type: its source, and its box or its file."""

from typing import NamedTuple

from sqlalchemy import Connection

from ovmr_index.curation.key_queries import categories_with, exemplars_called, id_and_name
from ovmr_index.curation.mark import ExemplarKey
from ovmr_index.db.models import Category
from ovmr_index.errors import UsageError, command, option, shortened, unknown
from ovmr_index.ingest.stored_sources import source_names
from ovmr_index.vocabularies.notes import listed
from ovmr_index.vocabularies.stored_vocabularies import find_category

_SHOWN = 5
_LARGEST_ID = 2**63 - 1


class Asked(NamedTuple):
    """What people type of an exemplar: the id of its box, or the path of its image."""

    category: str | int
    source: str
    region_id: int | None = None
    file_name: str | None = None

    def describe(self) -> str:
        """Return what was asked for as messages name it."""
        box = f"box {self.region_id}"
        return f"{self.source} {box if self.file_name is None else shortened(self.file_name)}"


def _region() -> str:
    return option("region", metavar="ID")


def category_or_all(
    connection: Connection, vocabulary_pk: int, category: str | int | None
) -> int | None:
    """Return the pk of a category, None for all; raises UsageError for one that is not there."""
    return None if category is None else find_category(connection, vocabulary_pk, category)


def find_key(
    connection: Connection, vocabulary_pk: int, vocabulary: str, asked: Asked
) -> ExemplarKey:
    """Return the key of the exemplar of a category with this box, or on this image.

    Raises UsageError where the category or the source is unknown, where not one of `region_id` and
    `file_name` is given, and where the pool holds no such exemplar, or several.
    """
    category, source, region_id, file_name = asked
    if (region_id is None) == (file_name is None):
        raise UsageError(
            f"give {_region()} for a box, or {option('file', metavar='NAME')} for a whole image"
        )
    if region_id is not None and not 0 <= region_id <= _LARGEST_ID:
        raise UsageError(f"{option('region')} is {shortened(str(region_id))}; give the id of a box")
    category_pk = find_category(connection, vocabulary_pk, category)
    known = source_names(connection)
    if source not in known:
        raise unknown("source", source, known, see=f"see {command('status')}")
    exemplars = exemplars_called(source, region_id, file_name)
    found = connection.execute(exemplars.where(Category.c.pk == category_pk)).all()
    if not found:
        where = connection.execute(categories_with(exemplars)).scalars().all()
        elsewhere = f"; it is an exemplar of {listed(where, _SHOWN)}" if where else ""
        raise UsageError(f"the pool of {category!r} does not hold {asked.describe()}{elsewhere}")
    if len(found) > 1:
        ids = listed([str(region) for _, region in found], _SHOWN)
        problem = f"{asked.describe()} has {len(found)} boxes of {category!r}"
        raise UsageError(f"{problem}: {ids}; give {_region()}")
    category_id, _ = connection.execute(id_and_name(category_pk)).one()
    ((name, region),) = found
    return ExemplarKey(vocabulary, category_id, source, name, region)
