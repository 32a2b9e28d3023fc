"""A folder a class to tables: pictures with their labels, and the folders as a vocabulary."""

import json

from sqlalchemy import Connection, select, update

from ovmr_index.db.models import Category, Folder, Image, Synset, Vocabulary
from ovmr_index.formats.base import ImageTreeReader
from ovmr_index.formats.records import CategoryRecord, FolderRecord
from ovmr_index.images.locations import in_folder
from ovmr_index.ingest.report import Counts
from ovmr_index.ingest.sources import SourceSpec
from ovmr_index.ingest.trees import TreeLoad
from ovmr_index.progress import Progress
from ovmr_index.vocabularies.categories import Labelled, store_categories
from ovmr_index.vocabularies.category_synsets import CategorySynsets


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
            connection, spec.options.synsets, by_name=spec.options.by_name
        )
        self._synset_of: dict[str, int] = {}

    def run(self, progress: Progress, name: str) -> Counts:
        """Bring the source's rows to what lies on the disk; return what changed."""
        counts = super().run(progress, name)
        relabelled = sum(self._relabel(path, row) for path, row in self._synset_of.items())
        counts.changed += relabelled
        counts.unchanged -= relabelled
        before = self._stored_categories()
        store_categories(self._connection, self._source_pk, name, self._categories())
        self.changed |= relabelled > 0 or before != self._stored_categories()
        return counts

    def notes(self) -> list[str]:
        """Return what is good to know of the classes' synsets."""
        return self._labels.notes() if self.changed else []

    def _folders(self) -> list[FolderRecord]:
        folders = list(self._reader.folders())
        for key, folder in enumerate(folders, 1):
            synset = folder.path if self._labels.in_wordnet(folder.path) else None
            category = CategoryRecord(key, folder.path, synset, None, "{}")
            found = self._labels.of(category)
            self._synset_of[folder.path] = found or self._labels.called(folder.path)
        return folders

    def _synset_pk(self, folder: FolderRecord) -> int:
        return self._synset_of[folder.path]

    def _relabel(self, path: str, synset_pk: int) -> int:
        """Give a folder's pictures their synset where they had another; return their number."""
        folder = select(Folder.pk).where(Folder.source_pk == self._source_pk, Folder.path == path)
        pictures = update(Image).where(
            in_folder(self._source_pk, folder.scalar_subquery(), path), Image.synset_pk != synset_pk
        )
        return self._connection.execute(pictures.values(synset_pk=synset_pk)).rowcount

    def _categories(self) -> list[Labelled]:
        """Return a category for each folder, in the form of an annotation file's."""
        query = select(Synset.pk, Synset.name).where(Synset.pk.in_(self._synset_of.values()))
        names = dict(self._connection.execute(query).all())
        categories: list[Labelled] = []
        for key, (path, row) in enumerate(self._synset_of.items(), 1):
            record = json.dumps({"id": key, "name": path, "synset": names[row]})
            categories.append((CategoryRecord(key, path, names[row], None, record), row))
        return categories

    def _stored_categories(self) -> list[tuple[int, str]]:
        query = (
            select(Category.key, Category.record)
            .join(Vocabulary, Vocabulary.pk == Category.vocabulary_pk)
            .where(Vocabulary.source_pk == self._source_pk)
            .order_by(Category.key)
        )
        return [(key, record) for key, record in self._connection.execute(query)]
