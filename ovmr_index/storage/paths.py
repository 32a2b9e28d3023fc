"""Paths that are read from files, and names that become parts of paths: none leaves its root."""

import re
from pathlib import Path
from urllib.parse import unquote

from ovmr_index.errors import UsageError, shortened
from ovmr_index.storage.regular import PIPES

_BAD_PARTS = ("", ".", "..")
_DRIVE = re.compile(r"[A-Za-z]:")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
_END_OF_PATH = re.compile(r"[?#]")
_LONGEST_NAME = 200  # bytes: what names of files add to it stays below the 255 of file systems


def check_name(kind: str, name: str) -> None:
    """Check a name that may become part of a path: of a dataset, split, sample or partition.

    Args:
        kind: What it is the name of, for the message.
        name: The name.

    Raises:
        UsageError: It could be no file's name on its own, or would not be seen as it is.
    """
    if not isinstance(name, str):
        raise UsageError(f"{shortened(repr(name))} cannot name a {kind}; give a text")
    if remedy := _what_to_change(name):
        raise UsageError(f"{shortened(name)!r} cannot name a {kind}; give a name {remedy}")


def can_be_read_once(path: Path) -> bool:
    """Return whether what is at a path can be read once only, as a pipe or standard input.

    A file that this process has open is read on from where it is; one in `/dev/shm` is a file.
    """
    if not path.exists() or path.is_dir():
        return False
    return not path.is_file() or str(path).startswith(PIPES)


def short_name(name: str) -> str:
    """Return a name that is not too long: of a longer one the beginning and a hash."""
    encoded = name.encode()
    if len(encoded) <= _LONGEST_NAME:
        return name
    import hashlib

    digest = hashlib.sha256(encoded).hexdigest()[:16]
    first = encoded[: _LONGEST_NAME - len(digest) - 1].decode(errors="ignore")
    return f"{first}_{digest}"


def _what_to_change(name: str) -> str | None:
    """Return how a name should be instead, None where it may be part of a path."""
    if not name.strip():
        return "with letters or digits"
    if "/" in name or "\\" in name:
        return "without '/' and '\\'"
    if not name.isprintable():
        return "without control characters, and in UTF-8"
    if name.startswith(".") or name != name.strip():
        return "without a dot before it and spaces around it"
    if len(name.encode()) > _LONGEST_NAME:
        return f"of at most {_LONGEST_NAME} bytes"
    return None


def split_path(path: str, *, foreign: bool = False) -> tuple[str, str] | None:
    """Return (folder, name) of a path, None where it could leave its root or names no file.

    Parts that say nothing (`.`, two slashes) are left out.

    Args:
        path: Parts with slashes between them.
        foreign: Whether it may be of another machine. Then the folder of a path from the root of a
            disk begins with a slash; and a backslash stays, as it may be part of a name here:
            `with_slashes` reads it as a slash.
    """
    if path_problem(path, foreign=foreign):
        return None
    *folders, name = _parts(path)
    folder = "/".join(folders)
    return (f"/{folder}" if _is_absolute(path) else folder), name


def with_slashes(path: str) -> tuple[str, str] | None:
    """Return what `split_path` does of a path with backslashes that stand for slashes."""
    return split_path(path.replace("\\", "/"), foreign=True)


def path_problem(path: str, *, foreign: bool = False) -> str:
    """Return why `split_path` takes a path for none, as words that follow it; "" for a path."""
    slashes = path.replace("\\", "/")
    problems = (
        (not path.strip(), "is empty"),
        ("\0" in path, "holds a NUL character"),
        ("://" in path, "is a URL"),
        (".." in slashes.split("/"), "leads upwards (..)"),
        (slashes.rpartition("/")[2] in _BAD_PARTS, "names a folder"),
        (not foreign and _is_absolute(slashes), "is absolute"),
        (not foreign and "\\" in path, "holds a backslash"),
    )
    return next((reason for is_so, reason in problems if is_so), "")


def split_url(url: str) -> tuple[str, str] | None:
    """Return (folder, name), the last two parts of a URL, None where they could leave a root.

    Of a URL with a scheme that is of its path alone (RFC 3986): without host, query and fragment,
    and what is percent-encoded is decoded. Without a scheme it is a path as it is.
    """
    scheme, is_url, rest = url.partition("://")
    if is_url and _SCHEME.fullmatch(scheme):
        _, *parts = _END_OF_PATH.split(rest, maxsplit=1)[0].split("/")
        try:
            parts = [_decoded(part) for part in parts]
        except ValueError:
            return None
    elif url.startswith("/"):
        return None
    else:
        parts = url.split("/")
    last = parts[-2:]
    if ".." in parts or any(part in _BAD_PARTS or "\\" in part for part in last):
        return None
    return split_path("/".join(last))


def _decoded(part: str) -> str:
    """Return a part of a URL's path decoded; raises ValueError for what is no part of a path."""
    if "%" not in part:
        return part
    found = unquote(part, errors="strict")
    if "/" in found:
        raise ValueError(found)
    return found


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part not in _BAD_PARTS]


def _is_absolute(path: str) -> bool:
    return path.startswith("/") or _DRIVE.fullmatch(path.partition("/")[0]) is not None


def stays_below(path: str) -> bool:
    """Return whether a path from an index stays below the folder that it is joined to."""
    return not any(part in _BAD_PARTS or "\\" in part or "\0" in part for part in path.split("/"))
