"""Lists of categories that people write: vocabularies, and the parts of partitions.

A file is JSON if its first sign is a bracket or a brace, and else text.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import Raw, Struct

from ovmr_index.errors import RecordError, shortened
from ovmr_index.formats import lenient
from ovmr_index.formats.json_document import JsonDocument, Key, Name, is_object
from ovmr_index.formats.records import CategoryRecord
from ovmr_index.vocabularies.list_content import read_list
from ovmr_index.vocabularies.list_lines import ListedCategory, read_lines
from ovmr_index.vocabularies.partition_filter import Part

_REMEDY = "fix the file"
_LONGEST_ID = 25  # signs
_DIGITS = re.compile(r"[0-9]+")
_SYNSET_NAME = re.compile(r"n[0-9]{8}|.+\.[a-z]\.[0-9]+")

CategoryRef = int | str  # an id, a name or a synset
CategoryRefs = Sequence[CategoryRef]


class _Category(Struct):
    name: Name
    id: int | float | str | None = None
    synset: Name | None = None
    wnid: Name | None = None
    frequency: str | None = None


class _Called(Struct):
    """A category of a part as an object: what it is called, or else its id."""

    name: Name | None = None
    synset: Name | None = None
    wnid: Name | None = None
    id: Key | float | Name | None = None


class _Entry(NamedTuple):
    """A category of a file as far as the file says it; `record` is JSON of all that it says."""

    name: str
    id: int | None = None
    synset: str | None = None
    frequency: str | None = None
    record: str = "{}"
    where: str = ""
    names: tuple[str, ...] = ()


class ListedRecord(NamedTuple):
    """A category of a file, and where in the file it is: a line, or a member.

    `in_line` says that a line gives its synset, with all names that it has there.
    """

    category: CategoryRecord
    where: str
    names: tuple[str, ...]
    in_line: bool = False


_CATEGORY = msgspec.json.Decoder(_Category | Name)
_SYNSET = msgspec.json.Decoder(Name)
_NAMED = msgspec.json.Decoder(Key | float | Name | _Called)
_CHANGES: lenient.Changes = {
    "name": lenient.name,
    "synset": lenient.text,
    "wnid": lenient.text,
    "frequency": lenient.frequency,
}
_MEMBERS = msgspec.json.Decoder(dict[str, Raw])
_MAPPING_REMEDY = (
    'give {"name": "synset"}, {"id": "name"}, an array of names, or an array of objects with name,'
    " id and synset"
)
_LIST = "a list of categories"


class PartitionLists(NamedTuple):
    """The categories of each part by id, name or synset; `base` is None if it is all the others.

    `file` is what they were read from, if anything; `lines` are those of a text.
    """

    novel: CategoryRefs
    base: CategoryRefs | None = None
    file: Path | None = None
    lines: Sequence[ListedCategory] = ()

    def where(self, part: Part, i: int) -> str:
        """Return where in its file a category of a part is: a line, or an element of an array."""
        if self.lines:
            return self.lines[i].where
        return "" if self.file is None else f"{part}[{i}]"


def read_categories(path: Path) -> list[ListedRecord]:
    """Return the categories of a file in its order; without ids they are numbered from 1.

    The file is a JSON array of names or of objects `{name, id, synset, frequency}`, of which only
    `name` is needed; or such an array as the member `categories` of an object, as in annotation
    files; or a JSON object from name to synset, or from id to name; or text in a form that
    `read_lines` reads.

    Raises:
        RecordError: The file is another kind of file, an id occurs twice, or a name without one
            does, or only some categories have ids.
    """
    found = read_list(path, _LIST)
    in_lines = isinstance(found, str)
    read = _of_text(path, found) if isinstance(found, str) else _of_json(found)
    entries = [_trimmed(path, one) for one in read]
    if not entries:
        raise RecordError(path, "", "holds no category", _REMEDY)
    _check(path, entries)
    keys = [number if one.id is None else one.id for number, one in enumerate(entries, 1)]
    return [
        ListedRecord(
            CategoryRecord(key, one.name, one.synset, lenient.frequency(one.frequency), one.record),
            one.where,
            one.names or (one.name,),
            in_lines,
        )
        for key, one in zip(keys, entries, strict=True)
    ]


def read_partition(path: Path) -> PartitionLists:
    """Return the parts that a file names: JSON `{"novel": [...], "base": [...]}`, or novel alone.

    Novel alone is a JSON array, or text in one of the forms that `read_lines` reads. Categories are
    given by id, name or synset, or as objects, whose name counts before their synset and id.

    Raises:
        RecordError: The file is another kind of file.
    """
    document = read_list(path, _LIST)
    if isinstance(document, str):
        lines = read_lines(path, document)
        return PartitionLists([one.synset or one.name for one in lines], file=path, lines=lines)
    if document.is_array:
        return PartitionLists(_named(document, document.elements(), "novel"), file=path)
    members = document.members()
    unknown = members.keys() - {"novel", "base"}
    if unknown:
        raise document.error("", f"has a member `{min(unknown)}`; give `novel` and `base`", _REMEDY)
    novel = _named(document, document.array(members, "novel"), "novel")
    base = None
    if "base" in members:
        base = _named(document, document.array(members, "base"), "base")
    return PartitionLists(novel, base, path)


def _named(document: JsonDocument, elements: Sequence[Raw], name: str) -> list[CategoryRef]:
    refs: list[CategoryRef] = []
    for i, raw in enumerate(elements):
        where = f"{name}[{i}]"
        one = document.decode(_NAMED, raw, where)
        if isinstance(one, _Called):
            _require_known_members(document, raw, where)
            one = _ref_of(one)
            if one is None:
                problem = "has no name, synset, wnid or id"
                raise document.error(where, problem, "fix or remove the record")
        refs.append(one.strip() if isinstance(one, str) else _whole(document, where, one))
    return refs


def _ref_of(called: _Called) -> int | float | str | None:
    """Return what a category is called, or else its id; None for one that has neither."""
    name = called.name or called.synset or called.wnid
    return called.id if name is None else name


def _trimmed(path: Path, entry: _Entry) -> _Entry:
    """Return a category whose name and synset have no spaces around them, in its record neither.

    Raises RecordError for a name of spaces.
    """
    name, synset = entry.name.strip(), (entry.synset or "").strip() or None
    if not name:
        raise RecordError(path, entry.where, "has a name of spaces alone", "give a name")
    if (name, synset) == (entry.name, entry.synset):
        return entry
    record = json.loads(entry.record)
    for member in ("name", "synset", "wnid"):
        if isinstance(record.get(member), str):
            record[member] = record[member].strip()
    return entry._replace(name=name, synset=synset, record=json.dumps(record))


def _of_text(path: Path, text: str) -> Iterator[_Entry]:
    for one in read_lines(path, text):
        record = json.dumps(one.fields)
        yield _Entry(one.name, one.id, one.synset, record=record, where=one.where, names=one.names)


def _of_json(document: JsonDocument) -> Iterator[_Entry]:
    if document.is_array:
        elements = document.elements()
    else:
        members = document.members()
        if "categories" not in members:
            yield from _of_mapping(document, members)
            return
        elements = document.array(members, "categories")
    for i, raw in enumerate(elements):
        where = f"categories[{i}]"
        found = document.decode(_CATEGORY, raw, where, _CHANGES if is_object(raw) else None)
        if isinstance(found, str):
            yield _Entry(found)
        else:
            key = None if found.id is None else _whole(document, where, found.id)
            record = document.text(raw, where)
            synset = found.synset or found.wnid
            _require_known_members(document, raw, where)
            yield _Entry(found.name, key, synset, found.frequency, record, where)


def _of_mapping(document: JsonDocument, members: Mapping[str, Raw]) -> Iterator[_Entry]:
    """Yield the categories of a mapping: from id to name where all keys are digits, as YOLO's.

    Otherwise from name to synset; there a name may be digits, and has a synset.
    """
    are_ids = all(map(_DIGITS.fullmatch, members))
    for key, raw in members.items():
        try:
            value = document.decode(_SYNSET, raw, f"`{key}`")
        except RecordError as error:
            raise document.error(error.record, error.problem, _MAPPING_REMEDY) from None
        if are_ids:
            yield _Entry(value, _whole(document, f"`{key}`", key))
        elif _DIGITS.fullmatch(key) and not _SYNSET_NAME.fullmatch(value):
            problem = f"is an id of {shortened(value)!r}, and other keys are names"
            raise document.error(f"`{key}`", problem, "give ids for all keys, or names for all")
        else:
            yield _Entry(key, synset=value, where=f"`{shortened(key)}`")


def _require_known_members(document: JsonDocument, raw: Raw, where: str) -> None:
    """Raise RecordError for a member of a category in another case, which would not be read."""
    members = document.decode(_MEMBERS, raw, where)
    for name in members:
        meant = name.strip().lower()
        if meant != name and meant in _Category.__struct_fields__ and meant not in members:
            problem = f"has a member `{shortened(name)}`"
            raise document.error(where, problem, f"rename it to `{meant}`")


def _whole(document: JsonDocument, where: str, given: float | str) -> int:
    """Return an id as a number: `7`, `7.0` and `"7"` are one; raises RecordError for others."""
    is_number = given.isascii() and given.isdecimal() if isinstance(given, str) else given % 1 == 0
    if not is_number or len(str(given)) > _LONGEST_ID or not 0 <= int(given) < 2**63:
        problem = f"id {shortened(str(given))!r} is no whole number from 0 to 2^63 - 1"
        raise document.error(where, problem, "fix or remove the record")
    return int(given)


def _check(path: Path, entries: Sequence[_Entry]) -> None:
    """Raise RecordError where two categories are not distinct, or only some have ids."""
    given = [one for one in entries if one.id is not None]
    if 0 < len(given) < len(entries):
        problem = f"{len(given)} of {len(entries)} categories have an id"
        raise RecordError(path, "", problem, "give an id to all of them or to none")
    seen: set[tuple[object, ...]] = set()
    for one in entries:
        if lenient.has_nul(one.name, one.synset, one.frequency):
            raise RecordError(path, one.where or repr(one.name), lenient.HOLDS_NUL, "remove it")
        told_by = (one.id,) if given else (one.name, one.synset)
        if told_by in seen:
            field, value = ("id", one.id) if given else ("name", shortened(one.name))
            raise RecordError(path, f"{field} {value!r}", "occurs twice", "remove one of them")
        seen.add(told_by)
