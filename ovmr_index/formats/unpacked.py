"""A class that is there twice, as a folder and as an archive: which of the two is complete."""

from pathlib import Path
from typing import NamedTuple

from ovmr_index.errors import Issue, RecordError, counted
from ovmr_index.formats.class_folder import ClassFolders
from ovmr_index.formats.tar import IMAGES, TarImages
from ovmr_index.formats.tree_records import ArchiveRecord


class Comparison(NamedTuple):
    """Which of the two holds more; `issue` is what is to be said of that, None for nothing."""

    prefers_archive: bool
    issue: Issue | None = None


def compare(
    root: Path, folder: str, archive: ArchiveRecord, packed: set[str] | None, *, is_asked: bool
) -> Comparison:
    """Compare the class folder at `folder` below `root` with its archive, by the images' paths.

    Those in the archive, below the class folder, are `packed`; without them it is read. Where all
    images of each are in one place, which it is does not matter: some unpack into `images`, and
    others out of it.

    An empty folder gives way to the archive. One that has all of its images is read, and an archive
    that is damaged is not. Where the folder lacks images, what has more of them is preferred, and
    said; unless `is_asked`: the layout that somebody gave reads folders alone.
    """
    there = _in_folder(root, folder)
    if not there and not is_asked:
        return Comparison(prefers_archive=True)
    problems: list[Issue] = []
    try:
        if packed is None:
            packed, problems = _in_archive(root, archive)
    except RecordError as error:
        reason = f"{error.problem}, and is not compared with the folder beside it, which is read"
        return Comparison(False, Issue(file=str(root), record=archive.path, reason=reason))
    if len(_places(packed)) == len(_places(there)) == 1:
        packed, there = _names(packed), _names(there)
    lacking = len(packed - there)
    if not packed and problems:  # of a kind that is not read here
        return Comparison(False, problems[0])
    if not lacking:
        return Comparison(prefers_archive=False)
    prefers_archive = not is_asked and len(packed) > len(there)
    read = f"{archive.path} is read" if prefers_archive else "the folder is read"
    reason = (
        f"holds {counted(len(there), 'image')} and {archive.path} beside it {len(packed):,}, of"
        f" which the folder lacks {lacking:,}; {read}: finish unpacking, or move the"
        " one of the two away that is not meant"
    )
    return Comparison(prefers_archive, Issue(file=str(root), record=folder, reason=reason))


def _in_folder(root: Path, folder: str) -> set[str]:
    """Return the paths of a class folder's images; what else it holds is said when it is read."""
    reader = ClassFolders(root, [], IMAGES)
    found = set(reader.names(folder))
    below = f"{folder}/{IMAGES}"
    nested = reader.names(below) if (root / below).is_dir() else []
    return found.union(f"{IMAGES}/{name}" for name in nested)


def _in_archive(root: Path, archive: ArchiveRecord) -> tuple[set[str], list[Issue]]:
    """Return the paths of an archive's images, and what else there is to say of it."""
    tar = TarImages(root / archive.path, (), archive.folder)
    found = {
        path_in_class(archive, image.folder.path, image.name)
        for batch in tar.batches()
        for image in batch.images
    }
    return found, tar.problems


def path_in_class(archive: ArchiveRecord, folder: str, name: str) -> str:
    """Return the path, below its class folder, of an image in the archive of one class."""
    top = archive.folder.path if archive.folder is not None else folder
    return f"{folder}/{name}".removeprefix(f"{top}/")


def _places(paths: set[str]) -> set[str]:
    return {path.rpartition("/")[0] for path in paths}


def _names(paths: set[str]) -> set[str]:
    return {path.rpartition("/")[2] for path in paths}
