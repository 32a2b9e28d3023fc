"""What ingest takes from an annotation source: its records by the batch, in the file's order.

Large files are read in a process of their own, so that parsing and inserting go on side by side.
It is started by its own command line, not by multiprocessing, and so asks nothing of the caller's
script.
"""

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from ovmr_index.errors import OvmrIndexError
from ovmr_index.records import (
    AnnotationReader,
    CategoryRecord,
    ImageRecord,
    ReadProblem,
    RegionColumns,
)
from ovmr_index.sources import ANNOTATION_FILES, ANNOTATION_READERS

BATCH = 4_096
_PIPE_BUFFER = 1 << 20
APART_FROM = 16 << 20  # bytes to read that are worth the start of a process, 0.2 seconds

T = TypeVar("T")
_CHILD = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from {0} import main; main()"


class _Heading(NamedTuple):
    """What a reader says of its source before it comes to pictures and regions."""

    header: str
    region_name: str
    unit: str
    total: int
    region_count: int
    categories: list[CategoryRecord]


class _Ending(NamedTuple):
    """What a reader has left out."""

    problems: list[ReadProblem]


class AnnotationFeed:
    """The records of an annotation source, to be taken once, in this order.

    First the heading's fields, then `images`, then `regions`; after these `problems` are complete.
    """

    def __init__(self, files: tuple[Path, ...], frames: Iterator[Any]) -> None:
        """Take the heading from `frames`."""
        heading = next(frames)
        assert isinstance(heading, _Heading)
        self.files = files
        self.header, self.region_name, self.unit = heading[:3]
        self.total, self.region_count, self.categories = heading[3:]
        self.problems: list[ReadProblem] = []
        self._frames = frames
        self._first: RegionColumns | _Ending | None = None

    def images(self) -> Iterator[list[ImageRecord]]:
        """Yield the pictures by the batch."""
        for frame in self._frames:
            if not isinstance(frame, list):
                self._first = frame
                return
            yield frame

    def regions(self) -> Iterator[RegionColumns]:
        """Yield the regions by the batch."""
        frame = self._first
        while not isinstance(frame, _Ending):
            assert isinstance(frame, RegionColumns)
            yield frame
            frame = next(self._frames)
        self.problems += frame.problems


@contextmanager
def open_feed(format_name: str, path: Path) -> Iterator[AnnotationFeed]:
    """Open a source; raises RecordError, here or later, for what is not as it should be."""
    files = ANNOTATION_FILES[format_name](path)
    apart = sys.executable and (os.cpu_count() or 1) > 1 and _size(files) >= APART_FROM
    frames = _frames_apart(format_name, path) if apart else _frames(format_name, path)
    with closing(frames):
        yield AnnotationFeed(files, frames)


def _size(files: tuple[Path, ...]) -> int:
    return sum(file.stat().st_size for file in files if file.exists())


def _frames(format_name: str, path: Path) -> Generator[Any]:
    """Yield heading, batches of pictures, batches of regions and ending of a source."""
    reader = ANNOTATION_READERS[format_name](path)
    yield _Heading(
        reader.header(),
        reader.region_name,
        reader.unit,
        reader.total,
        reader.region_count(),
        list(reader.categories()),
    )
    yield from _batches(reader.images())
    yield from _columns(reader)
    yield _Ending(reader.problems)


def _batches(records: Iterator[T]) -> Iterator[list[T]]:
    while batch := list(islice(records, BATCH)):
        yield batch


def _columns(reader: AnnotationReader) -> Iterator[RegionColumns]:
    for batch in _batches(reader.regions()):
        yield RegionColumns(reader.done, *zip(*batch, strict=True))


def _frames_apart(format_name: str, path: Path) -> Generator[Any]:
    """Yield what `_frames` does, read in a process that ends with this one or with the iterator.

    It is not in the terminal's group of processes, so that Ctrl-C is heard here alone.
    """
    command = (sys.executable, "-c", _CHILD.format(__name__))
    arguments = (json.dumps(sys.path), format_name, str(path))
    with subprocess.Popen(
        (*command, *arguments),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        bufsize=_PIPE_BUFFER,
        start_new_session=True,
    ) as child:
        assert child.stdout is not None
        try:
            while not isinstance(frame := pickle.load(child.stdout), _Ending):
                if isinstance(frame, OvmrIndexError | MemoryError):
                    raise frame
                yield frame
            yield frame
        except (EOFError, pickle.UnpicklingError):
            problem = f"the process that reads it ended early (exit code {child.wait()})"
            raise OvmrIndexError(f"{path}: {problem}; is memory short?") from None
        finally:
            child.kill()


def main() -> None:
    """Write the frames of the source that the command line names to standard output."""
    import gc

    gc.disable()  # millions of records, none of which refer to each other
    format_name, path = sys.argv[2:]
    with suppress(BrokenPipeError), os.fdopen(os.dup(1), "wb") as output:
        try:
            for frame in _frames(format_name, Path(path)):
                pickle.dump(frame, output, pickle.HIGHEST_PROTOCOL)
        except (OvmrIndexError, MemoryError) as error:
            pickle.dump(error, output)
