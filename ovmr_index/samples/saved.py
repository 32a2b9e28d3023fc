"""Saved samples: by natural keys, which outlive the rows that they were drawn from."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, func, insert, select

from ovmr_index.db.bulk import Query, Row, stream_rows
from ovmr_index.db.models import Sample, SampleCategory, SamplePick
from ovmr_index.db.stored_json import decoded
from ovmr_index.errors import OvmrIndexError, UsageError, command, counted, option, unknown
from ovmr_index.pools.stored_recipe import source_generations
from ovmr_index.samples.draw import Draw
from ovmr_index.samples.drawn_queries import drawn_picks
from ovmr_index.samples.exemplars import CategoryExemplars
from ovmr_index.samples.options import DrawOptions
from ovmr_index.samples.provenance import Provenance, marks_of, provenance
from ovmr_index.samples.sample_diff import ComparedSample
from ovmr_index.samples.saved_queries import (
    SampleSummary,
    SavedPick,
    missing_picks,
    sample_categories,
    sample_entries,
    sample_origin,
    sample_picks,
    saved_samples,
)
from ovmr_index.samples.saving_queries import put_categories, put_picks
from ovmr_index.samples.stale import renumbered
from ovmr_index.samples.stale_queries import named_sample_categories
from ovmr_index.shown.readable import Readable, ShownTable, Summary
from ovmr_index.storage.paths import check_name
from ovmr_index.vocabularies.kept_categories import KeptCategory

_OBJECT = msgspec.json.Decoder(dict[str, Any] | None)
_JSON_TEXTS: dict[str, msgspec.json.Decoder[Any]] = {
    "filters": _OBJECT,
    "recipe": _OBJECT,
    "fingerprints": msgspec.json.Decoder(dict[str, dict[str, str]] | None),
}


@dataclass(frozen=True, slots=True, repr=False)
class SavedSample(Readable):
    """A saved sample: where it comes from, and what it held when it was saved.

    `missing` are those of its `picks` whose exemplar is not in the index any more. `renumbered`
    says which of its category ids stand for other categories now, None where none does.
    """

    name: str
    provenance: Provenance
    picks: list[SavedPick]
    missing: list[SavedPick]
    renumbered: str | None = None

    @property
    def by_dataset(self) -> dict[str, int]:
        """How many exemplars it has of each dataset, by name."""
        return dict(sorted(Counter(pick.dataset for pick in self.picks).items()))

    def summary(self) -> Summary:
        """Return how many exemplars the sample has, and of which datasets."""
        missing = f", {len(self.missing):,} of them gone" if self.missing else ""
        rows = [*self.by_dataset.items()]
        return Summary(
            f"{self.name}, {counted(len(self.picks), 'exemplar')}{missing}",
            (ShownTable("datasets", ("dataset", "exemplars"), rows),),
        )

    def as_json(self) -> dict[str, Any]:
        """Return the sample as `sample show --json` prints it."""
        gone = set(self.missing)
        picks = [{**pick._asdict(), "gone": pick in gone} for pick in self.picks]
        found = {"name": self.name, **self.provenance.as_json(), "picks": picks}
        return found if self.renumbered is None else found | {"renumbered": self.renumbered}


@dataclass(frozen=True, slots=True)
class LoadedSample:
    """A saved sample with the rows of its exemplars; `missing` are those without one.

    `renumbered` is as that of `SavedSample`.
    """

    categories: list[tuple[int, str]]
    rows: list[Row]
    missing: list[SavedPick]
    renumbered: str | None = None


def save(
    connection: Connection,
    name: str,
    vocabulary_pk: int,
    origin: Provenance,
    exemplars: Query,
) -> None:
    """Save a sample of a vocabulary, which comes from `origin`, under `name`.

    `exemplars` selects what it holds, as `put_picks` takes it. Raises UsageError where there is a
    sample of that name, or the name could not be a file's.
    """
    check_name("sample", name)
    if is_saved(connection, name):
        raise UsageError(f"there is a sample {name!r} already; run {command('sample rm', name)}")
    described = origin.as_json()
    made = insert(Sample).values(
        name=name,
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        generations=source_generations(connection),
        **described | {key: json.dumps(described[key]) for key in _JSON_TEXTS},
    )
    sample_pk = connection.execute(made.returning(Sample.c.pk)).scalar_one()
    connection.execute(put_categories(sample_pk, vocabulary_pk))
    connection.execute(put_picks(sample_pk, exemplars))


def save_draw(
    connection: Connection,
    name: str,
    draw: Draw,
    options: DrawOptions,
    sample: list[CategoryExemplars],
) -> str | None:
    """Save a draw under `name`, unless the sample of that name is this very draw.

    `draw` is in the table `DRAWN`, and `sample` is what it drew. Returns when (UTC) the sample that
    is there was drawn, None if there was none. Raises UsageError where the sample that is there is
    another draw, or the name could not be a file's.
    """
    if not is_saved(connection, name):
        origin = provenance(connection, draw.vocabulary_pk, options)
        save(connection, name, draw.vocabulary_pk, origin, drawn_picks())
        return None
    before = drawn_at(connection, name)
    origin = find_provenance(connection, name)
    same_options = origin.is_draw_by(options)
    is_same = same_options and origin.marks == marks_of(connection, options)
    is_same &= renumbered(connection, find_sample(connection, name)) is None
    is_same &= not missing_of(connection, name)  # a box of the same id may be another one by now
    if not (is_same and picks_of(connection, name) == _as_picks(sample)):
        why = ", by the same options before the index changed" if same_options else ""
        raise UsageError(
            f"sample {name} is another draw, of {before}{why}; give another {option('name')},"
            f" or run {command('sample rm', name)}"
        )
    return before


def is_saved(connection: Connection, name: str) -> bool:
    """Return whether there is a sample of that name."""
    return connection.execute(select(Sample.c.pk).where(Sample.c.name == name)).first() is not None


def summaries(connection: Connection) -> list[SampleSummary]:
    """Return the saved samples by name."""
    return [SampleSummary._make(row) for row in connection.execute(saved_samples())]


def find_provenance(connection: Connection, name: str) -> Provenance:
    """Return where a saved sample comes from; raises UsageError without one of that name."""
    query = sample_origin(find_sample(connection, name))
    values: dict[str, Any] = dict(connection.execute(query).mappings().one())
    remedy = f"run {command('sample rm', name)}, and draw it again"
    read = {
        key: decoded(decoder, values[key], f"samples.{key}", name, remedy)
        for key, decoder in _JSON_TEXTS.items()
        if values[key] is not None
    }
    return Provenance(**values | read)


def drawn_at(connection: Connection, name: str) -> str:
    """Return when (UTC) a sample was saved; raises UsageError without one of that name."""
    query = select(Sample.c.created_at).where(Sample.c.pk == find_sample(connection, name))
    return connection.execute(query).scalar_one()


def picks_of(connection: Connection, name: str) -> list[SavedPick]:
    """Return what a sample held when it was saved; raises UsageError without one of that name."""
    return _picks(connection, sample_picks(find_sample(connection, name)))


def compared(connection: Connection, name: str) -> ComparedSample:
    """Return what a sample is compared by; raises UsageError without one of that name."""
    sample_pk = find_sample(connection, name)
    categories = map(KeptCategory._make, connection.execute(named_sample_categories(sample_pk)))
    sides = (SamplePick.c.x, SamplePick.c.y, SamplePick.c.w, SamplePick.c.h)
    rows = connection.execute(sample_picks(sample_pk).with_only_columns(*sides))
    boxes = [tuple(row) for row in rows]
    return ComparedSample(list(categories), picks_of(connection, name), boxes)


def show(connection: Connection, name: str) -> SavedSample:
    """Return a saved sample as it was saved; raises UsageError without one of that name."""
    sample_pk = find_sample(connection, name)
    origin, picks = find_provenance(connection, name), picks_of(connection, name)
    missing = missing_of(connection, name)
    return SavedSample(name, origin, picks, missing, renumbered(connection, sample_pk))


def missing_of(connection: Connection, name: str) -> list[SavedPick]:
    """Return what a sample held that is not in the index any more.

    Raises UsageError without one of that name.
    """
    return _picks(connection, missing_picks(find_sample(connection, name)))


def load(connection: Connection, name: str) -> LoadedSample:
    """Return a saved sample with the rows of its exemplars.

    Raises UsageError without one of that name.
    """
    sample_pk = find_sample(connection, name)
    rows = list(stream_rows(connection, sample_entries(sample_pk)))
    held = select(func.count()).where(SamplePick.c.sample_pk == sample_pk)
    is_complete = connection.execute(held).scalar_one() == len(rows)
    missing = [] if is_complete else _picks(connection, missing_picks(sample_pk))
    categories: Sequence[Any] = connection.execute(sample_categories(sample_pk)).all()
    named = [(key, synset) for key, synset in categories]
    return LoadedSample(named, rows, missing, renumbered(connection, sample_pk))


def remove(connection: Connection, name: str) -> None:
    """Delete a saved sample; raises UsageError without one of that name."""
    sample_pk = find_sample(connection, name)
    connection.execute(delete(SamplePick).where(SamplePick.c.sample_pk == sample_pk))
    connection.execute(delete(SampleCategory).where(SampleCategory.c.sample_pk == sample_pk))
    connection.execute(delete(Sample).where(Sample.c.pk == sample_pk))


def require_complete(name: str, sample: LoadedSample) -> None:
    """Raise OvmrIndexError where an exemplar is gone, or an id stands for another category."""
    if sample.renumbered is not None:
        raise OvmrIndexError(
            f"sample {name} was drawn when categories had other ids: {sample.renumbered}; draw it"
            f" again under another {option('name')}, or run {command('sample rm', name)}"
        )
    if sample.missing:
        count, first = len(sample.missing), sample.missing[0]
        raise OvmrIndexError(
            f"sample {name}: {counted(count, 'exemplar')} missing, or another image, box or"
            f" category now, first {first.describe()} of category {first.category_id}; ingest the"
            f" files that it was drawn from, or draw it again under another {option('name')}"
        )


def find_sample(connection: Connection, name: str) -> int:
    """Return the pk of a saved sample; raises UsageError without one of that name."""
    found = connection.execute(select(Sample.c.pk).where(Sample.c.name == name)).scalar()
    if found is None:
        known = connection.execute(select(Sample.c.name).order_by(Sample.c.name)).scalars()
        raise unknown("sample", name, known, see=f"see {command('sample list')}")
    return found


def _picks(connection: Connection, query: Query) -> list[SavedPick]:
    return [SavedPick._make(row) for row in connection.execute(query)]


def _as_picks(sample: list[CategoryExemplars]) -> list[SavedPick]:
    """Return the picks of a sample as they are once it is saved."""
    return [
        SavedPick(one.category_id, position, pick.dataset, pick.file_name, pick.region_id)
        for one in sample
        for position, pick in enumerate(one.exemplars)
    ]
