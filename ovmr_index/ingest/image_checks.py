"""Pictures looked into, in parallel: those that cannot be read, and what is odd in the others."""

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from ovmr_index.images.header import ImageError, ImageInfo, inspect
from ovmr_index.ingest.findings import Finding, FindingKind
from ovmr_index.processes import batches, in_processes
from ovmr_index.storage.tar_members import TarMember

_KINDS = {".jpeg": "JPEG", ".jpg": "JPEG", ".png": "PNG", ".webp": "WEBP"}
_SEVERAL_IN_ONE = "MPO"  # a JPEG with more pictures behind the first
_HEADERS, _DECODED = 512, 16  # pictures that a process takes at once


class ImageTask(NamedTuple):
    """A picture to look into: a file, or the slice of a tar.

    Width and height are what the index knows, in pixels, or None: of a picture that is `annotated`
    what its annotation file says, of another what its header said, as shown.
    """

    dataset: str
    file_name: str
    source: str | TarMember
    width: int | None
    height: int | None
    annotated: bool


def check_images(
    tasks: Iterable[ImageTask], *, decode: bool, workers: int | None = None
) -> Iterator[tuple[int, list[Finding]]]:
    """Yield how many more pictures were looked into, and what was found, in order.

    The header is read, or with `decode` all of the picture.
    """
    parts = batches(tasks, _DECODED if decode else _HEADERS)
    yield from in_processes(partial(_check, decode=decode), parts, workers=workers, chunk=1)


def _check(tasks: list[ImageTask], *, decode: bool) -> tuple[int, list[Finding]]:
    return len(tasks), [finding for task in tasks for finding in _findings(task, decode)]


def _findings(task: ImageTask, decode: bool) -> Iterator[Finding]:
    try:
        found = inspect(task.source, decode=decode)
    except ImageError as error:
        path = task.source.path if isinstance(task.source, TarMember) else task.source
        kind: FindingKind = "unreadable" if Path(path).exists() else "missing"
        yield Finding(kind, task.dataset, task.file_name, error.reason)
        return
    suffix = PurePosixPath(task.file_name).suffix
    if found.kind not in (_KINDS.get(suffix.lower(), found.kind), _SEVERAL_IN_ONE):
        yield Finding("note", task.dataset, task.file_name, f"{found.kind} inside {suffix}")
    if found.mode == "CMYK":
        yield Finding("note", task.dataset, task.file_name, f"CMYK inside {suffix}")
    yield from _other_size(task, found)


def _other_size(task: ImageTask, found: ImageInfo) -> Iterator[Finding]:
    known = (task.width, task.height)
    if None in known or known == (found.stored if task.annotated else found.shown):
        return
    is_size = "is {} x {} pixels".format(*(found.stored if task.annotated else found.shown))
    said = f"{task.width} x {task.height}"
    if not task.annotated:
        reason = f"{is_size}, was {said} when its size was read"
        yield Finding("changed", task.dataset, task.file_name, reason)
        return
    turned = " (turned by EXIF it agrees)" if known == found.shown else ""
    reason = f"{is_size}, the annotation file says {said}{turned}"
    yield Finding("note", task.dataset, task.file_name, reason)
