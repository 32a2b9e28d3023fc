"""An index as Parquet on an engine: its pools, how many exemplars they hold, draws, leaks."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

from sqlalchemy import Connection

from ovmr_index.db.models import Synset
from ovmr_index.engines import pools, pools_folder
from ovmr_index.engines.dialect import open_engine
from ovmr_index.engines.draws import export_sample
from ovmr_index.engines.driver import EngineConnection
from ovmr_index.engines.duckdb_engine import DuckDBConnection, duckdb_errors, duckdb_session
from ovmr_index.engines.spark_engine import (
    SparkConnection,
    planned,
    spark_errors,
    spark_session,
)
from ovmr_index.engines.tables import read_tables, table_files
from ovmr_index.engines.translate import EngineName
from ovmr_index.errors import OvmrIndexError, UsageError, command, option
from ovmr_index.export.target import WrittenFile
from ovmr_index.formats.parquet.manifest import POOLS
from ovmr_index.pools.audit import AuditFinding, audit
from ovmr_index.pools.coverage import Coverage, count_exemplars
from ovmr_index.pools.leaks import require_val
from ovmr_index.pools.recipe import Recipe
from ovmr_index.pools.step_checks import step_notes
from ovmr_index.pools.stored_recipe import stored_recipe
from ovmr_index.progress import Progress, silent
from ovmr_index.samples.options import DrawOptions
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.stored_vocabularies import find_vocabulary

_numbers = count(1)


class ParquetPools:
    """The pools of a vocabulary, over a folder that `export parquet` wrote.

    Until `collate` or `read` they are those of the index, as the folder has them.
    """

    def __init__(
        self, connection: Connection, engine: EngineConnection, folder: Path, vocabulary: str
    ) -> None:
        """Take a connection of SQLAlchemy to an engine; `open_pools` opens one.

        Raises:
            RecordError: The folder is not what `export parquet` wrote, or is damaged.
            UsageError: It has no such vocabulary.
        """
        self.connection, self.folder, self.vocabulary = connection, folder, vocabulary
        self._manifest = read_tables(engine, folder)
        self._synsets = table_files(folder, self._manifest, Synset)
        self.vocabulary_pk = find_vocabulary(connection, vocabulary)

    @property
    def usual_folder(self) -> Path:
        """Where the pools are written, and looked for first: `<folder>/pools/<vocabulary>`."""
        return self.folder / POOLS / self.vocabulary

    @property
    def recipe(self) -> Recipe:
        """The recipe of the pools."""
        return stored_recipe(self.connection, self.vocabulary_pk)

    def collate(self, recipe: Recipe | None = None, progress: Progress = silent) -> None:
        """Make the pools by a recipe, the published one if None, for what is asked after.

        Raises what `Index.collate` does.
        """
        pools.collate(
            self.connection, self.vocabulary_pk, recipe or Recipe(), self._synsets, progress
        )

    def write(self, folder: Path | None = None) -> Path:
        """Write the pools that were made; return the folder, by default `usual_folder`.

        Below it `exemplars` has the columns of the view `exemplars`, `entries` is for draws.

        Raises:
            OvmrIndexError: The folder holds something else, or cannot be written.
        """
        target = folder or self.usual_folder
        made = pools_folder.described(self.folder, self.vocabulary, self.recipe)
        pools_folder.write_pools(self.connection, target, self.vocabulary_pk, made)
        return target

    def read(self, folder: Path | None = None) -> None:
        """Take the pools of a folder; by default those of `usual_folder`, or else the index's own.

        Raises:
            RecordError: The folder holds no pools, or those of another export or vocabulary.
            OvmrIndexError: There are no pools.
        """
        if folder is None and not self.usual_folder.exists():
            self._require_own()
            return
        source = folder or self.usual_folder
        vocabulary, recipe = pools_folder.read_pools_file(source, self.folder)
        if vocabulary != self.vocabulary:
            raise UsageError(
                f"{source}: holds pools of {vocabulary}; give {option('vocabulary', vocabulary)}"
            )
        pools.store_recipe(self.connection, self.vocabulary_pk, recipe, self._synsets)
        pools_folder.read_pools(self.connection, source)

    def step_notes(self) -> list[str]:
        """Return which of your own steps gave nothing, and why; none for the published recipe."""
        return step_notes(self.connection, self.vocabulary_pk, self.recipe)

    def coverage(self) -> list[Coverage]:
        """Return how many exemplars each category has, by category id."""
        return count_exemplars(self.connection, self.vocabulary_pk)

    def audit(self) -> Iterator[AuditFinding]:
        """Yield the exemplars that show an image of LVIS val, then notes, as `Index.audit` does.

        Images are compared by COCO id, and by the hashes that the index held: none is opened.

        Raises:
            MissingSourceError: The index held no LVIS val; before anything is yielded.
        """
        require_val(self.connection)
        return audit(self.connection, self.vocabulary_pk)

    def sample(
        self,
        options: DrawOptions,
        path: Path,
        *,
        sidecar: bool = False,
        allow_empty: bool = False,
    ) -> WrittenFile:
        """Draw a sample and write it at `path`: the same bytes as `Index.exports.sample` writes.

        Only the stable draw. With `sidecar` write beside it where it comes from.

        Raises:
            ShortageError: Pools are too small.
            UsageError: It is the published draw, or a filter names what is not there.
            OvmrIndexError: Images are to be compared whose hashes the folder does not have.
        """
        return export_sample(
            self.connection,
            self.vocabulary_pk,
            options,
            path,
            sidecar=sidecar,
            allow_empty=allow_empty,
        )

    def _require_own(self) -> None:
        for one in self._manifest.vocabularies:
            if one["name"] == self.vocabulary and one["pools"] != "none":
                return
        raise OvmrIndexError(
            f"{self.folder}: has no pools of {self.vocabulary}; run"
            f" {command('parquet collate', self.folder)}"
        )


@contextmanager
def open_pools(
    folder: Path,
    vocabulary: str = LVIS_TRAIN,
    *,
    engine: EngineName = "duckdb",
    master: str | None = None,
) -> Iterator[ParquetPools]:
    """Open the pools of a vocabulary over a folder, with an engine of its own.

    Args:
        folder: What `export parquet` wrote.
        vocabulary: Whose pools.
        engine: `duckdb` is DuckDB in this process, `spark` a session of Spark.
        master: Where Spark runs, as in `spark://host:7077`; all cores of this machine if None.

    Raises:
        RecordError: The folder is not what `export parquet` wrote, or is damaged.
        OvmrIndexError: The engine cannot be imported or started, or reports an error.
    """
    with ExitStack() as stack:
        opened: EngineConnection
        if engine == "duckdb":
            opened = DuckDBConnection(stack.enter_context(duckdb_session()), prefix())
            stack.enter_context(duckdb_errors())
        else:
            spark = stack.enter_context(spark_session(master))
            opened = SparkConnection(spark, prefix())
            stack.enter_context(spark_errors())
            stack.enter_context(planned(spark))
        connection = stack.enter_context(connected(opened))
        yield ParquetPools(connection, opened, folder, vocabulary)


@contextmanager
def connected(opened: EngineConnection) -> Iterator[Connection]:
    """Open a connection of SQLAlchemy to an engine."""
    engine = open_engine(opened.engine, lambda: opened)
    with engine.connect() as connection:
        yield connection


def prefix() -> str:
    """Return what the names of tables begin with in an engine: other than those of any other."""
    return f"ovmr_index_{next(_numbers)}_"
