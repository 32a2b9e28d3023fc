"""What can be asked of the pools as they are, stale or not: nothing is made again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ovmr_index.arguments import naming_arguments
from ovmr_index.db.session import Session
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.stored_vocabularies import find_category, find_vocabulary
from ovmr_index.vocabularies.vocabulary_queries import pools_by_vocabulary

if TYPE_CHECKING:
    from ovmr_index.pools.exemplar_details import ExemplarDetails


@naming_arguments
class StoredPools:
    """The pools that the index holds, read as they are."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __repr__(self) -> str:
        """Show how many exemplars the pools of each vocabulary hold."""
        counts: dict[str, int] = {}
        if self._session.exists:
            with self._session.read() as connection:
                rows = connection.execute(pools_by_vocabulary()).all()
            counts = {name: exemplars for _, name, _, exemplars in rows if exemplars}
        held = ", ".join(f"{count:,} exemplars for {name}" for name, count in counts.items())
        return f"<Pools: {held or 'none'}>"

    def exemplar(
        self,
        category: str | int,
        source: str,
        file_name: str,
        *,
        region_id: int | None = None,
        vocabulary: str = LVIS_TRAIN,
    ) -> ExemplarDetails:
        """Return what the index knows of one exemplar, also where part of it is gone.

        The pools are read as they are, stale or not.

        Args:
            category: The id, name or synset of its category.
            source: The name of its source, such as `lvis_v1_train`.
            file_name: The path of its image below the dataset's root.
            region_id: The source's id of its box, None for a whole image.
            vocabulary: Whose category.

        Raises:
            UsageError: The vocabulary has no such category.
        """
        from ovmr_index.pools.detail_queries import PooledKey
        from ovmr_index.pools.exemplar_details import exemplar_details

        with self._session.read() as connection:
            vocabulary_pk = find_vocabulary(connection, vocabulary)
            category_pk = find_category(connection, vocabulary_pk, category)
            key = PooledKey(source, file_name, region_id)
            root = self._session.root
            return exemplar_details(connection, root, category_pk, vocabulary, key)
