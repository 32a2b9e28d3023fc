"""The part of `Index` that takes samples from elsewhere."""

from pathlib import Path

from ovmr_index.db.engine import reading, writing
from ovmr_index.index.base import IndexBase
from ovmr_index.samples import match as import_sample
from ovmr_index.samples import saved
from ovmr_index.samples.match import ImportReport
from ovmr_index.samples.sample_file import read_sample
from ovmr_index.vocabularies.names import LVIS
from ovmr_index.vocabularies.vocabularies import vocabulary_row


class Importing(IndexBase):
    """Samples that others drew."""

    def import_sample(
        self,
        file: str | Path,
        name: str,
        *,
        vocabulary: str = LVIS,
        replace_missing: bool = False,
        allow_missing: bool = False,
    ) -> ImportReport:
        """Find the exemplars of a sample's file in the index, and keep them under `name`.

        The file is as `export_sample` writes it, for the categories of `vocabulary`. Of a box that
        differs the index's is kept. With `replace_missing` the stable draw gives a substitute for
        each exemplar that is missing. While some are missing nothing is kept, or with
        `allow_missing` the rest.

        Raises RecordError for another file, UsageError for a name that is taken.
        """
        file = Path(file)
        with reading(self.engine) as connection:
            vocabulary_id = vocabulary_row(connection, vocabulary)
        if replace_missing:
            vocabulary_id = self._ensure_collated(vocabulary)
        with reading(self.engine) as connection:
            wanted = import_sample.category_list(connection, vocabulary_id)
            lists = read_sample(file, [one.category_id for one in wanted])
            found = import_sample.match(
                connection, vocabulary_id, wanted, lists, replace_missing=replace_missing
            )
            report = import_sample.report(name, vocabulary, lists, found, allow_missing)
            origin = import_sample.origin(connection, vocabulary_id, file, lists, report)
        if report.saved:
            with writing(self.engine) as connection:
                saved.save(connection, name, wanted, found.rows, origin)
        return report
