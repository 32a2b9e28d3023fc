"""`Index`: everything that the program does, as methods that give typed reports back."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine

from ovmr_index import collate as collation
from ovmr_index import sampling, saved
from ovmr_index.db import schema
from ovmr_index.db.engine import open_engine, reading, stream_rows, writing
from ovmr_index.db.readonly import QueryResult, run_query
from ovmr_index.errors import MissingSourceError, SchemaError, ShortageError, UsageError
from ovmr_index.export import DEFAULT_TARGETS, TARGETS
from ovmr_index.export.crops import (
    CropReport,
    exemplar_info,
    plan_ovmr,
    plan_published,
    write_crops,
)
from ovmr_index.export.job import ExportJob, Written, lvis_source, lvis_vocabulary
from ovmr_index.export.sample import read_picks, sample_file, to_pick, write_sample
from ovmr_index.export.writer import whole_file
from ovmr_index.ingest import ingest_place, load_wordnet
from ovmr_index.ingest.report import IngestReport, SourceReport
from ovmr_index.progress import Progress, silent
from ovmr_index.queries.annotations import category_records
from ovmr_index.queries.collation import Recipe
from ovmr_index.queries.coverage import coverage
from ovmr_index.queries.exemplars import category_entries, drawn_entries, find_category
from ovmr_index.records import CategoryPicks, Pick
from ovmr_index.reports import Coverage, ExportReport
from ovmr_index.sampling import Draw, DrawOptions
from ovmr_index.saved import SavedPick
from ovmr_index.sources.layout import (
    Place,
    find_lvis,
    find_sources,
    imagenet_folder,
    imagenet_place,
    lvis_places,
    usual_lvis,
    visual_genome_folder,
    visual_genome_place,
)
from ovmr_index.status import Status, read_status

if TYPE_CHECKING:
    from lvis import LVIS

__all__ = [
    "CategoryPicks",
    "Coverage",
    "CropReport",
    "DrawOptions",
    "ExportReport",
    "Index",
    "IngestReport",
    "Recipe",
    "SavedPick",
    "SourceReport",
    "Written",
]

DATASETS = ("lvis", "imagenet21k", "visual_genome")
PUBLISHED_SAMPLES = (DrawOptions(k=5), DrawOptions(k=30, on_shortage="repeat"))


class Index:
    """An index of LVIS, ImageNet and Visual Genome under one root.

    >>> index = Index.open("datasets")
    >>> index.ingest()
    >>> index.export()
    """

    def __init__(self, root: Path, path: Path, progress: Progress = silent) -> None:
        """Use `Index.open`, which checks what is there."""
        self.root, self.path, self._progress = root, path, progress

    @classmethod
    def open(
        cls,
        root: str | Path = "datasets",
        db: str | Path | None = None,
        *,
        create: bool = True,
        progress: Progress = silent,
    ) -> "Index":
        """Open the index at `db` (`<root>/ovmr.db`); with `create`, `ingest` makes it if need be.

        Raises UsageError where there is no root, SchemaError where there is no index and none is to
        be made, or where the file is no index of this program's revision.
        """
        root = Path(root)
        index = cls(root, root / "ovmr.db" if db is None else Path(db), progress)
        if not root.is_dir():
            raise UsageError(f"{root}: there is no such folder; give --root DIR")
        if index.path.exists() or not create:
            index._require_file()
            schema.check(index.path)
        return index

    @classmethod
    def open_any(cls, root: str | Path = "datasets", db: str | Path | None = None) -> "Index":
        """Open an index of any revision, only to ask for it, to upgrade, copy or check the file.

        Raises SchemaError where there is no index.
        """
        root = Path(root)
        index = cls(root, root / "ovmr.db" if db is None else Path(db))
        index._require_file()
        schema.check_kind(index.path)
        return index

    @property
    def engine(self) -> Engine:
        """Return an engine on the index, for SQLAlchemy; raises SchemaError where there is none."""
        self._require_file()
        return open_engine(self.path)

    def lvis_places(
        self, files: Sequence[Path] = (), split: str | None = None
    ) -> tuple[list[Place], list[str]]:
        """Return what `ingest` takes for LVIS files, and the paths where nothing was found.

        Without `files` the usual ones are meant. Raises UsageError for a file whose name tells no
        split where none is given, and for two files of one split.
        """
        if files:
            return lvis_places(self.root, files, split), []
        if split is not None:
            return [usual_lvis(self.root, split)], []
        found, missing = find_lvis(self.root)
        if not found:
            raise MissingSourceError(f"there is no LVIS file; looked for {', '.join(missing)}")
        return found, missing

    def imagenet_place(self, folder: Path | None = None) -> Place:
        """Return what `ingest` takes for a folder of ImageNet; the usual one if none is given."""
        return imagenet_place(folder or imagenet_folder(self.root))

    def visual_genome_place(self, folder: Path | None = None) -> Place:
        """Return what `ingest` takes for Visual Genome; the usual folder if none is given."""
        return visual_genome_place(folder or visual_genome_folder(self.root))

    def ingest(self, places: Sequence[Place] | None = None) -> IngestReport:
        """Bring the index to what the files say: everything below the root, or `places`.

        Each source is one transaction. Raises RecordError for a file or record that is wrong; then
        that source is as it was, and those before it are in.
        """
        missing: list[str] = []
        if places is None:
            places, missing = find_sources(self.root)
            if not places:
                raise MissingSourceError(
                    f"{self.root}: holds no dataset; looked for {', '.join(missing)}"
                )
        if not self.path.exists():
            schema.create(self.path, load_wordnet)
        report = IngestReport(missing=missing)
        for place in places:
            report.sources.append(ingest_place(self.engine, place, self.root, self._progress))
        return report

    def collate(
        self,
        recipe: Recipe | None = None,
        substitutes: collation.Substitutes | Path | None = None,
    ) -> list[Coverage]:
        """Make the pools of LVIS's categories anew; return those below the recipe's `few`.

        `substitutes` are lists of synsets by synset, or the path of a JSON file that holds them.
        What is not given is what was published. Both are kept with the pools, and hold for later
        samples and exports until `collate` is called again. Raises MissingSourceError without
        LVIS's train file, OvmrIndexError for a file of substitutes that cannot be used.
        """
        if substitutes is None:
            substitutes = collation.published_substitutes()
        elif isinstance(substitutes, Path):
            substitutes = collation.read_substitutes(substitutes)
        recipe = recipe or Recipe()
        with reading(self.engine) as connection:
            vocabulary_id = lvis_vocabulary(connection)
        collation.collate(self.engine, vocabulary_id, recipe, substitutes, self._progress)
        return self.coverage(under=recipe.few)

    def recipe(self) -> Recipe:
        """Return the recipe of the last collation, the published one before the first."""
        with reading(self.engine) as connection:
            return collation.kept_recipe(connection, lvis_vocabulary(connection))[0]

    def coverage(self, under: int | None = None) -> list[Coverage]:
        """Return how many exemplars each category has, or only those with fewer than `under`."""
        with self._collated() as (connection, vocabulary_id):
            counted: dict[int, Coverage] = {}
            for key, synset, dataset, count, lent in connection.execute(coverage(vocabulary_id)):
                so_far = counted.get(key, Coverage(key, synset, dict.fromkeys(DATASETS, 0), 0))
                if dataset is not None:
                    so_far.by_dataset[dataset] = count
                counted[key] = replace(so_far, substitutes=so_far.substitutes + lent)
        return [one for one in counted.values() if under is None or one.total < under]

    def exemplars(self, category: str | int) -> list[Pick]:
        """Return the pool of a category, given by id, name or synset, in the recipe's order.

        Raises UsageError where LVIS's train file has no such category.
        """
        with self._collated() as (connection, vocabulary_id):
            row = _category_row(connection, vocabulary_id, category)
            rows = stream_rows(connection, category_entries(row))
            return [to_pick(entry, self.root) for entry in rows]

    def sample(
        self, options: DrawOptions | None = None, *, name: str | None = None
    ) -> list[CategoryPicks]:
        """Draw K exemplars a category; keep them as a sample if it has a `name`.

        Raises ShortageError where pools are too small and `on_shortage` is `error`, UsageError for
        a name that is taken.
        """
        options = options or DrawOptions()
        with self._drawn(options) as (connection, drawn):
            rows = list(stream_rows(connection, drawn_entries()))
        if name is not None:
            with writing(self.engine) as connection:
                saved.save(connection, name, drawn, rows, options)
        return read_picks([(one.category_id, one.synset) for one in drawn], rows, self.root)

    def samples(self) -> list[saved.SampleSummary]:
        """Return the saved samples by name."""
        with reading(self.engine) as connection:
            return saved.summaries(connection)

    def sample_picks(self, name: str) -> list[SavedPick]:
        """Return what a saved sample holds; raises UsageError without one of that name."""
        with reading(self.engine) as connection:
            return saved.held_picks(connection, name)

    def remove_sample(self, name: str) -> None:
        """Forget a saved sample; raises UsageError without one of that name."""
        with writing(self.engine) as connection:
            saved.remove(connection, name)

    def load_sample(self, name: str) -> list[CategoryPicks]:
        """Return a saved sample as `sample` does.

        Raises UsageError without one of that name, OvmrIndexError if an exemplar of it is gone.
        """
        with reading(self.engine) as connection:
            sample = saved.load(connection, name)
        saved.require_whole(name, sample)
        return read_picks(sample.categories, sample.rows, self.root)

    def export(self) -> ExportReport:
        """Write every file that training reads, to its published path below the root.

        A file whose source is missing is left out; one whose pools are too small has failed.
        """
        report = ExportReport()
        jobs: list[tuple[str, Callable[[], Written]]] = []
        for name in DEFAULT_TARGETS:
            if name == "sample":
                jobs += [(name, partial(self.export_sample, one)) for one in PUBLISHED_SAMPLES]
            else:
                jobs.append((name, partial(self.export_target, name)))
        for name, job in jobs:
            try:
                report.written.append((name, job()))
            except MissingSourceError as error:
                report.left_out.append((name, str(error)))
            except ShortageError as error:
                report.failed.append((name, str(error)))
        return report

    def export_target(
        self,
        name: str,
        path: Path | None = None,
        *,
        split: str = "train",
        add_frequency: bool = False,
    ) -> Written:
        """Write one target of `export.TARGETS`, to its published path if none is given.

        Raises UsageError for an unknown name, MissingSourceError where the index lacks a source.
        """
        target = TARGETS.get(name)
        if target is None:
            raise UsageError(f"there is no export target {name!r}; give {', '.join(TARGETS)}")
        if target.needs_pools:
            self._ensure_collated()
        job = ExportJob(self.engine, self.root, self._progress, split, add_frequency)
        return target.write(job, path or self.root / target.file.format(split=split))

    def export_sample(self, sample: DrawOptions | str, path: Path | None = None) -> Written:
        """Write a sample, drawn by its options or saved under a name, as one JSON file.

        Raises ShortageError where pools are too small, UsageError for an unknown name.
        """
        if isinstance(sample, str):
            with reading(self.engine) as connection:
                held = saved.load(connection, sample)
                saved.require_whole(sample, held)
                target = path or self.root / "metadata" / f"{sample}.json"
                category_ids = [category_id for category_id, _ in held.categories]
                return write_sample(connection, target, category_ids, held.rows)
        target = path or self.root / sample_file(sample.k)
        with self._drawn(sample) as (connection, drawn):
            rows = stream_rows(connection, drawn_entries())
            return write_sample(connection, target, [one.category_id for one in drawn], rows)

    def export_crops(
        self,
        train: list[CategoryPicks],
        val: list[CategoryPicks] | None,
        folder: Path,
    ) -> CropReport:
        """Write the crops of a sample: laid out as OVMR reads them if there is `val`.

        Otherwise as MM-OVOD's scripts do. Crops that an earlier run wrote are kept.
        """
        if val is None:
            return write_crops(plan_published(train), folder, self._progress)
        plan = plan_ovmr(train, val)
        report = write_crops(plan, folder, self._progress)
        with reading(self.engine) as connection:
            source_id = lvis_source(connection, "train")
            rows = stream_rows(connection, category_records(source_id))
            categories = [json.loads(record) for _, record in rows]
        with whole_file(folder / "annotations" / "lvis_exemplar_info.json") as file:
            file.write(json.dumps(exemplar_info(plan, folder, categories)).encode())
        return report

    def lvis(self, split: str = "train") -> "LVIS":
        """Return an object of the lvis package's class `LVIS`, filled from the index.

        Raises MissingSourceError without that split, OvmrIndexError where the package cannot be
        imported.
        """
        from ovmr_index.lvis_object import lvis_object

        with reading(self.engine) as connection:
            return lvis_object(connection, lvis_source(connection, split))

    def sql(
        self,
        query: str,
        params: Mapping[str, int | float | str] | None = None,
        *,
        seconds: float = 60.0,
    ) -> AbstractContextManager[QueryResult]:
        """Ask the index in SQL, read-only; the result streams until the context is left."""
        return run_query(self.path, query, params or {}, seconds=seconds)

    def status(self) -> Status:
        """Return the sources with their files and counts, the schema, whether pools are stale."""
        with reading(self.engine) as connection:
            return read_status(connection, self.path)

    def revisions(self) -> tuple[str | None, str]:
        """Return the schema revision of the index, None without one, and the newest there is."""
        with reading(self.engine) as connection:
            return schema.current(connection), schema.head()

    def upgrade(self) -> tuple[str | None, str]:
        """Bring the index to the newest schema; return the revision before and after.

        Raises SchemaError for an index that is newer than this program.
        """
        return schema.upgrade(self.engine)

    def backup(self, target: Path) -> None:
        """Copy the index to a new file, whole; raises OvmrIndexError if there is one already."""
        schema.backup(self.engine, target)

    def integrity(self) -> list[str]:
        """Return what is wrong with the file: damaged pages, broken keys; empty if it is sound."""
        return schema.integrity(self.engine)

    def _require_file(self) -> None:
        if not self.path.exists():
            raise SchemaError(f"{self.path}: there is no index; run `ovmr-index ingest` first")

    def _ensure_collated(self) -> int:
        """Return LVIS's vocabulary, its pools made anew if they are stale."""
        with reading(self.engine) as connection:
            vocabulary_id = lvis_vocabulary(connection)
            stale = collation.is_stale(connection, vocabulary_id)
            recipe, substitutes = collation.kept_recipe(connection, vocabulary_id)
        if stale:
            collation.collate(self.engine, vocabulary_id, recipe, substitutes, self._progress)
        return vocabulary_id

    @contextmanager
    def _collated(self) -> Iterator[tuple[Connection, int]]:
        """Open a connection on pools that are not stale."""
        vocabulary_id = self._ensure_collated()
        with reading(self.engine) as connection:
            yield connection, vocabulary_id

    @contextmanager
    def _drawn(self, options: DrawOptions) -> Iterator[tuple[Connection, list[Draw]]]:
        """Open a connection whose table `drawn` holds a draw."""
        with self._collated() as (connection, vocabulary_id):
            drawn = sampling.draw(connection, vocabulary_id, options)
            sampling.put_drawn(connection, drawn)
            yield connection, drawn


def _category_row(connection: Connection, vocabulary_id: int, category: str | int) -> int:
    query = find_category(vocabulary_id, category)
    found = connection.execute(query).scalars().all()
    if len(found) != 1:
        many = "no category" if not found else f"{len(found)} categories"
        raise UsageError(f"LVIS has {many} {category!r}; give an id, a name or a synset")
    return found[0]
