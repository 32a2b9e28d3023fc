"""The files below a folder."""

from pathlib import Path


def files_below(folder: Path) -> dict[str, bytes]:
    """Return the content of all files below a folder by path; of a link, where it leads."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            found[str(path.relative_to(folder))] = str(path.readlink()).encode()
        elif path.is_file():
            found[str(path.relative_to(folder))] = path.read_bytes()
    return found
