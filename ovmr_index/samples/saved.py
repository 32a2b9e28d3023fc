"""Saved samples: kept by natural keys, which outlive the rows that they were drawn from."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, insert, select

from ovmr_index.db.bulk import Row, insert_rows, stream_rows
from ovmr_index.db.models import Sample, SampleCategory, SamplePick, table
from ovmr_index.errors import OvmrIndexError, UsageError, unknown
from ovmr_index.pools.collate import source_generations
from ovmr_index.samples.provenance import Provenance
from ovmr_index.samples.sampler import CategoryDraw
from ovmr_index.samples.saved_queries import (
    entry_count,
    sample_categories,
    sample_entries,
    sample_origin,
    sample_picks,
    saved_samples,
)

_JSON_TEXTS = ("filters", "recipe", "fingerprints")
_PICK = (
    "sample_pk",
    "category_key",
    "position",
    "synset",
    "dataset",
    "split",
    "folder",
    "name",
    "x",
    "y",
    "w",
    "h",
    "weight",
    "image_key",
    "region_key",
)


class SampleSummary(NamedTuple):
    """A saved sample: how it was drawn, when (UTC), how many exemplars it holds and are gone."""

    name: str
    k: int
    seed: int
    method: str
    on_shortage: str
    created_at: str
    picks: int
    gone: int


class SavedPick(NamedTuple):
    """An exemplar of a saved sample, by what names it in any index."""

    category_id: int
    position: int
    dataset: str
    file_name: str
    region_id: int | None


@dataclass(frozen=True, slots=True)
class LoadedSample:
    """A saved sample with the rows of its exemplars; `gone` are those without one any more."""

    categories: list[tuple[int, str]]
    rows: list[Row]
    gone: list[SavedPick]


def save(
    connection: Connection,
    name: str,
    drawn: list[CategoryDraw],
    rows: list[Row],
    origin: Provenance,
) -> None:
    """Keep what was drawn under `name`; `rows` are its entries, ordered as `drawn`.

    Raises UsageError where a sample of that name exists, or the name could not be a file's.
    """
    if not name or name.startswith(".") or "/" in name or "\0" in name:
        raise UsageError(f"{name!r} cannot name a sample; give a name without `/` or leading dot")
    if connection.execute(select(Sample.pk).where(Sample.name == name)).scalar() is not None:
        raise UsageError(f"there is a sample {name!r} already; run `ovmr-index sample rm {name}`")
    described: dict[str, Any] = asdict(origin)
    made = insert(Sample).values(
        name=name,
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        generations=source_generations(connection),
        **described | {key: json.dumps(described[key]) for key in _JSON_TEXTS},
    )
    sample_pk = connection.execute(made.returning(Sample.pk)).scalar_one()
    categories = [
        {
            "sample_pk": sample_pk,
            "category_key": one.category_id,
            "position": position,
            "synset": one.synset,
        }
        for position, one in enumerate(drawn)
    ]
    connection.execute(insert(SampleCategory), categories)
    picks = [
        _pick_row(sample_pk, position, row)
        for _, group in groupby(rows, lambda row: row[0])
        for position, row in enumerate(group)
    ]
    insert_rows(connection, table(SamplePick), _PICK, picks)


def _pick_row(sample_pk: int, position: int, row: Row) -> Row:
    category_id, _, synset, dataset, _, split, _, file_name, *box_and_weight = row[:13]
    folder, _, name = file_name.rpartition("/")
    place = (sample_pk, category_id, position, synset, dataset, split, folder, name)
    return (*place, *box_and_weight, *row[13:15])


def summaries(connection: Connection) -> list[SampleSummary]:
    """Return the saved samples by name."""
    found = []
    for sample_pk, *row, picks in connection.execute(saved_samples()).all():
        there = connection.execute(entry_count(sample_pk)).scalar_one()
        found.append(SampleSummary._make((*row, picks, picks - there)))
    return found


def origin(connection: Connection, name: str) -> Provenance:
    """Return where a saved sample comes from; raises UsageError without one."""
    query = sample_origin(_sample_pk(connection, name))
    values: dict[str, Any] = dict(connection.execute(query).mappings().one())
    read = {key: values[key] and json.loads(values[key]) for key in _JSON_TEXTS}
    return Provenance(**values | read)


def held_picks(connection: Connection, name: str) -> list[SavedPick]:
    """Return what a saved sample held when it was saved; raises UsageError without one."""
    query = sample_picks(_sample_pk(connection, name))
    return [SavedPick._make(row) for row in connection.execute(query)]


def load(connection: Connection, name: str) -> LoadedSample:
    """Return a saved sample with the rows of its exemplars; raises UsageError without one."""
    sample_pk = _sample_pk(connection, name)
    rows = list(stream_rows(connection, sample_entries(sample_pk)))
    there = {(row[0], row[-1]) for row in rows}
    picks = held_picks(connection, name)
    gone = [pick for pick in picks if (pick.category_id, pick.position) not in there]
    categories = connection.execute(sample_categories(sample_pk)).all()
    return LoadedSample(list(categories), rows, gone)


def remove(connection: Connection, name: str) -> None:
    """Forget a saved sample; raises UsageError without one."""
    sample_pk = _sample_pk(connection, name)
    connection.execute(delete(SamplePick).where(SamplePick.sample_pk == sample_pk))
    connection.execute(delete(SampleCategory).where(SampleCategory.sample_pk == sample_pk))
    connection.execute(delete(Sample).where(Sample.pk == sample_pk))


def require_complete(name: str, sample: LoadedSample) -> None:
    """Raise OvmrIndexError where an exemplar of a sample has vanished from the index."""
    if sample.gone:
        first = sample.gone[0]
        raise OvmrIndexError(
            f"sample {name}: {len(sample.gone)} exemplars are gone, first {first.dataset}"
            f" {first.file_name} of category {first.category_id}; ingest the files again"
        )


def _sample_pk(connection: Connection, name: str) -> int:
    found = connection.execute(select(Sample.pk).where(Sample.name == name)).scalar()
    if found is None:
        known = connection.execute(select(Sample.name).order_by(Sample.name)).scalars()
        raise unknown("sample", name, known, see="see `ovmr-index sample list`")
    return found
