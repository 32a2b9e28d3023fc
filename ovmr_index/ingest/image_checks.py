"""Images inspected, in parallel: those that cannot be read, and what is odd in the others."""

import hashlib
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import PurePosixPath
from typing import NamedTuple

from ovmr_index.errors import Issue
from ovmr_index.images.fit import fit_boxes
from ovmr_index.images.header import ImageError, ImageFile, ImageInfo, as_file, inspect
from ovmr_index.processes import batches, in_processes
from ovmr_index.storage.file_states import file_state
from ovmr_index.storage.image_names import SUFFIXES_OF
from ovmr_index.storage.members import ImageSource, Member, file_content, of_each
from ovmr_index.storage.reading import is_remote
from ovmr_index.storage.remote.urls import place

_KINDS = {suffix: kind for kind, suffixes in SUFFIXES_OF.items() for suffix in suffixes}
_SEVERAL_IN_ONE = "MPO"  # a JPEG with more images behind the first
_HEADERS, _DECODED = 512, 16  # images that a process takes at once


class ImageTask(NamedTuple):
    """An image to inspect: a file, or the member of a tar.

    Width and height are what the index knows, in pixels, or None: of an image that is `annotated`
    what its annotation file says, of another what its header said, as shown. `hashed` are size and
    time of the file when its SHA-256 was computed, and that.
    """

    dataset: str
    file_name: str
    source: ImageSource
    width: int | None
    height: int | None
    annotated: bool
    hashed: tuple[int, int, str] | None = None

    def issue(self, kind: str, reason: str) -> Issue:
        """Return an issue with this image."""
        return Issue(self.dataset, self.file_name, kind=kind, reason=reason)


def check_images(
    tasks: Iterable[ImageTask], *, decode: bool, workers: int | None = None
) -> Iterator[tuple[int, list[Issue]]]:
    """Yield how many more images were inspected, and what is wrong or odd, in order.

    The header is read, or with `decode` all of the image.
    """
    parts = batches(tasks, _DECODED if decode else _HEADERS)
    yield from in_processes(partial(_check, decode=decode), parts, workers=workers, chunk=1)


def _check(tasks: list[ImageTask], *, decode: bool) -> tuple[int, list[Issue]]:
    files = of_each(_begun, [task.source for task in tasks])
    both = zip(tasks, files, strict=True)
    return len(tasks), [issue for task, file in both for issue in _issues(task, file, decode)]


def _begun(source: ImageSource) -> ImageFile:
    """Return an image to inspect, of which the first bytes are there already if it is remote."""
    try:
        is_far = isinstance(source, str) and is_remote(source)
        return as_file(source) if is_far else source
    except OSError:
        return source


def _issues(task: ImageTask, file: ImageFile, decode: bool) -> Iterator[Issue]:
    try:
        found = inspect(file, decode=decode)
    except ImageError as error:
        path = task.source.path if isinstance(task.source, Member) else task.source
        kind = "unreadable" if place(path).exists() else "missing"
        yield task.issue(kind, error.reason)
        return
    suffix = PurePosixPath(task.file_name).suffix
    if found.kind not in (_KINDS.get(suffix.lower(), found.kind), _SEVERAL_IN_ONE):
        yield task.issue("note", f"{found.kind} inside {suffix}")
    if found.mode == "CMYK":
        yield task.issue("note", f"CMYK inside {suffix}")
    sizes = list(_other_size(task, found))
    yield from sizes
    is_changed = any(issue.kind == "changed" for issue in sizes)
    if task.hashed and not is_changed and not _is_hashed(task.source, *task.hashed):
        yield task.issue("changed", "is another image than the one that was hashed")


def _other_size(task: ImageTask, found: ImageInfo) -> Iterator[Issue]:
    if task.width is None or task.height is None:
        return
    known = (task.width, task.height)
    if known == (found.stored if task.annotated else found.shown):
        return
    is_size = "is {} x {} pixels".format(*(found.stored if task.annotated else found.shown))
    said = f"{task.width} x {task.height}"
    if not task.annotated:
        yield task.issue("changed", f"{is_size}, was {said} when its size was read")
        return
    fit = fit_boxes(known, found.stored, found.shown)
    if fit is None:
        reason = f"{is_size}, the annotation file says {said}; its boxes give no crops"
        yield task.issue("changed", reason)
        return
    turned = " (turned by EXIF it agrees)" if known == found.shown else ""
    scaled = "; crops scale its boxes" if fit.scale is not None else ""
    yield task.issue("note", f"{is_size}, the annotation file says {said}{turned}{scaled}")


def _is_hashed(source: ImageSource, size: int, mtime_ns: int, sha256: str) -> bool:
    """Return whether a file is the one that was hashed; it is read where its state differs."""
    return (
        file_state(source) == (size, mtime_ns)
        or hashlib.sha256(file_content(source)).hexdigest() == sha256
    )
