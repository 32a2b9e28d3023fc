"""The face of curation in `Index`."""

import builtins
from collections.abc import Iterable
from pathlib import Path

from ovmr_index.arguments import naming_arguments
from ovmr_index.curation import steps, stored_marks
from ovmr_index.curation.find import Asked, category_or_all, find_key
from ovmr_index.curation.findings import hash_pools, leaked_keys, near_duplicate_keys
from ovmr_index.curation.importing import import_marks
from ovmr_index.curation.key_queries import id_and_name
from ovmr_index.curation.mark import Change, ExemplarKey, Mark, MarkCounts, Marked, keys_of
from ovmr_index.curation.mark_file import read_marks, write_marks
from ovmr_index.curation.said import Said
from ovmr_index.curation.steps import LaterChange
from ovmr_index.db.session import Session
from ovmr_index.pools.collate import collated, ensure_collated
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.stored_vocabularies import find_category, find_vocabulary

MARKS = "marks"  # what is written: nobody else marks meanwhile


@naming_arguments
class Curation:
    """The face of curation, of which `index.curation` shows the list as a table."""

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

    def exclude_leaks(
        self,
        category: str | int | None = None,
        *,
        vocabulary: str = LVIS_TRAIN,
        note: str | None = None,
        author: str | None = None,
    ) -> Change:
        """Exclude all that shows an image of LVIS val, as far as the index knows, in one step.

        `index.pools.hash_possible_copies` finds copies of such images first.

        Args:
            category: Only of this one, by id, name or synset; of all if None.
            vocabulary: Whose pools.
            note: What to say of each; that it shows an image of LVIS val if None.
            author: Who says so.

        Raises:
            UsageError: There is no such category.
            MissingSourceError: The index lacks LVIS val.
        """
        with collated(self._session, vocabulary) as (connection, vocabulary_pk):
            category_pk = category_or_all(connection, vocabulary_pk, category)
            keys = leaked_keys(connection, vocabulary_pk, vocabulary, category_pk)
        return self.exclude(keys, note=note or "shows an image of LVIS val", author=author)

    def exclude_near_duplicates(
        self,
        category: str | int | None = None,
        *,
        vocabulary: str = LVIS_TRAIN,
        note: str | None = None,
        author: str | None = None,
    ) -> Change:
        """Exclude all but the first exemplar of each that look alike in a pool, in one step.

        Hashes that the images of the pools lack are computed and stored first. One that is pinned
        stays; one that is excluded already keeps no other out.

        Args:
            category: Only of this one, by id, name or synset; of all if None.
            vocabulary: Whose pools.
            note: What to say of each; that it is a near-duplicate if None.
            author: Who says so.

        Returns:
            What was done; its notes name images that cannot be read, which are near no other.

        Raises:
            UsageError: There is no such category.
            UnwritableError: Hashes are needed, and the index cannot keep them.
        """
        with collated(self._session, vocabulary) as (connection, vocabulary_pk):
            category_pk = category_or_all(connection, vocabulary_pk, category)
        issues = hash_pools(self._session, vocabulary_pk, category_pk)
        with self._session.read() as connection:
            keys = near_duplicate_keys(connection, vocabulary_pk, vocabulary, category_pk)
        change = self.exclude(keys, note=note or "a near-duplicate", author=author)
        return change._replace(notes=(*change.notes, *(one.describe() for one in issues)))

    def export(self, file: str | Path, *, vocabulary: str | None = None) -> int:
        """Write marks to a file of JSON, the same in any index with the same marks.

        Args:
            file: Where to write; a file that is there must be one of marks.
            vocabulary: Only its marks; all if None.

        Returns:
            How many marks it has.

        Raises:
            OvmrIndexError: There is another file, or it cannot be written.
        """
        marks = self.list(vocabulary=vocabulary)
        write_marks(Path(file), marks)
        return len(marks)

    def import_(self, file: str | Path, *, replace: bool = False) -> Change:
        """Take over the marks of a file in one step, also of exemplars that are not here.

        Authors and times are those of the file. An exemplar that is marked otherwise here keeps its
        mark, and the notes name it. Stale pools are made again, to tell what is not here.

        Args:
            file: A file as `export` writes it.
            replace: Whether marks of the file take the place of others.

        Raises:
            RecordError: The file cannot be read, is no file of marks, or marks an exemplar twice.
            UsageError: A mark is of a vocabulary that the index does not hold.
        """
        file = Path(file)
        marks = read_marks(file)
        with self._session.write(of=MARKS) as connection:
            change = import_marks(connection, file, marks, replace=replace)
        for name in dict.fromkeys(mark.vocabulary for mark in marks):
            ensure_collated(self._session, name)
        return change

    def counts(self, *, vocabulary: str | None = None) -> MarkCounts | None:
        """Return how many exemplars are marked, of a vocabulary or of all; None without any."""
        return MarkCounts.of(self.list(vocabulary=vocabulary))

    def undo(self, *, author: str | None = None) -> Change:
        """Take back the last step, or the last one of an author.

        Where somebody has marked the same exemplar since, that mark stays, and the notes name it.

        Raises:
            UsageError: There is no step to take back.
        """
        with self._session.write(of=MARKS) as connection:
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
            found = stored_marks.stored_marks(connection, vocabulary, of_category, kind)
            if vocabulary is not None and not found:
                find_vocabulary(connection, vocabulary)
            return found

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

    def marked(
        self,
        category: str | int,
        source: str,
        *,
        region: int | None = None,
        file: str | None = None,
        vocabulary: str = LVIS_TRAIN,
    ) -> ExemplarKey | None:
        """Return the key of a marked exemplar, which may be gone, as `find`; None without one."""
        wanted = source, region if file is None else None
        marks = self.list(vocabulary=vocabulary, category=category)
        found = (
            one.key
            for one in marks
            if (one.source, one.region_id) == wanted and file in (None, one.file_name)
        )
        return next(found, None)

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
        said = Said.checked(note, author)
        keys = keys_of(exemplars, vocabulary)
        if kind != "clear":
            for name in dict.fromkeys(key.vocabulary for key in keys):
                ensure_collated(self._session, name)
        with self._session.write(of=MARKS) as connection:
            return stored_marks.change_marks(connection, kind, keys, said)
