"""Time the whole job on a tree of any scale, each step beside a yardstick of the same run.

    python -m benchmarks DIR --scale 0.1 [--peer | --db postgresql://host/lab]

`DIR` gets the tree, which is kept for the next run, and a new index. The table is printed as
Markdown. A command that fails ends the benchmark. With `--peer` each step of the job is followed by
the same one written by hand in DuckDB; a table of both is printed too, and files that are not equal
end the benchmark. With `--db` the index is made in an empty database of PostgreSQL, and copied in
the end: into a file, and from there into the schema `copied`.
"""

import argparse
import os
import sys
from pathlib import Path

from benchmarks.machine import describe_run
from benchmarks.peer import CONDITIONS, Peer, is_installed
from benchmarks.processes import CommandError
from benchmarks.results import run_steps
from benchmarks.steps import STEPS, Step, copies
from benchmarks.table import as_markdown, index_row, job_row, step_rows
from benchmarks.tree import TreeError, load_categories, make_tree
from ovmr_index.db.session import Session

_BLOCK = 1 << 20  # bytes


def main() -> None:
    """Make the tree unless it is there, run the job, print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path("benchmark-tree"))
    parser.add_argument("--scale", type=float, default=1.0, help="of a tree that is made (1)")
    parser.add_argument("--peer", action="store_true", help="run the job by hand in DuckDB as well")
    parser.add_argument("--db", help="the URL of an empty database for the index")
    arguments = parser.parse_args()
    if arguments.peer and arguments.db:
        parser.error("--peer compares with an index in a file; leave --db out")
    if arguments.peer and not is_installed():
        parser.error("--peer needs DuckDB; run `pip install -r requirements-benchmark.lock` first")
    try:
        print_table(arguments.folder, arguments.scale, with_peer=arguments.peer, db=arguments.db)
    except TreeError as error:
        parser.error(str(error))
    except CommandError as error:
        sys.exit(str(error))


def print_table(
    root: Path, scale: float, *, with_peer: bool = False, db: str | None = None
) -> None:
    """Run all steps on the tree at `root`, which is made if it is not there.

    The index is `root`/ovmr.db, or in the empty database of the URL `db`.

    Raises TreeError where the tree cannot be made, or there is an index in `db`, CommandError where
    a step fails, or an output is not what the peer's is.
    """
    if not (root / "lvis").is_dir():
        make_tree(root, scale, categories=load_categories())
    peer = Peer(root) if with_peer else None
    steps = STEPS if db is None else (*STEPS, *_copies(root, db))
    read_all(root)
    results, measured = run_steps(steps, root, peer.run_after if peer else None, db)
    rows = [*step_rows(steps, results, measured), job_row(results, measured), index_row(root, db)]
    print(f"{describe_run(f'scale {scale:g}')}\n\n{as_markdown(rows)}")
    if peer is not None:
        peer.require_equal()
        print(f"\n{CONDITIONS}\n\n{peer.table(results)}")


def _copies(root: Path, db: str) -> tuple[Step, ...]:
    """Return the steps that copy an index; raises TreeError where there is one already."""
    if Session(root, db).exists:
        raise TreeError("--db: there is an index already; give the URL of an empty database")
    (root / "copied.db").unlink(missing_ok=True)
    return copies(root, db)


def read_all(root: Path) -> None:
    """Bring the files of a tree into the page cache: read each once, whatever its names."""
    seen = set[int]()
    for folder, _, names in os.walk(root):
        for name in names:
            path = Path(folder, name)
            if (inode := path.stat().st_ino) not in seen:
                seen.add(inode)
                _read(path)


def _read(path: Path) -> None:
    with path.open("rb", buffering=0) as file:
        while file.read(_BLOCK):
            pass


if __name__ == "__main__":
    main()
