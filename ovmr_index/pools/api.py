"""The face of the pools in `Index`."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from warnings import warn

from ovmr_index.arguments import naming_arguments
from ovmr_index.db.bulk import stream_rows
from ovmr_index.db.session import Session
from ovmr_index.errors import Issue
from ovmr_index.ingest.stored_sources import has_imagenet
from ovmr_index.pools import audit, left_out, suggest
from ovmr_index.pools.audit import AuditFinding
from ovmr_index.pools.category_api import CategoryPools
from ovmr_index.pools.collate import collate, collated, ensure_collated
from ovmr_index.pools.coverage import Coverage, count_exemplars, has_short, lost_categories
from ovmr_index.pools.exemplar_queries import category_entries
from ovmr_index.pools.exemplars import Exemplar, to_exemplar
from ovmr_index.pools.findings import Findings
from ovmr_index.pools.hash_queries import images_to_compare
from ovmr_index.pools.leaks import require_val
from ovmr_index.pools.left_out import LeftOut
from ovmr_index.pools.overview import PoolOverview, pool_overview
from ovmr_index.pools.possible_copies import HashReport, hash_possible_copies
from ovmr_index.pools.recipe import Recipe, with_substitutes
from ovmr_index.pools.step_checks import require_usable, step_notes
from ovmr_index.pools.stored_pools import StoredPools
from ovmr_index.pools.stored_recipe import stored_recipe
from ovmr_index.pools.substitutes import (
    Substitutes,
    add_substitutes,
    read_substitutes,
    unknown_substitutes,
)
from ovmr_index.pools.suggest import Suggestion
from ovmr_index.pools.summaries import PoolSummaries
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.stored_vocabularies import find_category, find_vocabulary


@naming_arguments
class Pools(StoredPools, PoolSummaries, CategoryPools):
    """The exemplars of each category of a vocabulary: `index.pools`.

    Every method takes the name of a `vocabulary`, and raises MissingSourceError where the index
    holds no LVIS train file and UsageError where it has no other vocabulary of that name. Pools
    that are stale are made again first, except by `exemplar`.
    """

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.findings = Findings(session)

    def collate(
        self,
        recipe: Recipe | None = None,
        substitutes: Substitutes | Path | None = None,
        *,
        vocabulary: str = LVIS_TRAIN,
    ) -> list[Coverage]:
        """Make the pools of a vocabulary again.

        The recipe is stored with them: stale pools are made by it, until `collate` is called again.
        A vocabulary that came with another dataset takes from that first, unless the recipe has
        steps of its own.

        Args:
            recipe: The published recipe if None; `read_recipe` reads one from a file.
            substitutes: Lists of synsets by synset, or the path of a JSON file with them, in the
                place of the recipe's.
            vocabulary: Whose pools.

        Returns:
            The categories with fewer exemplars than the short threshold, `recipe.few`.

        Raises:
            MissingSourceError: The index lacks LVIS's train file, or LVIS val where images of it
                are to be left out.
            OvmrIndexError: The file of substitutes cannot be used or names a synset twice, or the
                index does not hold a dataset that a step takes from, or a split of it; or a step
                can give nothing, whatever the index holds.
        """
        recipe = recipe or Recipe()
        if isinstance(substitutes, Path):
            substitutes = read_substitutes(substitutes)
        if substitutes is not None:
            recipe = with_substitutes(recipe, substitutes)
        with self._session.read() as connection:
            vocabulary_pk = find_vocabulary(connection, vocabulary)
            require_usable(connection, recipe)
        collate(self._session, vocabulary_pk, recipe)
        return self.coverage(under=recipe.few, vocabulary=vocabulary)

    def recipe(self, *, vocabulary: str = LVIS_TRAIN) -> Recipe:
        """Return the recipe of the last collation, the published one before the first."""
        with self._session.read() as connection:
            return stored_recipe(connection, find_vocabulary(connection, vocabulary))

    def step_notes(self, *, vocabulary: str = LVIS_TRAIN) -> list[str]:
        """Return which of your own steps gave nothing, and why; none for the published recipe.

        Also the synsets of `never` that nothing has.
        """
        with collated(self._session, vocabulary) as (connection, vocabulary_pk):
            recipe = stored_recipe(connection, vocabulary_pk)
            return step_notes(connection, vocabulary_pk, recipe)

    def untaken(self, *, vocabulary: str = LVIS_TRAIN) -> list[str]:
        """Return what the index holds and no step of the recipe takes, as `boxes of lvis (val)`."""
        with collated(self._session, vocabulary) as (connection, vocabulary_pk):
            return left_out.untaken(connection, vocabulary_pk)

    def left_by_name(self, *, vocabulary: str = LVIS_TRAIN) -> str:
        """Return how many images of the categories pools leave for their suffix, "" for none."""
        with collated(self._session, vocabulary) as (connection, vocabulary_pk):
            return left_out.describe_left_by_name(connection, vocabulary_pk)

    def left_by_class(self, *, vocabulary: str = LVIS_TRAIN) -> str:
        """Return how many images of train pools leave as their class is small too, "" for none."""
        with collated(self._session, vocabulary) as (connection, vocabulary_pk):
            return left_out.describe_left_by_class(connection, vocabulary_pk)

    def unknown_substitutes(self, *, vocabulary: str = LVIS_TRAIN) -> list[str]:
        """Return the synsets that the recipe's substitutes name, and nothing else has.

        They are not in WordNet, and no category has them: nothing is found for them or under them.
        """
        with collated(self._session, vocabulary) as (connection, vocabulary_pk):
            return unknown_substitutes(connection, vocabulary_pk)

    def coverage(self, under: int | None = None, *, vocabulary: str = LVIS_TRAIN) -> list[Coverage]:
        """Return how many exemplars each category has, or only those with fewer than `under`."""
        with collated(self._session, vocabulary) as (connection, vocabulary_pk):
            if under is not None and not has_short(connection, vocabulary_pk, under):
                return []
            counted = count_exemplars(connection, vocabulary_pk)
        return [one for one in counted if under is None or one.total < under]

    def overview(self, *, vocabulary: str = LVIS_TRAIN) -> PoolOverview:
        """Return the categories with what their pools hold, as they are: none is made again."""
        with self._session.read() as connection:
            return pool_overview(connection, vocabulary)

    def left_out(self, under: int | None = None, *, vocabulary: str = LVIS_TRAIN) -> list[LeftOut]:
        """Return why candidates are no exemplars, counted by category, dataset and reason.

        Candidates are the boxes and images that are labelled with a category, or with its synset,
        in the datasets that the recipe takes from: of all categories, or only of those with fewer
        exemplars than `under`.
        """
        with (
            collated(self._session, vocabulary) as (connection, vocabulary_pk),
            self._session.progress("count candidates", None, "rows"),
        ):
            return left_out.count_left_out(connection, vocabulary_pk, under)

    def exemplars(self, category: str | int, *, vocabulary: str = LVIS_TRAIN) -> list[Exemplar]:
        """Return the pool of a category, in the order of the recipe.

        Args:
            category: Its id, name or synset.
            vocabulary: Whose category.

        Raises:
            UsageError: The vocabulary has no such category.
        """
        with collated(self._session, vocabulary) as (connection, vocabulary_pk):
            category_pk = find_category(connection, vocabulary_pk, category)
            rows = stream_rows(connection, category_entries(category_pk))
            return [to_exemplar(row, self._session.root) for row in rows]

    def lost_categories(self, *, vocabulary: str = LVIS_TRAIN) -> list[str]:
        """Return the synsets of categories that have images in Fall 2011, and none in the index.

        In order of category id; none where the index holds no ImageNet. Fall 2011 is the release of
        ImageNet-21K that the published recipe was made for.
        """
        with self._session.read() as connection:
            if not has_imagenet(connection):
                return []
            return lost_categories(connection, find_vocabulary(connection, vocabulary))

    def audit(
        self, *, vocabulary: str = LVIS_TRAIN, ids_only: bool = False
    ) -> Iterator[AuditFinding]:
        """Yield the exemplars that show an image of LVIS val, then notes, as rows are read.

        Images are the same by COCO id, and by all hashes that the index holds. `UserWarning`s name
        an image that cannot be read, and an index that cannot keep hashes.

        Args:
            vocabulary: Whose pools.
            ids_only: Compute no hashes. Without it `hash_possible_copies` is called first.

        Raises:
            MissingSourceError: The index holds no LVIS val; before anything is yielded.
        """
        with self._session.read() as connection:
            require_val(connection, self._session.root)
        if not ids_only:
            report = self.hash_possible_copies(vocabulary=vocabulary)
            if report.summary:
                warn(report.summary, stacklevel=2)
        with collated(self._session, vocabulary) as (connection, vocabulary_pk):
            yield from audit.audit(connection, vocabulary_pk, self._session.progress)

    def hash_possible_copies(self, *, vocabulary: str = LVIS_TRAIN) -> HashReport:
        """Compute the SHA-256 of images of the pools and of LVIS val that may be the same file.

        Only of those whose size in bytes occurs on both sides; nothing is written where they are
        known.
        """
        vocabulary_pk = ensure_collated(self._session, vocabulary)
        return hash_possible_copies(self._session, vocabulary_pk)

    def hash_images(self, *, perceptual: bool = False, vocabulary: str = LVIS_TRAIN) -> list[Issue]:
        """Compute the missing hashes of the images of a vocabulary's pools and of LVIS val.

        They are kept for `audit`, and for pools made without images of LVIS val.

        Args:
            perceptual: Compute a perceptual hash beside the SHA-256 of each file.
            vocabulary: Whose pools.

        Returns:
            The images that cannot be read.

        Raises:
            UnwritableError: The index cannot keep hashes.
        """
        from ovmr_index.images.shared_hashes import share_hashes

        vocabulary_pk = ensure_collated(self._session, vocabulary)
        images, scope = images_to_compare(vocabulary_pk), f"vocabulary {vocabulary}"
        _, issues = share_hashes(self._session, images, scope, perceptual=perceptual)
        return issues

    def suggest(self, category: str | int, *, vocabulary: str = LVIS_TRAIN) -> list[Suggestion]:
        """Return the synsets near a category in WordNet that have exemplars, the best first.

        Args:
            category: Its id, name or synset.
            vocabulary: Whose category.

        Raises:
            UsageError: The vocabulary has no such category.
            OvmrIndexError: The category's synset is not in WordNet.
        """
        with collated(self._session, vocabulary) as (connection, vocabulary_pk):
            category_pk = find_category(connection, vocabulary_pk, category)
            return suggest.suggest(connection, vocabulary_pk, category_pk)

    def suggest_short(self, *, vocabulary: str = LVIS_TRAIN) -> list[list[Suggestion]]:
        """Return what `suggest` does for each category that is short and in WordNet."""
        with collated(self._session, vocabulary) as (connection, vocabulary_pk):
            return suggest.suggest_short(connection, vocabulary_pk)

    def add_suggested(
        self,
        suggestions: Sequence[Sequence[Suggestion]],
        take: int = 1,
        *,
        vocabulary: str = LVIS_TRAIN,
    ) -> Substitutes:
        """Add the first suggestions that are not yet substitutes, and make the pools again.

        Args:
            suggestions: For each category, as `suggest` returns them.
            take: How many to add for each category.
            vocabulary: Whose categories.

        Returns:
            What was added; if it is empty, nothing was changed.
        """
        added = suggest.first_suggested(suggestions, take)
        if added:
            self.add_substitutes(added, vocabulary=vocabulary)
        return added

    def add_substitutes(
        self, substitutes: Substitutes, *, vocabulary: str = LVIS_TRAIN
    ) -> list[Coverage]:
        """Add substitutes behind those that are stored, and make the pools again.

        Args:
            substitutes: Lists of synsets by the synset of the category.
            vocabulary: Whose pools. The rest of its recipe stays.

        Returns:
            The categories with fewer exemplars than the short threshold of the recipe.
        """
        recipe = self.recipe(vocabulary=vocabulary)
        extended = add_substitutes(recipe.all_substitutes(), substitutes)
        return self.collate(recipe, extended, vocabulary=vocabulary)
