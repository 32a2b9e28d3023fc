"""The same questions over more and more boxes, on each engine: seconds, memory, bytes.

    python -m benchmarks.scale DIR --boxes 1000000 --boxes 10000000 --spark-python FILE

`DIR` gets a tree of a tenth of the real scale and its index, whose rows are copied until there are
so many boxes (see `benchmarks.rows`): in a SQLite file, in a database of a PostgreSQL server that
is started in DIR, and as Parquet for DuckDB and Spark. Up to `--export-up-to` boxes the Parquet is
what `export parquet` writes of the SQLite file, which is measured too; above it, or where that was
measured before, it is made without that file (see `benchmarks.parquet_rows`). What is there is
taken as it is, and what was measured is kept in `DIR/scale.jsonl`: a run that was stopped goes on.
`--engine` limits the run to some engines, and `--keep` leaves the copies in DIR. `--spark-python`
is a Python that has PySpark. The tables are printed as Markdown.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from benchmarks.machine import describe_run
from benchmarks.processes import CommandError, run
from benchmarks.scale_server import ScaleServer
from benchmarks.scale_table import Measured, as_tables
from benchmarks.tree import TreeError, load_categories, make_tree
from ovmr_index.db.models import PoolEntry
from ovmr_index.formats.parquet.manifest import POOLS, TABLES

SCALE = 0.1  # of the tree whose rows are copied
EXPORTED = 10_000_000  # boxes that `export parquet` writes in some minutes
ENGINES = ("sqlite", "postgresql", "duckdb", "spark")
_READERS = ("duckdb", "spark")  # of Parquet
_EXPORT = "export parquet"
_DRAW = ("-K", "5", "--method", "stable", "--on-shortage", "take-all")
_COUNT = "SELECT dataset, count(*) AS boxes FROM boxes GROUP BY dataset ORDER BY dataset"
_CONDITIONS = (
    "Seconds are wall time of whole processes, start and end included, each once. Memory is the "
    "private memory of all processes of a command together at its peak, with those of "
    "PostgreSQL's server but without what they share. The page cache was as the step before it "
    "left it. The size of Parquet is that of the tables that an engine reads and of the pools that "
    "it made, without views and the index's own pools."
)


def main() -> None:
    """Measure what was not measured yet, and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--boxes", type=int, action="append", required=True)
    parser.add_argument("--scale", type=float, default=SCALE, help="of the tree that is copied")
    parser.add_argument("--engine", choices=ENGINES, action="append")
    parser.add_argument("--export-up-to", type=int, default=EXPORTED, metavar="BOXES")
    parser.add_argument("--spark-python", default=sys.executable)
    parser.add_argument("--keep", action="store_true", help="the copies, once they are measured")
    arguments = parser.parse_args()
    options = Options(arguments.export_up_to, arguments.spark_python, arguments.keep)
    try:
        bench = Bench(arguments.folder, arguments.scale, options)
        for boxes in sorted(arguments.boxes):
            bench.measure(boxes, arguments.engine or ENGINES)
    except (CommandError, TreeError) as error:
        sys.exit(str(error))
    print(f"{describe_run('rows that were copied', _CONDITIONS)}\n\n{as_tables(bench.measured)}")


class Options(NamedTuple):
    """How is measured: up to how many boxes an index is exported, and what stays."""

    export_up_to: int
    spark_python: str
    keep: bool


