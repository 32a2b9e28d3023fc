"""A folder a class to tables: images with their labels, and the folders as a vocabulary."""

import json
from collections.abc import Mapping

from sqlalchemy import Column, Connection, MetaData, Table, Text, select, update

from ovmr_index.db.bulk import insert_rows, recreate
from ovmr_index.db.models import WHOLE, Category, Folder, Image, Synset, Vocabulary
from ovmr_index.formats.base import ImageTreeReader
from ovmr_index.formats.records import CategoryRecord
from ovmr_index.formats.tree_records import FolderRecord
from ovmr_index.images.locations import in_folder
from ovmr_index.ingest.report import Counts
from ovmr_index.ingest.sources import SourceSpec
from ovmr_index.ingest.trees import TreeLoad
from ovmr_index.progress import Progress
from ovmr_index.vocabularies.categories import Labelled, store_categories
from ovmr_index.vocabularies.category_synsets import CategorySynsets, in_wordnet

FOLDER_SYNSETS = Table(
    "tmp_folder_synsets",
    MetaData(),
    Column("path", Text, primary_key=True),
    Column("synset_pk", WHOLE, nullable=False),
    prefixes=["TEMPORARY"],
)


class FolderLoad(TreeLoad):
    """One ingest of a folder a class, within the transaction of `connection`.

    The categories of its vocabulary are the folders, numbered from 1 by name. A folder that neither
    the mapping nor WordNet knows has a synset of its own name.
    """

    first_load = 0  # few beside ImageNet's, whose indexes stay

    def __init__(
        self, connection: Connection, source_pk: int, spec: SourceSpec, reader: ImageTreeReader
    ) -> None:
        """Read the mapping, if there is one; raises RecordError for one that is wrong."""
        super().__init__(connection, source_pk, reader)
        self._spec = spec
        self._labels = CategorySynsets(
            connection,
            spec.options.synsets,
            by_name=spec.options.by_name,
            classes=spec.options.classes,
            has_ids=False,
        )
        self._synset_of: dict[str, int] = {}

    def run(self, progress: Progress, name: str) -> Counts:
        """Bring the source's rows to what is on the disk; return what changed."""
        counts = super().run(progress, name)
        self._store_labels()
        relabelled = self._relabel()
        counts.changed += relabelled
        counts.unchanged -= relabelled
        before = self._stored_categories()
        stored = store_categories(self._connection, self._source_pk, name, self._categories())
        self.exemplars_gone = stored.exemplars_gone
        self.changed |= relabelled > 0 or before != self._stored_categories()
        return counts

    def notes(self) -> list[str]:
        """Return what is good to know of the classes' synsets."""
        return self._labels.notes() if self.changed else []

    def _folders(self) -> list[FolderRecord]:
        """Return the class folders; raises RecordError for one whose name is no free synset."""
        folders = list(self._reader.folders())
        self._find_synsets(dict.fromkeys(folder.path for folder in folders))
        return folders

    def _find_synsets(self, given: Mapping[str, str | None]) -> None:
        """Find the synset of each class by its name, with the synset that its source gives.

        Raises RecordError for a name that is no free synset.
        """
        known = in_wordnet(self._connection, given)
        found = self._labels.of_all(
            [
                CategoryRecord(key, name, synset or (name if name in known else None), None, "{}")
                for key, (name, synset) in enumerate(given.items(), 1)
            ]
        )
        for name, synset_pk in zip(given, found, strict=True):
            if synset_pk is None and name in known:
                raise self._labels.error_of_none(name)
            self._synset_of[name] = synset_pk or self._labels.named(name)

    def _synset_pk(self, folder: FolderRecord) -> int:
        return self._synset_of[folder.path]

    def _store_labels(self) -> None:
        """Put the folders' synsets into a temporary table, to join with."""
        recreate(self._connection, FOLDER_SYNSETS)
        rows = self._synset_of.items()
        insert_rows(self._connection, FOLDER_SYNSETS, ("path", "synset_pk"), rows)

    def _relabel(self) -> int:
        """Give images their folder's synset where they had another; return their number."""
        of_folder = FOLDER_SYNSETS.c
        others = update(Image).where(
            Folder.c.source_pk == self._source_pk,
            Folder.c.path == of_folder.path,
            in_folder(Folder.c.source_pk, Folder.c.pk, Folder.c.path),
            Image.c.synset_pk != of_folder.synset_pk,
        )
        return self._connection.execute(others.values(synset_pk=of_folder.synset_pk)).rowcount

    def _categories(self) -> list[Labelled]:
        """Return a category for each folder, in the form of an annotation file's."""
        query = select(Synset.c.pk, Synset.c.name).join(
            FOLDER_SYNSETS, FOLDER_SYNSETS.c.synset_pk == Synset.c.pk
        )
        names = dict(self._connection.execute(query).all())
        categories: list[Labelled] = []
        for key, (path, row) in enumerate(self._synset_of.items(), 1):
            record = json.dumps({"id": key, "name": path, "synset": names[row]})
            categories.append((CategoryRecord(key, path, names[row], None, record), row))
        return categories

    def _stored_categories(self) -> list[tuple[int, str]]:
        query = (
            select(Category.c.key, Category.c.record)
            .join(Vocabulary, Vocabulary.c.pk == Category.c.vocabulary_pk)
            .where(Vocabulary.c.source_pk == self._source_pk)
            .order_by(Category.c.key)
        )
        return [(key, record) for key, record in self._connection.execute(query)]
