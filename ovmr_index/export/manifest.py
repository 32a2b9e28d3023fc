"""The target `manifest`: every file that targets or samples need, with its size."""

import heapq
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from sqlalchemy import Connection

from ovmr_index.db.bulk import stream_rows
from ovmr_index.export.json_list import write_list
from ovmr_index.export.required_image_queries import (
    required_of_categories,
    required_of_pools,
    source_files,
)
from ovmr_index.export.required_images import RequiredImage, count_required, required
from ovmr_index.export.target import WrittenFile
from ovmr_index.ingest.stored_sources import find_lvis_source, find_lvis_vocabulary
from ovmr_index.progress import Progress
from ovmr_index.storage.atomic import whole_file
from ovmr_index.storage.tar_members import TarMember, file_size

MANIFEST = "metadata/manifest.json"
_TRAIN, _VAL, _GENOME = "lvis_v1_train", "lvis_v1_val", "visual_genome"
# What each target is made from; those of a sample need its pictures besides.
SOURCES = {
    "exemplars": (_TRAIN, _GENOME),
    "sample": (_TRAIN, _GENOME),
    "annotations": (_TRAIN,),
    "norare": (_TRAIN,),
    "rareonly": (_TRAIN,),
    "cat-info": (_TRAIN,),
    "imagenet-lvis": (_VAL,),
}
_SHOWN_EVERY = 1_000


class RequiredFile(NamedTuple):
    """A file to copy: `path` is relative to the root, or absolute outside it; `size` in bytes.

    `path` is the tar of a picture that lies in one; `size` is the picture's own, None of a file
    that is missing.
    """

    dataset: str
    file_name: str
    path: str
    size: int | None
    in_tar: bool


def require_targets(connection: Connection, targets: Iterable[str]) -> None:
    """Add the pictures that targets other than samples need; raises MissingSourceError."""
    for target in targets:
        if target == "exemplars":
            connection.execute(required_of_pools(find_lvis_vocabulary(connection)))
        elif target == "imagenet-lvis":
            connection.execute(required_of_categories(find_lvis_source(connection, "val")))


def write_manifest(
    connection: Connection, root: Path, targets: Iterable[str], path: Path, progress: Progress
) -> WrittenFile:
    """Write at `path` the files that `targets` are made from, and the pictures that were added.

    A list of objects `dataset`, `file_name` (below the dataset's root), `path`, `size`, and `tar`:
    true where the path is that of a tar; by dataset and file name. A file that is missing has the
    size null, and is named in what is returned.
    """
    missing: list[str] = []
    names = sorted({name for target in targets for name in SOURCES[target]})
    pictures = (_of_picture(one, root) for one in required(connection, root))
    files = heapq.merge(_of_sources(connection, root, names), pictures, key=itemgetter(0, 1))
    with (
        whole_file(path) as output,
        progress(path.name, count_required(connection), "files") as advance,
    ):
        count = write_list(output, _encoded(files, missing, advance))
    return WrittenFile(path, count, missing)


def _of_sources(connection: Connection, root: Path, names: Sequence[str]) -> list[RequiredFile]:
    rows = stream_rows(connection, source_files(names))
    found = [
        RequiredFile(dataset, PurePosixPath(path).name, path, _size(str(root / path)), False)
        for dataset, path in rows
    ]
    return sorted(found, key=itemgetter(0, 1))


def _of_picture(picture: RequiredImage, root: Path) -> RequiredFile:
    source = picture.source
    path = source.path if isinstance(source, TarMember) else source
    below = path.removeprefix(f"{root}/")
    in_tar = isinstance(source, TarMember)
    return RequiredFile(picture.dataset, picture.file_name, below, _size(source), in_tar)


def _size(source: str | TarMember) -> int | None:
    try:
        return file_size(source)
    except OSError:
        return None


def _encoded(
    files: Iterable[RequiredFile], missing: list[str], advance: Callable[[int], object]
) -> Iterator[str]:
    """Yield files as JSON; put those without a size into `missing`."""
    for number, file in enumerate(files, 1):
        if file.size is None:
            missing.append(f"{file.path}: is missing")
        if number % _SHOWN_EVERY == 0:
            advance(_SHOWN_EVERY)
        described = file._asdict()
        if not described.pop("in_tar"):
            yield json.dumps(described)
        else:
            yield json.dumps(described | {"tar": True})
