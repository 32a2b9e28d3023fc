"""The guard of labels: categories, their synsets and what boxes show do not vanish in masses."""

from collections import Counter

from sqlalchemy import Connection, func, select

from ovmr_index.db.models import Category, Region, Synset, Vocabulary
from ovmr_index.errors import folded
from ovmr_index.ingest.label_changes import LabelChanges
from ovmr_index.ingest.report import Counts
from ovmr_index.ingest.vanishing import VanishLimit
from ovmr_index.vocabularies.kept_categories import KeptCategory, follow


class HeldLabels:
    """The labels of an annotation source before an ingest, to compare with those after it.

    Categories are followed by name and synset, as those of partitions; one that has neither any
    more is what its id says. They are kept by row number, which stays with the id.
    """

    def __init__(self, connection: Connection, source_pk: int, limit: VanishLimit) -> None:
        """Read them, unless everything may vanish."""
        self._connection, self._source_pk, self._limit = connection, source_pk, limit
        self._before = {} if limit.allowed else self._categories()
        self._boxes = self._counts() if self._before else {}

    def require(self, labels: LabelChanges, counts: Counts) -> None:
        """Raise VanishedError if too many categories, synsets of them, or labels are gone.

        `labels` are those of regions that changed or vanished.
        """
        unlabelled = labels.unlabelled
        self._limit.require("label of an object", unlabelled, counts.held, many="labels of objects")
        if not self._before:
            return
        same = _Same(self._before, self._categories())
        names, held = same.names_gone(), len(self._before)
        self._limit.require("category", names, held, many="categories")
        gone, held = same.synsets_gone()
        self._limit.require("synset of a category", gone, held, many="synsets of categories")
        gone, held = self._relabelled(same, labels)
        self._limit.require("label of a box", gone, held, many="labels of boxes")

    def _relabelled(self, same: "_Same", labels: LabelChanges) -> tuple[int, int]:
        """Return how many of the boxes that stay show another category, and how many stay."""
        stay = {(one, one): count - labels.left[one] for one, count in self._boxes.items()}
        shown = Counter(labels.moved)
        shown.update(stay)
        gone = sum(
            count
            for (before, now), count in shown.items()
            if before is not None and not same.is_one(before, now)
        )
        return gone, sum(count for (before, _), count in shown.items() if before is not None)

    def _categories(self) -> dict[int, KeptCategory]:
        query = (
            select(Category.c.pk, Category.c.name, Synset.c.name)
            .join(Vocabulary, Vocabulary.c.pk == Category.c.vocabulary_pk)
            .outerjoin(Synset, Synset.c.pk == Category.c.synset_pk)
            .where(Vocabulary.c.source_pk == self._source_pk)
            .order_by(Category.c.position)
        )
        rows = map(KeptCategory._make, self._connection.execute(query))
        return {one.category_id: one for one in rows}

    def _counts(self) -> dict[int, int]:
        """Return the number of boxes of each category."""
        boxes = select(func.count()).where(Region.c.category_pk == Category.c.pk).scalar_subquery()
        query = (
            select(Category.c.pk, boxes)
            .join(Vocabulary, Vocabulary.c.pk == Category.c.vocabulary_pk)
            .where(Vocabulary.c.source_pk == self._source_pk)
            .order_by(Category.c.pk)
        )
        return {row[0]: row[1] for row in self._connection.execute(query)}


class _Same:
    """Which categories before an ingest are which after it."""

    def __init__(self, before: dict[int, KeptCategory], now: dict[int, KeptCategory]) -> None:
        self._before, self._now = before, now
        followed = follow(before.values(), [*now.values()])
        unclear = {one.category_id: other.category_id for one, other in followed.unclear}
        self._ids = unclear | followed.ids
        self._folded = {pk: folded(one.name or "") for pk, one in before.items()}
        self._folded_now = {pk: folded(one.name or "") for pk, one in now.items()}
        self._known, self._still = {*self._folded.values()}, {*self._folded_now.values()}

    def is_one(self, before: int, now: int | None) -> bool:
        """Return whether a category of before has the name of one of now, or is it renamed.

        What has the name of another one is that one, whatever its synset is.
        """
        if now is None or now not in self._folded_now:
            return False
        was, name = self._folded[before], self._folded_now[now]
        is_renamed = name not in self._known and was not in self._still
        return was == name or (is_renamed and self._ids.get(before) == now)

    def names_gone(self) -> int:
        """Return how many categories have a name that none has any more."""
        return (Counter(self._folded.values()) - Counter(self._folded_now.values())).total()

    def synsets_gone(self) -> tuple[int, int]:
        """Return how many categories with a synset have another now or none, and how many had one.

        Of a category that is gone the synset is gone where no other has it.
        """
        held = [one for one in self._before.values() if one.synset is not None]
        now = {one.synset for one in self._now.values()}
        found = ((one.synset, self._now.get(self._ids.get(one.category_id, -1))) for one in held)
        gone = sum(
            synset not in now if other is None else synset != other.synset
            for synset, other in found
        )
        return gone, len(held)
