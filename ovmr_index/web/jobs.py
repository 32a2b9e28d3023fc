"""Work that goes on in threads while pages are served, and how far it has come."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from threading import Event, Lock, Thread
from typing import Any

from sqlalchemy.exc import DBAPIError
from starlette.requests import Request

from ovmr_index.db import database_errors
from ovmr_index.errors import OvmrIndexError
from ovmr_index.index.index import Index

Work = Callable[[Index], Any]


class _StoppedError(Exception):
    """The work was asked to stop."""


class Job:
    """Work on an `Index` that the job opens for itself; any thread may ask how far it is.

    `what` goes on, `done` of `total` in a `unit`; `total` is None where it is not known. Once the
    job has ended, `result` is what the work returned, or `problem` says in a line what went wrong.
    """

    def __init__(self, name: str, index: Index, work: Work, state: Hashable = None) -> None:
        """Begin the work, which is for a `state` of the index."""
        self.name, self.state = name, state
        self.what, self.unit, self.problem = "", "", ""
        self.done = 0
        self.total: int | None = None
        self.result: Any = None
        self._root, self._location, self._work = index.root, index.location, work
        self._stopping = Event()
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def ended(self) -> bool:
        """Whether the work is over, well or not."""
        return not self._thread.is_alive()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait so long for the end, or until it comes; return whether it has come."""
        self._thread.join(seconds)
        return self.ended

    def stop(self) -> None:
        """Let the work end at the next step that it reports."""
        self._stopping.set()

    def _run(self) -> None:
        try:
            with Index.open(self._root, self._location, progress=self._progress) as index:
                self.result = self._work(index)
        except OvmrIndexError as error:
            self.problem = str(error)
        except DBAPIError as error:
            self.problem = f"the index: {database_errors.describe(error)}"
        except _StoppedError:
            self.problem = "stopped; what was computed until then is kept"

    @contextmanager
    def _progress(self, what: str, total: int | None, unit: str) -> Iterator[Callable[[int], None]]:
        self.what, self.total, self.unit, self.done = what, total, unit, 0
        self._advance(0)
        yield self._advance

    def _advance(self, done: int) -> None:
        self.done += done
        if self._stopping.is_set():
            raise _StoppedError


class Jobs:
    """The jobs of a server, by name: one of a name at a time."""

    def __init__(self, index: Index) -> None:
        """Have none yet."""
        self._index = index
        self._jobs: dict[str, Job] = {}
        self._lock = Lock()

    def find(self, name: str) -> Job | None:
        """Return the job that was last begun under a name."""
        return self._jobs.get(name)

    def goes_on(self, name: str) -> bool:
        """Return whether a job of this name goes on."""
        job = self.find(name)
        return job is not None and not job.ended

    def begin(self, name: str, work: Work) -> Job:
        """Begin a job, unless one of that name still goes on; return the one that does."""
        with self._lock:
            job = self._jobs.get(name)
            if job is None or job.ended:
                job = self._jobs[name] = Job(name, self._index, work)
            return job

    def forget(self, job: Job) -> None:
        """Forget a job, so that the next who asks for it begins it again."""
        with self._lock:
            if self._jobs.get(job.name) is job:
                del self._jobs[job.name]

    def of_state(self, name: str, state: Hashable, work: Work) -> Job:
        """Return the job of a name for a state of the index, ended or not; begin it where needed.

        One for an earlier state is stopped, and its result forgotten.
        """
        with self._lock:
            job = self._jobs.get(name)
            if job is None or job.state != state:
                if job is not None:
                    job.stop()
                job = self._jobs[name] = Job(name, self._index, work, state)
            return job


def jobs_of(request: Request) -> Jobs:
    """Return the jobs of the server that a request came to."""
    jobs: Jobs = request.app.state.jobs
    return jobs
