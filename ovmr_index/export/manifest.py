"""A list of every file that targets or samples are made from, with its size."""

import heapq
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path, PurePosixPath
from typing import Literal, NamedTuple

from sqlalchemy import Connection

from ovmr_index.db.bulk import stream_rows
from ovmr_index.errors import unknown
from ovmr_index.export import sample
from ovmr_index.export.context import ExportContext
from ovmr_index.export.json_list import write_list
from ovmr_index.export.required_image_queries import required_count, source_files
from ovmr_index.export.required_images import (
    RequiredImage,
    has_safe_name,
    images_of_samples,
    stream_images,
    unsafe_name,
)
from ovmr_index.export.target import WrittenFile
from ovmr_index.export.targets import SAMPLE, TARGETS
from ovmr_index.samples.exemplars import CategoryExemplars
from ovmr_index.storage.atomic import whole_file
from ovmr_index.storage.links import without_mark
from ovmr_index.storage.members import ImageSource, Member, file_size
from ovmr_index.storage.parquet_rows import ParquetRow

MANIFEST = "metadata/manifest.json"
_INGREDIENTS = {name: target.ingredients for name, target in TARGETS.items()}
_INGREDIENTS[SAMPLE] = sample.INGREDIENTS
_SHOWN_EVERY = 1_000  # files
_BY_NAME = itemgetter(0, 1)  # dataset and file name, of a RequiredImage and of a RequiredFile


class RequiredFile(NamedTuple):
    """A file to copy: `path` is relative to the root, or absolute outside it; `size` in bytes.

    For an image in a tar or a Parquet file, which `within` says, `path` is that of the file, and
    `size` is the image's own. The size of a file that is missing is None.
    """

    dataset: str
    file_name: str
    path: str
    size: int | None
    within: Literal["tar", "parquet"] | None = None


def check_targets(targets: Iterable[str]) -> None:
    """Raise UsageError for the name of a target that no manifest can list."""
    others = [target for target in targets if target not in _INGREDIENTS]
    if others:
        raise unknown("target with a manifest", others[0], _INGREDIENTS)


def write_manifest(
    context: ExportContext,
    targets: Sequence[str],
    samples: Sequence[Sequence[CategoryExemplars]],
    path: Path,
) -> WrittenFile:
    """Write at `path` the files that targets are made from, and the images of samples.

    A list of objects `dataset`, `file_name` (below the dataset's root), `path`, `size`, and `tar`
    or `parquet`: true where the path is that of one; by dataset and file name. A file that is
    missing has the size null, and is named in what is returned; one whose name would leave its
    folder is named and left out.

    Raises:
        MissingSourceError: The index lacks a source of a target.
    """
    session, root, missing = context.session, context.root, list[str]()
    ingredients = [_INGREDIENTS[target] for target in targets]
    names = sorted({name for one in ingredients for name in one.sources})
    of_samples = images_of_samples(samples)
    with session.read() as connection:
        queries = [one.images(context, connection) for one in ingredients if one.images is not None]
        with session.progress("count files", None, "files"):
            total = connection.execute(required_count(queries)).scalar_one() + len(of_samples)
        images = _each_once(of_samples, stream_images(connection, root, queries))
        described = (_describe_image(one, root) for one in _safe(images, missing))
        files = heapq.merge(_source_files(connection, root, names), described, key=_BY_NAME)
        with whole_file(path) as output, session.progress(path.name, total, "files") as advance:
            count = write_list(output, _encoded(files, missing, advance))
    return WrittenFile(path, count, missing)


def _each_once(*images: Iterable[RequiredImage]) -> Iterator[RequiredImage]:
    """Merge images that are ordered by dataset and file name."""
    for _, same in groupby(heapq.merge(*images, key=_BY_NAME), _BY_NAME):
        yield next(same)


def _safe(images: Iterable[RequiredImage], problems: list[str]) -> Iterator[RequiredImage]:
    """Yield the images whose names stay below their folders; put the others into `problems`."""
    for image in images:
        if has_safe_name(image):
            yield image
        else:
            problems.append(f"{image.dataset}: {image.file_name}: {unsafe_name(image)}")


def _source_files(connection: Connection, root: Path, names: Sequence[str]) -> list[RequiredFile]:
    rows = stream_rows(connection, source_files(names))
    found = [
        RequiredFile(dataset, PurePosixPath(path).name, path, _size(str(root / path)))
        for dataset, path in rows
    ]
    return sorted(found, key=_BY_NAME)


def _describe_image(image: RequiredImage, root: Path) -> RequiredFile:
    source = image.source
    path = source.path if isinstance(source, Member) else without_mark(source)
    below_root = path.removeprefix(f"{root}/")
    found = RequiredFile(image.dataset, image.file_name, below_root, _size(source))
    if not isinstance(source, Member):
        return found
    return found._replace(within="parquet" if isinstance(source, ParquetRow) else "tar")


def _size(source: ImageSource) -> int | None:
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
        within = described.pop("within")
        yield json.dumps(described | ({within: True} if within else {}))
