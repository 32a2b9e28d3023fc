"""An image for each exemplar of a sample, in the folders that trainers read."""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from itertools import chain
from pathlib import Path

from ovmr_index.errors import Issue, OvmrIndexError, os_reason
from ovmr_index.export.absent_folders import exemplar_issue
from ovmr_index.export.crop_layouts import METADATA, Crop
from ovmr_index.export.report import WrittenImages
from ovmr_index.export.required_images import has_safe_name, unsafe_name
from ovmr_index.images.crop import CropTask, Rendered, kind_of, render_all
from ovmr_index.images.crop_shape import PUBLISHED, CropShape
from ovmr_index.images.ends import is_whole
from ovmr_index.pools.crop_task import exemplar_task
from ovmr_index.processes import batches, in_processes
from ovmr_index.progress import Progress
from ovmr_index.storage.atomic import sync_folders, whole_file
from ovmr_index.storage.file_states import is_made_of, source_time
from ovmr_index.storage.members import sorted_by_offset
from ovmr_index.storage.partial import clear_partials

FINGERPRINT = ".ovmr-crops"
_CHUNK = 16


def write_crops(
    crops: Sequence[Crop],
    folder: Path,
    progress: Progress,
    workers: int | None = None,
    shape: CropShape = PUBLISHED,
) -> WrittenImages:
    """Render the crops below `folder`, in several processes; those that are there are kept.

    A crop that is there is kept where it goes to its end, was made of the image's file as it is
    now, and of a box for an image of the same size; also where the image is not there now. An
    image that is missing or unreadable, a box that leaves nothing and a file that cannot be written
    are reported, and the rest goes on.

    Args:
        crops: What to write, as a layout plans it.
        folder: Where to write it.
        progress: How progress is shown.
        workers: How many processes; by default one a processor.
        shape: How much of its image each shows, and in what form.

    Raises:
        OvmrIndexError: The folder holds other crops, or cannot be written.
    """
    has_same_sizes = _claim(folder, crops, shape)
    safe = {i: crop for i, crop in enumerate(crops) if has_safe_name(crop.exemplar)}
    folders = _folders(folder, safe.values())
    _clear(folders, safe.values())
    missing = {
        i: crop
        for i, crop in safe.items()
        if not _is_there(folder, crop, has_same_size=has_same_sizes or crop.exemplar.x is None)
    }
    unsafe = ((i, crop.exemplar) for i, crop in enumerate(crops) if i not in safe)
    results = {i: Rendered(problem=unsafe_name(one)) for i, one in unsafe}
    try:
        tasks = {i: crop_task(crop, folder, shape) for i, crop in missing.items()}
        results |= _render(tasks, progress, workers)
    except BaseException:
        _clear(folders, safe.values())  # of processes that were ended
        raise
    sync_folders(_folders(folder, missing.values()))
    made = {i for i, one in results.items() if one.problem is None}
    if not (has_same_sizes or _has_older(folder, (safe[i] for i in safe if i not in made))):
        _mark(folder, crops, shape)
    problems = _issues(crops, {i: one.problem for i, one in results.items()})
    notes = _issues(crops, {i: one.note for i, one in results.items()})
    kept = len(safe) - len(missing)
    return WrittenImages(len(crops) - kept - len(problems), kept, problems, tuple(notes))


def _render(
    tasks: Mapping[int, CropTask], progress: Progress, workers: int | None
) -> dict[int, Rendered]:
    """Render crops and return how each came out, by its number."""
    numbers = [i for i, _ in sorted_by_offset((i, task.source) for i, task in tasks.items())]
    parts = batches((tasks[i] for i in numbers), _CHUNK)
    done = in_processes(render_all, parts, workers=workers, chunk=1)
    results: dict[int, Rendered] = {}
    with closing(done), progress("crops", len(tasks), "crops") as advance:
        for some in done:
            results |= zip(numbers[len(results) :], some, strict=False)
            advance(len(some))
    return results


def _issues(crops: Sequence[Crop], reasons: Mapping[int, str | None]) -> list[Issue]:
    """Return issues with the exemplars of crops, by their numbers."""
    return [
        exemplar_issue(crops[i].exemplar, reason)
        for i, reason in sorted(reasons.items())
        if reason is not None
    ]


