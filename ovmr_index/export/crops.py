"""An image for each exemplar of a sample, in the folders that trainers read."""

import hashlib
import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from ovmr_index.errors import Issue, OvmrIndexError, os_reason
from ovmr_index.export.crop_layouts import Crop
from ovmr_index.export.report import WrittenImages
from ovmr_index.formats.table import format_of
from ovmr_index.images.crop import CropTask, render
from ovmr_index.processes import in_processes
from ovmr_index.progress import Progress
from ovmr_index.storage.atomic import whole_file
from ovmr_index.storage.tar_members import sorted_by_offset

FINGERPRINT = ".ovmr-crops"
_CHUNK = 16


def write_crops(
    crops: Sequence[Crop], folder: Path, progress: Progress, workers: int | None = None
) -> WrittenImages:
    """Render the crops below `folder`, in several processes; those that are there are kept.

    An image that is missing or unreadable and a box that leaves nothing are reported, and the rest
    goes on.

    Args:
        crops: What to write, as a layout plans it.
        folder: Where to write it.
        progress: How progress is shown.
        workers: How many processes; by default one a processor.

    Raises:
        OvmrIndexError: The folder holds other crops, or cannot be written.
    """
    _claim(folder, crops)
    missing = [crop for crop in crops if not all((folder / path).exists() for path in crop.targets)]
    ordered = sorted_by_offset((i, crop.exemplar.location) for i, crop in enumerate(missing))
    failed = {}
    tasks = (_task(missing[i], folder) for i, _ in ordered)
    reasons = in_processes(render, tasks, workers=workers, chunk=_CHUNK)
    with closing(reasons), progress("crops", len(missing), "crops") as advance:
        for (i, _), reason in zip(ordered, reasons, strict=True):
            if reason is not None:
                exemplar = missing[i].exemplar
                failed[i] = Issue(exemplar.dataset, exemplar.file_name, reason=reason)
            advance(1)
    problems = [failed[i] for i in sorted(failed)]
    return WrittenImages(len(missing) - len(problems), len(crops) - len(missing), problems)


def _task(crop: Crop, folder: Path) -> CropTask:
    one = crop.exemplar
    box = None
    if one.x is not None and one.y is not None and one.w is not None and one.h is not None:
        box = (one.x, one.y, one.w, one.h)
    floored = format_of(one.format).floors_boxes
    return CropTask(one.location, floored, box, tuple(folder / path for path in crop.targets))


def _claim(folder: Path, crops: Sequence[Crop]) -> None:
    """Mark the folder as that of these crops, so that no others are taken for them."""
    wanted, found = _fingerprint(crops), _stored_fingerprint(folder)
    if found == wanted:
        return
    if found is not None:
        raise OvmrIndexError(
            f"{folder}: holds crops of another sample or layout; "
            "give another folder or delete this one"
        )
    for name in sorted({path.split("/")[0] for crop in crops for path in crop.targets}):
        if (folder / name).exists():
            raise OvmrIndexError(
                f"{folder / name}: is there already, and not from an export of crops; "
                "give another folder or delete it"
            )
    with whole_file(folder / FINGERPRINT) as file:
        file.write(wanted)


def _stored_fingerprint(folder: Path) -> bytes | None:
    try:
        return (folder / FINGERPRINT).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        reason = os_reason(error)
        raise OvmrIndexError(f"{folder / FINGERPRINT}: {reason}; give another folder") from None


def _fingerprint(crops: Sequence[Crop]) -> bytes:
    """Return one line that differs where files, images or boxes do; not where the root does."""
    described = [
        [crop.targets, one.dataset, one.format, one.file_name, one.x, one.y, one.w, one.h]
        for crop in crops
        for one in (crop.exemplar,)
    ]
    digest = hashlib.sha256(json.dumps(described).encode()).hexdigest()
    return f"{len(crops)} crops, sha256 {digest}\n".encode()
