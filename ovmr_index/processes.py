"""Work on many items, in batches and in several processes: in order and in bounded memory."""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import chain, islice
from typing import TypeVar

from ovmr_index.errors import OvmrIndexError

T = TypeVar("T")
R = TypeVar("R")

_MOST_WORKERS = 16
_ENDING = (signal.SIGTERM, signal.SIGHUP)


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield the items in lists of `size`, the last of which may be shorter."""
    following = iter(items)
    while batch := list(islice(following, size)):
        yield batch


def in_processes(
    function: Callable[[T], R], items: Iterable[T], *, workers: int | None, chunk: int
) -> Generator[R, None, None]:
    """Yield function(item) for each item, in order.

    Items are taken a few chunks ahead of the results. The processes end with the iterator, and with
    this process however it ends. An exception of `function` is raised here.

    Args:
        function: What to call; it is sent to other processes.
        items: What to call it with.
        workers: How many processes; by default one a processor, at most 16.
        chunk: How many items a process gets at once. No more items than that need no process.

    Raises:
        OvmrIndexError: A process died.
    """
    following = iter(items)
    head = list(islice(following, chunk + 1))
    following = chain(head, following)
    workers = workers or min(os.cpu_count() or 1, _MOST_WORKERS)
    if workers == 1 or len(head) <= chunk:
        yield from map(function, following)
        return
    pool = _start_pool(workers)
    running: deque[Future[list[R]]] = deque()
    try:
        for part in batches(following, chunk):
            running.append(_submit(pool, function, part))
            if len(running) > 3 * workers:
                yield from running.popleft().result()
        while running:
            yield from running.popleft().result()
    except BrokenProcessPool:
        raise OvmrIndexError(
            "a worker process ended early; use fewer workers if memory is short, and start your"
            ' own script under `if __name__ == "__main__":`'
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


def _start_pool(workers: int) -> ProcessPoolExecutor:
    """Make a pool; the process that keeps track of its locks inherits the blocked signals.

    It would end with the terminal, before those who use them.
    """
    with _signals_blocked():
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(workers, context, _end_with_parent)


@contextmanager
def _signals_blocked() -> Iterator[None]:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, *_ENDING})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _submit(
    pool: ProcessPoolExecutor, function: Callable[[T], R], part: list[T]
) -> Future[list[R]]:
    """Submit a chunk; a process that this starts inherits the blocked signal of Ctrl-C.

    The others are blocked until it has begun: a signal must not meet it half started.
    """
    with _signals_blocked():
        return pool.submit(_do_all, function, part)


def _do_all(function: Callable[[T], R], part: list[T]) -> list[R]:
    return [function(item) for item in part]


def _end_with_parent() -> None:
    """Watch the parent, which cannot end its processes when it is killed."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
    threading.Thread(target=_await_parent, daemon=True).start()


def _await_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)
