"""Tables among lists of categories: what has columns is no name a line, and is refused."""

import csv
import re
from collections.abc import Sequence
from pathlib import Path

from ovmr_index.errors import RecordError, folded, shortened

Lines = Sequence[tuple[int, str]]  # numbers from 1 and texts, without empty lines

_SEPARATORS = {"\t": "tabs", ";": "semicolons", "|": "bars", ",": "commas"}
_HEADER = {
    *("id", "index", "idx", "no", "nr", "number", "name", "names", "class", "classes", "classid"),
    *("classname", "category", "categories", "categoryid", "categoryname", "label", "labels"),
    *("labelid", "labelname", "displayname", "synset", "synsets", "synsetid", "wnid", "mid"),
    *("wordnetid", "frequency", "supercategory", "supercategories", "definition"),
}
_WNID = re.compile(r"n[0-9]{8}[ \t,].*")
_KEY = re.compile(r"[0-9]+|n[0-9]{8}")
_REMEDY = "save the column of names alone, a name a line, or give a JSON array"


def require_no_table(path: Path, lines: Lines) -> None:
    """Raise RecordError where all lines together have the shape of a table.

    That is where the first line is a header; or all lines have a tab; or all of several lines have
    as many columns by another separator, which are no names with a comma and a space in them. Lines
    that begin with a wnid may have a tab or commas: they are a form that is read.
    """
    texts = [text for _, text in lines]
    if header := _header(path, texts[:1]):
        problem = f"is a table: its first line, {shortened(header)!r}, is a header"
        raise RecordError(path, f"line {lines[0][0]}", problem, _REMEDY)
    have_wnids = all(map(_WNID.match, texts))
    for sign, named in _SEPARATORS.items():
        if not texts or not all(sign in text for text in texts):
            continue
        columns = _columns(texts, sign)
        is_read = have_wnids and (sign == "," or (sign == "\t" and columns == 2))
        if columns and not is_read:
            problem = f"is a table: its lines have {columns} columns, separated by {named}"
            raise RecordError(path, "", problem, _REMEDY)


def _header(path: Path, texts: Sequence[str]) -> str | None:
    """Return the first line if it names columns, of which there may be one in a CSV file."""
    least = 1 if path.suffix.lower() in (".csv", ".tsv") else 2
    for text in texts:
        for sign in _SEPARATORS:
            cells = [folded(cell.strip().strip("\"'")) for cell in text.split(sign)]
            if len(cells) >= least and _HEADER.issuperset(cells):
                return text
    return None


def _columns(texts: Sequence[str], sign: str) -> int:
    """Return the number of columns of a table, 0 for what is none."""
    rows = [_cells(text, sign) for text in texts]
    counts = {len(row) for row in rows}
    if sign == "\t":
        return max(counts)
    if len(rows) < 2 or min(counts) < 2:
        return 0
    are_keys = all(_KEY.fullmatch(row[0].strip()) for row in rows)
    if len(counts) > 1:
        return max(counts) if are_keys else 0
    if sign == "," and not are_keys and any(cell.startswith(" ") for row in rows for cell in row):
        return 0
    return counts.pop()


def _cells(text: str, sign: str) -> list[str]:
    try:
        return next(csv.reader([text], delimiter=sign), [text])
    except csv.Error:  # a field of over 131,072 signs
        return text.split(sign)
