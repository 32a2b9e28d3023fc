"""What ingest takes from an annotation source: its records by the batch, in the file's order.

Large files are read in a subprocess, so that parsing and inserting go on side by side. It is
started by a command line, not by multiprocessing, and so asks nothing of the caller's script.
"""

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from itertools import chain, repeat
from pathlib import Path
from typing import Any, NamedTuple

from ovmr_index.errors import Issue, OvmrIndexError
from ovmr_index.formats.base import (
    AnnotationReader,
    BlockReader,
    LeavingOutReader,
    SkippingReader,
)
from ovmr_index.formats.placement import Placement, placed
from ovmr_index.formats.records import (
    CategoryRecord,
    ImageRecord,
    RecordKeys,
    RegionBlock,
    RegionColumns,
    with_record,
)
from ovmr_index.formats.table import find_format
from ovmr_index.processes import batches, has_room
from ovmr_index.storage.remote.urls import place

BATCH = 4_096
_PIPE_BUFFER = 1 << 20
SUBPROCESS_FROM = 16 << 20  # bytes to read that are worth the start of a process, 0.2 seconds

Subprocess = subprocess.Popen[bytes]
_SUBPROCESS = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from {0} import main; main()"
)


class KnownBlocks(NamedTuple):
    """What was read before: fingerprints of images with categories, and of blocks of regions.

    `blocks` are (number of regions, fingerprint) in the file's order.
    """

    images: str | None = None
    blocks: tuple[tuple[int, str], ...] = ()


class _Heading(NamedTuple):
    """What a reader says of its source before it comes to images and regions."""

    header: str
    region_name: str
    unit: str
    total: int
    region_count: int
    categories: list[CategoryRecord]
    images: str | None


class _Ending(NamedTuple):
    """What a reader has left out."""

    problems: list[Issue]


class AnnotationStream:
    """The records of an annotation source, to be taken once, in this order.

    First the heading's fields, then `images`, then `regions`; after these `problems` are complete.
    `left_out` are the keys of images and categories that are among them, complete after `images`.
    `images_fingerprint` is None where the reader does not know what has changed. With `same_images`
    images and categories are those that are known.
    """

    def __init__(self, files: tuple[Path, ...], frames: Iterator[Any], known: KnownBlocks) -> None:
        """Take the heading from `frames`, which leave out what is `known`."""
        heading = next(frames)
        assert isinstance(heading, _Heading)
        self.files = files
        self.header, self.region_name, self.unit = heading[:3]
        self.total, self.region_count, self.categories, self.images_fingerprint = heading[3:]
        self.same_images = known.images is not None and known.images == self.images_fingerprint
        self.problems: list[Issue] = []
        self.left_out = RecordKeys(set(), set())
        self._frames = frames
        self._first: RegionColumns | RegionBlock | _Ending | None = None

    def images(self) -> Iterator[list[ImageRecord]]:
        """Yield the images by the batch; none where they are the same."""
        for frame in self._frames:
            if isinstance(frame, list):
                yield frame
            elif isinstance(frame, RecordKeys):
                self.left_out.images.update(frame.images)
                self.left_out.categories.update(frame.categories)
            else:
                self._first = frame
                return

    def regions(self) -> Iterator[RegionColumns | RegionBlock]:
        """Yield the regions by the batch, and where each block of them ends."""
        frame = self._first
        while not isinstance(frame, _Ending):
            assert isinstance(frame, RegionColumns | RegionBlock)
            yield frame
            frame = next(self._frames)
        self.problems += frame.problems


@contextmanager
def read_in_subprocess(
    format_name: str, path: Path, *, skips: bool = False
) -> Iterator[Subprocess | None]:
    """Start to read a source in a subprocess; None for one that is not worth it.

    With `skips` records that cannot be read are left out. The process ends with this one or with
    the context. It is not in the terminal's group of processes, so that Ctrl-C interrupts this
    process alone.
    """
    size = _size(find_format(format_name).files(path))
    worth = size >= SUBPROCESS_FROM and (os.cpu_count() or 1) > 1
    if not worth or not sys.executable or not has_room():
        yield None
        return
    command = (sys.executable, "-c", _SUBPROCESS.format(__name__))
    arguments = (json.dumps(sys.path), format_name, str(path), "skip" if skips else "")
    with subprocess.Popen(
        (*command, *arguments),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=_PIPE_BUFFER,
        pipesize=_PIPE_BUFFER,
        start_new_session=True,
    ) as child:
        try:
            yield child
        finally:
            child.kill()


@contextmanager
def open_stream(
    format_name: str,
    path: Path,
    known: KnownBlocks | None = None,
    child: Subprocess | None = None,
    *,
    skips: bool = False,
    placement: Placement | None = None,
) -> Iterator[AnnotationStream]:
    """Open a source, to leave out what is `known`; `child` reads it already, if one is given.

    With `skips` records that cannot be read are left out too, and are among the problems. Raises
    RecordError, here or later, for a file that is wrong, or without `skips` a record.
    """
    known = known or KnownBlocks()
    source = find_format(format_name)
    apart = nullcontext(child) if child else read_in_subprocess(format_name, path, skips=skips)
    with apart as reading:
        if reading is None:
            reader = placed(_opened(format_name, path, skips=skips), placement)
            frames = _frames(reader, known)
        else:
            frames = _received(reading, path, known, placement)
        yield AnnotationStream(source.files(path) or (path,), frames, known)


