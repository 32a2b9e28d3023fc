"""Sizes of many images, read from their headers in several processes."""

from collections.abc import Generator, Iterable
from functools import partial
from typing import NamedTuple

from ovmr_index.images.header import ImageError, any_size, reason_of, shown_size
from ovmr_index.images.jpeg_header import usual_size
from ovmr_index.processes import batches, collector_paused, in_processes
from ovmr_index.storage.file_states import FileStates, State, time_of
from ovmr_index.storage.links import read_head
from ovmr_index.storage.members import ImageSource, Member, member_content, of_each
from ovmr_index.storage.reading import is_remote, read_part
from ovmr_index.storage.remote.range_file import FIRST

_BATCH = 4_096  # images whose sizes a process reads at once
_HEAD = 4_096  # bytes
_NO_STATE = (-1, -1)  # of a file that is not there: no later one is like it


class ImageSize(NamedTuple):
    """Width and height of an image in pixels, as shown; `key` is what the caller calls it.

    `state` is that of the file before it was read.
    """

    key: int
    width: int
    height: int
    state: State


class Unreadable(NamedTuple):
    """Why the size of an image cannot be read."""

    key: int
    reason: str


class Measured(NamedTuple):
    """What was read of a batch of images, as rows that the index takes."""

    sizes: list[tuple[int, int, int]]  # width, height, key
    states: list[tuple[int, int, int]]  # key, size in bytes and time of its file
    unreadable: list[tuple[int, str]]  # key, reason


# What processes send: plain tuples, which take a third of the time of named ones.
_Sent = tuple[int, State, tuple[int, int] | str]


def sizes(
    images: Iterable[tuple[int, ImageSource]], workers: int | None = None
) -> Generator[ImageSize | Unreadable, None, None]:
    """Yield the size of each (key, source), in order, or why it cannot be read.

    Args:
        images: A key and where to read the image, for each.
        workers: How many processes; by default one a processor.
    """
    sent = in_processes(_sizes_of, batches(images, _BATCH), workers=workers, chunk=1)
    for batch in sent:
        for key, state, found in batch:
            if isinstance(found, str):
                yield Unreadable(key, found)
            else:
                yield ImageSize(key, *found, state)


def measured(
    batches_of_images: Iterable[list[tuple[int, ImageSource]]],
) -> Generator[Measured, None, None]:
    """Yield what `sizes` finds of each batch: the rows are made in the processes that read."""
    yield from in_processes(_measured, batches_of_images, workers=None, chunk=1)


def _measured(images: list[tuple[int, ImageSource]]) -> Measured:
    batch = Measured([], [], [])
    for key, state, found in _sizes_of(images):
        if isinstance(found, str):
            batch.unreadable.append((key, found))
        else:
            batch.sizes.append((*found, key))
            batch.states.append((key, *state))
    return batch


def _sizes_of(images: list[tuple[int, ImageSource]]) -> list[_Sent]:
    with any_size(), collector_paused():
        read = partial(_state_and_head, FileStates())
        heads = of_each(read, [source for _, source in images])
        return [
            (key, *_state_and_size(source, *head))
            for (key, source), head in zip(images, heads, strict=True)
        ]


def _state_and_size(
    source: ImageSource, state: State, head: bytes | str
) -> tuple[State, tuple[int, int] | str]:
    """Return the state of a file and the size of its image, or why that cannot be read."""
    if isinstance(head, str):
        return state, head
    try:
        return state, usual_size(head) or shown_size(source)
    except ImageError as error:
        return state, error.reason


def _state_and_head(states: FileStates, source: ImageSource) -> tuple[State, bytes | str]:
    """Return the state of a file and an image's first bytes, or why they cannot be read."""
    try:
        return _read_state_and_head(states, source)
    except OSError as error:
        return _NO_STATE, reason_of(error)


def _read_state_and_head(states: FileStates, source: ImageSource) -> tuple[State, bytes]:
    """Return the state of a file and an image's first bytes; raises OSError.

    That is all of it where a second read would unpack a tar again. The state of an open file takes
    less time than that of a path.
    """
    if isinstance(source, Member):
        length = None if source.needs_order else _HEAD
        return states.of(source), member_content(source, length)
    if is_remote(source):
        return states.of(source), read_part(source, 0, FIRST)
    status, head = read_head(source, _HEAD)
    return (status.st_size, time_of(status)), head
