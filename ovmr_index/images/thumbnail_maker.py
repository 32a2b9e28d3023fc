"""Makes thumbnails in other processes, those asked for last first, and keeps them on the disk."""

import threading
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool, ProcessPoolExecutor
from functools import partial
from typing import Self

from ovmr_index.errors import OvmrIndexError
from ovmr_index.images.header import reason_of
from ovmr_index.images.thumbnails import (
    Thumbnail,
    ThumbnailTask,
    render_thumbnail,
    thumbnail_key,
)
from ovmr_index.processes import has_room, start_pool, submit
from ovmr_index.storage.bounded_cache import BoundedCache, user_cache_folder
from ovmr_index.storage.file_states import file_state
from ovmr_index.storage.remote.errors import StoreError

MOST_BYTES = 2 << 30  # of all thumbnails on the disk
_WORKERS = 2
_ENDS = b"\xff\xd8", b"\xff\xd9"  # of a JPEG
_NOT_MADE = Thumbnail(None, "the process that decodes it ended early, as where memory is short")

_Waiting = tuple[ThumbnailTask, str, "Future[Thumbnail]"]
_Made = Future[list[Thumbnail]]


class ThumbnailMaker:
    """Thumbnails as they are needed; use it in a `with` block, which ends its processes.

    What is asked for last is made first: it is what somebody looks at now. Methods may be called
    from any thread.
    """

    def __init__(self, cache: BoundedCache | None = None, workers: int = _WORKERS) -> None:
        """Take where thumbnails are kept, by default in the user's cache folder; start nothing.

        `workers` is how many processes make them.
        """
        self._cache = cache or BoundedCache(user_cache_folder("ovmr-index/thumbnails"), MOST_BYTES)
        self._workers = workers
        self._pool: Executor | None = None
        self._waiting: list[_Waiting] = []
        self._running = 0
        self._lock = threading.RLock()

    def __enter__(self) -> Self:
        """Use it until the block ends."""
        return self

    def __exit__(self, *_: object) -> None:
        """End its processes; what still waits is not made."""
        self.close()

    def close(self) -> None:
        """End its processes; a later call of `make` starts others."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
            pool, self._pool = self._pool, None
        for *_, future in waiting:
            future.cancel()
        if pool is not None:
            pool.shutdown(cancel_futures=True)

    def key(self, task: ThumbnailTask) -> str | Thumbnail:
        """Return what names a thumbnail as long as its image's file does not change.

        Where there is no such file, return a thumbnail that says so.
        """
        try:
            return thumbnail_key(task, file_state(task.crop.source))
        except OSError as error:
            return Thumbnail(None, reason_of(error))
        except StoreError as error:
            return Thumbnail(None, str(error))

    def kept(self, key: str) -> Thumbnail | None:
        """Return a thumbnail that is on the disk, None for one that is to be made."""
        content = self._cache.get(key)
        is_whole = content is not None and (content[:2], content[-2:]) == _ENDS
        return Thumbnail(content) if is_whole else None

    def make(self, task: ThumbnailTask, key: str) -> "Future[Thumbnail]":
        """Ask for a thumbnail, which is kept by its `key`; cancel it where nobody waits for it."""
        future: Future[Thumbnail] = Future()
        with self._lock:
            self._waiting.append((task, key, future))
            self._start()
        return future

    def _start(self) -> None:
        """Start what was asked for last, as long as a process has nothing to do."""
        while self._running < self._workers and self._waiting:
            task, key, future = self._waiting.pop()
            if future.set_running_or_notify_cancel():
                self._running += 1
                pool, made = self._submitted(task)
                made.add_done_callback(partial(self._done, pool, key, future))

    def _submitted(self, task: ThumbnailTask) -> tuple[Executor, _Made]:
        """Have a thumbnail made; the future fails where no process can be started."""
        if self._pool is None:
            self._pool = start_pool(self._workers) if has_room() else ThreadPoolExecutor(1)
        pool = self._pool
        try:
            if isinstance(pool, ProcessPoolExecutor):
                return pool, submit(pool, render_thumbnail, [task])
            return pool, pool.submit(_render_all, [task])
        except (BrokenProcessPool, OvmrIndexError) as error:
            failed = _Made()
            failed.set_exception(error)
            return pool, failed

    def _done(self, pool: Executor, key: str, future: "Future[Thumbnail]", made: _Made) -> None:
        """Keep what was made, give it to those who wait for it, and start the next."""
        failed = made.cancelled() or made.exception()
        (thumbnail,) = [_NOT_MADE] if failed else made.result()
        with self._lock:
            self._running -= 1
            if failed and self._pool is pool:
                self._pool = None  # the next starts other processes
            self._start()
        if thumbnail.content is not None:
            self._cache.put(key, thumbnail.content)
        future.set_result(thumbnail)


def _render_all(tasks: list[ThumbnailTask]) -> list[Thumbnail]:
    return [render_thumbnail(task) for task in tasks]
