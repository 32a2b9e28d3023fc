"""Lists of categories that people write: vocabularies, and the parts of partitions.

A file is JSON if its first sign is a bracket or a brace, and else text with one name a line.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Raw, Struct

from ovmr_index.errors import RecordError, os_reason
from ovmr_index.formats.json_document import JsonDocument, Name
from ovmr_index.formats.records import CategoryRecord

_REMEDY = "fix the file"

Id = Annotated[int, Meta(ge=1, le=2**63 - 1)]
CategoryRef = int | str  # an id, a name or a synset
CategoryRefs = Sequence[CategoryRef]


class _Category(Struct):
    name: Name
    id: Id | None = None
    synset: Name | None = None
    frequency: str | None = None


_CATEGORY = msgspec.json.Decoder(_Category | Name)
_SYNSET = msgspec.json.Decoder(Name)
_NAMED = msgspec.json.Decoder(Id | Name)


class PartitionLists(Struct, forbid_unknown_fields=True):
    """The categories of each part by id, name or synset; `base` is None if it is all the others."""

    novel: list[CategoryRef]
    base: list[CategoryRef] | None = None


def read_vocabulary(path: Path) -> list[CategoryRecord]:
    """Return the categories of a file in its order; without ids they are numbered from 1.

    The file is a JSON array of names or of objects `{name, id, synset, frequency}`, of which only
    `name` is needed; or such an array as the member `categories` of an object, as in annotation
    files; or a JSON object from name to synset; or text with a name a line.

    Raises:
        RecordError: The file is another kind of file, a name or id occurs twice, or only some
            categories have ids.
    """
    if not _is_json(path):
        entries = [(_Category(name), "{}") for name in _lines(path)]
    else:
        entries = list(_json_entries(JsonDocument(path)))
    if not entries:
        raise RecordError(path, "", "holds no category", _REMEDY)
    _check(path, [category for category, _ in entries])
    return [
        CategoryRecord(
            number if category.id is None else category.id,
            category.name,
            category.synset,
            category.frequency,
            record,
        )
        for number, (category, record) in enumerate(entries, 1)
    ]


def read_partition(path: Path) -> PartitionLists:
    """Return the parts that a file names: JSON `{"novel": [...], "base": [...]}`, or novel alone.

    Novel alone is a JSON array or text with a category a line. Categories are given by id, name or
    synset.

    Raises:
        RecordError: The file is another kind of file.
    """
    if not _is_json(path):
        return PartitionLists(list(_lines(path)))
    document = JsonDocument(path)
    if _first_sign(path) == b"[":
        return PartitionLists(_named(document, document.elements(), "novel"))
    members = document.members()
    unknown = members.keys() - {"novel", "base"}
    if unknown:
        raise document.error("", f"has a member `{min(unknown)}`; give `novel` and `base`", _REMEDY)
    novel = _named(document, document.array(members, "novel"), "novel")
    if "base" not in members:
        return PartitionLists(novel)
    return PartitionLists(novel, _named(document, document.array(members, "base"), "base"))


def _named(document: JsonDocument, elements: Sequence[Raw], name: str) -> list[CategoryRef]:
    return [document.decode(_NAMED, raw, f"{name}[{i}]") for i, raw in enumerate(elements)]


def _json_entries(document: JsonDocument) -> Iterator[tuple[_Category, str]]:
    """Yield each category with the JSON text of its object, `{}` where it has none."""
    if _first_sign(document.path) == b"[":
        elements = document.elements()
    else:
        members = document.members()
        if "categories" not in members:
            for name, raw in members.items():
                synset = document.decode(_SYNSET, raw, f"`{name}`")
                yield _Category(name, synset=synset), "{}"
            return
        elements = document.array(members, "categories")
    for i, raw in enumerate(elements):
        found = document.decode(_CATEGORY, raw, f"categories[{i}]")
        if isinstance(found, str):
            yield _Category(found), "{}"
        else:
            yield found, document.text(raw, f"categories[{i}]")


def _check(path: Path, categories: Sequence[_Category]) -> None:
    for field, values in (
        ("name", [category.name for category in categories]),
        ("id", [category.id for category in categories if category.id is not None]),
    ):
        if len(set(values)) < len(values):
            twice = next(value for i, value in enumerate(values) if value in values[:i])
            raise RecordError(path, f"{field} {twice!r}", "occurs twice", "remove one of them")
    given = sum(category.id is not None for category in categories)
    if 0 < given < len(categories):
        problem = f"{given} of {len(categories)} categories have an id"
        raise RecordError(path, "", problem, "give an id to all of them or to none")


def _is_json(path: Path) -> bool:
    return _first_sign(path) in (b"[", b"{")


def _first_sign(path: Path) -> bytes:
    return _content(path).removeprefix(b"\xef\xbb\xbf").lstrip()[:1]


def _lines(path: Path) -> list[str]:
    try:
        text = _content(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RecordError(path, "", f"is no UTF-8 text: {error.reason}", _REMEDY) from None
    return [line.strip() for line in text.splitlines() if line.strip()]


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RecordError(path, "", os_reason(error), "check the path") from None
