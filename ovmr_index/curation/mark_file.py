"""A file of marks: JSON that is the same in any index with the same marks."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Raw, Struct

from ovmr_index.curation.mark import Mark
from ovmr_index.curation.said import LONGEST_AUTHOR, LONGEST_NOTE
from ovmr_index.errors import OvmrIndexError, RecordError, command, os_reason
from ovmr_index.storage.atomic import whole_file
from ovmr_index.storage.regular import refused_kind

FORMAT = "ovmr-index marks"
VERSION = 1
_BEGINNING = f'{{"format": "{FORMAT}", "version": {VERSION}, "marks": ['

_Id = Annotated[int, Meta(ge=0, le=2**63 - 1)]
_Name = Annotated[str, Meta(min_length=1, pattern=r"^[^\0]*$")]
_Note = Annotated[str, Meta(min_length=1, max_length=LONGEST_NOTE, pattern=r"^[^\0]*$")]
_Author = Annotated[str, Meta(min_length=1, max_length=LONGEST_AUTHOR, pattern=r"^[^\0]*$")]


class _Document(Struct, forbid_unknown_fields=True):
    """The file as a whole."""

    format: str
    version: int
    marks: list[Raw]


class _Entry(Struct, forbid_unknown_fields=True):
    """A mark as the file has it; pins of a category come in the order pinned."""

    vocabulary: _Name
    category_id: _Id
    category: _Name
    synset: _Name | None
    kind: Literal["exclude", "pin"]
    source: _Name
    file_name: _Name
    region_id: _Id | None
    note: _Note | None
    author: _Author | None
    at: str


_DOCUMENT, _ENTRY = msgspec.json.Decoder(_Document), msgspec.json.Decoder(_Entry)


def _remedy() -> str:
    return f"give a file that {command('curate export')} wrote"


def write_marks(path: Path, marks: Iterable[Mark]) -> None:
    """Write marks to a file, one a line.

    Raises OvmrIndexError where there is a file already that holds no marks: it may be an input.
    """
    if path.is_file() and not is_mark_file(path):
        raise OvmrIndexError(f"{path}: is there, and no file of marks; give another name")
    with whole_file(path) as output:
        output.writelines(_lines(marks))


def is_mark_file(path: Path) -> bool:
    """Return whether a file begins as `write_marks` begins one."""
    with path.open("rb") as file:
        return file.read(len(_BEGINNING)) == _BEGINNING.encode()


def read_marks(path: Path) -> list[Mark]:
    """Return the marks of a file, in its order; pins are numbered within each category.

    Raises:
        RecordError: The file cannot be read, is another kind of file, or marks an exemplar twice.
    """
    content = _content(path)
    try:
        document = _DOCUMENT.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        remedy = _remedy()
        if content.lstrip().startswith(b"["):
            remedy += f"; a sample is read by {command('import-sample', path, name='NAME')}"
        raise RecordError(path, "", f"is no file of marks ({error})", remedy) from None
    if document.format != FORMAT:
        raise RecordError(path, "format", f"is {document.format!r}, not {FORMAT!r}", _remedy())
    if document.version != VERSION:
        problem = f"is {document.version}, and this program reads {VERSION}"
        raise RecordError(path, "version", problem, "upgrade ovmr-index")
    return _once(path, [_mark(path, i, raw) for i, raw in enumerate(document.marks, 1)])


def _lines(marks: Iterable[Mark]) -> Iterator[bytes]:
    yield _BEGINNING.encode()
    between = "\n"
    for mark in marks:
        entry = {name: getattr(mark, name) for name in _Entry.__struct_fields__}
        yield f"{between}{json.dumps(entry, ensure_ascii=False)}".encode()
        between = ",\n"
    yield b"\n]}\n"


def _content(path: Path) -> bytes:
    try:
        kind = refused_kind(path.stat())
        if kind is not None:
            raise RecordError(path, "", f"is {kind}", _remedy())
        return path.read_bytes()
    except OSError as error:
        raise RecordError(path, "", os_reason(error), _remedy()) from None


def _mark(path: Path, number: int, raw: Raw) -> Mark:
    try:
        entry: dict[str, Any] = msgspec.structs.asdict(_ENTRY.decode(raw))
        datetime.fromisoformat(entry["at"])
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as error:
        raise RecordError(path, f"mark {number}", str(error), "fix it, or leave it out") from None
    return Mark(**entry, rank=None)


def _once(path: Path, marks: Sequence[Mark]) -> list[Mark]:
    """Return the marks; raises RecordError for two of one exemplar."""
    numbers: dict[object, int] = {}
    for number, mark in enumerate(marks, 1):
        first = numbers.setdefault(mark.key, number)
        if first != number:
            problem = f"is of the same exemplar as mark {first}: {mark.key.describe()}"
            raise RecordError(path, f"mark {number}", problem, "leave one of them out")
    return list(marks)
