"""The target `crops`: a picture a pick, in the folders that trainers expect."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from ovmr_index.errors import OvmrIndexError, os_reason
from ovmr_index.export.report import WrittenImages
from ovmr_index.formats.table import format_of
from ovmr_index.images.crop import CropTask, render
from ovmr_index.images.sizes import Unreadable, sizes
from ovmr_index.pools.exemplars import Exemplar
from ovmr_index.processes import in_processes
from ovmr_index.progress import Progress
from ovmr_index.samples.exemplars import CategoryExemplars
from ovmr_index.storage.atomic import whole_file
from ovmr_index.storage.tar_members import TarMember, TarMembers, sorted_by_offset

MANIFEST = ".ovmr-crops"
_TRAIN_SHOTS = 10
_CHUNK = 16


class Crop(NamedTuple):
    """A pick and the files that show it, relative to the folder of the crops.

    `shot` is the position of the pick among those of its category.
    """

    targets: tuple[str, ...]
    category_id: int
    shot: int
    pick: Exemplar


def plan_published(sample: Sequence[CategoryExemplars]) -> list[Crop]:
    """Lay out `{train,val,all}/<category_id>/<i>_<dataset>_<name>`, as MM-OVOD's scripts do.

    The first ten of a category are train; later ones are val unless their `file_name` is one of
    the first ten's; every one is in all.
    """
    crops = []
    for category_id, _, picks in sample:
        head = {pick.file_name for pick in picks[:_TRAIN_SHOTS]}
        for shot, pick in enumerate(picks):
            folders = _published_folders(shot, pick.file_name in head)
            name = _name(shot, pick)
            targets = tuple(f"{folder}/{category_id}/{name}" for folder in folders)
            crops.append(Crop(targets, category_id, shot, pick))
    return crops


def plan_ovmr(train: Sequence[CategoryExemplars], val: Sequence[CategoryExemplars]) -> list[Crop]:
    """Lay out `{train,val}/<category_id - 1>/{train,val}_<i>_<dataset>_<name>`, as OVMR reads it.

    A pick that has the same place in both samples is one crop with two files.
    """
    targets: dict[tuple[int, int, Exemplar], list[str]] = {}
    for split, sample in (("train", train), ("val", val)):
        for category_id, _, picks in sample:
            for shot, pick in enumerate(picks):
                path = f"{split}/{category_id - 1}/{split}_{_name(shot, pick)}"
                targets.setdefault((category_id, shot, pick), []).append(path)
    return [Crop(tuple(paths), *crop) for crop, paths in targets.items()]


def write_crops(
    crops: Sequence[Crop],
    folder: Path,
    progress: Progress,
    workers: int | None = None,
    tar_members: TarMembers | None = None,
) -> WrittenImages:
    """Render the crops below `folder`, in several processes; those that are there are kept.

    `tar_members` are the images that are in tars. An image that is missing or unreadable and a
    box that leaves nothing are reported, and the rest goes on. Raises OvmrIndexError for a
    folder that holds other crops, or that cannot be written.
    """
    _claim(folder, crops)
    missing = [crop for crop in crops if not all((folder / path).exists() for path in crop.targets)]
    sources = sorted_by_offset(
        (i, _source(crop.pick, tar_members)) for i, crop in enumerate(missing)
    )
    failed = {}
    tasks = (_task(missing[i], source, folder) for i, source in sources)
    reasons = in_processes(render, tasks, workers=workers, chunk=_CHUNK)
    with closing(reasons), progress("crops", len(missing), "crops") as advance:
        for (i, _), reason in zip(sources, reasons, strict=True):
            if reason is not None:
                pick = missing[i].pick
                failed[i] = (pick.dataset, pick.file_name, reason)
            advance(1)
    problems = [failed[i] for i in sorted(failed)]
    return WrittenImages(len(missing) - len(problems), len(crops) - len(missing), problems)


def exemplar_info(
    crops: Sequence[Crop], folder: Path, categories: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the LVIS-style JSON of the crops of layout `ovmr` that lie in `<folder>/val`.

    In the shape of imagenet-lvis: the pictures of each category in turn, by name, code point by
    code point; `file_name` lies below `val`. A crop that was not written is left out.
    """
    names: dict[int, list[str]] = {}
    for crop in crops:
        for path in crop.targets:
            if path.startswith("val/") and (folder / path).exists():
                names.setdefault(crop.category_id, []).append(path.removeprefix("val/"))
    listed = [
        {**category, "image_count": len(names.get(category["id"], ()))} for category in categories
    ]
    images = [
        {"file_name": name, "pos_category_ids": [category["id"]]}
        for category in listed
        for name in sorted(names.get(category["id"], ()))
    ]
    return {"categories": listed, "images": _with_sizes(images, folder / "val"), "annotations": []}


def _with_sizes(images: list[dict[str, Any]], folder: Path) -> list[dict[str, Any]]:
    """Number the pictures from 1 and add width and height; raises OvmrIndexError."""
    numbered = []
    paths = [str(folder / image["file_name"]) for image in images]
    for image, path, found in zip(images, paths, sizes(enumerate(paths, 1)), strict=True):
        if isinstance(found, Unreadable):
            raise OvmrIndexError(f"{path}: {found.reason}; delete it and export the crops again")
        size = {"width": found.width, "height": found.height}
        numbered.append({"id": found.key, **image, **size})
    return numbered


def _published_folders(shot: int, in_head: bool) -> tuple[str, ...]:
    if shot < _TRAIN_SHOTS:
        return ("train", "all")
    return ("all",) if in_head else ("val", "all")


def _name(shot: int, pick: Exemplar) -> str:
    return f"{shot}_{pick.dataset}_{PurePosixPath(pick.file_name).name}"


def _source(pick: Exemplar, tar_members: TarMembers | None) -> str | TarMember:
    found = None if tar_members is None else tar_members.get((pick.dataset, pick.file_name))
    return found or str(Path(pick.root) / pick.file_name)


def _task(crop: Crop, source: str | TarMember, folder: Path) -> CropTask:
    pick = crop.pick
    box = None
    if pick.x is not None and pick.y is not None and pick.w is not None and pick.h is not None:
        box = (pick.x, pick.y, pick.w, pick.h)
    return CropTask(
        source,
        format_of(pick.format).floors_boxes,
        box,
        tuple(folder / path for path in crop.targets),
    )


def _claim(folder: Path, crops: Sequence[Crop]) -> None:
    """Mark the folder as that of these crops, so that no others are taken for them."""
    wanted, found = _fingerprint(crops), _manifest(folder)
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
    with whole_file(folder / MANIFEST) as file:
        file.write(wanted)


def _manifest(folder: Path) -> bytes | None:
    try:
        return (folder / MANIFEST).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        problem = os_reason(error)
        raise OvmrIndexError(f"{folder / MANIFEST}: {problem}; give another folder") from None


def _fingerprint(crops: Sequence[Crop]) -> bytes:
    """Return one line that differs where files, pictures or boxes do; not where the root does."""
    described = [
        [crop.targets, pick.dataset, pick.format, pick.file_name, pick.x, pick.y, pick.w, pick.h]
        for crop in crops
        for pick in (crop.pick,)
    ]
    digest = hashlib.sha256(json.dumps(described).encode()).hexdigest()
    return f"{len(crops)} crops, sha256 {digest}\n".encode()
