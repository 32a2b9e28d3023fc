"""The same job as that of ovmr-index, written by hand in DuckDB: what ovmr-index is measured by.

    python -m benchmarks.peer_duckdb STEP --root TREE --folder FOLDER

`FOLDER` gets the database and the six files; each step is a process. Of a record of an annotation
file the database has what the recipe asks by, and where its text is: the files must stay as they
are. What ovmr-index has beside it: the records themselves, keys, a second ingest that reads only
what changed, the record in its errors, a limit of memory.
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import peer_inputs, peer_outputs, peer_pools

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

THREADS = 2
DATABASE = "peer.duckdb"

STEPS: dict[str, Callable[["DuckDBPyConnection", Path, Path], None]] = {
    "lvis-train": lambda connection, root, _: peer_inputs.load_lvis(connection, root, "train"),
    "lvis-val": lambda connection, root, _: peer_inputs.load_lvis(connection, root, "val"),
    "visual-genome": lambda connection, root, _: peer_inputs.load_genome(connection, root),
    "imagenet": lambda connection, root, _: peer_inputs.load_imagenet(connection, root),
    "collate": lambda connection, _, __: peer_pools.collate(connection),
    "sample-5": lambda *where: peer_pools.write_sample(*where, k=5),
    "sample-30": lambda *where: peer_pools.write_sample(*where, k=30),
    "exemplars": peer_pools.write_exemplars,
    "norare": peer_outputs.write_norare,
    "cat-info": lambda connection, _, folder: peer_outputs.write_cat_info(connection, folder),
    "imagenet-lvis": peer_outputs.write_imagenet_lvis,
}


def main() -> None:
    """Run one step, as the command line says."""
    import duckdb

    parser = argparse.ArgumentParser(prog="python -m benchmarks.peer_duckdb", description=__doc__)
    parser.add_argument("step", choices=STEPS)
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    options = parser.parse_args()
    with duckdb.connect(str(options.folder / DATABASE)) as connection:
        connection.execute("SET threads = $threads", {"threads": THREADS})
        connection.execute(peer_inputs.TABLES)
        STEPS[options.step](connection, options.root, options.folder)


if __name__ == "__main__":
    main()
