"""The images of an annotation source to tables, with what it says of each as a whole."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, Select, delete, func, select

from ovmr_index.db.bulk import Query, insert_columns, insert_rows, next_pk, stream_rows
from ovmr_index.db.engine import lock
from ovmr_index.db.models import Image, ImageCategory
from ovmr_index.db.models import ImageRecord as StoredRecord
from ovmr_index.errors import Issue, RecordError, shortened
from ovmr_index.formats import lenient
from ovmr_index.formats.records import ImageRecord
from ovmr_index.formats.stream import AnnotationStream
from ovmr_index.images.measurements import WRITTEN
from ovmr_index.ingest.folder_pks import FolderPks
from ovmr_index.ingest.image_locations import ImageLocator, file_id
from ovmr_index.ingest.sources import SourceSpec

_IMAGE = (
    "pk",
    "source_pk",
    "folder_pk",
    "file_name",
    "key",
    "position",
    "coco_id",
    "width",
    "height",
)


class ImageLoad:
    """One pass over the images of a source, within the transaction of `connection`.

    `categories` and `known` are row numbers by the source's ids. After `run`, `first` is the path
    of the first image below the images' root, and `unclear` are the ids of images which are those
    of others, too, that were left out.
    """

    def __init__(
        self, connection: Connection, source_pk: int, spec: SourceSpec, categories: dict[int, int]
    ) -> None:
        """Read which images are there."""
        self._connection, self._source_pk, self._spec = connection, source_pk, spec
        self._categories = categories
        self._is_stored = (Image.c.source_pk == source_pk) & Image.c.key.is_not(None)
        query = select(Image.c.key, Image.c.pk).where(self._is_stored)
        self.known: dict[int, int] = dict(stream_rows(connection, query))
        self.first: Path | None = None
        self.unclear: set[int] = set()

    def run(self, stream: AnnotationStream) -> dict[int, int]:
        """Store the images again, a batch at a time; return their row numbers by id.

        An image that is known keeps its row number. Raises RecordError for the second of two with
        one id or one file, and for one that is nowhere below the images' root.
        """
        folders = FolderPks(self._connection, self._source_pk, self._spec.split)
        following = next_pk(self._connection, Image)
        self._delete_stored()
        pks: dict[int, int] = {}
        keys: dict[int, int] = {}  # by that of the file, which the options may change
        for found in stream.images():
            start = len(pks)
            batch: list[ImageRecord] = []
            for image, located in self._located(stream, found):
                if located.key in pks:
                    self._leave_out(stream, self._double(stream, located, batch, pks))
                    continue
                keys[image.key] = located.key
                pks[located.key] = self.known.get(located.key, following + len(pks))
                batch.append(located)
            if not batch:
                continue
            if self.first is None:
                self.first = Path(batch[0].folder, batch[0].name)
            self._insert_images(batch, start, pks, folders)
            self._insert_categories(stream, batch, pks)
        self._leave_out_doubles(stream, pks)
        self.unclear.update(keys[key] for key in stream.left_out.images & keys.keys())
        return pks

    def _located(
        self, stream: AnnotationStream, images: list[ImageRecord]
    ) -> Iterator[tuple[ImageRecord, ImageRecord]]:
        """Yield images as the file and as the options have them, but for those left out."""
        locator = ImageLocator(self._spec, stream.files[0])
        for image in images:
            try:
                located = locator.locate(image)
            except RecordError as error:
                self._leave_out(stream, error)
                stream.left_out.images.add(image.key)
            else:
                yield image, located

    def _double(
        self,
        stream: AnnotationStream,
        image: ImageRecord,
        batch: list[ImageRecord],
        pks: dict[int, int],
    ) -> RecordError:
        """Return the error of the second of two images with one id, or one number of COCO."""
        of_first = select(StoredRecord.c.record).where(StoredRecord.c.image_pk == pks[image.key])
        in_batch = (one.record for one in batch if one.key == image.key)
        record = next(in_batch, None) or self._connection.execute(of_first).scalar_one()
        if image.record != record:
            self.unclear.add(image.key)
        own, first = file_id(image.record, image.key), file_id(record, image.key)
        if own == first:
            return double_error(stream, "images", len(pks), own)
        if self._spec.options.coco_ids:
            problem = f"is image {image.key} of COCO, as another record before it (id {first!r})"
        else:
            problem = f"its id {own!r} is that of another record before it (id {first!r})"
        return _double_image(stream, own, problem)

    def _leave_out_doubles(self, stream: AnnotationStream, pks: dict[int, int]) -> None:
        """Leave out the second of two images with one file, or raise its error.

        Images are joined by their files: of two records neither is the one that is meant.
        """
        if self._connection.execute(self._any_shared_file()).first() is None:
            return
        first: dict[str, int | str] = {}
        for image_pk, key, file_name, record in self._connection.execute(self._doubles()).all():
            own = file_id(record, key)
            if file_name not in first:
                first[file_name] = own
                continue
            problem = (
                f"its file {shortened(file_name)!r} is that of another record before it"
                f" (id {shortened(repr(first[file_name]))})"
            )
            self._leave_out(stream, _double_image(stream, own, problem))
            self._delete(Image.c.pk == image_pk)
            del pks[key]

    def _doubles(self) -> Query:
        """Return a query of the images whose file another one has, in the order of the file."""
        return (
            select(Image.c.pk, Image.c.key, Image.c.file_name, StoredRecord.c.record)
            .join(StoredRecord, StoredRecord.c.image_pk == Image.c.pk)
            .where(self._is_stored, Image.c.file_name.in_(self._shared_files()))
            .order_by(Image.c.position)
        )

    def _any_shared_file(self) -> Select[str]:
        """Return a query of one file of several rows, of an id or none: an index answers it."""
        mine = select(Image.c.file_name).where(Image.c.source_pk == self._source_pk)
        return mine.group_by(Image.c.file_name).having(func.count() > 1).limit(1)

    def _shared_files(self) -> Select[str]:
        """Return a query of the files that several images have."""
        return (
            select(Image.c.file_name)
            .where(self._is_stored)
            .group_by(Image.c.file_name)
            .having(func.count() > 1)
        )

    def _leave_out(self, stream: AnnotationStream, error: RecordError) -> None:
        """Note an image that is wrong and go on, or raise its error."""
        if not self._spec.options.skips:
            raise error
        stream.problems.append(error.as_issue())

    def _insert_images(
        self, batch: list[ImageRecord], start: int, pks: dict[int, int], folders: FolderPks
    ) -> None:
        """Insert images and their records; `start` is the position of the first."""
        folders.add(image.folder for image in batch)
        images = [
            (
                pks[image.key],
                self._source_pk,
                folders[image.folder],
                f"{image.folder}/{image.name}" if image.folder else image.name,
                image.key,
                position,
                image.coco_id,
                image.width,
                image.height,
            )
            for position, image in enumerate(batch, start)
        ]
        insert_rows(self._connection, Image, _IMAGE, images)
        records = [(pks[image.key], image.record) for image in batch]
        insert_rows(self._connection, StoredRecord, ("image_pk", "record"), records)

    def _insert_categories(
        self, stream: AnnotationStream, batch: list[ImageRecord], pks: dict[int, int]
    ) -> None:
        """Insert which categories images lack or show in part; an unknown one is a problem."""
        categories = self._categories
        image_pks: list[int] = []
        kinds: list[str] = []
        category_pks: list[int] = []
        for image in batch:
            for kind, keys in (
                ("negative", image.negative),
                ("not_exhaustive", image.not_exhaustive),
            ):
                if not keys:
                    continue
                try:
                    found = sorted({*map(categories.__getitem__, keys)})
                except KeyError:
                    found = sorted({categories[key] for key in keys if key in categories})
                    unknown = [key for key in keys if key not in categories]
                    self._note_unknown(stream, image.key, kind, unknown)
                image_pks += [pks[image.key]] * len(found)
                kinds += [kind] * len(found)
                category_pks += found
        columns = ("image_pk", "kind", "category_pk")
        values = (image_pks, kinds, category_pks)
        insert_columns(self._connection, ImageCategory, columns, values)

    def _note_unknown(
        self, stream: AnnotationStream, key: int, kind: str, unknown: list[int]
    ) -> None:
        """Note categories that an image names and the file lacks."""
        reason = f"{kind} categories {shortened(str(unknown))} are not among the file's categories"
        problem = Issue(file=str(stream.files[0]), record=f"image {key}", reason=reason)
        stream.problems.append(problem)

    def _delete_stored(self) -> None:
        """Delete the images' rows, which are inserted again under the same numbers."""
        if self.known:
            lock(self._connection, WRITTEN)
            self._delete(self._is_stored)

    def _delete(self, which: ColumnElement[bool]) -> None:
        mine = select(Image.c.pk).where(which)
        self._connection.execute(delete(ImageCategory).where(ImageCategory.c.image_pk.in_(mine)))
        self._connection.execute(delete(StoredRecord).where(StoredRecord.c.image_pk.in_(mine)))
        self._connection.execute(delete(Image).where(which))


def double_error(stream: AnnotationStream, name: str, position: int, key: int | str) -> RecordError:
    """Return the error of the second of two records with one id, in the file's list `name`."""
    problem = "another record before it has the same id"
    where = f"{name}[{position}] (id {shortened(str(key))})"
    return RecordError(stream.files[-1], where, problem, "remove one of them")


def nul_error(stream: AnnotationStream, name: str, position: int, key: int | str) -> RecordError:
    """Return the error of a record with a NUL character, at which databases end a text."""
    where = f"{name}[{position}] (id {shortened(str(key))})"
    return RecordError(stream.files[-1], where, lenient.HOLDS_NUL, "remove it")


def _double_image(stream: AnnotationStream, own_id: int | str, problem: str) -> RecordError:
    """Return the error of an image that is the same as one before it."""
    where = f"image (id {shortened(str(own_id))})"
    return RecordError(stream.files[-1], where, problem, "remove one of them")
