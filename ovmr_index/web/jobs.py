"""What takes longer than a request may: one job at a time, in a thread, asked about later."""

from collections.abc import Callable
from threading import Lock, Thread

from sqlalchemy.exc import DBAPIError

from ovmr_index.db import sqlite_errors
from ovmr_index.errors import OvmrIndexError


class Jobs:
    """The job that runs, and how the last one ended."""

    def __init__(self) -> None:
        self._lock, self._thread = Lock(), Thread()
        self.error: str | None = None

    @property
    def is_running(self) -> bool:
        """Whether a job runs."""
        return self._thread.is_alive()

    def start(self, work: Callable[[], object]) -> bool:
        """Start a job; return False where one runs, which goes on alone."""
        with self._lock:
            if self.is_running:
                return False
            self.error = None
            self._thread = Thread(target=self._run, args=(work,), daemon=True)
            self._thread.start()
            return True

    def _run(self, work: Callable[[], object]) -> None:
        try:
            work()
        except OvmrIndexError as error:
            self.error = str(error)
        except DBAPIError as error:
            self.error = f"the index: {sqlite_errors.describe(error)}"
