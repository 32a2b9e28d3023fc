"""The face in `Index` of what is to be looked at in the pools: leaks, and near-duplicates."""

from collections.abc import Iterator

from ovmr_index.arguments import naming_arguments
from ovmr_index.db.session import Session
from ovmr_index.errors import Issue
from ovmr_index.pools.collate import collated, ensure_collated
from ovmr_index.pools.duplicates import (
    DuplicateCount,
    DuplicateGroup,
    count_duplicates,
    find_duplicates,
)
from ovmr_index.pools.findings_state import FindingsState, findings_state
from ovmr_index.pools.hash_queries import category_images
from ovmr_index.pools.leak_pairs import Leak, find_leaks
from ovmr_index.pools.leaks import require_val
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.stored_vocabularies import find_category, find_vocabulary


@naming_arguments
class Findings:
    """Exemplars to look at before they are drawn: `index.pools.findings`.

    Images are compared by COCO id, and by those hashes that the index holds: `hash_possible_copies`
    and `hash_images` of `index.pools` compute them. Every method takes the name of a
    `vocabulary`, as those of `index.pools`.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def __repr__(self) -> str:
        """Say what there is to ask; nothing is searched for it."""
        return "<Findings: ask leaks(), duplicates(category), count_duplicates()>"

    def state(self, *, vocabulary: str = LVIS_TRAIN) -> FindingsState:
        """Return what the findings depend on: as long as it is equal, so are they."""
        with self._session.read() as connection:
            return findings_state(connection, find_vocabulary(connection, vocabulary))

    def leaks(self, *, vocabulary: str = LVIS_TRAIN) -> Iterator[Leak]:
        """Yield the exemplars that show an image of LVIS val, each with that image.

        They are the `val_image` findings of `audit`, in its order.

        Raises:
            MissingSourceError: The index holds no LVIS val.
        """
        with self._session.read() as connection:
            require_val(connection, self._session.root)
        with collated(self._session, vocabulary) as (connection, vocabulary_pk):
            yield from find_leaks(connection, vocabulary_pk)

    def duplicates(
        self, category: str | int, *, vocabulary: str = LVIS_TRAIN
    ) -> list[DuplicateGroup]:
        """Return the groups of near-duplicates in the pool of a category, in its order.

        Args:
            category: Its id, name or synset.
            vocabulary: Whose category.

        Raises:
            UsageError: The vocabulary has no such category.
        """
        with collated(self._session, vocabulary) as (connection, vocabulary_pk):
            category_pk = find_category(connection, vocabulary_pk, category)
            return list(find_duplicates(connection, category_pk, self._session.root))

    def count_duplicates(
        self, category: str | int | None = None, *, vocabulary: str = LVIS_TRAIN
    ) -> Iterator[DuplicateCount]:
        """Yield how many near-duplicates the pool of each category has that has one, by id.

        Args:
            category: The id, name or synset of the one to count for; all of them if None.
            vocabulary: Whose categories.

        Raises:
            UsageError: The vocabulary has no such category.
        """
        with collated(self._session, vocabulary) as (connection, vocabulary_pk):
            category_pk = None
            if category is not None:
                category_pk = find_category(connection, vocabulary_pk, category)
            with self._session.progress("near-duplicates", None, "categories") as advance:
                for counted in count_duplicates(connection, vocabulary_pk, category_pk):
                    yield counted
                    advance(1)

    def hash_category(self, category: str | int, *, vocabulary: str = LVIS_TRAIN) -> list[Issue]:
        """Compute both hashes of the images of a category's pool that lack one.

        Args:
            category: Its id, name or synset.
            vocabulary: Whose category.

        Returns:
            The images that cannot be read.

        Raises:
            UsageError: The vocabulary has no such category.
            UnwritableError: The index cannot keep hashes.
        """
        from ovmr_index.images.stored_hashes import hash_images

        vocabulary_pk = ensure_collated(self._session, vocabulary)
        with self._session.read() as connection:
            category_pk = find_category(connection, vocabulary_pk, category)
        images = category_images(category_pk)
        return hash_images(self._session, images, perceptual=True)
