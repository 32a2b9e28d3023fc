"""The frequencies that a source's regions have: a file that lacks one it had is a derived one."""

from sqlalchemy import Connection, select

from ovmr_index.db.models import Category, Region, Vocabulary
from ovmr_index.formats.table import find_format
from ovmr_index.ingest.report import VanishedError
from ovmr_index.ingest.sources import SourceSpec
from ovmr_index.ingest.vanishing import VanishLimit

_NAMES = {"f": "frequent", "c": "common", "r": "rare"}


class Frequencies:
    """The frequencies of categories with a region, before an ingest of a source and after it."""

    def __init__(
        self, connection: Connection, source_pk: int, spec: SourceSpec, limit: VanishLimit
    ) -> None:
        """Read them, unless the source may lose them or its format has none."""
        self._connection, self._source_pk, self._spec = connection, source_pk, spec
        watched = find_format(spec.format).has_frequencies and not limit.allowed
        self._before = self._read() if watched else frozenset()

    def require(self) -> None:
        """Raise VanishedError if a frequency that had regions has none, while others have some."""
        now = self._read() if self._before else frozenset()
        lacking = [_NAMES[one] for one in _NAMES if one in self._before - now]
        if now and lacking:
            raise VanishedError(
                f"{self._spec.name}: {self._spec.path} is derived from another file: it has no"
                f" annotation of a {' or '.join(lacking)} category, as the one before it had;"
                " nothing of the source was changed: give the whole file, or --allow-vanished"
            )

    def _read(self) -> frozenset[str]:
        has_region = select(Region.pk).where(Region.category_pk == Category.pk).exists()
        query = (
            select(Category.frequency)
            .join(Vocabulary, Vocabulary.pk == Category.vocabulary_pk)
            .where(
                Vocabulary.source_pk == self._source_pk,
                Category.frequency.is_not(None),
                has_region,
            )
            .distinct()
        )
        return frozenset(str(one) for one in self._connection.execute(query).scalars())
