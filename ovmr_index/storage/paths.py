"""Paths that are read from files, and names that become parts of paths: none leaves its root."""

import hashlib
from pathlib import Path

from ovmr_index.errors import UsageError, shortened

_BAD_PARTS = ("", ".", "..")


_LONGEST_NAME = 200  # bytes: what names of files add to it stays below the 255 of file systems


def check_name(kind: str, name: str) -> None:
    """Check a name that may become part of a path: of a dataset, split, sample or partition.

    Args:
        kind: What it is the name of, for the message.
        name: The name.

    Raises:
        UsageError: It could be no file's name on its own, or would not be seen as it is.
    """
    if remedy := _what_to_change(name):
        raise UsageError(f"{shortened(name)!r} cannot name a {kind}; give a name {remedy}")


def can_be_read_once(path: Path) -> bool:
    """Return whether what is at a path can be read once only, as a pipe or standard input."""
    return (
        path.exists() and (not path.is_file() or Path("/dev") in path.parents) and not path.is_dir()
    )


def short_name(name: str) -> str:
    """Return a name that is not too long: of a longer one the beginning and a hash."""
    encoded = name.encode()
    if len(encoded) <= _LONGEST_NAME:
        return name
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


def split_path(path: str) -> tuple[str, str] | None:
    """Return (folder, name) of a relative path, None where it could leave its root."""
    parts = path.split("/")
    if any(part in _BAD_PARTS or "\0" in part or "\\" in part for part in parts):
        return None
    if ":" in parts[0]:
        return None
    return "/".join(parts[:-1]), parts[-1]


def split_url(url: str) -> tuple[str, str] | None:
    """Return (folder, name), the last two parts of a URL, None where they could leave a root."""
    if "://" not in url and url.startswith("/"):
        return None
    if ".." in url.split("/") or "\0" in url:
        return None
    return split_path("/".join(url.split("/")[-2:]))
