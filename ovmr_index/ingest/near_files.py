"""Where an annotation file is that is not at its usual path: some folders off."""

from pathlib import Path

from ovmr_index.formats.table import format_of
from ovmr_index.storage.remote.path import RemotePath


def with_seen(root: Path, missing: str) -> str:
    """Return the path of a missing file, with where one of its name is and what to do."""
    file = Path(missing)
    if file.suffix != ".json" or (seen := _seen(root, file.name)) is None:
        return missing
    return f"{missing}; it is at {seen}: move it there, or make a link"


def with_download(missing: str) -> str:
    """Return the path of a missing file of a usual dataset, with the download that has it."""
    downloads = {**format_of("lvis").downloads, **format_of("visual-genome").downloads}
    download = downloads.get(Path(missing).name)
    return f"{missing} (it comes with {download})" if download else missing


def _seen(root: Path, name: str) -> Path | None:
    """Return the first file of a name in the root, or in one or two folders below it.

    A remote root is not looked through.
    """
    if isinstance(root, RemotePath):
        return None
    for pattern in (name, f"*/{name}", f"*/*/{name}"):
        if found := sorted(path for path in root.glob(pattern) if path.is_file()):
            return found[0]
    return None
