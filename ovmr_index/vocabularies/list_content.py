"""What is in a list or a mapping that somebody gives: read once, as a pipe can be, and named."""

import codecs
import gzip
import zlib
from pathlib import Path

from ovmr_index.errors import RecordError, os_reason
from ovmr_index.formats.json_document import JsonDocument

_HEAD = 4_096  # bytes in which the first sign is looked for
_GZIP = b"\x1f\x8b"
_TAR_AT = 257
_TEXT_CONTROLS = "\t\n\r\f\v\x1c\x1d\x1e\x85\u2028\u2029"
_UNICODE = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY = {
    b"PK\x03\x04": "a zip archive, or what is one inside: a spreadsheet, a PyTorch file",
    b"PK\x05\x06": "an empty zip archive",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"RIFF": "an image, sound or film (RIFF)",
    b"%PDF": "a PDF document",
    b"SQLite format 3": "an SQLite database",
    b"\xfd7zXZ": "an xz file",
    b"BZh": "a bzip2 file",
    b"\x28\xb5\x2f\xfd": "a zstd file",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"\x93NUMPY": "a NumPy array",
    b"\x89HDF": "an HDF5 file",
    b"PAR1": "a Parquet file",
    b"\x80\x02": "a Python pickle",
    b"\x80\x03": "a Python pickle",
    b"\x80\x04": "a Python pickle",
    b"\x80\x05": "a Python pickle",
    b"\x7fELF": "a program",
    b"\xd0\xcf\x11\xe0": "a document of an office program",
}
_TEXTS = {
    "%PDF": "a PDF document",
    "<!doctype html": "a page of HTML",
    "<html": "a page of HTML",
    "<?xml": "XML",
    "version https://git-lfs": "a pointer of Git LFS, not the file",
}


def read_list(path: Path, what: str) -> str | JsonDocument:
    """Return the text of a file, or the JSON that it is: what begins with a bracket or a brace.

    A pipe is read once. Text may be UTF-8 or what its byte order mark says, and compressed by gzip.

    Args:
        path: The file.
        what: What it should hold, for the message, as in `a list of categories`.

    Raises:
        RecordError: The file cannot be read, or is another kind of file, which is named.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_HEAD)
            if path.is_file() and content.lstrip()[:1] in (b"[", b"{"):
                return JsonDocument(path)
            content += file.read()
    except OSError as error:
        raise RecordError(path, "", os_reason(error), "check the file") from None
    text = _text(path, content, what)
    if text.lstrip()[:1] in ("[", "{"):
        return JsonDocument(path, text.encode("utf-8", "surrogatepass"))
    return text


def read_text(path: Path, what: str) -> str:
    """Return the text of a file; raises RecordError as `read_list`, and OSError."""
    return _text(path, path.read_bytes(), what)


def _text(path: Path, content: bytes, what: str) -> str:
    if content.startswith(_GZIP):
        content = _unpacked(path, content)
    coding = next((coding for mark, coding in _UNICODE if content.startswith(mark)), "utf-8-sig")
    try:
        text = content.decode(coding)
    except UnicodeDecodeError as error:
        if named := _named(content):
            raise RecordError(path, "", f"is {named}", f"give {what}") from None
        problem = f"is no UTF-8 text: {error.reason}"
        raise RecordError(path, "", problem, "save it as UTF-8") from None
    named = next(
        (kind for sign, kind in _TEXTS.items() if text.lower().startswith(sign.lower())), None
    )
    if named is None and not _is_printable(text):
        named = _named(content) or "a binary file"
    if named:
        raise RecordError(path, "", f"is {named}", f"give {what}")
    return text


def _unpacked(path: Path, content: bytes) -> bytes:
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise RecordError(path, "", f"is a damaged gzip file: {error}", "copy it again") from None


def _is_printable(text: str) -> bool:
    return text.isprintable() or not any(
        ord(sign) < 32 and sign not in _TEXT_CONTROLS for sign in set(text)
    )


def _named(content: bytes) -> str | None:
    """Return what a binary file is, None where that cannot be seen, or it may be text."""
    if content[_TAR_AT : _TAR_AT + 5] == b"ustar":
        return "a tar archive"
    if content[4:8] == b"ftyp":
        return "an image or film (AVIF, HEIC, MP4)"
    if content.startswith(b"\x00\x00\x01\x00"):
        return "an icon (ICO)"
    known = (kind for sign, kind in _BINARY.items() if content.startswith(sign))
    return next(known, "a binary file" if b"\0" in content else None)
