"""Time the pages of `serve` on a tree of real scale, and the memory of its processes.

    python -m benchmarks.serve DIR --scale 0.1

`DIR` gets the tree and its index unless they are there, and pictures for the exemplars of one
category. The thumbnails are kept in a new folder, so that the first visit is one. The table is
printed as Markdown. A request that fails ends the benchmark.
"""

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from benchmarks.client import CONNECTIONS, Client, Exemplar, Tiles, get_all, token_of
from benchmarks.machine import describe_run
from benchmarks.pictures import Picture, link_pictures
from benchmarks.processes import INTERVAL, CommandError, MemoryWatch, run
from benchmarks.table import as_markdown, met_text
from benchmarks.tree import TreeError, load_categories, make_tree
from ovmr_index import Index

HEADINGS = ("step", "took", "a second", "target", "met")
EXEMPLARS = 3_000
REPEATS = 5
MARKS = 20
MOST_MEMORY = 400  # MiB
VOCABULARY = "lvis_v1_train"
CONDITIONS = (
    "Times are wall time from a request to the last byte of its answer; what asks runs on the same "
    "processors. The folder of thumbnails was new. Peak memory is the private memory of the server "
    f"and its processes together, measured {1 / INTERVAL:.0f} times a second."
)
_CATEGORY = (
    "SELECT category_id, category, count(*) FROM exemplars GROUP BY category_id, category"
    " ORDER BY abs(count(*) - :exemplars), category_id LIMIT 1"
)
_IMAGES = (
    "SELECT DISTINCT path, image_width, image_height FROM exemplars"
    " WHERE category_id = :category AND dataset <> 'imagenet21k' ORDER BY path"
)


class Category(NamedTuple):
    """The category whose number of exemplars is nearest to `EXEMPLARS`."""

    category_id: int
    name: str
    exemplars: int


def main() -> None:
    """Make the tree and its index unless they are there, visit the pages, print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serve", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path("benchmark-tree"))
    parser.add_argument("--scale", type=float, default=1.0, help="of a tree that is made (1)")
    arguments = parser.parse_args()
    try:
        print_table(arguments.folder, arguments.scale)
    except TreeError as error:
        parser.error(str(error))
    except CommandError as error:
        sys.exit(str(error))


def print_table(root: Path, scale: float) -> None:
    """Visit the pages of the index at `root`, and print how long each took.

    Raises TreeError where the tree cannot be made, CommandError where a request fails.
    """
    if not (root / "lvis").is_dir():
        make_tree(root, scale, categories=load_categories())
    if not (root / "ovmr.db").exists():
        for command in ("ingest", "collate"):
            run(command, (sys.executable, "-m", "ovmr_index", command), _environment(root))
    category = _prepare(root)
    with tempfile.TemporaryDirectory() as cache, _serving(root, Path(cache)) as server:
        rows = [*_pages(server.address, category)]
        memory = server.watch.peak
    if memory is not None:
        used = memory / (1 << 20)
        target = f"{MOST_MEMORY} MiB"
        met = met_text(used, MOST_MEMORY)
        rows.append(("peak memory of the server", f"{used:,.0f} MiB", "", target, met))
    print(f"{describe_run(f'scale {scale:g}', CONDITIONS)}\n\n{as_markdown(rows, HEADINGS)}")


def _prepare(root: Path) -> Category:
    """Return the category that is visited, each of whose exemplars has an image file."""
    with Index.open(root) as index:
        with index.sql(_CATEGORY, {"exemplars": EXEMPLARS}) as found:
            (category,) = (Category(*row) for row in found.rows)
        with index.sql(_IMAGES, {"category": category.category_id}) as found:
            link_pictures(root, [Picture(*row) for row in found.rows])
    return category


class _Server(NamedTuple):
    """A server that runs: its address, and the memory of its processes."""

    address: str
    watch: MemoryWatch


@contextmanager
def _serving(root: Path, cache: Path) -> Iterator[_Server]:
    """Serve the index at `root` on a free port; thumbnails are kept below `cache`."""
    process = subprocess.Popen(
        (sys.executable, "-m", "ovmr_index", "serve", "--port", "0"),
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **_environment(root), "XDG_CACHE_HOME": str(cache.resolve())},
    )
    watch = MemoryWatch(process.pid)
    assert process.stdout is not None
    try:
        address = process.stdout.readline().strip()
        if not address:
            raise CommandError("serve: it ended without an address")
        with watch:
            yield _Server(address, watch)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate()


def _environment(root: Path) -> dict[str, str]:
    return {"OVMR_INDEX_ROOT": str(root), "OVMR_INDEX_DB": str(root / "ovmr.db")}


def _pages(address: str, category: Category) -> Iterator[tuple[str, ...]]:
    """Yield the rows of the visits, in the order in which they are made."""
    path = f"/categories/{category.category_id}"
    with Client(address) as client:
        yield from _page(client, "/", "list of categories", 0.5)
        yield from _page(client, path, f"`{category.name}`, {category.exemplars:,} exemplars", 0.3)
        page = client.get(path).body
    tiles = Tiles(page)
    yield from _thumbnails(address, [*tiles.thumbnails])
    with Client(address) as client:
        yield from _marks(client, token_of(page), [*tiles.exemplars])


def _page(client: Client, path: str, name: str, target: float) -> Iterator[tuple[str, ...]]:
    first = client.get(path).seconds
    again = statistics.median(client.get(path).seconds for _ in range(REPEATS))
    for text, seconds in (("first request", first), (f"median of {REPEATS} others", again)):
        met = met_text(seconds, target)
        yield f"{name}: {text}", f"{seconds * 1e3:,.0f} ms", "", f"{target * 1e3:g} ms", met


def _thumbnails(address: str, paths: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield the rows of thumbnails: made, kept by the server, kept by the browser as well."""
    seconds, made = get_all(address, paths)
    pictures = sum(one.body.startswith(b"\xff\xd8") for one in made)
    if pictures < len(paths):
        raise CommandError(f"{len(paths) - pictures:,} of {len(paths):,} thumbnails were not made")
    yield _rate("first visit", seconds, len(paths), 100)
    seconds, _ = get_all(address, paths)
    yield _rate("second visit, another browser", seconds, len(paths), 500)
    seconds, _ = get_all(address, paths, [one.etag for one in made])
    yield _rate("second visit, the same browser", seconds, len(paths), 500)


def _rate(visit: str, seconds: float, count: int, target: int) -> tuple[str, ...]:
    rate = count / seconds
    name = f"{count:,} thumbnails over {CONNECTIONS} connections: {visit}"
    return name, f"{seconds:.2f} s", f"{rate:,.0f}", f"{target} a second", met_text(target, rate)


def _marks(client: Client, token: str, exemplars: Sequence[Exemplar]) -> Iterator[tuple[str, ...]]:
    """Yield the row of single marks, all of which are taken back."""
    seconds = []
    for one in exemplars[:MARKS]:
        mark = {"kind": "exclude", "exemplars": [{"vocabulary": VOCABULARY, **one._asdict()}]}
        seconds.append(client.post("/marks", token, mark).seconds)
    for _ in seconds:
        client.post("/marks/undo", token, {})
    took = statistics.median(seconds)
    name = f"a mark: median of {len(seconds)}"
    yield name, f"{took * 1e3:,.1f} ms", "", "50 ms", met_text(took, 0.05)


if __name__ == "__main__":
    main()
