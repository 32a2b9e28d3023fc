"""`Index`: everything that the program does, as methods that return typed reports."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Self, Unpack

from ovmr_index.arguments import naming_arguments
from ovmr_index.db.location import Location, Server
from ovmr_index.db.query_limits import MEMORY_MIB, SECONDS
from ovmr_index.index.measuring import Measuring
from ovmr_index.index.opening import given_place, open_file, open_session
from ovmr_index.progress import Progress, silent
from ovmr_index.storage.remote.path import RemotePath
from ovmr_index.vocabularies.names import LVIS_TRAIN

if TYPE_CHECKING:
    from lvis import LVIS
    from sqlalchemy import Engine

    from ovmr_index.export.report import ExportReport
    from ovmr_index.index.exemplars import Exemplars
    from ovmr_index.index.query import Query
    from ovmr_index.index.rows import Rows
    from ovmr_index.index.sample import DrawnSample
    from ovmr_index.index.status import Status
    from ovmr_index.ingest.report import IngestReport
    from ovmr_index.ingest.sources import OnError, SourceSpec
    from ovmr_index.ingest.verify import Depth, VerifyReport
    from ovmr_index.integrations.evaluation.options import IouType, Results
    from ovmr_index.integrations.evaluation.report import Evaluation
    from ovmr_index.pools.audit import AuditFinding
    from ovmr_index.pools.coverage import Coverage
    from ovmr_index.pools.recipe import Recipe
    from ovmr_index.pools.substitutes import Substitutes
    from ovmr_index.pools.suggest import Suggestion
    from ovmr_index.samples.draw_fields import DrawFields
    from ovmr_index.samples.options import DrawOptions


@naming_arguments
class Index(Measuring):
    """An index of LVIS, ImageNet, Visual Genome and other datasets under one root.

    >>> with Index.open("datasets") as index:
    ...     index.ingest()
    ...     index.export()

    Each step of the main job is a method. The rest is in a namespace for each noun, as on the
    command line: `ovmr-index sample list` is `index.samples.list()`.

    The index keeps one engine, which `close` and the end of a `with` block release. What a method
    needs is imported when it is first called: a process that asks one thing starts sooner.
    """

    @classmethod
    def open(
        cls,
        root: str | Path = "datasets",
        db: str | Path | Server | None = None,
        *,
        create: bool = True,
        check: bool = True,
        progress: Progress = silent,
    ) -> Self:
        """Open the index of the datasets below a folder.

        Args:
            root: The folder that the datasets are in.
            db: The file of the index, or `postgresql://…/database`; `<root>/ovmr.db` if None.
            create: Whether the index may be missing: the first `ingest` makes it.
            check: Whether to look for the schema revision now, which waits for a lock; `sql` does.
            progress: How progress is shown.

        Raises:
            UsageError: There is no such folder, or the URL is wrong.
            ServerError: The server cannot be reached, or refuses.
            SchemaError: There is no index, without `create`, or one of another schema revision.
        """
        db = given_place(db)
        return cls(open_session(root, db, create=create, check=check, progress=progress))

    @classmethod
    def open_unchecked(
        cls,
        root: str | Path = "datasets",
        db: str | Path | Server | None = None,
        *,
        progress: Progress = silent,
    ) -> Self:
        """Open an index of any revision, to upgrade, copy or check its file by `index.db` alone.

        `progress` is how progress is shown.

        Raises:
            UsageError: The root, in which the index should be, is no folder, or the URL is wrong.
            ServerError: The server cannot be reached, or refuses.
            SchemaError: There is no index.
        """
        db = given_place(db)
        return cls(open_file(root, db, progress))

    def __enter__(self) -> Self:
        """Use the index until the block ends."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the index."""
        self.close()

    def __repr__(self) -> str:
        """Name the index and what it holds; what hinders that is said, and raises nothing."""
        from ovmr_index.index.showing import index_line

        return index_line(self._session)

    def _repr_html_(self) -> str:
        """Show what the index holds in a notebook, or what hinders that."""
        from ovmr_index.index.showing import index_html

        return index_html(self._session)

    def close(self) -> None:
        """Release the index; a later call opens it again."""
        self._session.close()

    @property
    def root(self) -> Path:
        """The folder that the datasets are in."""
        found = self._session.root
        return found if isinstance(found, RemotePath) else Path(found)

    @property
    def name(self) -> str:
        """What messages call the index: its path, or its URL in PostgreSQL without a password."""
        return self._session.name

    @property
    def location(self) -> Location:
        """Where the index is: its path, or its place in PostgreSQL."""
        return self._session.location

    @property
    def path(self) -> Path:
        """The file of the index; raises UsageError for one in PostgreSQL."""
        return self._session.path

    @property
    def engine(self) -> Engine:
        """The SQLAlchemy engine of the index; raises SchemaError if there is none."""
        return self._session.engine

    def ingest(
        self,
        sources: Sequence[SourceSpec] | None = None,
        *,
        dry_run: bool = False,
        allow_vanished: bool = False,
        rehash: bool = False,
        on_error: OnError | None = None,
    ) -> IngestReport:
        """Read files into the index, as `index.sources.ingest`: all datasets, or some sources."""
        return self.sources.ingest(
            sources,
            dry_run=dry_run,
            allow_vanished=allow_vanished,
            rehash=rehash,
            on_error=on_error,
        )

    def collate(
        self,
        recipe: Recipe | None = None,
        substitutes: Substitutes | Path | None = None,
        *,
        vocabulary: str = LVIS_TRAIN,
    ) -> Rows[Coverage]:
        """Make the pools of a vocabulary again, as `index.pools.collate`."""
        from ovmr_index.index.rows import Rows

        return Rows(self.pools.collate(recipe, substitutes, vocabulary=vocabulary))

    def coverage(self, under: int | None = None, *, vocabulary: str = LVIS_TRAIN) -> Rows[Coverage]:
        """Count the exemplars of each category, as `index.pools.coverage`."""
        from ovmr_index.index.rows import Rows

        return Rows(self.pools.coverage(under, vocabulary=vocabulary))

    def exemplars(self, category: str | int, *, vocabulary: str = LVIS_TRAIN) -> Exemplars:
        """Return the pool of a category, as `index.pools.exemplars`."""
        from ovmr_index.index.exemplars import Exemplars

        return Exemplars(self.pools.exemplars(category, vocabulary=vocabulary))

    def sample(
        self,
        options: DrawOptions | None = None,
        *,
        name: str | None = None,
        **fields: Unpack[DrawFields],
    ) -> DrawnSample:
        """Draw K exemplars a category, as `index.samples.draw`, which also reports shortages.

        >>> index.sample(k=3, seed=7, datasets=["lvis"], per_image=1)

        Args:
            options: What to draw, and from which pools.
            name: What to call the sample, which is then saved.
            **fields: In the place of `options`: any fields of `DrawOptions` and `Filters`.

        Raises:
            UsageError: Both are given, a keyword is no option, or as `index.samples.draw`.
            ShortageError: Pools are too small and `on_shortage` is `error`.
        """
        from ovmr_index.index.sample import draw_sample

        return draw_sample(self, options, fields, name)

    def export(
        self,
        *,
        vocabulary: str = LVIS_TRAIN,
        allow_empty: bool = False,
        ignore_curation: bool = False,
    ) -> ExportReport:
        """Write every file that training reads, as `index.exports.all`."""
        ignoring = {"allow_empty": allow_empty, "ignore_curation": ignore_curation}
        return self.exports.all(vocabulary=vocabulary, **ignoring)

    def audit(
        self, *, vocabulary: str = LVIS_TRAIN, ids_only: bool = False
    ) -> Iterator[AuditFinding]:
        """Yield the exemplars that show an image of LVIS val, as `index.pools.audit`."""
        return self.pools.audit(vocabulary=vocabulary, ids_only=ids_only)

    def suggest(self, category: str | int, *, vocabulary: str = LVIS_TRAIN) -> Rows[Suggestion]:
        """Return synsets that could be substitutes, as `index.pools.suggest`."""
        from ovmr_index.index.rows import Rows

        return Rows(self.pools.suggest(category, vocabulary=vocabulary))

    def verify(self, depth: Depth = "headers") -> VerifyReport:
        """Compare what the index knows with the disk, as `index.sources.verify`."""
        return self.sources.verify(depth)

    def sql(
        self,
        query: str,
        params: Mapping[str, int | float | str] | None = None,
        *,
        seconds: float = SECONDS,
        memory_mib: int = MEMORY_MIB,
    ) -> Query:
        """Query the index in SQL, read-only; the rows stream within a `with` block or a loop.

        `index.sql(query).to_pandas()` is a frame. The query runs in a process of its own, which is
        ended on time and memory whatever it is doing. In PostgreSQL the server ends it on time; it
        only reads, as pg_read_all_data where the role may become that.

        Args:
            query: One SELECT, of the public views.
            params: The values of `:name` in the query.
            seconds: How long it may take to its last row; waiting for another's lock counts.
            memory_mib: How much memory the process may take, in MiB. A server has its own limit.

        Raises:
            OvmrIndexError: The query is wrong, takes too long or too much, or would write.
        """
        from ovmr_index.db.readonly import run_query
        from ovmr_index.index.query import Query

        run = partial(run_query, seconds=seconds, memory_mib=memory_mib)
        return Query(query, partial(run, self.location, query, params or {}))

    def status(self) -> Status:
        """Return what the index holds: its sources, vocabularies, samples and schema."""
        from ovmr_index.index.status import read_status

        with self._session.read() as connection:
            return read_status(connection, self.location)

    def lvis(self, split: str = "train") -> LVIS:
        """Return the lvis package's `LVIS` of a split, as `integrations.lvis.lvis_object`."""
        from ovmr_index.integrations.lvis import lvis_object

        return lvis_object(self._session, split)

    def evaluate(
        self,
        results: Results,
        split: str = "val",
        *,
        source: str | None = None,
        images: Path | str | Collection[int | str] | None = None,
        partition: str | Collection[str] = (),
        iou_type: IouType = "bbox",
    ) -> Evaluation:
        """Give AP and AR of detections on a split of LVIS, or a source, as `integrations.evaluate`.

        `results` is a file or a list in the form of COCO's results; boxes are xywh in pixels.
        """
        from ovmr_index.integrations.evaluate import evaluate
        from ovmr_index.integrations.evaluation.options import EvaluationOptions

        options = EvaluationOptions(source or f"lvis_v1_{split}", images, partition, iou_type)
        return evaluate(self._session, results, options)
