"""The face of curation in `Index`."""

import builtins
from collections.abc import Iterable

from ovmr_index.curation import steps, stored_marks
from ovmr_index.curation.find import Asked, find_key
from ovmr_index.curation.key_queries import id_and_name
from ovmr_index.curation.mark import Change, ExemplarKey, Mark, Marked, keys_of
from ovmr_index.curation.steps import LaterChange
from ovmr_index.curation.stored_marks import Said
from ovmr_index.db.session import Session
from ovmr_index.pools.collate import collated, ensure_collated
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.stored_vocabularies import find_category, find_vocabulary


class Curation:
    """Exemplars that are left out of draws, or come first in them: `index.curation`.

    A mark is of one exemplar of one category, by names that hold in any index: it outlives that
    its files are read again, or that the pools are made again.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def __repr__(self) -> str:
        """Count the marks."""
        found = self.list() if self._session.exists else []
        pins = sum(one.kind == "pin" for one in found)
        return f"<Curation: {len(found) - pins} excluded, {pins} pinned>"

    def exclude(
        self,
        exemplars: Marked | Iterable[Marked],
        *,
        vocabulary: str = LVIS_TRAIN,
        note: str | None = None,
        author: str | None = None,
    ) -> Change:
        """Leave exemplars out of every draw, in one step; a pin of one of them goes.

        Args:
            exemplars: One or many, as `index.exemplars` or `find` give them.
            vocabulary: Whose categories an `Exemplar` is of; a key says it itself.
            note: Why, at most 10,000 characters.
            author: Who says so.

        Raises:
            UsageError: The pool of the category does not hold an exemplar; then nothing is marked.
        """
        return self._change("exclude", exemplars, vocabulary, note, author)

    def pin(
        self,
        exemplars: Marked | Iterable[Marked],
        *,
        vocabulary: str = LVIS_TRAIN,
        note: str | None = None,
        author: str | None = None,
    ) -> Change:
        """Put exemplars first in every draw, in the order pinned; else as `exclude`."""
        return self._change("pin", exemplars, vocabulary, note, author)

    def clear(
        self,
        exemplars: Marked | Iterable[Marked],
        *,
        vocabulary: str = LVIS_TRAIN,
        author: str | None = None,
    ) -> Change:
        """Take the marks of exemplars away, in one step; also where an exemplar is gone."""
        return self._change("clear", exemplars, vocabulary, None, author)

    def undo(self, *, author: str | None = None) -> Change:
        """Take back the last step, or the last one of an author.

        Where somebody has marked the same exemplar since, that mark stays, and the notes name it.

        Raises:
            UsageError: There is no step to take back.
        """
        with self._session.write() as connection:
            return steps.take_back(connection, author)

    def list(
        self,
        *,
        vocabulary: str | None = None,
        category: str | int | None = None,
        kind: str | None = None,
    ) -> list[Mark]:
        """Return the marks by vocabulary and category: pins first, in their order.

        Args:
            vocabulary: Only its marks; LVIS train's if None and a `category` is given.
            category: Only of this one, by id, name or synset.
            kind: Only `exclude` or `pin`.

        Raises:
            UsageError: There is no such vocabulary, category or kind.
        """
        stored_marks.check_kind(kind)
        with self._session.read() as connection:
            of_category = None
            if category is not None:
                vocabulary = vocabulary or LVIS_TRAIN
                vocabulary_pk = find_vocabulary(connection, vocabulary)
                category_pk = find_category(connection, vocabulary_pk, category)
                category_id, name = connection.execute(id_and_name(category_pk)).one()
                of_category = category_id, name
            return stored_marks.stored_marks(connection, vocabulary, of_category, kind)

    def find(
        self,
        category: str | int,
        source: str,
        *,
        region: int | None = None,
        file: str | None = None,
        vocabulary: str = LVIS_TRAIN,
    ) -> ExemplarKey:
        """Return the key of an exemplar of a category.

        Args:
            category: Its id, name or synset.
            source: The source of the exemplar, as `ovmr-index status` names it.
            region: The id of its box, where it is one.
            file: The path of its image below the dataset's root, where it is a whole image or the
                only box of the category on it.
            vocabulary: Whose category.

        Raises:
            UsageError: There is no such category or source, or the pool does not hold the exemplar.
        """
        with collated(self._session, vocabulary) as (connection, vocabulary_pk):
            asked = Asked(category, source, region, file)
            return find_key(connection, vocabulary_pk, vocabulary, asked)

    def fingerprint(self, *, vocabulary: str = LVIS_TRAIN) -> str | None:
        """Return what a draw with the marks of now is known by, None without a mark.

        It is the same in each index that has the same marks.
        """
        with self._session.read() as connection:
            return stored_marks.marks_fingerprint(connection, vocabulary)

    def changes(self, since: int = 0) -> builtins.list[LaterChange]:
        """Return what the steps after one changed, in order: 0 is before the first."""
        with self._session.read() as connection:
            return [*steps.later_changes(connection, since)]

    def _change(
        self,
        kind: str,
        exemplars: Marked | Iterable[Marked],
        vocabulary: str,
        note: str | None,
        author: str | None,
    ) -> Change:
        keys = keys_of(exemplars, vocabulary)
        if kind != "clear":
            for name in dict.fromkeys(key.vocabulary for key in keys):
                ensure_collated(self._session, name)
        with self._session.write() as connection:
            return stored_marks.change_marks(connection, kind, keys, Said(note, author))
