"""Processes that mark all exemplars of a category, and say when they are ready and done."""

import multiprocessing
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from ovmr_index import Index

FOREVER = "killed"  # the author who marks and clears until the process ends


class Marking:
    """A process of its own, forked from one that has imported what it needs."""

    def __init__(self, index: Index, category: int, author: str) -> None:
        """Start it; it waits for `go`."""
        self._said, its = multiprocessing.Pipe()
        arguments = (its, str(index.root), str(index.location), category, author)
        context = multiprocessing.get_context("forkserver")
        self.process: BaseProcess = context.Process(target=_mark, args=arguments, daemon=True)
        self.process.start()
        its.close()

    def says(self) -> object:
        """Return what it says next."""
        return self._said.recv()

    def go(self) -> None:
        """Let it begin."""
        self._said.send("go")

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.join()


def _mark(said: "Connection[Any, Any]", root: str, db: str, category: int, author: str) -> None:
    with Index.open(root, db) as index:
        pool = index.exemplars(category)
        said.send("ready")
        said.recv()
        while True:
            for one in pool:
                index.curation.exclude(one, author=author)
            said.send("done")
            if author != FOREVER:
                break
            index.curation.clear(pool, author=author)
