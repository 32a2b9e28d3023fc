"""Lists of categories as text: a name a line, and the forms that data sets publish theirs in."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ovmr_index.errors import RecordError
from ovmr_index.formats.text_file import lines_of
from ovmr_index.formats.yaml_names import is_yaml, read_names
from ovmr_index.vocabularies.list_tables import require_no_table

_WNID = re.compile(r"(n[0-9]{8})[ \t,]+(.*)")
_MID = re.compile(r"/[a-z]+/[^,\s]+,.*")
_MID_HEADER = ("labelname", "displayname")
_NUMBER = re.compile(r"([0-9]{1,9})[ \t]+(.+)")
_LABEL_MAP = re.compile(r"\w*\s*\{|\}")
_REMEDY = "fix the file"


class ListedCategory(NamedTuple):
    """A category of a list: `fields` are what its line says beside the name.

    `line` is the number of its line, from 1, where it has one of its own: not in YAML.
    """

    name: str
    id: int | None = None
    synset: str | None = None
    fields: dict[str, object] = {}  # noqa: RUF012
    line: int | None = None

    @property
    def where(self) -> str:
        """Where in the file it is, for messages; empty where that is not known."""
        return "" if self.line is None else f"line {self.line}"

    @property
    def names(self) -> tuple[str, ...]:
        """All names that its line gives."""
        synonyms = self.fields.get("synonyms")
        return tuple(map(str, synonyms)) if isinstance(synonyms, list) else (self.name,)


def read_lines(path: Path, text: str) -> list[ListedCategory]:
    """Return the categories of a text in its order.

    Text is a name a line; or a wnid and what it is called, as ImageNet's LOC_synset_mapping.txt has
    it; or a number and a name, counted from 0 or 1; or OpenImages' class descriptions, a CSV of
    (mid, name); or YAML with `names:`, as YOLO's data.yaml.

    Raises:
        RecordError: It is other YAML, a table of another form, or a line is not as the others.
    """
    lines = [(i, line.strip()) for i, line in enumerate(lines_of(text), 1) if line.strip()]
    if any(_MID.fullmatch(line) for _, line in lines[:2]):
        return [*_descriptions(path, lines)]
    if path.suffix.lower() in (".csv", ".tsv") and any("," in line for _, line in lines):
        problem = "is a table, but not of OpenImages' two columns, mid and name"
        raise RecordError(path, "", problem, "give text with a name a line, or JSON")
    if is_yaml(path, text):
        return [ListedCategory(name, index) for index, name in read_names(path, text)]
    if any(_LABEL_MAP.fullmatch(line) for _, line in lines):
        problem = "is a label map (pbtxt), or another text with braces"
        raise RecordError(path, "", problem, "give text with a name a line, or JSON")
    require_no_table(path, [] if _are_numbered_names(lines) else lines)
    return _numbered(lines) or [_line(i, line) for i, line in lines]


def _are_numbered_names(lines: Sequence[tuple[int, str]]) -> bool:
    """Return whether lines are numbers and names, which have no tab in them."""
    return bool(_numbered(lines)) and not all(line.count("\t") > 1 for _, line in lines)


def _numbered(lines: Sequence[tuple[int, str]]) -> list[ListedCategory]:
    """Return the categories of lines that all begin with their number, from 0 or 1 on."""
    found = [(i, match) for i, line in lines if (match := _NUMBER.fullmatch(line))]
    numbers = [int(match[1]) for _, match in found]
    if len(found) < max(len(lines), 2) or numbers[0] > 1:
        return []
    if numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        return []
    return [ListedCategory(match[2], int(match[1]), line=i) for i, match in found]


def _line(i: int, line: str) -> ListedCategory:
    """Return the category of a line, which may begin with a wnid."""
    found = _WNID.fullmatch(line)
    synonyms = [] if found is None else _synonyms(found[2])
    if found is None or not synonyms:
        return ListedCategory(line, line=i)
    return ListedCategory(synonyms[0], synset=found[1], fields={"synonyms": synonyms}, line=i)


def _synonyms(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _descriptions(path: Path, lines: Iterable[tuple[int, str]]) -> Iterator[ListedCategory]:
    """Yield the categories of OpenImages' class descriptions, which may have a header."""
    known: dict[str, str] = {}
    for i, line in lines:
        row = next(csv.reader([line]))
        if tuple(cell.lower() for cell in row) == _MID_HEADER:
            continue
        if len(row) != 2 or not row[0].startswith("/") or not row[1].strip():
            problem = "is not (mid, name), as the lines before it are"
            raise RecordError(path, f"line {i}", problem, _REMEDY)
        mid, name = row[0].strip(), row[1].strip()
        before = known.setdefault(mid, name)
        if before != name:
            problem = f"calls {mid} {name!r}, and a line before it {before!r}"
            raise RecordError(path, f"line {i}", problem, "keep one of the two")
        yield ListedCategory(name, fields={"mid": mid}, line=i)
