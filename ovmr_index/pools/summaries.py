"""What pools hold, summed up: a part of `index.pools`."""

from typing import NamedTuple

from ovmr_index.arguments import naming_arguments
from ovmr_index.db.session import Session
from ovmr_index.pools.collate import collated
from ovmr_index.pools.shapes import BoxShapes, count_box_shapes
from ovmr_index.pools.shortfalls import Shortfall, read_shortfalls
from ovmr_index.pools.substitute_queries import substitute_counts
from ovmr_index.vocabularies.names import LVIS_TRAIN


class SubstituteCount(NamedTuple):
    """How many exemplars a category has of a substitute from a dataset; 0 and None if none."""

    category_id: int
    synset: str
    substitute: str
    dataset: str | None
    exemplars: int


@naming_arguments
class PoolSummaries:
    """Counts that a report shows; stale pools are made again first."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def box_shapes(self, *, vocabulary: str = LVIS_TRAIN) -> list[BoxShapes]:
        """Return how large the boxes of the pools are, and of what shape, by dataset."""
        with collated(self._session, vocabulary) as (connection, vocabulary_pk):
            return count_box_shapes(connection, vocabulary_pk)

    def shortfalls(self, under: int, *, vocabulary: str = LVIS_TRAIN) -> list[Shortfall]:
        """Return the categories with fewer exemplars than `under`, and their other candidates."""
        with collated(self._session, vocabulary) as (connection, vocabulary_pk):
            return read_shortfalls(connection, vocabulary_pk, under)

    def substitutes(self, *, vocabulary: str = LVIS_TRAIN) -> list[SubstituteCount]:
        """Return the substitutes of the recipe by category, and what each of them gave."""
        with collated(self._session, vocabulary) as (connection, vocabulary_pk):
            rows = connection.execute(substitute_counts(vocabulary_pk))
            return [SubstituteCount._make(row) for row in rows]
