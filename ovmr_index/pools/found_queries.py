"""What steps find, on its way into the pools: `FOUND`, which `Filling` appends to them.

`put_found` puts the candidates of a step into `FOUND` in the order of the pools, and `append_run`
those of one category from there to the end of its pool. `put_entries` does both at once.
"""

from collections.abc import Iterator

from sqlalchemy import (
    Column,
    ColumnElement,
    Insert,
    MetaData,
    Select,
    SQLColumnExpression,
    Subquery,
    Table,
    and_,
    bindparam,
    func,
    insert,
    select,
)

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import DOUBLE, WHOLE, PoolEntry
from ovmr_index.formats.records import LARGEST_WEIGHT
from ovmr_index.pools.candidate_queries import StepSources
from ovmr_index.pools.collation_queries import Candidates
from ovmr_index.pools.recipe import Step

_FOUND_COLUMNS = (
    "category_pk",
    "dataset_pk",
    "image_pk",
    "region_pk",
    "synset_pk",
    "substitute",
    "weight",
)
FOUND = Table(
    "tmp_found",
    MetaData(),
    Column("pk", WHOLE, primary_key=True),
    *(Column(name, WHOLE) for name in _FOUND_COLUMNS[:-1]),
    Column(_FOUND_COLUMNS[-1], DOUBLE),
    prefixes=["TEMPORARY"],
)


def put_found(step: Step, sources: StepSources, found: Candidates, *, but_held: bool) -> Insert:
    """Return the statement that puts what a step finds into `FOUND`, in the order of the pools.

    With `but_held` those are left out that the pool of their category holds already.
    """
    rows = _to_take(found, but_held=but_held)
    columns = [rows.c[name] for name in _FOUND_COLUMNS]
    in_order = select(*columns).order_by(rows.c.category_pk, *_order(rows, step, sources))
    return insert(FOUND).from_select(_FOUND_COLUMNS, in_order)


def put_entries(step: Step, sources: StepSources, found: Candidates, *, but_held: bool) -> Insert:
    """Return the statement that appends what a step finds to the pools, whatever they hold.

    It needs no row numbers that count up, and has no order: an engine may do it in parts.
    """
    rows = _to_take(found, but_held=but_held)
    held = (
        select(PoolEntry.c.category_pk, (func.max(PoolEntry.c.position) + 1).label("count"))
        .group_by(PoolEntry.c.category_pk)
        .subquery("counted")
    )
    place = func.row_number().over(
        partition_by=rows.c.category_pk, order_by=[*_order(rows, step, sources)]
    )
    others = [rows.c[name] for name in _FOUND_COLUMNS if name != "category_pk"]
    entries = select(
        rows.c.category_pk,
        (func.coalesce(held.c.count, 0) + place - 1).label("position"),
        *others,
    ).outerjoin(held, held.c.category_pk == rows.c.category_pk)
    return insert(PoolEntry).from_select(entries.selected_columns.keys(), entries)


def _to_take(found: Candidates, *, but_held: bool) -> Subquery:
    rows = found.subquery("found")
    return _not_held(rows) if but_held else rows


def _order(
    rows: Subquery, step: Step, sources: StepSources
) -> Iterator[SQLColumnExpression[int | str]]:
    """Yield the columns of candidates that tell those of a category apart, in their order.

    What all of them have in common is not sorted by: that takes a quarter more time.
    """
    if step.of == "substitutes":
        yield rows.c.turn
    if step.take == "pictures":
        yield from (rows.c.name, rows.c.beside)
        return
    if len(sources.source_pks) > 1:
        yield rows.c.name
    yield rows.c.place


def append_run() -> Insert:
    """Return the statement that appends rows of `FOUND`, all of one category, to its pool.

    Values: `first` and `last`, the row numbers; `shift`, the position of a row less its number.
    """
    positions = (FOUND.c.pk + bindparam("shift")).label("position")
    others = [FOUND.c[name] for name in _FOUND_COLUMNS if name != "category_pk"]
    rows = (
        select(FOUND.c.category_pk, positions, *others)
        .where(FOUND.c.pk.between(bindparam("first"), bindparam("last")))
        .order_by(FOUND.c.pk)
    )
    return insert(PoolEntry).from_select(rows.selected_columns.keys(), rows)


def _not_held(found: Subquery) -> Subquery:
    """Return the candidates that the pool of their category does not hold.

    By a join, which reads that one pool for a candidate: `NOT IN` reads all of them.
    """
    entries = select(
        PoolEntry.c.category_pk,
        PoolEntry.c.image_pk,
        func.coalesce(PoolEntry.c.region_pk, -1).label("region_pk"),
    ).subquery("held")
    is_held = and_(
        entries.c.category_pk == found.c.category_pk,
        entries.c.image_pk == found.c.image_pk,
        entries.c.region_pk == func.coalesce(found.c.region_pk, -1),
    )
    others = select(found).outerjoin(entries, is_held).where(entries.c.category_pk.is_(None))
    return others.subquery("new")


def last_found() -> Select[int]:
    """Return the row number of the last row of `FOUND`, 0 without one."""
    return select(func.coalesce(func.max(FOUND.c.pk), 0))


def found_category() -> Select[int]:
    """Return the category (pk) of a row of `FOUND`, whose number is the parameter `row`."""
    return select(FOUND.c.category_pk).where(FOUND.c.pk == bindparam("row"))


def found_runs() -> Query:
    """Return (category pk, first and last row number) of the rows of `FOUND`, in their order.

    Only of those from row number `first` on.
    """
    first = func.min(FOUND.c.pk)
    return (
        select(FOUND.c.category_pk, first, func.max(FOUND.c.pk))
        .where(FOUND.c.pk >= bindparam("first"))
        .group_by(FOUND.c.category_pk)
        .order_by(first)
    )


def box_of_no_file() -> Select[int | None]:
    """Return the box of an exemplar in `FOUND` whose weight none can have, if there is one.

    Only of those from row number `first` on.
    """
    found = select(FOUND.c.region_pk).where(FOUND.c.pk >= bindparam("first"))
    return found.where(_is_too_large(FOUND.c.weight)).limit(1)


def entry_of_no_file() -> Select[int | None]:
    """Return the box of an exemplar of the pools whose weight none can have, if there is one."""
    return select(PoolEntry.c.region_pk).where(_is_too_large(PoolEntry.c.weight)).limit(1)


def _is_too_large(weight: SQLColumnExpression[float]) -> ColumnElement[bool]:
    return func.abs(weight) > float(LARGEST_WEIGHT)
