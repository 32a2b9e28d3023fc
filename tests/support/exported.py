"""Exports of any target: within the test's process, and as a process that the system kills."""

import multiprocessing
import resource
import signal
from pathlib import Path

from ovmr_index import Index
from ovmr_index.export.target import WrittenFile
from ovmr_index.samples.options import DrawOptions


def open_index(root: Path) -> Index:
    """Open the index of a tree that was ingested."""
    return Index.open(root, create=False)


def write(index: Index, job: str, path: Path | None = None) -> WrittenFile:
    """Export one target, or a sample."""
    if job == "sample":
        return index.exports.sample(DrawOptions(k=3, on_shortage="repeat"), path)
    return index.exports.target(job, path)


def limited_write(root: Path, job: str, path: Path, most: int) -> int | None:
    """Export as a process of its own that is killed when a file grows above `most` bytes.

    Return its exit code; it is forked from one that has imported what it needs.
    """
    process = multiprocessing.get_context("forkserver").Process(
        target=_write_within, args=(root, job, path, most)
    )
    process.start()
    process.join()
    return process.exitcode


def _write_within(root: Path, job: str, path: Path, most: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    write(open_index(root), job, path)
