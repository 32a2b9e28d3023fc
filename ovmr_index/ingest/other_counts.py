"""What an ingest changed beside annotations or files: images, categories, the rest of a file."""

from typing import Any

from sqlalchemy import Connection, func, select

from ovmr_index.db.bulk import Query, stream_rows
from ovmr_index.db.models import Category, Image, ImageRecord, Source, Vocabulary
from ovmr_index.ingest.report import Counts
from ovmr_index.ingest.stored_sources import StoredSource

Hashes = dict[Any, int]


class OtherRecords:
    """The images and categories of an annotation source, before and after an ingest.

    After `counts`, `files_gone` of the `files_held` before are those of no image any more.
    """

    def __init__(self, connection: Connection, source: StoredSource, *, same_images: bool) -> None:
        """Read what is there, if it is no new source; with `same_images` no image will differ."""
        self._connection, self._source_pk = connection, source.pk
        self._same_images = same_images
        no_images = same_images or source.is_new
        self._header = None if source.is_new else self._read_header()
        self._categories = {} if source.is_new else category_hashes(connection, source.pk)
        self._images = {} if no_images else self._image_hashes()
        self._files = set() if no_images else self._file_hashes()
        self.files_held, self.files_gone = len(self._files), 0

    def counts(self) -> dict[str, Counts]:
        """Return the counts of what has come, changed and gone since, by what it is called."""
        header = self._read_header()
        found = {
            "images": Counts() if self._same_images else self._image_counts(),
            "categories": compared(
                self._categories, category_hashes(self._connection, self._source_pk)
            ),
            "headers": Counts(changed=int(self._header not in (None, header))),
        }
        return {name: counts for name, counts in found.items() if counts.did_work}

    def _image_counts(self) -> Counts:
        if self._images:
            self.files_gone = len(self._files - self._file_hashes())
            return compared(self._images, self._image_hashes())
        mine = select(func.count()).where(Image.c.source_pk == self._source_pk)
        return Counts(added=self._connection.execute(mine).scalar_one())

    def _image_hashes(self) -> Hashes:
        """Return the hash of each image, with its record, by its id."""
        query = (
            select(
                Image.c.key,
                Image.c.position,
                Image.c.file_name,
                Image.c.width,
                Image.c.height,
                Image.c.coco_id,
                ImageRecord.c.record,
            )
            .outerjoin(ImageRecord, ImageRecord.c.image_pk == Image.c.pk)
            .where(Image.c.source_pk == self._source_pk, Image.c.key.is_not(None))
        )
        return _hashes(self._connection, query)

    def _file_hashes(self) -> set[int]:
        """Return the hashes of the images' paths."""
        query = select(Image.c.file_name)
        mine = query.where(Image.c.source_pk == self._source_pk, Image.c.key.is_not(None))
        return {hash(name) for (name,) in stream_rows(self._connection, mine)}

    def _read_header(self) -> str | None:
        query = select(Source.c.header).where(Source.c.pk == self._source_pk)
        return self._connection.execute(query).scalar()


def category_hashes(connection: Connection, source_pk: int) -> Hashes:
    """Return the hash of each category of a source's vocabulary, by its id."""
    query = (
        select(Category.c.key, Category.c.position, Category.c.synset_pk, Category.c.record)
        .add_columns(Category.c.name, Category.c.frequency)
        .join(Vocabulary, Vocabulary.c.pk == Category.c.vocabulary_pk)
        .where(Vocabulary.c.source_pk == source_pk)
    )
    return _hashes(connection, query)


def compared(before: Hashes, after: Hashes) -> Counts:
    """Return how many keys have come, have another hash, have the same, and have gone."""
    both = before.keys() & after.keys()
    same = sum(before[key] == after[key] for key in both)
    gone = len(before) - len(both)
    return Counts(len(after) - len(both), len(both) - same, same, gone)


def _hashes(connection: Connection, query: Query) -> Hashes:
    return {key: hash(tuple(rest)) for key, *rest in stream_rows(connection, query)}