def _opened(format_name: str, path: Path, *, skips: bool) -> AnnotationReader:
    reader = find_format(format_name).open(path)
    if isinstance(reader, SkippingReader):
        reader.skips = skips
    return reader


def _size(files: tuple[Path, ...]) -> int:
    return sum(file.stat().st_size for file in files if file.exists())


def _frames(reader: AnnotationReader, known: KnownBlocks) -> Iterator[Any]:
    """Yield heading, images and regions by the batch, what was left out, and ending of a source."""
    images = reader.images_fingerprint() if isinstance(reader, BlockReader) else None
    yield _Heading(
        reader.header(),
        reader.region_name,
        reader.unit,
        reader.total,
        reader.region_count(),
        list(reader.categories()),
        images,
    )
    if images is None or images != known.images:
        yield from batches(reader.images(), BATCH)
    if isinstance(reader, LeavingOutReader):
        yield reader.left_out
    if isinstance(reader, BlockReader):
        yield from _blocks(reader, known.blocks)
    else:
        yield from _columns(reader)
    yield _Ending([*map(_as_issue, reader.problems)])


def _as_issue(problem: Issue | tuple[str, str, str]) -> Issue:
    """Return what a reader left out; that of a plug-in may say (file, record, reason)."""
    if isinstance(problem, Issue):
        return problem
    file, record, reason = problem
    return Issue(file=file, record=record, reason=reason)


def _columns(reader: AnnotationReader) -> Iterator[RegionColumns]:
    for batch in batches(map(with_record, reader.regions()), BATCH):
        yield RegionColumns(reader.done, *zip(*batch, strict=True))


def _blocks(
    reader: BlockReader, known: Sequence[tuple[int, str]]
) -> Iterator[RegionColumns | RegionBlock]:
    """Yield the regions by the batch, and the ends of their blocks, which come before them.

    A block that is known, and known to begin at the same region, is skipped.
    """
    moved = 0  # how many regions more than before there were so far
    waiting: list[RegionColumns] = []
    starts = range(0, reader.total, reader.parts)
    for start, (before, was) in zip(starts, chain(known, repeat((0, ""))), strict=False):
        fingerprint = reader.block_fingerprint(start)
        skipped = moved == 0 and fingerprint == was
        count = before
        if skipped:
            yield from _joined(waiting)
            waiting = []
        else:
            waiting.append(reader.block(start))
            count = len(waiting[-1].key)
        moved += count - before
        yield RegionBlock(min(start + reader.parts, reader.total), count, fingerprint, skipped)
        if sum(len(columns.key) for columns in waiting) >= BATCH:
            yield from _joined(waiting)
            waiting = []
    yield from _joined(waiting)


def _joined(blocks: list[RegionColumns]) -> Iterator[RegionColumns]:
    """Yield the regions of blocks as one batch; nothing where there are none."""
    blocks = [block for block in blocks if block.key]
    if len({tuple(map(bool, block)) for block in blocks}) > 1:  # a column that some have empty
        blocks = [block.whole() for block in blocks]
    parts = zip(*(block[1:] for block in blocks), strict=True)
    columns = [[*chain.from_iterable(part)] for part in parts]
    if columns:
        yield RegionColumns(blocks[-1].done, *columns)


def _received(
    child: Subprocess, path: Path, known: KnownBlocks, placement: Placement | None
) -> Iterator[Any]:
    """Yield what `_frames` does of the source that a process reads."""
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        with suppress(BrokenPipeError), child.stdin:
            pickle.dump((known, placement), child.stdin)
        while not isinstance(frame := pickle.load(child.stdout), _Ending):
            if isinstance(frame, OvmrIndexError | MemoryError):
                raise frame
            yield frame
        yield frame
    except (EOFError, pickle.UnpicklingError):
        problem = f"the process that reads it ended early (exit code {child.wait()})"
        raise OvmrIndexError(f"{path}: {problem}; is memory short?") from None


def main() -> None:
    """Write the frames of the source that the command line names to standard output.

    What is known comes on standard input, with the placement, when the file has been opened.
    """
    import gc

    gc.disable()  # millions of records, none of which refer to each other
    format_name, path, skips = sys.argv[2:]
    # Neither pipe is whole where the parent has been stopped meanwhile.
    with suppress(BrokenPipeError, EOFError), os.fdopen(os.dup(1), "wb") as output:
        try:
            reader = _opened(format_name, place(path), skips=bool(skips))
            known, placement = pickle.load(sys.stdin.buffer)
            for frame in _frames(placed(reader, placement), known):
                pickle.dump(frame, output, pickle.HIGHEST_PROTOCOL)
        except (OvmrIndexError, MemoryError) as error:
            pickle.dump(error, output)
