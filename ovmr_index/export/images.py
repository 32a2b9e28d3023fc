"""The target `images`: the pictures that a sample needs, as files, and no others."""

from collections.abc import Iterable
from pathlib import Path

from ovmr_index.errors import os_reason
from ovmr_index.export.report import WrittenImages
from ovmr_index.export.required_images import RequiredImage
from ovmr_index.progress import Progress
from ovmr_index.storage.atomic import write_whole
from ovmr_index.storage.tar_members import file_content, file_size, sorted_by_offset


def write_images(
    pictures: Iterable[RequiredImage], folder: Path, progress: Progress
) -> WrittenImages:
    """Copy pictures to `<folder>/<dataset>/<file_name>`; from a tar their bytes are taken.

    Those that are there, as large as they should be, are kept. One that is missing is reported, and
    the rest goes on. Files appear whole, or not at all. Raises OvmrIndexError for a folder that
    cannot be written.
    """
    found = sorted_by_offset(((one.dataset, one.file_name), one.source) for one in pictures)
    kept, problems = 0, []
    with progress("images", len(found), "images") as advance:
        for (dataset, file_name), source in found:
            target = folder / dataset / file_name
            try:
                if file_size(source) == _size_of(target):
                    kept += 1
                else:
                    write_whole(file_content(source), target)
            except OSError as error:
                problems.append((dataset, file_name, os_reason(error)))
            advance(1)
    return WrittenImages(len(found) - kept - len(problems), kept, sorted(problems))


def _size_of(target: Path) -> int | None:
    return target.stat().st_size if target.exists() else None