class Bench:
    """A folder with a tree, indexes of its copied rows, and what was measured of them."""

    def __init__(self, folder: Path, scale: float, options: Options) -> None:
        """Make the tree and the index whose rows are copied, unless they are there."""
        self._folder, self._root, self._base = folder, folder / "tree", folder / "base.db"
        self._kept, self._options = folder / "scale.jsonl", options
        folder.mkdir(parents=True, exist_ok=True)
        if not self._root.is_dir():
            make_tree(self._root, scale, categories=load_categories())
        if not self._base.exists():
            self._run("--db", str(self._base), "ingest")
        lines = self._kept.read_text(encoding="utf-8") if self._kept.exists() else ""
        self.measured = [Measured(**json.loads(line)) for line in lines.splitlines()]

    def measure(self, boxes: int, engines: Sequence[str]) -> None:
        """Measure each engine that was not measured yet over so many boxes."""
        missing = [one for one in engines if not self._has(boxes, one, "size")]
        if "postgresql" in missing:
            self._ask_server(boxes)
        readers = [one for one in _READERS if one in missing]
        exports = bool(readers) and self._is_exported(boxes)
        if "sqlite" in missing or exports:
            with self._copied(boxes) as index:
                if "sqlite" in missing:
                    self._ask("sqlite", boxes, str(index))
                    self._note(boxes, "sqlite", "size", size=index.stat().st_size)
                if exports:
                    self._export(boxes, index)
        if readers:
            with self._parquet(boxes) as folder:
                for engine in readers:
                    self._ask_parquet(engine, boxes, folder)

    def _is_exported(self, boxes: int) -> bool:
        """Return whether the Parquet of so many boxes is to come from their index."""
        is_there = self._folder_of(boxes).is_dir() or self._has(boxes, "sqlite", _EXPORT)
        return boxes <= self._options.export_up_to and not is_there

    @contextmanager
    def _copied(self, boxes: int) -> Iterator[Path]:
        """Yield an index of so many boxes in a file, which goes afterwards."""
        index = self._folder / f"{boxes}.db"
        if not index.exists():
            partial = Path(shutil.copyfile(self._base, index.with_suffix(".partial")))
            self._copy_rows("benchmarks.rows", self._root, partial, boxes)
            partial.rename(index)
        yield index
        if not self._options.keep:
            index.unlink()

    @contextmanager
    def _parquet(self, boxes: int) -> Iterator[Path]:
        """Yield a folder of Parquet of so many boxes, which goes afterwards."""
        folder = self._folder_of(boxes)
        if not folder.exists():
            self._copy_rows("benchmarks.parquet_rows", self._exported_base(), folder, boxes)
        yield folder
        if not self._options.keep:
            shutil.rmtree(folder)

    def _exported_base(self) -> Path:
        """Return the Parquet of the index whose rows are copied; that index gets no pools."""
        folder = self._folder / "base.parquet"
        if not folder.exists():
            pooled = Path(shutil.copyfile(self._base, self._folder / "pooled.db"))
            self._run("--db", str(pooled), *_EXPORT.split(), "-o", str(folder))
            pooled.unlink()
        return folder

    def _ask_server(self, boxes: int) -> None:
        with ScaleServer(self._folder / "postgresql") as server:
            name = f"boxes_{boxes}"
            if not server.has(name):
                url = server.make("copying")
                self._run("db", "copy", str(self._base), url)
                self._copy_rows("benchmarks.rows", self._root, url, boxes)
                server.rename("copying", name)
            self._ask("postgresql", boxes, server.url(name), server.pid)
            self._note(boxes, "postgresql", "size", size=server.size(name))
            if not self._options.keep:
                server.drop(name)

    def _ask(self, engine: str, boxes: int, db: str, *server: int) -> None:
        """Make the pools of an index, count, draw, and ask it in SQL."""
        of_index = ("--db", db)
        for step, arguments in (
            ("collate", ("collate", "--json")),
            ("coverage", ("coverage", "--json")),
            ("sample", ("export", "sample", *_DRAW, "-o", self._output)),
            ("count", ("sql", "--seconds", "3600", _COUNT)),
        ):
            self._step(boxes, engine, step, *of_index, *arguments, server=server)

    def _export(self, boxes: int, index: Path) -> None:
        """Write an index as Parquet."""
        written = (*_EXPORT.split(), "-o", str(self._folder_of(boxes)), "--json")
        self._step(boxes, "sqlite", _EXPORT, "--db", str(index), *written)

    def _ask_parquet(self, engine: str, boxes: int, folder: Path) -> None:
        """Make the pools over an index as Parquet, count and draw."""
        given = (str(folder), "--engine", engine)
        for step, more in (
            ("collate", ("--json",)),
            ("coverage", ("--json",)),
            ("sample", (*_DRAW, "-o", self._output)),
        ):
            self._step(boxes, engine, step, "parquet", step, *given, *more)
        self._note(boxes, engine, "size", size=_size_of_tables(folder))

    def _step(
        self, boxes: int, engine: str, step: str, *arguments: str, server: Sequence[int] = ()
    ) -> None:
        """Run a command of ovmr-index unless it was measured, and keep what it took."""
        if not self._has(boxes, engine, step):
            python = self._options.spark_python if engine == "spark" else sys.executable
            found = run(step, self._command(python, *arguments), {}, beside=server)
            self._note(boxes, engine, step, seconds=found.seconds, memory=found.memory)

    def _note(
        self,
        boxes: int,
        engine: str,
        step: str,
        *,
        seconds: float | None = None,
        memory: int | None = None,
        size: int | None = None,
    ) -> None:
        one = Measured(boxes, engine, step, seconds, memory, size)
        self.measured.append(one)
        with self._kept.open("a", encoding="utf-8") as file:
            file.write(f"{json.dumps(one._asdict())}\n")
        print(f"{boxes:,} boxes, {engine}, {step}: {one.cell()}", file=sys.stderr, flush=True)

    def _has(self, boxes: int, engine: str, step: str) -> bool:
        return any(one[:3] == (boxes, engine, step) for one in self.measured)

    def _folder_of(self, boxes: int) -> Path:
        return self._folder / f"{boxes}.parquet"

    @property
    def _output(self) -> str:
        return str(self._folder / "sample.json")

    def _copy_rows(self, module: str, of: Path, to: Path | str, boxes: int) -> None:
        command = (sys.executable, "-m", module, str(of), str(to), "--boxes", str(boxes))
        run(module, command, {})

    def _run(self, *arguments: str) -> None:
        run(arguments[0], self._command(sys.executable, *arguments), {})

    def _command(self, python: str, *arguments: str) -> tuple[str, ...]:
        return (python, "-m", "ovmr_index", "--root", str(self._root), *arguments)


def _size_of_tables(folder: Path) -> int:
    """Return the bytes of the tables that an engine reads, and of the pools that it made."""
    files = (path for below in (TABLES, POOLS) for path in (folder / below).rglob("*.parquet"))
    own = folder / TABLES / PoolEntry.name
    return sum(path.stat().st_size for path in files if path.parent != own)


if __name__ == "__main__":
    main()
