"""The face of the pools in `Index`."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from warnings import warn

from ovmr_index.db.bulk import stream_rows
from ovmr_index.db.session import Session
from ovmr_index.errors import Issue, UnwritableError
from ovmr_index.formats.imagenet_releases import wnids_of_lvis
from ovmr_index.images.stored_hashes import hash_images
from ovmr_index.ingest.stored_sources import has_imagenet
from ovmr_index.pools import audit
from ovmr_index.pools import collate as collation
from ovmr_index.pools.audit import AuditFinding
from ovmr_index.pools.coverage import Coverage
from ovmr_index.pools.coverage_queries import coverage, datasets, without_pictures
from ovmr_index.pools.equal_sizes import hash_equal_sizes
from ovmr_index.pools.exemplar_queries import category_entries
from ovmr_index.pools.exemplars import Exemplar, to_exemplar
from ovmr_index.pools.hash_queries import images_to_compare
from ovmr_index.pools.leaks import require_val
from ovmr_index.pools.recipe import Recipe, with_substitutes
from ovmr_index.pools.stored_recipe import stored_recipe
from ovmr_index.pools.substitutes import Substitutes, add_substitutes, read_substitutes
from ovmr_index.pools.suggest import Suggestion, suggest
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.neighbour_queries import known_to_wordnet
from ovmr_index.vocabularies.stored_vocabularies import find_category, find_vocabulary

DATASETS = ("lvis", "imagenet21k", "visual_genome")


class Pools:
    """The exemplars of each category of a vocabulary: `index.pools`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def collate(
        self,
        recipe: Recipe | None = None,
        substitutes: Substitutes | Path | None = None,
        *,
        vocabulary: str = LVIS_TRAIN,
    ) -> list[Coverage]:
        """Make the pools of a vocabulary again; return those below the recipe's `few`.

        `substitutes` are lists of synsets by synset, or the path of a JSON file that holds them.
        What is not given is what was published; a vocabulary that came with another dataset takes
        from that first. Both are kept with the pools, and hold for later samples and exports until
        `collate` is called again.

        Raises:
            MissingSourceError: The index lacks LVIS's train file.
            UsageError: There is no such vocabulary.
            OvmrIndexError: The file of substitutes cannot be used.
        """
        recipe = recipe or Recipe()
        if isinstance(substitutes, Path):
            substitutes = read_substitutes(substitutes)
        if substitutes is not None:
            recipe = with_substitutes(recipe, substitutes)
        with self._session.read() as connection:
            vocabulary_pk = find_vocabulary(connection, vocabulary)
            collation.require_datasets(connection, recipe)
        collation.collate(self._session, vocabulary_pk, recipe)
        return self.coverage(under=recipe.few, vocabulary=vocabulary)

    def recipe(self, *, vocabulary: str = LVIS_TRAIN) -> Recipe:
        """Return the recipe of the last collation, the published one before the first."""
        with self._session.read() as connection:
            return stored_recipe(connection, find_vocabulary(connection, vocabulary))

    def coverage(self, under: int | None = None, *, vocabulary: str = LVIS_TRAIN) -> list[Coverage]:
        """Return how many exemplars each category has, or only those with fewer than `under`."""
        with collation.collated(self._session, vocabulary) as (connection, vocabulary_pk):
            names: dict[int, str] = dict(connection.execute(datasets()).all())
            rows = connection.execute(coverage(vocabulary_pk, *names))
            counted = [
                Coverage(key, synset, _by_dataset(names.values(), counts), lent)
                for key, synset, lent, *counts in rows
            ]
        return [one for one in counted if under is None or one.total < under]

    def exemplars(self, category: str | int, *, vocabulary: str = LVIS_TRAIN) -> list[Exemplar]:
        """Return the pool of a category, given by id, name or synset, in the recipe's order.

        Raises UsageError where the vocabulary has no such category.
        """
        with collation.collated(self._session, vocabulary) as (connection, vocabulary_pk):
            row = find_category(connection, vocabulary_pk, category)
            rows = stream_rows(connection, category_entries(row))
            return [to_exemplar(entry, self._session.root) for entry in rows]

    def lost_categories(self, *, vocabulary: str = LVIS_TRAIN) -> list[str]:
        """Return the synsets of categories that Fall 2011 shows, and the ImageNet here does not.

        By the id of the category; none where the index holds no ImageNet.

        Raises:
            MissingSourceError: The index lacks LVIS's train file.
            UsageError: There is no such vocabulary.
        """
        with self._session.read() as connection:
            if not has_imagenet(connection):
                return []
            vocabulary_pk = find_vocabulary(connection, vocabulary)
            rows = connection.execute(without_pictures(vocabulary_pk)).all()
        of_fall_2011 = wnids_of_lvis()
        return [synset for synset, wnid in rows if wnid in of_fall_2011]

    def audit(
        self, *, vocabulary: str = LVIS_TRAIN, ids_only: bool = False
    ) -> Iterator[AuditFinding]:
        """Yield the exemplars that show an image of LVIS val, then notes, as rows are read.

        Images are the same by COCO id, by content as `hash_equal_sizes` finds it first unless
        `ids_only`, and by all hashes that the index holds. What cannot be read, and an index that
        cannot keep hashes, become warnings. Raises MissingSourceError where the index holds no
        LVIS val, before anything is yielded.
        """
        with self._session.read() as connection:
            require_val(connection)
        if not ids_only:
            self._hash_or_warn(vocabulary)
        with collation.collated(self._session, vocabulary) as (connection, vocabulary_pk):
            yield from audit.audit(connection, vocabulary_pk)

    def hash_equal_sizes(self, *, vocabulary: str = LVIS_TRAIN) -> list[Issue]:
        """Compute the SHA-256 of images of the pools and of LVIS val that may be the same file.

        Only of those whose size in bytes occurs on both sides; nothing is written where that is
        known. Returns what `hash_images` does, and raises UnwritableError where the index cannot
        keep them.
        """
        vocabulary_pk = collation.ensure_collated(self._session, vocabulary)
        return hash_equal_sizes(self._session, vocabulary_pk)

    def hash_images(self, *, perceptual: bool = False, vocabulary: str = LVIS_TRAIN) -> list[Issue]:
        """Compute the hashes that the images of a vocabulary's pools and of LVIS val lack.

        The SHA-256 of each file, and a perceptual hash if asked; they are kept for `audit`, and
        for pools made without images of LVIS val. Returns the
        images that cannot be read; raises UnwritableError where the index cannot keep them.
        """
        vocabulary_pk = collation.ensure_collated(self._session, vocabulary)
        images = images_to_compare(vocabulary_pk)
        return hash_images(self._session, images, perceptual=perceptual)

    def suggest(self, category: str | int, *, vocabulary: str = LVIS_TRAIN) -> list[Suggestion]:
        """Return the synsets near a category in WordNet that have exemplars, the best first.

        The category is given by id, name or synset. Raises UsageError where the vocabulary has no
        such category, OvmrIndexError for one whose synset WordNet lacks.
        """
        with collation.collated(self._session, vocabulary) as (connection, vocabulary_pk):
            row = find_category(connection, vocabulary_pk, category)
            return suggest(connection, vocabulary_pk, row)

    def suggest_short(self, *, vocabulary: str = LVIS_TRAIN) -> list[list[Suggestion]]:
        """Return what `suggest` does for each category that is short and that WordNet knows."""
        few = self.recipe(vocabulary=vocabulary).few
        short = self.coverage(under=few, vocabulary=vocabulary)
        with collation.collated(self._session, vocabulary) as (connection, vocabulary_pk):
            rows = [find_category(connection, vocabulary_pk, one.category_id) for one in short]
            known = connection.execute(known_to_wordnet(rows)).scalars().all()
            return [suggest(connection, vocabulary_pk, row) for row in known]

    def add_substitutes(
        self, substitutes: Substitutes, *, vocabulary: str = LVIS_TRAIN
    ) -> list[Coverage]:
        """Let synsets be substitutes for others, behind those that are; make the pools again.

        `substitutes` are lists of synsets by synset. The rest of the kept recipe holds on. Returns
        the categories below the recipe's `few`.
        """
        with self._session.read() as connection:
            vocabulary_pk = find_vocabulary(connection, vocabulary)
            recipe = stored_recipe(connection, vocabulary_pk)
        extended = add_substitutes(recipe.all_substitutes(), substitutes)
        return self.collate(recipe, extended, vocabulary=vocabulary)

    def _hash_or_warn(self, vocabulary: str) -> None:
        try:
            issues = self.hash_equal_sizes(vocabulary=vocabulary)
        except UnwritableError as error:
            warn(f"{error}; images are compared by id and by known hashes", stacklevel=3)
            return
        if issues:
            first = issues[0].describe()
            warn(f"{len(issues):,} images cannot be read, the first is {first}", stacklevel=3)


def _by_dataset(names: Iterable[str], counts: Iterable[int]) -> dict[str, int]:
    """Return the counts by dataset; those of the recipe come first, and always."""
    return dict.fromkeys(DATASETS, 0) | dict(zip(names, counts, strict=True))
