"""Paths out of files and indexes: only those that stay below their root are accepted."""

_BAD_PARTS = ("", ".", "..")


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


def stays_below(path: str) -> bool:
    """Return whether a path from an index stays below the folder that it is joined to."""
    return not any(part in _BAD_PARTS or "\\" in part or "\0" in part for part in path.split("/"))
