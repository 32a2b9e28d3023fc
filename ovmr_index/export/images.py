"""The images that a sample needs, as files, and no others."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from ovmr_index.errors import Issue, OvmrIndexError, os_reason
from ovmr_index.export.absent_folders import image_issue
from ovmr_index.export.report import WrittenImages
from ovmr_index.export.required_images import RequiredImage, has_safe_name, unsafe_name
from ovmr_index.images.ends import has_usual_end
from ovmr_index.processes import batches
from ovmr_index.progress import Progress
from ovmr_index.storage.atomic import SmallFile, sync_folders, write_files
from ovmr_index.storage.file_states import give_time, is_made_of, source_time
from ovmr_index.storage.members import file_content, file_size, sorted_by_offset
from ovmr_index.storage.partial import clear_partials

IMAGE_FOLDER = "images"  # the usual one, below the root
_BATCH = 16  # images that are in memory at once


class _Copy(NamedTuple):
    """An image to copy, and where to."""

    image: RequiredImage
    target: Path

    def issue(self, reason: str) -> Issue:
        """Return an issue with the image."""
        return image_issue(*self.image, reason)


def write_images(
    images: Iterable[RequiredImage], folder: Path, progress: Progress
) -> WrittenImages:
    """Copy images to `<folder>/<dataset>/<file_name>`; those in tars are taken out.

    A copy has the time of its image, or of the image's tar. One that is there already is kept where
    it has that time, is as large as it should be and goes to its end, or holds the same bytes. One
    that is missing, or whose file cannot be written, is reported, and the rest goes on. Files
    appear whole, or not at all.

    Raises:
        OvmrIndexError: The folder cannot be written.
    """
    wanted = list(images)
    unsafe = (one for one in wanted if not has_safe_name(one))
    problems = [_Copy(one, folder).issue(unsafe_name(one)) for one in unsafe]
    copies = [
        _Copy(one, folder / one.dataset / one.file_name) for one in wanted if has_safe_name(one)
    ]
    folders = sorted({copy.target.parent for copy in copies})
    names = {copy.target.name for copy in copies}
    for below in folders:
        clear_partials(below, names)
    kept = 0
    with progress("images", len(wanted), "images") as advance:
        ordered = sorted_by_offset((copy, copy.image.source) for copy in copies)
        for batch in batches(ordered, _BATCH):
            found, failed = _write([copy for copy, _ in batch], folder)
            kept += found
            problems += failed
            advance(len(batch))
    sync_folders(folders)
    return WrittenImages(len(wanted) - kept - len(problems), kept, sorted(problems))


def _write(copies: list[_Copy], folder: Path) -> tuple[int, list[Issue]]:
    """Write some images; return how many were there already, and which could not be written."""
    kept, problems = 0, []
    files: list[tuple[_Copy, SmallFile]] = []
    for copy in copies:
        try:
            if _is_there(copy):
                kept += 1
            else:
                mtime_ns = source_time(copy.image.source)
                content = file_content(copy.image.source)
                files.append((copy, SmallFile(content, (copy.target,), mtime_ns)))
        except OSError as error:
            problems.append(copy.issue(os_reason(error)))
    reasons = write_files(file for _, file in files)
    for (copy, _), reason in zip(files, reasons, strict=True):
        if reason is not None and not folder.is_dir():
            raise OvmrIndexError(f"{copy.target}: {reason}; give another folder")
        if reason is not None:
            problems.append(copy.issue(reason))
    return kept, problems


def _is_there(copy: _Copy) -> bool:
    """Return whether an image was copied already; raises OSError where there is none to copy."""
    source, target = copy.image.source, copy.target
    if file_size(source) != _size_of(target):
        return False
    if has_usual_end(target) and is_made_of(target, source):
        return True
    mtime_ns = source_time(source)
    if file_content(source) != target.read_bytes():
        return False
    give_time(target, mtime_ns)  # so that it need not be read the next time
    return True


def _size_of(target: Path) -> int | None:
    try:
        return target.stat().st_size
    except OSError:
        return None
