"""The part of `index.pools` that looks at one category."""

from collections.abc import Sequence

from ovmr_index.arguments import naming_arguments
from ovmr_index.db.session import Session
from ovmr_index.pools.category_pool import CategoryPool, category_pool
from ovmr_index.pools.collate import collated
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.stored_vocabularies import find_category


@naming_arguments
class CategoryPools:
    """A category with what is in its pool."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def show(
        self,
        category: str | int,
        *,
        limit: int = 50,
        datasets: Sequence[str] = (),
        vocabulary: str = LVIS_TRAIN,
    ) -> CategoryPool:
        """Return a category: what it is, its counts by dataset, and its first exemplars.

        Args:
            category: Its id, name or synset.
            limit: How many exemplars.
            datasets: Only exemplars of these, all if empty.
            vocabulary: Whose category.

        Raises:
            UsageError: The vocabulary has no such category, or the index no such dataset.
        """
        with collated(self._session, vocabulary) as (connection, vocabulary_pk):
            category_pk = find_category(connection, vocabulary_pk, category)
            return category_pool(
                connection, vocabulary_pk, category_pk, datasets, limit, self._session.root
            )
