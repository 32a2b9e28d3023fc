"""Annotation sources to tables: categories and pictures; `regions` has the boxes."""

from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from ovmr_index.db.engine import insert_rows
from ovmr_index.db.models import (
    Category,
    Folder,
    Image,
    ImageCategory,
    ImageRecord,
    Source,
    Vocabulary,
    table,
)
from ovmr_index.errors import RecordError
from ovmr_index.ingest.regions import RegionLoad
from ovmr_index.ingest.report import Counts
from ovmr_index.ingest.rows import FolderIds, SynsetIds, drop_pools, next_id
from ovmr_index.progress import Progress
from ovmr_index.records import ImageRecord as Picture
from ovmr_index.records import ReadProblem
from ovmr_index.sources.feed import AnnotationFeed
from ovmr_index.sources.layout import Place

_IMAGE_COLUMNS = (
    "id",
    "source_id",
    "folder_id",
    "name",
    "key",
    "position",
    "coco_id",
    "width",
    "height",
)


class AnnotationLoad:
    """One ingest of one annotation source, within the transaction of `connection`."""

    def __init__(
        self, connection: Connection, source_id: int, place: Place, feed: AnnotationFeed
    ) -> None:
        """Load nothing yet; `feed` is open."""
        self._connection, self._source_id = connection, source_id
        self._place, self._feed = place, feed
        self._synsets = SynsetIds(connection)

    def run(self, progress: Progress) -> Counts:
        """Bring the source's rows to what its files say; return what changed."""
        header = update(Source).where(Source.id == self._source_id)
        self._connection.execute(header.values(header=self._feed.header))
        categories = self._load_categories()
        images = self._load_images(categories)
        load = RegionLoad(self._connection, self._source_id, self._place, categories, images)
        counts = load.run(self._feed, progress)
        self._remove_empty_folders()
        return counts

    def _load_categories(self) -> dict[int, int]:
        """Store the categories; return their ids by key."""
        records = self._feed.categories
        vocabulary_id = self._vocabulary(wanted=bool(records))
        if vocabulary_id is None:
            return {}
        known = self._ids_of_categories(vocabulary_id)
        following = next_id(self._connection, Category)
        ids: dict[int, int] = {}
        rows: list[dict[str, Any]] = []
        for position, record in enumerate(records):
            if record.key in ids:
                raise self._double("categories", position, record.key)
            ids[record.key] = known.get(record.key, following + position)
            rows.append(
                {
                    "id": ids[record.key],
                    "vocabulary_id": vocabulary_id,
                    "key": record.key,
                    "position": position,
                    "name": record.name,
                    "synset_id": None if record.synset is None else self._synsets[record.synset],
                    "frequency": record.frequency,
                    "record": record.record,
                }
            )
        if known.keys() - ids.keys():
            drop_pools(self._connection)
        self._connection.execute(delete(Category).where(Category.vocabulary_id == vocabulary_id))
        if rows:
            self._connection.execute(insert(Category), rows)
        return ids

    def _vocabulary(self, *, wanted: bool) -> int | None:
        """Return the source's vocabulary; one that is not there yet is made if it is `wanted`."""
        name = self._place.name
        found = self._connection.execute(select(Vocabulary.id).where(Vocabulary.name == name))
        known = found.scalar()
        if known is not None or not wanted:
            return known
        made = insert(Vocabulary).values(name=name, source_id=self._source_id)
        return self._connection.execute(made.returning(Vocabulary.id)).scalar_one()

    def _ids_of_categories(self, vocabulary_id: int) -> dict[int, int]:
        query = select(Category.key, Category.id).where(Category.vocabulary_id == vocabulary_id)
        return dict(self._connection.execute(query).all())

    def _load_images(self, categories: dict[int, int]) -> dict[int, int]:
        """Store the pictures, a batch at a time; return their ids by key."""
        query = select(Image.key, Image.id).where(Image.source_id == self._source_id)
        known = {key: found for key, found in self._connection.execute(query) if key is not None}
        folders = FolderIds(self._connection, self._source_id, self._place.split)
        following = next_id(self._connection, Image)
        self._clear_images()
        ids: dict[int, int] = {}
        for batch in self._feed.images():
            first = len(ids)
            for position, picture in enumerate(batch, first):
                if picture.key in ids:
                    raise self._double("images", position, picture.key)
                ids[picture.key] = known.get(picture.key, following + position)
            self._write_images(batch, first, ids, folders)
            marks = [mark for one in batch for mark in self._marks(ids[one.key], one, categories)]
            columns = ("image_id", "kind", "category_id")
            insert_rows(self._connection, table(ImageCategory), columns, sorted(marks))
        if known.keys() - ids.keys():
            drop_pools(self._connection)
        return ids

    def _write_images(
        self, batch: list[Picture], first: int, ids: dict[int, int], folders: FolderIds
    ) -> None:
        """Insert pictures and their records; `first` is the position of the first."""
        images = [
            (
                ids[picture.key],
                self._source_id,
                folders[picture.folder],
                picture.name,
                picture.key,
                position,
                picture.coco_id,
                picture.width,
                picture.height,
            )
            for position, picture in enumerate(batch, first)
        ]
        insert_rows(self._connection, table(Image), _IMAGE_COLUMNS, images)
        records = [(ids[picture.key], picture.record) for picture in batch]
        insert_rows(self._connection, table(ImageRecord), ("image_id", "record"), records)

    def _marks(
        self, image_id: int, picture: Picture, categories: dict[int, int]
    ) -> list[tuple[int, str, int]]:
        """Return what is said of the whole picture; an unknown category is a problem."""
        marks: list[tuple[int, str, int]] = []
        for kind, keys in (
            ("negative", picture.negative),
            ("not_exhaustive", picture.not_exhaustive),
        ):
            unknown = [key for key in keys if key not in categories]
            if unknown:
                reason = f"{kind} categories {unknown} are not among the file's categories"
                place = f"image {picture.key}"
                self._feed.problems.append(ReadProblem(str(self._feed.files[0]), place, reason))
            marks += [(image_id, kind, categories[key]) for key in {*keys} - {*unknown}]
        return marks

    def _clear_images(self) -> None:
        """Remove the pictures' rows, which are stored anew under the same ids."""
        mine = select(Image.id).where(Image.source_id == self._source_id)
        self._connection.execute(delete(ImageCategory).where(ImageCategory.image_id.in_(mine)))
        self._connection.execute(delete(ImageRecord).where(ImageRecord.image_id.in_(mine)))
        self._connection.execute(delete(Image).where(Image.source_id == self._source_id))

    def _remove_empty_folders(self) -> None:
        used = select(Image.folder_id).where(Image.source_id == self._source_id)
        mine = delete(Folder).where(Folder.source_id == self._source_id)
        self._connection.execute(mine.where(Folder.id.not_in(used)))

    def _double(self, name: str, position: int, key: int) -> RecordError:
        file = self._feed.files[-1]
        problem = "another record before it has the same id"
        return RecordError(file, f"{name}[{position}] (id {key})", problem, "remove one of them")
