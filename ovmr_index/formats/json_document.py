"""JSON files of any size: found in a memory map, decoded a record at a time.

The map's pages are the operating system's to keep or drop, so a file of 1 GB costs as much private
memory as a list of where its records are: about 80 bytes each.
"""

import codecs
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Raw

from ovmr_index.errors import RecordError, shortened
from ovmr_index.formats.each_once import MemberName, member_twice
from ovmr_index.formats.json_bytes import AS_UTF8, json_bytes
from ovmr_index.formats.lenient import Changes, read
from ovmr_index.processes import batches

T = TypeVar("T")

Key = Annotated[int, Meta(ge=0, le=2**63 - 1)]
CocoId = Annotated[int, Meta(ge=1, le=2**63 - 1)]
Pixel = Annotated[int, Meta(ge=0, le=2**53)] | Annotated[float, Meta(ge=0, le=2**53)]
SignedFloat = Annotated[float, Meta(ge=-(2**53), le=2**53)]
SignedPixel = Annotated[int, Meta(ge=-(2**53), le=2**53)] | SignedFloat
Name = Annotated[str, Meta(min_length=1)]
Side = Annotated[int, Meta(ge=1, le=2**31 - 1)]

_HEAD = 4_096  # bytes in which the first sign is looked for
_CHUNK = 1 << 20
_JOINED = 64  # parts that are hashed at once
WHITE_SPACE = b" \t\r\n"
_MEMBERS = msgspec.json.Decoder(dict[str, Raw])
_ELEMENTS = msgspec.json.Decoder(list[Raw])
_ANYTHING = msgspec.json.Decoder()
WRONG = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_MALFORMED = re.compile(r"(?:JSON is malformed: )?(.*\(byte ([0-9]+)\))")


_FILE_MEMBERS = msgspec.json.Decoder(dict[MemberName, Raw])
_PARTS = msgspec.json.Decoder(
    dict[MemberName, list[Raw] | dict[str, Raw] | str | int | float | bool | None]
)


def fingerprint(parts: Iterable[Raw]) -> str:
    """Return the SHA-256 of the JSON of these parts of a file, in hexadecimal."""
    sha256 = hashlib.sha256()
    for some in batches(parts, _JOINED):
        sha256.update(b"".join(some))
    return sha256.hexdigest()


class JsonDocument:
    """A JSON file and what is said when a part of it is wrong."""

    def __init__(self, path: Path, content: bytes | None = None) -> None:
        """Map the file at `path`, unless its `content` was read already, as a pipe's can be once.

        Raises RecordError as `json_bytes` does.
        """
        self.path = path
        self._buffer = json_bytes(path) if content is None else memoryview(content)

    def error(self, record: str, problem: str, remedy: str) -> RecordError:
        """Return an error that names this file."""
        return RecordError(self.path, record, problem, remedy)

    def bad_record(self, raw: Raw, record: str, error: Exception) -> RecordError:
        """Return an error that names a record and its id, for an `error` that is one of `WRONG`."""
        where = f"{shortened(record)} (id {_guess_id(raw)})"
        return self.error(where, _why(error), "fix or remove the record")

    @property
    def is_array(self) -> bool:
        """Whether the file begins as an array does."""
        return bytes(self._buffer[:64]).lstrip(WHITE_SPACE)[:1] == b"["

    def members(self) -> dict[str, Raw]:
        """Return the members of the object that the file is; raises RecordError as `parts`."""
        return self._each_once(self._whole(_FILE_MEMBERS))

    def parts(self) -> dict[str, Raw | list[Raw]]:
        """Return the members of the object that the file is, of arrays the elements.

        In one pass, where `members` and `array` take one each. Raises RecordError for a member that
        stands twice: readers differ in which of them they take.
        """
        try:
            parts = self._each_once(_PARTS.decode(self._buffer))
        except WRONG:
            return {**self.members()}
        return {
            name: part if isinstance(part, list) else Raw(msgspec.json.encode(part))
            for name, part in parts.items()
        }

    def elements(self) -> list[Raw]:
        """Return the elements of the array that the file is."""
        return self._whole(_ELEMENTS)

    def array(self, members: Mapping[str, Raw | list[Raw]], name: str) -> list[Raw]:
        """Return the elements of the array that is one of the file's members or parts."""
        if name not in members:
            raise self.error("", f"has no member `{name}`", "is it another kind of file?")
        part = members[name]
        if isinstance(part, list):
            return part
        try:
            return _ELEMENTS.decode(part)
        except WRONG as error:
            raise self.error(f"`{name}`", _why(error), "is it another kind of file?") from None

    def decode(
        self,
        decoder: msgspec.json.Decoder[T],
        raw: Raw,
        record: str,
        changes: Changes | None = None,
    ) -> T:
        """Return a record as its type, with `changes` for members of another form.

        Raises RecordError that names `record` and its id.
        """
        try:
            return read(decoder, raw, changes) if changes else decoder.decode(raw)
        except WRONG as error:
            raise self.bad_record(raw, record, error) from None

    def text(self, raw: Raw, record: str) -> str:
        """Return a part of the file as text; raises RecordError where it cannot be given back."""
        self.decode(_ANYTHING, raw, record)
        return str(raw, "utf-8")

    def record_text(self, raw: Raw, record: str) -> str:
        """Return a record as text; raises RecordError as `text`, and for a member of two values."""
        found = self.decode(_ANYTHING, raw, record)
        text = str(raw, "utf-8")
        # Nearly always each member of the record has its colon, and nothing else has one.
        if not isinstance(found, dict) or text.count('":') != len(found):
            self.require_each_once(raw, record)
        return text

    def require_each_once(self, raw: Raw, record: str) -> None:
        """Raise RecordError where a member of a record stands twice, with two values."""
        if (name := member_twice(raw)) is not None:
            where = f"{shortened(record)} (id {_guess_id(raw)})"
            problem = f"`{shortened(name)}` stands twice, with two values"
            raise self.error(where, problem, "remove one of them")

    def _each_once(self, members: dict[MemberName, T]) -> dict[str, T]:
        """Return members by their names; raises RecordError for one that stands twice."""
        found: dict[str, T] = {}
        for name, part in members.items():
            if name.value in found:
                raise self.error(f"`{shortened(name.value)}`", "stands twice", "remove one of them")
            found[name.value] = part
        return found

    def _whole(self, decoder: msgspec.json.Decoder[T]) -> T:
        try:
            return decoder.decode(self._buffer)
        except msgspec.ValidationError as error:
            raise self.error("", _why(error), "is it another kind of file?") from None
        except msgspec.DecodeError as error:
            problem = f"is not JSON: {self._why_malformed(error)}"
            raise self.error("", problem, "fix it or download it again") from None
        except RecursionError as error:
            raise self.error("", _why(error), "fix it or download it again") from None
        except UnicodeDecodeError as error:
            problem = f"{_why(error)}, at byte {invalid_utf8(self._buffer)} of the file"
            raise self.error("", problem, f"{AS_UTF8}, or download it again") from None

    def _why_malformed(self, error: msgspec.DecodeError) -> str:
        """Say more than msgspec, which calls a lone surrogate a short escape or a file cut off."""
        if found := _MALFORMED.fullmatch(str(error)):
            start = int(found[2])
            what = found[1].replace("unexpected end of hex escape", "lone surrogate")
            return (
                f"{what}, at {bytes(self._buffer[start : start + 20]).decode('utf-8', 'replace')!r}"
            )
        if bytes(self._buffer[-64:]).rstrip(WHITE_SPACE)[-1:] in (b"]", b"}"):
            return "a bracket is not closed, or a string holds a lone surrogate"
        return "the file is cut off in the middle"


