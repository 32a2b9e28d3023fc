"""Which categories a form writes, and which of them each category of its source is."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection

from ovmr_index.db.stored_json import decoded_object
from ovmr_index.errors import OvmrIndexError, UsageError, command, counted, naming, option
from ovmr_index.export.forms import box_selection_queries as queries
from ovmr_index.export.forms.box_options import BoxOptions
from ovmr_index.export.forms.box_selection_queries import DescribedCategory
from ovmr_index.export.forms.category_maps import (
    CategoryNames,
    MappedCategories,
    MappedCategory,
    by_file,
    by_table,
    numbered,
    shipped_map,
)
from ovmr_index.vocabularies.notes import listed
from ovmr_index.vocabularies.partition_filter import PartitionFilter
from ovmr_index.vocabularies.partition_notes import selection_notes
from ovmr_index.vocabularies.partitions import selected_categories
from ovmr_index.vocabularies.stored_vocabularies import SENSE, find_vocabulary


class FormCategories(NamedTuple):
    """The categories that a form writes, in their order.

    `places` are those in `categories` of the categories (pk) of the source, or of synsets (pk)
    where it has none. `notes` are what is good to know of them.
    """

    categories: Sequence[MappedCategory]
    places: Mapping[int, int]
    notes: tuple[str, ...]


class _Described(NamedTuple):
    """The categories of a vocabulary, all of them and those that are selected."""

    every: list[DescribedCategory]
    selected: list[DescribedCategory]
    notes: tuple[str, ...] = ()


def form_categories(
    connection: Connection, options: BoxOptions, source: str, vocabulary: str | None
) -> FormCategories:
    """Return the categories that options mean.

    Args:
        connection: The index.
        options: What is asked for.
        source: The name of the source of the boxes.
        vocabulary: That of its own vocabulary, None where its boxes have synsets alone.

    Raises:
        UsageError: There is no such vocabulary, partition, map or category.
        OvmrIndexError: The file of a map cannot be read, or leaves no category.
    """
    if options.category_map is None:
        return _compared(connection, options, source, vocabulary)
    own = None
    by = options.partition_filter
    if vocabulary is not None:
        own = _described(connection, vocabulary, by if options.vocabulary is None else None)
    elif by is not None and options.vocabulary is None:
        raise UsageError(f"{source} has no categories of its own, of which a part could be taken")
    found = _mapped(connection, options, source, own)
    if not found.places:
        raise OvmrIndexError(
            f"{options.category_map}: maps no category of {source}; see"
            f" {command('vocabulary list')} for its categories, and give them synsets"
            " or another map"
        )
    return found


def _compared(
    connection: Connection, options: BoxOptions, source: str, vocabulary: str | None
) -> FormCategories:
    """Return the categories of a vocabulary, which those of the source are by their synsets."""
    wanted = options.vocabulary or vocabulary
    if wanted is None:
        raise UsageError(
            f"{source} has no categories of its own; give {option('vocabulary')}, whose synsets its"
            " boxes are compared with"
        )
    found = _described(connection, wanted, options.partition_filter)
    categories = [*map(_as_it_is, found.selected)]
    if wanted == vocabulary:
        places = {one.pk: place for place, one in enumerate(found.selected)}
        return FormCategories(categories, places, found.notes)
    by_synset: dict[int, int] = {}
    second = []
    for place, one in enumerate(found.selected):
        if one.synset_pk is not None and by_synset.setdefault(one.synset_pk, place) != place:
            second.append(one.name)
    notes = (*found.notes, *_second(second, wanted))
    if vocabulary is None:
        return FormCategories(categories, by_synset, notes)
    own = _described(connection, vocabulary, None).every
    places = {one.pk: by_synset[one.synset_pk] for one in own if one.synset_pk in by_synset}
    return FormCategories(categories, places, notes)


def _second(names: Sequence[str], vocabulary: str) -> Iterator[str]:
    """Yield a note of the categories whose synset is that of one before them."""
    if names:
        categories = counted(len(names), "category", "categories")
        yield (
            f"{categories} of {vocabulary} with no boxes, as one before has the same synset:"
            f" {listed(names)}"
        )


def _mapped(
    connection: Connection, options: BoxOptions, source: str, own: _Described | None
) -> FormCategories:
    assert options.category_map is not None
    table = shipped_map(options.category_map)
    if table is None:
        return _mapped_by_file(connection, options, source, own)
    if options.vocabulary is not None:
        given = option("category_map", options.category_map, flag="--map")
        raise UsageError(f"{given} has categories of its own; leave out {option('vocabulary')}")
    selected = None if own is None else own.selected
    found = by_table(connection, table, selected)
    notes = () if own is None else (*own.notes, *_left_out(own, found.places, source))
    return FormCategories(*found, notes)


def _mapped_by_file(
    connection: Connection, options: BoxOptions, source: str, own: _Described | None
) -> FormCategories:
    path = Path(str(options.category_map))
    own_names = None if own is None else CategoryNames(own.every, source)
    names, ends = by_file(connection, path, own_names)
    targets, place_of, notes = _targets(connection, options, path, names)
    kept = None if own is None else {one.pk for one in own.selected}
    places = {
        pk: place_of[end]
        for pk, end in ends.items()
        if end in place_of and (kept is None or pk in kept)
    }
    if own is not None:
        notes = (*notes, *own.notes, *_left_out(own, places, source))
    if options.vocabulary is not None:
        return FormCategories(targets, places, notes)
    return FormCategories(*_without_unused(targets, places), notes)


def _targets(
    connection: Connection, options: BoxOptions, path: Path, names: Sequence[str]
) -> tuple[list[MappedCategory], dict[str, int], tuple[str, ...]]:
    """Return what the names of a map's targets mean: categories, and the place of each name."""
    if options.vocabulary is None:
        return numbered(names), {name: place for place, name in enumerate(names)}, ()
    found = _described(connection, options.vocabulary, options.partition_filter)
    called = CategoryNames(found.every, options.vocabulary)
    place_of_pk = {one.pk: place for place, one in enumerate(found.selected)}
    with naming(path):
        pks = {name: called.find_one(name) for name in names}
    places = {name: place_of_pk[pk] for name, pk in pks.items() if pk in place_of_pk}
    return [*map(_as_it_is, found.selected)], places, found.notes


