"""The member `names` of a YAML file, as YOLO's data.yaml has it: a list, or a mapping from index.

Only these forms are read; anything else of YAML is refused there. A scalar is a name as it is
written: `no`, `007` and `2020-01-01` are what people see, though readers of YAML make a truth
value, a number and a date of them. Without quotes `null` and `~` are no name, as in all of YAML.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from ovmr_index.errors import RecordError, shortened
from ovmr_index.vocabularies.list_content import lines_of

Named = tuple[int, str]  # class index and name

_NAMES = re.compile(r"(?:names|\"names\"|'names')[ \t]*:(?:[ \t]+(.*))?")
_COUNT = re.compile(r"nc[ \t]*:[ \t]+([0-9]+)[ \t]*(?:#.*)?")
_LINE = re.compile(r"[ \t]*(?:-(?:[ \t].*)?|[\w\"'./ -]+:(?:[ \t].*)?|[\[\]{}].*)")
_ITEM = re.compile(r"([ \t]*)-[ \t]+(.*)")
_PAIR = re.compile(r"([ \t]*)[\"']?([0-9]{1,18})[\"']?[ \t]*:[ \t]+(.*)")
_QUOTED = re.compile(r"(\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*')[ \t]*(?:#.*)?")
_GAP = r"\s*(?:#[^\n]*\n\s*)*"
_ENTRY = re.compile(
    _GAP + r"(?:[\"']?([0-9]{1,18})[\"']?\s*:\s+)?"
    r"(\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'|[^\s,\[\]{}\"'#][^,\[\]{}]*?)(?:\s+#[^\n]*\n)?\s*([,\]}])"
)
_END = re.compile(_GAP + r"([\]}])[ \t]*(.*)")
_COMMENT = re.compile(r"[ \t]+#.*")
_NULLS = ("null", "Null", "NULL", "~")
_SPECIAL = tuple("&*!|>%@`[]{},?\"'#")
_REMEDY = "give a list below `names:`, or text with a name a line"
_SUFFIXES = (".yaml", ".yml")


def is_yaml(path: Path, text: str) -> bool:
    """Return whether a text is YAML: by its suffix or `names:`, or since every line looks it."""
    lines = [line for line in lines_of(text) if line.strip() and not line.startswith("#")]
    if path.suffix.lower() in _SUFFIXES or any(map(_NAMES.fullmatch, lines)):
        return True
    return bool(lines) and (lines[0].rstrip() == "---" or all(map(_LINE.fullmatch, lines)))


def read_names(path: Path, text: str) -> list[Named]:
    """Return the class indexes and names of a YAML file, in its order; a list counts from 0.

    Raises:
        RecordError: It has no `names:`, other YAML there, or another number of them than `nc:`.
    """
    lines = lines_of(text)
    starts = [i for i, line in enumerate(lines) if _NAMES.fullmatch(line)]
    if len(starts) != 1:
        has = "no member" if not starts else "several members"
        raise RecordError(path, "", f"is YAML with {has} `names`", _REMEDY)
    (start,) = starts
    found = _NAMES.fullmatch(lines[start])
    first = (found[1] or "").strip() if found else ""
    if first.startswith(("[", "{")):
        names = _flow(path, start, "\n".join([first, *lines[start + 1 :]]))
    elif first and not first.startswith("#"):
        raise _wrong(path, start, lines[start])
    else:
        names = [*_block(path, lines, start + 1)]
    counted = next(filter(None, map(_COUNT.fullmatch, lines)), None)
    if counted and int(counted[1]) != len(names):
        problem = f"`nc` is {counted[1]}, and `names` has {len(names)}"
        raise RecordError(path, "", problem, "fix the file")
    return names


def _block(path: Path, lines: list[str], start: int) -> Iterator[Named]:
    """Yield the names of lines that are one below the other, each with a dash or an index."""
    form, indent, count = None, None, 0
    for i, line in enumerate(lines[start:], start):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if not line.startswith((" ", "\t", "- ")):
            return
        item, pair = _ITEM.fullmatch(line), _PAIR.fullmatch(line)
        match = item or pair
        if match is None or indent not in (None, match[1]) or form not in (None, match.re):
            raise _wrong(path, i, line)
        if form is None:
            form, indent = match.re, match[1]
        yield (count if item else int(match[2])), _scalar(path, i, match[match.re.groups])
        count += 1


def _flow(path: Path, start: int, text: str) -> list[Named]:
    """Return the names between brackets, which may be on several lines, or between braces."""
    names: list[Named] = []
    is_list, at = text[0] == "[", 1
    while not (end := _END.match(text, at)):
        entry = _ENTRY.match(text, at)
        if entry is None or (entry[1] is None) != is_list:
            raise _wrong(path, start, text[at:])
        index = len(names) if is_list else int(entry[1])
        names.append((index, _scalar(path, start, " ".join(entry[2].split()))))
        at = entry.end() - (entry[3] != ",")
    if (end[1] == "]") != is_list or end[2].strip()[:1] not in ("", "#"):
        raise _wrong(path, start, text[at:])
    return names


def _scalar(path: Path, i: int, text: str) -> str:
    """Return a name, which may be in quotes."""
    if quoted := _QUOTED.fullmatch(text.strip()):
        if name := _unquoted(quoted[1]):
            return name
        raise _wrong(path, i, text)
    plain = _COMMENT.sub("", text).strip()
    if plain in _NULLS:
        problem = f"{plain} is no name; give it in quotes if it is one, or remove it"
        raise RecordError(path, f"line {i + 1}", problem, _REMEDY)
    if not plain or plain.startswith(_SPECIAL) or ": " in plain or plain.endswith(":"):
        raise _wrong(path, i, text)
    return plain


def _unquoted(text: str) -> str | None:
    if text[0] == "'":
        return text[1:-1].replace("''", "'")
    try:
        return str(json.loads(text))
    except ValueError:  # YAML has escapes that JSON does not have
        return None


def _wrong(path: Path, i: int, line: str) -> RecordError:
    problem = f"{shortened(line.strip(), 80)!r} is no name, and no list or mapping of names"
    return RecordError(path, f"line {i + 1}", problem, _REMEDY)
