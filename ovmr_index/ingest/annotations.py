"""Annotation sources to tables: categories and pictures; `regions` has the boxes."""

from sqlalchemy import Connection, delete, select, update

from ovmr_index.db.bulk import insert_columns, insert_rows, next_pk
from ovmr_index.db.models import (
    Folder,
    Image,
    ImageCategory,
    ImageRecord,
    Source,
    table,
)
from ovmr_index.errors import RecordError
from ovmr_index.formats.records import ImageRecord as Picture
from ovmr_index.formats.records import ReadProblem
from ovmr_index.formats.stream import AnnotationStream
from ovmr_index.ingest.folder_pks import FolderPks
from ovmr_index.ingest.regions import RegionLoad
from ovmr_index.ingest.report import Counts
from ovmr_index.ingest.sources import SourceSpec
from ovmr_index.progress import Progress
from ovmr_index.vocabularies.categories import store_categories
from ovmr_index.vocabularies.category_synsets import CategorySynsets

_IMAGE_COLUMNS = (
    "pk",
    "source_pk",
    "folder_pk",
    "name",
    "file_name",
    "key",
    "position",
    "coco_id",
    "width",
    "height",
)


class AnnotationLoad:
    """One ingest of one annotation source, within the transaction of `connection`."""

    def __init__(
        self, connection: Connection, source_pk: int, spec: SourceSpec, stream: AnnotationStream
    ) -> None:
        """Load nothing yet; `stream` is open."""
        self._connection, self._source_pk = connection, source_pk
        self._spec, self._stream = spec, stream
        self._first: Picture | None = None
        self._category_synsets = CategorySynsets(
            connection, spec.options.synsets, by_name=spec.options.by_name
        )

    def run(self, progress: Progress) -> Counts:
        """Bring the source's rows to what its files say; return what changed."""
        header = update(Source).where(Source.pk == self._source_pk)
        self._connection.execute(header.values(header=self._stream.header))
        categories = self._load_categories()
        images = self._load_images(categories)
        load = RegionLoad(self._connection, self._source_pk, self._spec, categories, images)
        counts = load.run(self._stream, progress)
        self._remove_empty_folders()
        return counts

    def notes(self) -> list[str]:
        """Return what is good to know of the categories' synsets, and of where pictures lie."""
        notes = self._category_synsets.notes()
        if self._spec.format == "coco" and self._first is not None:
            file = self._spec.pictures / self._first.folder / self._first.name
            if not file.exists():
                notes.append(f"the first picture is not there: {file}; see --strip and --below")
        return notes

    def _load_categories(self) -> dict[int, int]:
        """Store the categories; return their ids by key."""
        seen: set[int] = set()
        for position, record in enumerate(self._stream.categories):
            if record.key in seen:
                raise self._double("categories", position, record.key)
            seen.add(record.key)
        labelled = [
            (record, self._category_synsets.of(record)) for record in self._stream.categories
        ]
        return store_categories(self._connection, self._source_pk, self._spec.name, labelled)

    def _load_images(self, categories: dict[int, int]) -> dict[int, int]:
        """Store the pictures, a batch at a time; return their ids by key."""
        query = select(Image.key, Image.pk).where(Image.source_pk == self._source_pk)
        known = {key: found for key, found in self._connection.execute(query) if key is not None}
        if self._stream.same_images:
            for _ in self._stream.images():
                pass
            return known
        folders = FolderPks(self._connection, self._source_pk, self._spec.split)
        following = next_pk(self._connection, Image)
        self._clear_images()
        ids: dict[int, int] = {}
        for found in self._stream.images():
            first = len(ids)
            batch = self._placed(found)
            self._first = self._first or batch[0]
            for position, picture in enumerate(batch, first):
                if picture.key in ids:
                    raise self._double("images", position, picture.key)
                ids[picture.key] = known.get(picture.key, following + position)
            self._write_images(batch, first, ids, folders)
            self._write_marks(batch, ids, categories)
        return ids

    def _placed(self, pictures: list[Picture]) -> list[Picture]:
        """Return pictures with their paths, and the ids in COCO, that the options tell."""
        options = self._spec.options
        if options.strip or options.below:
            pictures = [picture._replace(folder=self._folder(picture)) for picture in pictures]
        if options.coco_ids:
            pictures = [picture._replace(coco_id=picture.key) for picture in pictures]
        return pictures

    def _folder(self, picture: Picture) -> str:
        strip, below = self._spec.options.strip, self._spec.options.below
        folders = picture.folder.split("/") if picture.folder else []
        if len(folders) < strip:
            problem = f"{picture.folder}/{picture.name} lies in fewer folders than --strip {strip}"
            spec = f"image (id {picture.key})"
            raise RecordError(self._stream.files[0], spec, problem, "give a lower number")
        return "/".join([*filter(None, [below]), *folders[strip:]])

    def _write_images(
        self, batch: list[Picture], first: int, ids: dict[int, int], folders: FolderPks
    ) -> None:
        """Insert pictures and their records; `first` is the position of the first."""
        images = [
            (
                ids[picture.key],
                self._source_pk,
                folders[picture.folder],
                picture.name,
                f"{picture.folder}/{picture.name}" if picture.folder else picture.name,
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
        insert_rows(self._connection, table(ImageRecord), ("image_pk", "record"), records)

    def _write_marks(
        self, batch: list[Picture], ids: dict[int, int], categories: dict[int, int]
    ) -> None:
        """Insert what is said of whole pictures; an unknown category is a problem."""
        image_pks: list[int] = []
        kinds: list[str] = []
        category_pks: list[int] = []
        for picture in batch:
            for kind, keys in (
                ("negative", picture.negative),
                ("not_exhaustive", picture.not_exhaustive),
            ):
                found = {categories[key] for key in keys if key in categories}
                if len(found) < len(keys):
                    self._note_unknown(picture.key, kind, [k for k in keys if k not in categories])
                image_pks += [ids[picture.key]] * len(found)
                kinds += [kind] * len(found)
                category_pks += sorted(found)
        columns = ("image_pk", "kind", "category_pk")
        marks = (image_pks, kinds, category_pks)
        insert_columns(self._connection, table(ImageCategory), columns, marks)

    def _note_unknown(self, key: int, kind: str, unknown: list[int]) -> None:
        """Note categories that a picture names and the file lacks; none where one came twice."""
        if unknown:
            reason = f"{kind} categories {unknown} are not among the file's categories"
            file = str(self._stream.files[0])
            self._stream.problems.append(ReadProblem(file, f"image {key}", reason))

    def _clear_images(self) -> None:
        """Remove the pictures' rows, which are stored anew under the same ids."""
        mine = select(Image.pk).where(Image.source_pk == self._source_pk)
        self._connection.execute(delete(ImageCategory).where(ImageCategory.image_pk.in_(mine)))
        self._connection.execute(delete(ImageRecord).where(ImageRecord.image_pk.in_(mine)))
        self._connection.execute(delete(Image).where(Image.source_pk == self._source_pk))

    def _remove_empty_folders(self) -> None:
        used = select(Image.folder_pk).where(Image.source_pk == self._source_pk)
        mine = delete(Folder).where(Folder.source_pk == self._source_pk)
        self._connection.execute(mine.where(Folder.pk.not_in(used)))

    def _double(self, name: str, position: int, key: int) -> RecordError:
        file = self._stream.files[-1]
        problem = "another record before it has the same id"
        return RecordError(file, f"{name}[{position}] (id {key})", problem, "remove one of them")
