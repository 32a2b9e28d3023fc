"""The guard of labels: categories, their synsets and what boxes show do not vanish in masses."""

from collections import Counter
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from ovmr_index.db.models import Category, Region, Synset, Vocabulary
from ovmr_index.errors import folded
from ovmr_index.ingest.report import Counts
from ovmr_index.ingest.vanishing import VanishLimit


class _Labels(NamedTuple):
    """The names of categories by id, their synsets, and the number of boxes by id."""

    names: dict[int, str]
    synsets: Counter[str]
    boxes: dict[int, int]


class HeldLabels:
    """The labels of an annotation source before an ingest, to compare with those after it.

    A category is known by its name, or by its id where its name alone is another.
    """

    def __init__(self, connection: Connection, source_pk: int, limit: VanishLimit) -> None:
        """Read them, unless everything may vanish."""
        self._connection, self._source_pk, self._limit = connection, source_pk, limit
        self._before = _Labels({}, Counter(), {}) if limit.allowed else self._read()

    def require(self, unlabelled: int, counts: Counts) -> None:
        """Raise VanishedError if too many categories, synsets of them, or labels are gone.

        `unlabelled` of the source's objects have lost the synsets that they had themselves.
        """
        self._limit.require("label of an object", unlabelled, counts.held, many="labels of objects")
        if not self._before.names:
            return
        before, now = self._before, self._read()
        names = Counter(before.names.values())
        gone = (names - Counter(now.names.values())).total()
        self._limit.require("category", gone, names.total(), many="categories")
        synsets = before.synsets
        gone = (synsets - now.synsets).total()
        self._limit.require(
            "synset of a category", gone, synsets.total(), many="synsets of categories"
        )
        shown, is_shown = _boxes(before, before), _boxes(now, before)
        gone = (shown - is_shown).total()
        self._limit.require("label of a box", gone, shown.total(), many="labels of boxes")

    def _read(self) -> _Labels:
        boxes = select(func.count()).where(Region.category_pk == Category.pk).scalar_subquery()
        query = (
            select(Category.key, Category.name, Synset.name, boxes)
            .join(Vocabulary, Vocabulary.pk == Category.vocabulary_pk)
            .outerjoin(Synset, Synset.pk == Category.synset_pk)
            .where(Vocabulary.source_pk == self._source_pk)
            .order_by(Category.position)
        )
        rows = self._connection.execute(query).all()
        return _Labels(
            {key: folded(name) for key, name, *_ in rows},
            Counter(synset for _, _, synset, _ in rows if synset is not None),
            {key: count for key, _, _, count in rows},
        )


def _boxes(labels: _Labels, before: _Labels) -> Counter[str]:
    """Return the number of boxes by the name that their category has, or had `before`."""
    known, still = set(before.names.values()), set(labels.names.values())
    found: Counter[str] = Counter()
    for key, name in labels.names.items():
        was = before.names.get(key, name)
        renamed = name not in known and was not in still
        found[was if renamed else name] += labels.boxes[key]
    return found
