"""Images that are missing with their whole folder: the reason names the folder, and what to do."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from ovmr_index.errors import Issue, counted
from ovmr_index.formats.table import format_of
from ovmr_index.pools.exemplars import Exemplar
from ovmr_index.storage.links import without_mark
from ovmr_index.storage.members import ImageSource
from ovmr_index.storage.paths import stays_below

_NO_FOLDER = "no folder"  # the kind of an issue


def image_issue(
    dataset: str,
    file_name: str,
    source: ImageSource,
    reason: str,
    downloads: Mapping[str, str] | None = None,
) -> Issue:
    """Return an issue with an image; it is with its folder where that is not there.

    Args:
        dataset: The dataset of the image.
        file_name: The image, below its dataset's folder.
        source: Where it was looked for.
        reason: What is wrong with the image.
        downloads: What folders of images come in, by their names.
    """
    come_in = downloads or {}
    has_path = isinstance(source, str) and stays_below(file_name)
    folder = _absent_folder(str(source), file_name, come_in) if has_path else None
    if folder is None:
        return Issue(dataset, file_name, reason=reason)
    download = come_in.get(folder.name)
    remedy = f"unpack {download}" if download else "put its images there"
    reason = f"{folder}: there is no such folder; {remedy}, or make a link"
    return Issue(dataset, file_name, kind=_NO_FOLDER, reason=reason)


def exemplar_issue(exemplar: Exemplar, reason: str) -> Issue:
    """Return an issue with the image of an exemplar, as `image_issue` does."""
    downloads = format_of(exemplar.format).downloads
    named = exemplar.dataset, exemplar.file_name
    return image_issue(*named, exemplar.location, reason, downloads)


def described(issues: Iterable[Issue], one: str, many: str) -> Iterator[str]:
    """Yield issues for people: those with one folder in one line, which counts what lacks it."""
    found = [*issues]
    counts = Counter(issue.reason for issue in found if issue.kind == _NO_FOLDER)
    for issue in found:
        if issue.kind != _NO_FOLDER:
            yield issue.describe()
        elif count := counts.pop(issue.reason, 0):
            yield f"{counted(count, one, many)} not written: {issue.reason}"


def _absent_folder(source: str, file_name: str, downloads: Mapping[str, str]) -> Path | None:
    """Return the folder to get: one that a download is, or the highest that is not there."""
    folders = Path(without_mark(source)).parents[: len(PurePosixPath(file_name).parts)]
    absent = [folder for folder in folders if not folder.is_dir()]
    if not absent:
        return None
    return absent[0] if absent[0].name in downloads else absent[-1]
