"""A file that maps categories to others: a JSON object, or a table with the columns from and to."""

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from ovmr_index.errors import RecordError, shortened
from ovmr_index.formats import lenient
from ovmr_index.formats.json_document import JsonDocument
from ovmr_index.vocabularies.list_content import read_list

_MAP = "a JSON object from category to category, or a CSV or TSV file with the columns from and to"
_TARGET = msgspec.json.Decoder(str | int | None)
_COLUMNS = ("from", "to")
_SHOWN = 12  # categories of a cycle

Pair = tuple[str, str, str | None]  # where it is, from, to


class ReadMap(NamedTuple):
    """What each category of a file becomes in the end, by what the file calls it.

    `targets` are all names that something becomes, in the end or on the way.
    """

    ends: dict[str, str | None]
    targets: frozenset[str]


def read_category_map(path: Path) -> ReadMap:
    """Return the map of a file.

    Where a category becomes one that the file maps, too, as in `beagle -> dog -> animal`, it
    becomes what that one becomes. A category that becomes itself stays what it is; one that becomes
    null or an empty text is None.

    Raises:
        RecordError: The file cannot be read, holds something else or nothing, maps a category to
            two others, or goes round in a circle.
    """
    found = read_list(path, _MAP)
    pairs = dict[str, str | None]()
    for where, one, to in _rows(path, found) if isinstance(found, str) else _members(found):
        if not one:
            raise RecordError(path, where, "names no category in `from`", "fix or remove it")
        if lenient.has_nul(one, to):
            raise RecordError(path, where, "holds a NUL character", "remove it")
        before = pairs.setdefault(one, to)
        if before != to:
            problem = f"maps {shortened(one)!r} to {_shown(to)}, and before to {_shown(before)}"
            raise RecordError(path, where, problem, "keep one of the two")
    if not pairs:
        raise RecordError(path, "", "maps no category", f"give {_MAP}")
    return ReadMap(_followed(path, pairs), frozenset(filter(None, pairs.values())))


def _shown(target: str | None) -> str:
    return "nothing" if target is None else repr(shortened(target))


def _followed(path: Path, pairs: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return the end of the chain that begins with each category."""
    ends = dict[str, str | None]()
    for start in pairs:
        chain = dict[str, None]()
        at: str | None = start
        while at is not None and at in pairs and at not in ends and pairs[at] != at:
            if at in chain:
                raise _cycle(path, [*chain], at)
            chain[at] = None
            at = pairs[at]
        end = at if at is None else ends.get(at, at)
        ends |= dict.fromkeys([start, *chain], end)
    return {one: ends[one] for one in pairs}


def _cycle(path: Path, chain: list[str], again: str) -> RecordError:
    cycle = [*chain[chain.index(again) :], again]
    more = [] if len(cycle) <= _SHOWN else ["…"]
    shown = cycle if not more else [*cycle[: _SHOWN - 1], *more, again]
    circle = " -> ".join(shortened(one, 60) for one in shown)
    return RecordError(path, "", f"goes round in a circle: {circle}", "remove one of these")


def _members(document: JsonDocument) -> Iterator[Pair]:
    if document.is_array:
        raise document.error("", "is a JSON array", f"give {_MAP}")
    for name, raw in document.members().items():
        where = f"`{shortened(name)}`"
        try:
            target = document.decode(_TARGET, raw, where)
        except RecordError as error:
            remedy = "give the name, the id or the synset of a category, or null"
            raise document.error(where, error.problem, remedy) from None
        yield where, name.strip(), _text(None if target is None else str(target))


def _rows(path: Path, text: str) -> Iterator[Pair]:
    if not text.strip():
        raise RecordError(path, "", "the file is empty", f"give {_MAP}")
    head = next(iter(text.splitlines()), "")
    delimiter = "\t" if "\t" in head else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [cell.strip().casefold() for cell in next(reader, [])]
        if any(header.count(name) != 1 for name in _COLUMNS):
            problem = f"has no header `from,to`, but {shortened(head, 60)!r}"
            raise RecordError(path, "line 1", problem, f"give {_MAP}")
        places = [header.index(name) for name in _COLUMNS]
        for row in reader:
            where = f"line {reader.line_num}"
            if not any(map(str.strip, row)):
                continue
            if len(row) != len(header):
                problem = f"has {len(row)} cells, and the header has {len(header)}"
                raise RecordError(path, where, problem, "put a name with a comma into quotes")
            one, to = (row[place].strip() for place in places)
            yield where, one, _text(to)
    except csv.Error as error:
        raise RecordError(path, f"line {reader.line_num}", str(error), "fix the line") from None


def _text(target: str | None) -> str | None:
    """Return a target without spaces around it, None for an empty one."""
    return (target or "").strip() or None
