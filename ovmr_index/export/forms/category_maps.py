"""A map of categories: what the categories of a source become, by a file or by a shipped table."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection

from ovmr_index.errors import UsageError, command, folded, naming, shortened, unknown
from ovmr_index.export.forms import box_selection_queries as queries
from ovmr_index.export.forms.box_options import CategoryMap
from ovmr_index.export.forms.box_selection_queries import DescribedCategory
from ovmr_index.vocabularies.category_map_file import read_category_map
from ovmr_index.vocabularies.class_synsets import SHIPPED, ShippedClass, shipped_classes
from ovmr_index.vocabularies.stored_vocabularies import SENSE

COCO_80 = "coco80"  # another name of the table `coco`


def _see() -> str:
    lists, asks = command("vocabulary list"), command("sql")
    return f"see {lists}, or {asks} and the view vocabulary_categories"


class MappedCategory(NamedTuple):
    """A category that others become."""

    id: int
    name: str
    synset: str | None
    record: Mapping[str, Any]


class MappedCategories(NamedTuple):
    """What a map makes of categories.

    `places` are those in `categories` of the categories (pk) that are mapped, or of synsets (pk)
    where the boxes have no categories.
    """

    categories: list[MappedCategory]
    places: dict[int, int]


class CategoryNames:
    """What names mean: ids, names and synsets of some categories."""

    def __init__(self, categories: Iterable[DescribedCategory], within: str) -> None:
        """Take the categories, and the name of what they belong to."""
        self._categories, self._within = [*categories], within
        self._ids = {str(one.id): one for one in self._categories}
        self._called: dict[str, list[DescribedCategory]] = {}
        for one in self._categories:
            for name in dict.fromkeys((one.name, one.synset)):
                if name is not None:
                    self._called.setdefault(name, []).append(one)

    def find(self, name: str) -> list[int]:
        """Return the pks of the categories of a name: of one synset all; none may be meant.

        Raises UsageError where several have the name itself.
        """
        if name in self._ids:
            return [self._ids[name].pk]
        found = self._called.get(name, [])
        if sum(one.name == name for one in found) > 1:
            raise self._several(found, name)
        return [one.pk for one in found]

    def called(self, name: str | None) -> list[int]:
        """Return the pks of the categories with a name or a synset."""
        return [one.pk for one in self._called.get(name or "", ())]

    def find_one(self, name: str) -> int:
        """Return the pk of the one category of a name.

        Raises UsageError where there is none, or several.
        """
        found = self.find(name)
        if not found:
            raise self.unknown(name)
        if len(found) > 1:
            raise self._several(found, name)
        return found[0]

    def unknown(self, name: str) -> UsageError:
        """Return the error for a name that no category has."""
        is_synset = SENSE in name
        known = [(one.synset or one.name) if is_synset else one.name for one in self._categories]
        return unknown("category", name, dict.fromkeys(known), within=self._within, see=_see())

    def _several(self, found: Sequence[object], name: str) -> UsageError:
        return UsageError(
            f"{len(found)} categories of {self._within} are called {shortened(name)!r}; give the id"
            " of one"
        )


def shipped_map(given: CategoryMap) -> str | None:
    """Return the name of the shipped table that a map means, None for a file.

    Raises UsageError for a word that names neither.
    """
    if given == COCO_80:
        return "coco"
    if given in SHIPPED:
        return str(given)
    path = Path(given)
    if isinstance(given, str) and path.name == given and not path.suffix and not path.exists():
        raise unknown("map", given, [COCO_80, *SHIPPED], see="give a file")
    return None


def by_table(
    connection: Connection, table: str, own: Sequence[DescribedCategory] | None
) -> MappedCategories:
    """Map categories to the classes of a shipped table by their synsets.

    A category without a synset of WordNet becomes the class of its name, if there is one.

    Args:
        connection: The index.
        table: The name of the table.
        own: The categories, or None for boxes that have synsets alone.
    """
    classes = shipped_classes(table)
    by_synset: dict[str, int] = {}
    by_name: dict[str, int] = {}
    for place, one in enumerate(classes):
        for synset in filter(None, (one.synset, *one.mapped, one.mid)):
            by_synset.setdefault(synset, place)
        for name in (one.name, *one.also):
            by_name.setdefault(folded(name), place)
    if own is None:
        found = connection.execute(queries.synsets_called(by_synset)).all()
        places = {pk: by_synset[name] for pk, name in found}
    else:
        meant = (
            (one.pk, by_synset.get(one.synset))
            if one.synset is not None and SENSE in one.synset
            else (one.pk, by_synset.get(one.synset or "", by_name.get(folded(one.name))))
            for one in own
        )
        places = {pk: place for pk, place in meant if place is not None}
    return MappedCategories([*map(_of_class, classes)], places)


def by_file(
    connection: Connection, path: Path, own: CategoryNames | None
) -> tuple[list[str], dict[int, str]]:
    """Map categories as a file says.

    Args:
        connection: The index.
        path: The file.
        own: The categories that its keys mean, or None where keys are synsets.

    Returns:
        What categories become, in the order of the file, and that of each category (pk), or of each
        synset (pk).

    Raises:
        RecordError: The file is none that `read_category_map` reads.
        UsageError: A key means no category, or two keys mean one that becomes two others.
    """
    ends, targets = read_category_map(path)
    with naming(path):
        synsets = _synsets(connection, ends) if own is None else {}
        meant = {key: synsets.get(key, []) if own is None else own.find(key) for key in ends}
        for key, pks in meant.items():
            if not pks and key not in targets:
                raise _unknown_synset(connection, key) if own is None else own.unknown(key)
        if own is not None:
            _require_one_spelling(ends, meant, own)
        return [*dict.fromkeys(filter(None, ends.values()))], _ends_by_pk(ends, meant)


def numbered(names: Iterable[str]) -> list[MappedCategory]:
    """Return categories with ids from 1 that have a name and nothing else."""
    return [
        MappedCategory(number, name, None, {"id": number, "name": name})
        for number, name in enumerate(names, 1)
    ]


def _require_one_spelling(
    ends: Mapping[str, str | None], meant: Mapping[str, Sequence[int]], own: CategoryNames
) -> None:
    """Raise UsageError where a chain breaks since a category is called by its name and its synset.

    As in `apple -> banana.n.02` and `banana -> fruit`: the file is followed by what it says.
    """
    keys = {pk: key for key, pks in meant.items() for pk in pks}
    for key, end in ends.items():
        again = next((keys[pk] for pk in own.called(end) if pk in keys), None)
        if end not in ends and again is not None and ends[again] != end:
            shown = [shortened(str(one)) for one in (key, end, again, ends[again])]
            raise UsageError(
                "{!r} becomes {!r}, which is {!r}, and that becomes {!r}; call it the same in both"
                " columns".format(*shown)
            )


def _ends_by_pk(
    ends: Mapping[str, str | None], meant: Mapping[str, Sequence[int]]
) -> dict[int, str]:
    known: dict[int, str] = {}  # the first key that means it
    for key, pks in meant.items():
        for pk in pks:
            before = known.setdefault(pk, key)
            if ends[before] != ends[key]:
                shown = [shortened(str(one)) for one in (before, key, ends[before], ends[key])]
                raise UsageError(
                    "{!r} and {!r} are one category, which becomes {!r} and {!r}; keep one of the"
                    " two".format(*shown)
                )
    return {pk: end for pk, key in known.items() if (end := ends[key]) is not None}


def _of_class(one: ShippedClass) -> MappedCategory:
    others = {"supercategory": one.supercategory, "synset": one.synset, "mid": one.mid}
    known = {name: value for name, value in others.items() if value is not None}
    record = {"id": one.id, "name": one.name, **known}
    return MappedCategory(one.id, one.name, one.synset, record)


def _synsets(connection: Connection, names: Iterable[str]) -> dict[str, list[int]]:
    rows = connection.execute(queries.synsets_called([*names]))
    return {name: [pk] for pk, name in rows}


def _unknown_synset(connection: Connection, name: str) -> UsageError:
    senses = connection.execute(queries.synsets_of_word(name.partition(".")[0])).scalars()
    return unknown("synset", name, senses, see="the keys of the map are synsets here")
