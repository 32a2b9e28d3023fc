"""An index as the mapping of its categories: `index["goldfish"]`, `len`, `in`, `for`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ovmr_index.arguments import naming_arguments
from ovmr_index.index.namespaces import Namespaces
from ovmr_index.vocabularies.names import LVIS_TRAIN

if TYPE_CHECKING:
    from ovmr_index.index.category import Category
    from ovmr_index.index.rows import Rows


@naming_arguments
class ByCategory(Namespaces):
    """The categories of LVIS train by name, synset or id; those of others by `categories`."""

    def categories(self, *, vocabulary: str = LVIS_TRAIN) -> Rows[Category]:
        """Return the categories of a vocabulary in its order, with what their pools hold.

        Pools that are stale are made again first.

        Raises:
            UsageError: There is no such vocabulary.
            MissingSourceError: It is LVIS train's, which the index does not hold.
        """
        from ovmr_index.index.category import Category
        from ovmr_index.index.rows import Rows
        from ovmr_index.pools.collate import ensure_collated

        ensure_collated(self._session, vocabulary)
        found = self.pools.overview(vocabulary=vocabulary).categories
        return Rows(Category(self, one, vocabulary) for one in found)

    def __getitem__(self, category: str | int) -> Category:
        """Return the category of LVIS train with a name, a synset or an id.

        Raises:
            UnknownCategoryError: There is none. It is a UsageError and a KeyError.
            UsageError: Several have this name, or it is neither a name nor an id.
            MissingSourceError: The index does not hold LVIS train.
        """
        from ovmr_index.vocabularies.category_queries import category_key
        from ovmr_index.vocabularies.stored_vocabularies import find_category, find_vocabulary

        with self._session.read() as connection:
            found = find_category(connection, find_vocabulary(connection, LVIS_TRAIN), category)
            category_id = connection.execute(category_key(found)).scalar_one()
        return next(one for one in self.categories() if one.category_id == category_id)

    def __iter__(self) -> Iterator[Category]:
        """Yield the categories of LVIS train in their order."""
        return iter(self.categories())

    def __len__(self) -> int:
        """Return the number of categories of LVIS train; raises MissingSourceError without them."""
        return len(self.vocabularies.names())

    def __bool__(self) -> bool:
        """Return True: an index without categories is one."""
        return True

    def __contains__(self, category: object) -> bool:
        """Whether a category of LVIS train has this name, synset or id."""
        from ovmr_index.vocabularies.category_queries import categories_called
        from ovmr_index.vocabularies.stored_vocabularies import find_vocabulary

        if not isinstance(category, str | int):
            return False
        with self._session.read() as connection:
            called = categories_called(find_vocabulary(connection, LVIS_TRAIN), category)
            return connection.execute(called).first() is not None

    def _ipython_key_completions_(self) -> list[str]:
        """Return the names that a prompt completes; none where they cannot be read."""
        from ovmr_index.index.showing import UNREADABLE

        try:
            return [*self.vocabularies.names().values()]
        except UNREADABLE:
            return []