def _why(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "brackets are nested too deeply"
    if isinstance(error, UnicodeDecodeError):
        text = error.object.decode("utf-8", "replace")
        return f"invalid UTF-8 (0x{error.object[error.start]:02x}) in {shortened(text)!r}"
    message = str(error).removeprefix("JSON is malformed: ")
    return shortened(message[:1].lower() + message[1:])


def _guess_id(raw: Raw) -> str:
    """Return the id of a record that is wrong, as far as it can be read."""
    try:
        members = _MEMBERS.decode(raw)
    except WRONG:
        return "unknown"
    for name in ("id", "object_id", "image_id"):
        if name in members:
            return " ".join(bytes(members[name])[:30].decode("ascii", "replace").split())
    return "none"


def invalid_utf8(buffer: memoryview) -> int:
    """Return where in a buffer the first byte is that is not UTF-8, -1 where all are."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(buffer), _CHUNK):
        before = len(decoder.getstate()[0])
        end = start + _CHUNK
        try:
            decoder.decode(buffer[start:end], final=end >= len(buffer))
        except UnicodeDecodeError as error:
            return start - before + error.start
    return -1


def is_object(raw: Raw) -> bool:
    """Return whether a part of a file begins as an object does."""
    return bytes(memoryview(raw)[:1]) == b"{"


def without_white_space(raw: Raw) -> bytes:
    """Return JSON without the white space between its parts; strings are left as they are."""
    text = bytes(raw)
    if b'"' not in text:
        return text.translate(None, WHITE_SPACE)
    if b"\\" in text:
        return text
    parts = text.split(b'"')
    parts[::2] = [part.translate(None, WHITE_SPACE) for part in parts[::2]]
    return b'"'.join(parts)


def other_fields(raw: Raw, known: frozenset[str], first: Sequence[str] = ()) -> str | None:
    """Return a JSON object of a record's members that are not `known`, None without any.

    In the file's order, but those named in `first` before the rest. Raises one of `WRONG` where a
    member cannot be given back.
    """
    members = _MEMBERS.decode(raw)
    if members.keys() <= known:
        return None
    names = dict.fromkeys([name for name in first if name in members] + list(members))
    others = {name: _ANYTHING.decode(members[name]) for name in names if name not in known}
    return msgspec.json.encode(others).decode()
