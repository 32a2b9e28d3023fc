"""The frequencies of a source's categories: which have none, and which its regions have.

A file that lacks one which the file before it had is a derived one, and so is a file that lacks one
of whose instances its own categories give the number.
"""

from collections.abc import Sequence
from functools import cache

from sqlalchemy import Connection, bindparam, func, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.json_functions import number
from ovmr_index.db.models import Category, Region, Vocabulary
from ovmr_index.errors import option
from ovmr_index.formats.lenient import FREQUENCIES, FREQUENCY_WORDS
from ovmr_index.formats.records import CategoryRecord
from ovmr_index.formats.table import find_format
from ovmr_index.ingest.report import VanishedError
from ovmr_index.ingest.sources import SourceSpec
from ovmr_index.ingest.vanishing import MOST, VanishLimit
from ovmr_index.vocabularies.notes import listed

_NEARLY_ALL = 0.9
_NAMES = {letter: word for word, letter in FREQUENCY_WORDS.items()}


class Frequencies:
    """The frequencies of categories with a region, before an ingest of a source and after it."""

    def __init__(
        self, connection: Connection, source_pk: int, spec: SourceSpec, limit: VanishLimit
    ) -> None:
        """Read them, unless the source may lose them or its format has none."""
        self._connection, self._source_pk, self._spec = connection, source_pk, spec
        watched = find_format(spec.format).has_frequencies and not limit.allowed
        self._is_watched = watched
        self._before = self._shown() if watched else {}

    def require(self) -> None:
        """Raise VanishedError if a frequency has no regions that it should have.

        Others have some. It had some before, and is that of categories which the file still lists,
        or of more than 100 that it does not; or the file's categories count some.
        """
        if not self._is_watched or not (now := self._shown()):
            return
        listed = self._count()
        gone = [
            one
            for one in _NAMES
            if one not in now
            and one in self._before
            and (one in listed or self._before[one] > MOST)
        ]
        if gone:
            raise self._derived(gone, "as the one before it had")
        lacking = [one for one in _NAMES if one not in now and one in listed]
        if lacking and (taken := self._taken_out(lacking)):
            raise self._derived(lacking, f"of which its categories count {taken:,}")

    def _derived(self, frequencies: list[str], why: str) -> VanishedError:
        named = " or ".join(_NAMES[one] for one in frequencies)
        return VanishedError(
            f"{self._spec.name}: {self._spec.path} is derived from another file: it has no"
            f" annotation of a {named} category, {why};"
            " nothing of the source was changed: give the whole file, or"
            f" {option('allow_vanished', value=True)}"
        )

    def _taken_out(self, frequencies: list[str]) -> int:
        """Return how many regions the file's categories count of frequencies that have none.

        0 unless those of the others are nearly all there: some images of a file have fewer of all.
        """
        counted = number(Category.c.record, "instance_count")
        boxes = select(func.count()).where(Region.c.category_pk == Category.c.pk).scalar_subquery()
        numbers = func.coalesce(func.sum(counted), 0), func.coalesce(func.sum(boxes), 0)
        of_source = (
            select(*numbers)
            .join(Vocabulary, Vocabulary.c.pk == Category.c.vocabulary_pk)
            .where(Vocabulary.c.source_pk == self._source_pk)
        )
        is_lacking = Category.c.frequency.in_(frequencies)
        taken = self._connection.execute(of_source.where(is_lacking)).one()[0]
        should, there = self._connection.execute(of_source.where(~is_lacking)).one()
        return int(taken) if 0 < should * _NEARLY_ALL <= there else 0

    def _shown(self) -> dict[str, int]:
        """Return how many categories of each frequency have a region."""
        return self._count(with_regions=True)

    def _count(self, *, with_regions: bool = False) -> dict[str, int]:
        query = _categories_of_each(with_regions=with_regions)
        found = self._connection.execute(query, {"source_pk": self._source_pk})
        return {str(one): count for one, count in found}


@cache
def _categories_of_each(*, with_regions: bool) -> Query:
    """Return (frequency, number of categories) in `source_pk`, or of those with a region."""
    query = (
        select(Category.c.frequency, func.count())
        .join(Vocabulary, Vocabulary.c.pk == Category.c.vocabulary_pk)
        .where(Vocabulary.c.source_pk == bindparam("source_pk"), Category.c.frequency.is_not(None))
        .group_by(Category.c.frequency)
    )
    has_region = select(Region.c.pk).where(Region.c.category_pk == Category.c.pk).exists()
    return query.where(has_region) if with_regions else query


def frequency_notes(categories: Sequence[CategoryRecord], *, have_all: bool) -> list[str]:
    """Return a note of the categories that are neither frequent nor common nor rare, if any.

    Unless LVIS's frequencies are expected of all (`have_all`), only where some have one.
    """
    others = [one for one in categories if one.frequency not in FREQUENCIES]
    if not others or (len(others) == len(categories) and not have_all):
        return []
    have = "category has" if len(others) == 1 else "categories have"
    return [
        f"{len(others):,} {have} no frequency r, c or f: {listed([one.name for one in others])};"
        " `export norare` and the partition `rare` take none of them as rare"
    ]
