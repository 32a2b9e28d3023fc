"""One category: what its vocabulary says of it, and its pool."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from ovmr_index.db.bulk import stream_rows
from ovmr_index.db.models import Dataset, Vocabulary
from ovmr_index.errors import command, counted, unknown
from ovmr_index.pools.coverage import Coverage, count_exemplars
from ovmr_index.pools.exemplar_queries import category_entries
from ovmr_index.pools.exemplars import Exemplar, to_exemplar
from ovmr_index.shown import markup
from ovmr_index.vocabularies.category_queries import category_key
from ovmr_index.vocabularies.category_view import DESCRIBED, defined_categories

_EXEMPLAR = ("synset", "dataset", "split", "file_name", "x", "y", "w", "h", "weight")


class CategoryPool(NamedTuple):
    """A category and the first of its exemplars, in the order of the recipe.

    Attributes:
        category_id: Its id.
        category: Its name.
        synset: Its synset, None where it has none.
        frequency: LVIS's: `r`, `c` or `f`.
        definition: What it is.
        coverage: How many exemplars its pool holds, by dataset.
        exemplars: Those of the datasets that were asked for.
        found: How many these are in all.
    """

    category_id: int
    category: str
    synset: str | None
    frequency: str | None
    definition: str | None
    coverage: Coverage
    exemplars: list[Exemplar]
    found: int

    def __repr__(self) -> str:
        """Name the category and count its exemplars."""
        held = counted(self.coverage.total, "exemplar")
        return f"<CategoryPool {self.category_id} {self.category} ({self.synset}): {held}>"

    def _repr_html_(self) -> str:
        """Show the category and its first crops in a notebook."""
        from ovmr_index.pools.pictures import strip_html

        shown = strip_html(self.exemplars)
        return markup.block(repr(self)[1:-1], markup.note(self.definition or ""), shown)

    def as_json(self) -> dict[str, Any]:
        """Return the category as `show --json` prints it."""
        counts = {"by_dataset": self.coverage.by_dataset, "total": self.coverage.total}
        shown = [
            {"position": place, **{name: getattr(one, name) for name in _EXEMPLAR}}
            | {"image_id": one.image_id, "region_id": one.region_id}
            for place, one in enumerate(self.exemplars)
        ]
        known = {
            name: getattr(self, name) for name in self._fields[: self._fields.index("coverage")]
        }
        return {**known, **counts, "found": self.found, "exemplars": shown}


def category_pool(
    connection: Connection,
    vocabulary_pk: int,
    category_pk: int,
    datasets: Sequence[str],
    limit: int,
    root: Path,
) -> CategoryPool:
    """Return a category with the first `limit` exemplars of its pool that are of some datasets.

    None are all datasets. `root` is their folder. Raises UsageError where the index has no dataset
    of one of the names.
    """
    of_vocabulary = select(Vocabulary.c.name).where(Vocabulary.c.pk == vocabulary_pk)
    vocabulary = connection.execute(of_vocabulary).scalar_one()
    category_id = connection.execute(category_key(category_pk)).scalar_one()
    is_it = DESCRIBED.c.category_id == category_id
    described = connection.execute(defined_categories(vocabulary).where(is_it)).one()
    counts = count_exemplars(connection, vocabulary_pk)
    coverage = next(one for one in counts if one.category_id == category_id)
    for name in datasets:
        if name not in coverage.by_dataset:
            raise unknown("dataset", name, coverage.by_dataset, see=f"see {command('status')}")
    pool = category_entries(category_pk)
    if datasets:
        pool = pool.where(Dataset.c.name.in_(datasets))
    rows = stream_rows(connection, pool.limit(limit))
    asked = datasets or coverage.by_dataset
    found = sum(count for name, count in coverage.by_dataset.items() if name in asked)
    exemplars = [to_exemplar(row, root) for row in rows]
    return CategoryPool._make((*described, coverage, exemplars, found))
