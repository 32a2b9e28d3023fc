"""The images that a sample needs, as files, and no others."""

from collections.abc import Iterable
from pathlib import Path

from ovmr_index.errors import Issue, os_reason
from ovmr_index.export.report import WrittenImages
from ovmr_index.export.required_images import RequiredImage
from ovmr_index.progress import Progress
from ovmr_index.storage.atomic import write_whole
from ovmr_index.storage.tar_members import file_content, file_size, sorted_by_offset


def write_images(
    images: Iterable[RequiredImage], folder: Path, progress: Progress
) -> WrittenImages:
    """Copy images to `<folder>/<dataset>/<file_name>`; those in tars are taken out.

    An image that is there already, as large as it should be, is kept. One that is missing is
    reported, and the rest goes on. Files appear whole, or not at all.

    Raises:
        OvmrIndexError: The folder cannot be written.
    """
    found = sorted_by_offset((image, image.source) for image in images)
    kept, problems = 0, []
    with progress("images", len(found), "images") as advance:
        for image, source in found:
            target = folder / image.dataset / image.file_name
            try:
                if file_size(source) == _size_of(target):
                    kept += 1
                else:
                    write_whole(file_content(source), target)
            except OSError as error:
                reason = os_reason(error)
                problems.append(Issue(image.dataset, image.file_name, reason=reason))
            advance(1)
    return WrittenImages(len(found) - kept - len(problems), kept, sorted(problems))


def _size_of(target: Path) -> int | None:
    return target.stat().st_size if target.exists() else None
