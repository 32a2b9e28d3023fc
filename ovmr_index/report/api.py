"""Write a report of an index: `write_report`."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from ovmr_index.db.bulk import stream_rows
from ovmr_index.db.session import Session
from ovmr_index.errors import Issue
from ovmr_index.index.index import Index
from ovmr_index.pools.collate import collated
from ovmr_index.progress import Progress, silent
from ovmr_index.report.contents import read_contents
from ovmr_index.report.links import CROPS, Links
from ovmr_index.report.options import ReportOptions
from ovmr_index.report.pages import Pages, environment
from ovmr_index.report.place import INDEX, check_place, commit, replacing
from ovmr_index.report.tiles import write_tiles
from ovmr_index.samples.draw import drawn, open_sampler
from ovmr_index.samples.drawn_queries import drawn_entries
from ovmr_index.samples.exemplars import CategoryExemplars, read_exemplars
from ovmr_index.samples.options import DrawOptions

_Sample = list[CategoryExemplars]


@dataclass(frozen=True, slots=True)
class Report:
    """A report that was written.

    Attributes:
        file: Its first page.
        categories: How many categories it tells of.
        crops: How many crops it shows.
        files: How many files it has.
        size: How large they are together, in bytes.
        problems: The exemplars that it shows no image of, and why.
    """

    file: Path
    categories: int
    crops: int
    files: int
    size: int
    problems: list[Issue]


def write_report(
    index: Index,
    folder: Path,
    options: ReportOptions | None = None,
    *,
    progress: Progress = silent,
) -> Report:
    """Write a report of a vocabulary into a folder: static HTML, which opens from disk.

    An earlier report there is replaced once the new one is whole. Pools that are stale are made
    again first. The same index gives the same bytes. An image that is missing or cut short has a
    plain tile that says so.

    Args:
        index: The index.
        folder: Where to write it: a new or empty folder, or one with an earlier report.
        options: What it shows; five crops a category of LVIS train if None.
        progress: How progress is shown.

    Raises:
        UsageError: The folder holds something else, is a file, the root or among images; or there
            is no such vocabulary.
        MissingSourceError: The index holds no LVIS train.
        OvmrIndexError: The folder cannot be written, or Jinja2 is not installed.
    """
    options = options or ReportOptions()
    templates = environment()
    with closing(Session(index.root, index.location, progress)) as session:
        check_place(session, folder)
        with _drawn(session, options) as (connection, vocabulary_pk, sample):
            contents = read_contents(connection, vocabulary_pk, options.vocabulary, index.location)
    with replacing(folder) as made:
        data = made / "data"
        crops = data / CROPS
        crops.mkdir(parents=True)
        tiles = write_tiles(sample, crops, progress)
        links = Links([one.category_id for one in contents.categories], crops)
        pages = Pages(templates, contents, tiles, options.crops, links)
        _write_pages(pages, data, single=options.single_file)
        files = _files(folder)
    shown = [tile for some in tiles.values() for tile in some]
    problems = [tile.as_issue() for tile in shown if tile.problem is not None]
    size = sum(path.stat().st_size for path in files)
    return Report(
        folder / INDEX,
        len(contents.categories),
        len(shown) - len(problems),
        len(files),
        size,
        problems,
    )


def _write_pages(pages: Pages, data: Path, *, single: bool) -> None:
    if single:
        commit(data.parent, None, lambda path, _: pages.write_single(path))
        return
    pages.write_others(data)
    commit(data.parent, data, pages.write_index)


def _files(folder: Path) -> list[Path]:
    """Return the files of the report in a folder."""
    shown = (path for path in sorted(folder.iterdir()) if not path.name.startswith("."))
    return [
        path
        for one in shown
        for path in ([one] if one.is_file() else sorted(one.rglob("*")))
        if path.is_file()
    ]


@contextmanager
def _drawn(session: Session, options: ReportOptions) -> Iterator[tuple[Connection, int, _Sample]]:
    """Open a connection on fresh pools, the row number of the vocabulary and a draw from them."""
    if not options.crops:
        with collated(session, options.vocabulary) as (connection, vocabulary_pk):
            yield connection, vocabulary_pk, []
        return
    draw = DrawOptions(k=options.crops, on_shortage="take-all", vocabulary=options.vocabulary)
    with open_sampler(session) as sampler, drawn(session, sampler, draw) as found:
        named = [(one.category_id, one.synset) for one in found.categories]
        rows = stream_rows(sampler.connection, drawn_entries())
        sample = read_exemplars(named, rows, session.root)
        yield sampler.connection, found.vocabulary_pk, sample