def _without_unused(
    categories: Sequence[MappedCategory], places: Mapping[int, int]
) -> MappedCategories:
    """Leave out the categories that none becomes, as all that do are of another part."""
    used = sorted({*places.values()})
    place_now = {place: now for now, place in enumerate(used)}
    return MappedCategories(
        [categories[place] for place in used],
        {pk: place_now[place] for pk, place in places.items()},
    )


def _left_out(own: _Described, places: Mapping[int, int], source: str) -> tuple[str, ...]:
    count = sum(one.pk not in places for one in own.selected)
    if not count:
        return ()
    categories = counted(count, "category", "categories")
    return (f"the map leaves out {categories} of {len(own.selected):,} of {source}",)


def _described(connection: Connection, vocabulary: str, by: PartitionFilter | None) -> _Described:
    rows = connection.execute(queries.described_categories(find_vocabulary(connection, vocabulary)))
    every = [DescribedCategory._make(row) for row in rows]
    if by is None:
        return _Described(every, every)
    wanted = selected_categories(connection, vocabulary, by)
    kept = {*connection.execute(wanted.order_by(None)).scalars()}
    notes = tuple(selection_notes(connection, vocabulary, by))
    return _Described(every, [one for one in every if one.pk in kept], notes)


def _as_it_is(category: DescribedCategory) -> MappedCategory:
    record = decoded_object(category.record, "categories.record", category.pk)
    if category.synset is not None and SENSE in category.synset and not record.get("synset"):
        record["synset"] = category.synset
    return MappedCategory(category.id, category.name, category.synset, record)
