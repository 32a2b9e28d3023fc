"""Stable draws by an engine, from the pools that it reads or has made."""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Text, literal_column

from ovmr_index.curation.marked_queries import is_marked
from ovmr_index.db.bulk import Query, Row, stream_rows
from ovmr_index.db.models import Category, Region
from ovmr_index.errors import OvmrIndexError, UsageError, command, counted, option
from ovmr_index.export.sample import write_sample, write_sidecar
from ovmr_index.export.target import WrittenFile
from ovmr_index.formats.parquet.manifest import NUMBER_TYPES
from ovmr_index.pools.exemplar_queries import ExemplarRow
from ovmr_index.samples.drawn_queries import drawn_entries
from ovmr_index.samples.options import DrawOptions
from ovmr_index.samples.provenance import provenance
from ovmr_index.samples.sampler import Sampler, require_enough
from ovmr_index.samples.stable_draw_queries import stable_order

_NUMBERS = [ExemplarRow._fields.index(name) for name in ("x", "y", "w", "h", "area")]


class StableSelect:
    """The keys of stable draws as a query, which an engine runs as a part of the draw."""

    def keys(
        self, vocabulary_pk: int, options: DrawOptions, *, has_marks: bool, only: int | None = None
    ) -> Query:
        """Return what may be drawn with its key, as `StableDraw.keys` does."""
        among = [~is_marked()] if has_marks else []
        among += [] if only is None else [Category.c.pk == only]
        of_draw = options.seed, options.weight, options.filters
        return stable_order(vocabulary_pk, *of_draw, *among)


def require_possible(options: DrawOptions) -> None:
    """Raise UsageError for a draw that no engine makes."""
    if options.method != "stable":
        raise UsageError(
            f"{option('method', options.method)}: the published draw goes through one pool after"
            " the other in numpy, which no engine does;"
            f" give {option('method', 'stable')}, or draw from an index"
        )


def export_sample(
    connection: Connection,
    vocabulary_pk: int,
    options: DrawOptions,
    path: Path,
    *,
    sidecar: bool,
    allow_empty: bool,
) -> WrittenFile:
    """Draw a sample and write it at `path`, the same bytes as `export sample` writes.

    Raises:
        ShortageError: Pools are too small.
        UsageError: The draw is one that no engine makes, or a filter names what is not there.
        OvmrIndexError: Images are to be compared whose hashes are not in the files.
    """
    require_possible(options)
    sampler = Sampler(connection, StableSelect())
    drawn = sampler.draw(vocabulary_pk, options)
    _require_hashes(len(sampler.unhashed(options)))
    require_enough(drawn, options)
    ids = sorted(one.category_id for one in drawn)
    types = literal_column(f"{Region.name}.{NUMBER_TYPES}", Text)
    rows = stream_rows(connection, drawn_entries(location=False).add_columns(types))
    written = write_sample(path, ids, map(_with_numbers, rows), allow_empty=allow_empty)
    if sidecar:
        write_sidecar(path, provenance(connection, vocabulary_pk, options).as_json())
    return written


def _require_hashes(missing: int) -> None:
    if missing:
        raise OvmrIndexError(
            f"{counted(missing, 'image')} of the draw have no hash, and engines open no image; run"
            f" {command('audit', near=True)} and {command('export parquet')} first"
        )


def _with_numbers(row: Row) -> Row:
    """Return the values of a row with its numbers as their source has them, whole or not."""
    values: list[Any] = [*row]
    types = values.pop()
    for place, kind in zip(_NUMBERS, types or "", strict=False):
        if kind == "i":
            values[place] = int(values[place])
    return tuple(values)
