"""Work on many items, in batches and in several processes: in order and in bounded memory."""

import gc
import multiprocessing
import os
import resource
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import chain, islice
from queue import SimpleQueue
from typing import TypeVar

from ovmr_index.errors import OvmrIndexError, Words

T = TypeVar("T")
R = TypeVar("R")

_MOST_WORKERS = 16
_START_METHOD = "spawn"  # a process that was forked would hold locks of threads that it has not
# Bytes that a process may have, if others like it are to start: of addresses, which threads take
# many of, and of memory.
_LEAST_MEMORY = {resource.RLIMIT_AS: 1 << 30, resource.RLIMIT_DATA: 256 << 20}
_THREADS = 4  # that a pool of processes takes
_ENDING = (signal.SIGTERM, signal.SIGHUP)
_GUARD = 'start your own script under `if __name__ == "__main__":`'


class _Usual:
    """How many processes are taken where none is asked for, None for one a processor."""

    workers: int | None = None


@contextmanager
def using_workers(count: int) -> Iterator[None]:
    """Take `count` processes within the block wherever a caller does not say how many."""
    before, _Usual.workers = _Usual.workers, count
    try:
        yield
    finally:
        _Usual.workers = before


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield the items in lists of `size`, the last of which may be shorter."""
    following = iter(items)
    while batch := list(islice(following, size)):
        yield batch


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keep Python from looking for cycles among millions of rows, which hold none."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def in_processes(
    function: Callable[[T], R], items: Iterable[T], *, workers: int | None, chunk: int
) -> Generator[R, None, None]:
    """Yield function(item) for each item, in order.

    Items are taken a few chunks ahead of the results. The processes end with the iterator, and with
    this process however it ends. An exception of `function` is raised here.

    Args:
        function: What to call; it is sent to other processes.
        items: What to call it with.
        workers: How many processes; by default those of `using_workers`, or one a processor, at
            most 16.
        chunk: How many items a process gets at once. No more items than that need no process, and
            no process is started where there is no room for it.

    Raises:
        OvmrIndexError: A process died, or cannot be started.
    """
    following = iter(items)
    head = list(islice(following, chunk + 1))
    following = chain(head, following)
    workers = workers or _Usual.workers or min(os.cpu_count() or 1, _MOST_WORKERS)
    if workers == 1 or len(head) <= chunk or not has_room():
        yield from map(function, following)
        return
    pool = start_pool(workers)
    try:
        yield from _results(pool, function, batches(following, chunk), 3 * workers)
    except BrokenProcessPool:
        raise OvmrIndexError(
            f"a worker process ended early; use fewer workers if memory is short, and {_GUARD}"
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


def in_threads(
    functions: Sequence[Callable[[T], R]], items: Iterable[T]
) -> Generator[R, None, None]:
    """Yield what the functions, of which one is as good as another, make of items, in order.

    Each is called in one thread at a time, so it may have something of its own. Items are taken a
    few ahead of the results. An exception of a function is raised here. No thread is started where
    there is no room for it.
    """
    if len(functions) == 1 or not has_room():
        yield from map(functions[0], items)
        return
    idle: SimpleQueue[Callable[[T], R]] = SimpleQueue()
    for function in functions:
        idle.put(function)

    def call(item: T) -> R:
        function = idle.get()
        try:
            return function(item)
        finally:
            idle.put(function)

    running: deque[Future[R]] = deque()
    pool = ThreadPoolExecutor(len(functions))
    try:
        for item in items:
            running.append(pool.submit(call, item))
            if len(running) > 2 * len(functions):
                yield running.popleft().result()
        while running:
            yield running.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _results(
    pool: ProcessPoolExecutor, function: Callable[[T], R], parts: Iterable[list[T]], ahead: int
) -> Iterator[R]:
    """Yield the results of chunks in order, with no more than `ahead` of them still to come."""
    running: deque[Future[list[R]]] = deque()
    for part in parts:
        running.append(submit(pool, function, part))
        if len(running) > ahead:
            yield from running.popleft().result()
    while running:
        yield from running.popleft().result()


def has_room() -> bool:
    """Return whether this process may start others: it has the memory and the threads for it.

    Where it has not, a pool of processes may wait for ever for a thread that could not start.
    """
    for limit, least in _LEAST_MEMORY.items():
        most = resource.getrlimit(limit)[0]
        if most != resource.RLIM_INFINITY and most < least:
            return False
    waiting = threading.Event()
    threads = [threading.Thread(target=waiting.wait, daemon=True) for _ in range(_THREADS)]
    try:
        for thread in threads:
            thread.start()
    except RuntimeError:
        return False
    finally:
        waiting.set()
    return True


def start_pool(workers: int) -> ProcessPoolExecutor:
    """Make a pool; the process that keeps track of its locks inherits the blocked signals.

    It would end with the terminal, before those who use them.
    """
    with _signals_blocked():
        context = multiprocessing.get_context(_START_METHOD)
        return ProcessPoolExecutor(workers, context, _begin, (Words.shell, Words.given))


@contextmanager
def _signals_blocked() -> Iterator[None]:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, *_ENDING})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def submit(pool: ProcessPoolExecutor, function: Callable[[T], R], part: list[T]) -> Future[list[R]]:
    """Submit a chunk; a process that this starts inherits the blocked signal of Ctrl-C.

    The others are blocked until it has begun: a signal must not meet it half started.
    """
    try:
        with _signals_blocked():
            return pool.submit(_do_all, function, part)
    except (OSError, RuntimeError) as error:
        if isinstance(error, BrokenProcessPool):
            raise
        if "bootstrapping" in str(error):
            raise OvmrIndexError(f"a worker process runs the script again; {_GUARD}") from None
        raise OvmrIndexError(
            f"a worker process cannot be started: {error}; end other programs, or raise the limits"
            " of memory and processes (ulimit)"
        ) from None


def _do_all(function: Callable[[T], R], part: list[T]) -> list[R]:
    return [function(item) for item in part]


def _begin(shell: bool, given: tuple[str, ...]) -> None:
    """Use the parent's words, and watch it: it cannot end its processes when it is killed."""
    Words.shell, Words.given = shell, given
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
    threading.Thread(target=_await_parent, daemon=True).start()


def _await_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)