def _is_there(folder: Path, crop: Crop, *, has_same_size: bool) -> bool:
    source = crop.exemplar.location
    if not has_same_size and source_time(source) is not None:
        return False
    return all(
        is_whole(f"{folder}/{path}", kind_of(path)) and is_made_of(f"{folder}/{path}", source)
        for path in crop.targets
    )


def _has_older(folder: Path, crops: Iterable[Crop]) -> bool:
    """Return whether one of these, which were not made now, is there of a box all the same."""
    return any(
        os.path.lexists(f"{folder}/{path}")
        for crop in crops
        if crop.exemplar.x is not None
        for path in crop.targets
    )


def _clear(folders: Iterable[Path], crops: Iterable[Crop]) -> None:
    """Delete what other runs left incomplete."""
    names = {path.rpartition("/")[2] for crop in crops for path in crop.targets}
    for folder in folders:
        clear_partials(folder, names)


def _folders(folder: Path, crops: Iterable[Crop]) -> list[Path]:
    paths = chain.from_iterable(crop.targets for crop in crops)
    return [folder / name for name in sorted({path.rpartition("/")[0] for path in paths})]


def crop_task(crop: Crop, folder: Path, shape: CropShape) -> CropTask:
    """Return what is rendered for a crop whose files are below a folder; raises DamagedError."""
    return exemplar_task(crop.exemplar, tuple(folder / path for path in crop.targets), shape)


def _claim(folder: Path, crops: Sequence[Crop], shape: CropShape) -> bool:
    """Mark the folder as that of these crops, so that no others are taken for them.

    Return whether the sizes that annotation files give for the images are those that the crops in
    it were made by. Where they are not, it is marked again once all of these are made.
    """
    wanted, (found, sizes) = _fingerprint(crops, shape), _stored_fingerprint(folder)
    if found == wanted:
        return sizes == _sizes_fingerprint(crops)
    if found:
        raise OvmrIndexError(
            f"{folder}: holds crops of another sample or layout; "
            "give another folder or delete this one"
        )
    names = {path.split("/")[0] for crop in crops for path in crop.targets}
    for name in sorted({METADATA, *names}):
        # Another run may have begun since then, with the same crops.
        if (folder / name).exists() and _stored_fingerprint(folder)[0] != wanted:
            raise OvmrIndexError(
                f"{folder / name}: is there already, and not from an export of crops; "
                "give another folder or delete it"
            )
    _mark(folder, crops, shape)
    return True


def _mark(folder: Path, crops: Sequence[Crop], shape: CropShape) -> None:
    with whole_file(folder / FINGERPRINT) as file:
        file.write(_fingerprint(crops, shape) + _sizes_fingerprint(crops))


def _stored_fingerprint(folder: Path) -> tuple[bytes, bytes]:
    """Return the first line of the mark of a folder, and what follows it; empty without one."""
    try:
        first, end, rest = (folder / FINGERPRINT).read_bytes().partition(b"\n")
        return first + end, rest
    except FileNotFoundError:
        return b"", b""
    except OSError as error:
        reason = os_reason(error)
        raise OvmrIndexError(f"{folder / FINGERPRINT}: {reason}; give another folder") from None


def _fingerprint(crops: Sequence[Crop], shape: CropShape) -> bytes:
    """Return one line that differs where files, images, boxes or shapes do; not where roots do."""
    described: list[object] = [
        [crop.targets, one.dataset, one.format, one.file_name, one.x, one.y, one.w, one.h]
        for crop in crops
        for one in (crop.exemplar,)
    ]
    if shape != PUBLISHED:
        described.append(shape.as_json())
    return f"{len(crops)} crops, sha256 {_digest(described)}\n".encode()


def _sizes_fingerprint(crops: Sequence[Crop]) -> bytes:
    """Return one line that differs where an annotation file gives an image another size."""
    described = [
        [one.image_width, one.image_height]
        for crop in crops
        for one in (crop.exemplar,)
        if one.x is not None
    ]
    return f"sizes, sha256 {_digest(described)}\n".encode()


def _digest(described: Sequence[object]) -> str:
    return hashlib.sha256(json.dumps(described).encode()).hexdigest()
