"""Small crops of a sample, cut by the recipe of the crops, for the contact sheets."""

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from ovmr_index.errors import Issue
from ovmr_index.export.required_images import has_safe_name, unsafe_name
from ovmr_index.images.crop import CropTask
from ovmr_index.images.crop_shape import CropShape
from ovmr_index.images.fitted import crop_pixels
from ovmr_index.images.header import ImageError
from ovmr_index.pools.crop_task import exemplar_task
from ovmr_index.pools.exemplars import Exemplar
from ovmr_index.processes import batches, in_processes
from ovmr_index.progress import Progress
from ovmr_index.samples.exemplars import CategoryExemplars
from ovmr_index.storage.members import sorted_by_offset

_SHAPE = CropShape(size=160)  # pixels of the longer side
_QUALITY = 80  # of JPEG: about 5 kB a crop
_CHUNK = 16


class Tile(NamedTuple):
    """An exemplar on a contact sheet: the name of its file, or why there is none."""

    exemplar: Exemplar
    file: str
    problem: str | None

    def as_issue(self) -> Issue:
        """Return what is wrong with the exemplar's image."""
        one = self.exemplar
        return Issue(one.dataset, one.file_name, reason=self.problem or "")


Sheets = Mapping[int, Sequence[Tile]]  # tiles by category id


def write_tiles(
    sample: Sequence[CategoryExemplars], folder: Path, progress: Progress
) -> dict[int, list[Tile]]:
    """Write a small JPEG of each exemplar into a folder, in several processes.

    An image that is missing or unreadable, and a box that leaves nothing of it, give none.

    Raises:
        DamagedError: The index holds a box that no file can have.
        OSError: A file cannot be written.
    """
    named = {
        f"{category_id}-{rank}.jpg": one
        for category_id, _, exemplars in sample
        for rank, one in enumerate(exemplars, 1)
    }
    problems = {name: unsafe_name(one) for name, one in named.items() if not has_safe_name(one)}
    safe = {name: one for name, one in named.items() if name not in problems}
    problems |= dict(_rendered(safe, folder, progress))
    tiles: dict[int, list[Tile]] = {}
    for name, one in named.items():
        tile = Tile(one, name, problems.get(name))
        tiles.setdefault(one.category_id, []).append(tile)
    return tiles


def _rendered(
    named: Mapping[str, Exemplar], folder: Path, progress: Progress
) -> Iterator[tuple[str, str]]:
    """Write the crops of exemplars; yield the name of each that has none, and why."""
    names = [
        name for name, _ in sorted_by_offset((key, one.location) for key, one in named.items())
    ]
    tasks = (exemplar_task(named[name], (folder / name,), _SHAPE) for name in names)
    done = in_processes(_write_all, batches(tasks, _CHUNK), workers=None, chunk=1)
    begun = 0
    with closing(done), progress("crops", len(names), "crops") as advance:
        for reasons in done:
            for name, reason in zip(names[begun:], reasons, strict=False):
                if reason is not None:
                    yield name, reason
            begun += len(reasons)
            advance(len(reasons))


def _write_all(tasks: Sequence[CropTask]) -> list[str | None]:
    """Write some crops; return why there is none of each, or None."""
    return [_write(task) for task in tasks]


def _write(task: CropTask) -> str | None:
    try:
        pixels, _ = crop_pixels(task)
    except ImageError as error:
        return error.reason
    output = io.BytesIO()
    pixels.save(output, "JPEG", quality=_QUALITY)
    task.targets[0].write_bytes(output.getvalue())
    return None
