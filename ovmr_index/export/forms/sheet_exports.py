"""The part of `index.exports` that is looked at: contact sheets, and rows in Datasette."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ovmr_index.arguments import naming_arguments
from ovmr_index.curation.api import Curation
from ovmr_index.db.session import Session
from ovmr_index.errors import UsageError
from ovmr_index.pools.api import Pools
from ovmr_index.samples.api import Samples
from ovmr_index.vocabularies.category_queries import categories
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.stored_vocabularies import find_category, find_vocabulary

if TYPE_CHECKING:
    from ovmr_index.export.sheets import WrittenSheets


@naming_arguments
class SheetExports:
    """Crops in a grid, and what Datasette says of the views."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def sample_sheet(
        self, name: str, file: str | Path, *, only: Collection[str | int] = ()
    ) -> "WrittenSheets":
        """Write a contact sheet of a saved sample: a row for each category.

        A page is at most 1,700 pixels wide and 4,000 high. Where there are several, their numbers
        stand before the suffix: `five-01.png`. An image that is missing or cannot be read is a
        plain square that says so.

        Args:
            name: The sample.
            file: Where to write it: a name that ends in `.png`.
            only: The ids, names or synsets of the categories that are shown; all if empty.

        Raises:
            UsageError: There is no such sample or category, or the path is that of an input.
            OvmrIndexError: An exemplar of the sample is not in the index any more.
        """
        from ovmr_index.export.sheets import check_sheet, write_sample_sheet

        check_sheet(self._session, Path(file))
        samples = Samples(self._session)
        sample = samples.load(name)
        vocabulary = samples.show(name).provenance.vocabulary or LVIS_TRAIN
        with self._session.read() as connection:
            vocabulary_pk = find_vocabulary(connection, vocabulary)
            called = {one.pk: one for one in connection.execute(categories(vocabulary_pk))}
            wanted = {called[find_category(connection, vocabulary_pk, one)].key for one in only}
        shown = [one for one in sample if not only or one.category_id in wanted]
        if not shown:
            raise UsageError(f"sample {name} holds none of these categories; give others of it")
        names = {one.key: one.name for one in called.values()}
        return write_sample_sheet(self._session, shown, names, Path(file))

    def category_sheet(
        self,
        category: str | int,
        file: str | Path,
        *,
        limit: int = 50,
        datasets: Sequence[str] = (),
        vocabulary: str = LVIS_TRAIN,
    ) -> "WrittenSheets":
        """Write a contact sheet of the first exemplars of a category, as `index.pools.show` has it.

        Those that are excluded are left out.

        Args:
            category: Its id, name or synset.
            file: Where to write it, as for `sample_sheet`.
            limit: How many exemplars.
            datasets: Only exemplars of these, all if empty.
            vocabulary: Whose category.

        Raises:
            UsageError: There is no such category or dataset, or the path is that of an input.
        """
        from ovmr_index.export.sheets import check_sheet, write_category_sheet

        check_sheet(self._session, Path(file))
        marks = Curation(self._session).list(
            vocabulary=vocabulary, category=category, kind="exclude"
        )
        excluded = {(mark.source, mark.file_name, mark.region_id) for mark in marks}
        pool = Pools(self._session).show(
            category, limit=limit + len(excluded), datasets=datasets, vocabulary=vocabulary
        )
        kept = [
            one
            for one in pool.exemplars
            if (one.source, one.file_name, one.region_id) not in excluded
        ]
        left_out = len(pool.exemplars) - len(kept)
        shown = pool._replace(exemplars=kept[:limit])
        return write_category_sheet(self._session, shown, left_out, Path(file))

    def datasette(self, folder: str | Path | None = None) -> list[Path]:
        """Write what makes the index pleasant in Datasette: titles, facets, links, questions.

        Args:
            folder: Where `metadata.json` and `plugins/ovmr_links.py` go; by default
                `<root>/exports/datasette`.

        Returns:
            The files.

        Raises:
            UsageError: The folder is among the images of a dataset.
        """
        from ovmr_index.export.forms.datasette import write_datasette

        return write_datasette(self._session, None if folder is None else Path(folder))
