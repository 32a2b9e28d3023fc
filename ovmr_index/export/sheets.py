"""Contact sheets of samples and of pools, as PNG files."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from ovmr_index.db.session import Session
from ovmr_index.errors import Issue, UsageError, counted, option
from ovmr_index.export.outputs import check_output
from ovmr_index.export.required_images import has_safe_name, unsafe_name
from ovmr_index.images.contact_sheet import Row, Sheet, Tile
from ovmr_index.images.crop import CropTask, Encoded, encode_all
from ovmr_index.images.crop_shape import CropShape
from ovmr_index.pools.category_pool import CategoryPool
from ovmr_index.pools.crop_task import exemplar_task
from ovmr_index.pools.exemplars import Exemplar
from ovmr_index.processes import batches, in_processes
from ovmr_index.samples.exemplars import CategoryExemplars
from ovmr_index.storage.atomic import whole_file
from ovmr_index.storage.members import sorted_by_offset
from ovmr_index.storage.regular import descriptor_of

_CHUNK = 16
_SUFFIX = ".png"
_OF_SAMPLE = Sheet()
_OF_POOL = Sheet(side=160, across=8, captions=True)


class WrittenSheets(NamedTuple):
    """The pages of a contact sheet that were written, and what could not be shown on them.

    `excluded` counts the exemplars that were left out as somebody excluded them.
    """

    files: list[Path]
    crops: int
    problems: list[Issue]
    excluded: int = 0


def write_sample_sheet(
    session: Session,
    sample: Sequence[CategoryExemplars],
    names: dict[int, str],
    path: Path,
) -> WrittenSheets:
    """Write a contact sheet of a sample, a row for each category; `names` are those by id."""
    check_sheet(session, path)
    tiles = _tiles(session, [one for held in sample for one in held.exemplars], _OF_SAMPLE)
    rows = [
        Row(
            names.get(held.category_id, held.synset),
            (held.synset, counted(len(held.exemplars), "exemplar")),
            [next(tiles) for _ in held.exemplars],
        )
        for held in sample
    ]
    return _write(session, _OF_SAMPLE, rows, path, _problems(sample, rows))


def write_category_sheet(
    session: Session, pool: CategoryPool, excluded: int, path: Path
) -> WrittenSheets:
    """Write a contact sheet of the exemplars of a category, without some that are `excluded`."""
    check_sheet(session, path)
    tiles = list(_tiles(session, pool.exemplars, _OF_POOL))
    shown = f"{len(pool.exemplars):,} of {counted(pool.coverage.total, 'exemplar')}"
    counts = [f"{name} {count:,}" for name, count in pool.coverage.by_dataset.items() if count]
    details = (pool.synset or "", shown, *counts, pool.definition or "")
    row = Row(pool.category, [one for one in details if one], tiles)
    held = CategoryExemplars(pool.category_id, pool.synset or "", tuple(pool.exemplars))
    written = _write(session, _OF_POOL, [row], path, _problems([held], [row]))
    return written._replace(excluded=excluded)


def check_sheet(session: Session, path: Path) -> None:
    """Raise UsageError where a contact sheet cannot be at a path, or would replace an input."""
    if path.suffix.lower() != _SUFFIX or descriptor_of(path) is not None:
        raise UsageError(
            f"{option('sheet', path)}: is no name of a PNG file; give one that ends in {_SUFFIX}"
        )
    check_output(session, path)


def _tiles(session: Session, exemplars: Sequence[Exemplar], sheet: Sheet) -> Iterator[Tile]:
    """Return the tile of each exemplar, in order; each tar is unpacked once."""
    target = (Path("crop.jpg"),)
    shape = CropShape(size=sheet.side)
    safe = {i: one for i, one in enumerate(exemplars) if has_safe_name(one)}
    order = sorted_by_offset((i, one.location) for i, one in safe.items())
    tasks = (exemplar_task(safe[i], target, shape) for i, _ in order)
    rendered = dict(zip((i for i, _ in order), _rendered(session, tasks, len(order)), strict=True))
    for i, one in enumerate(exemplars):
        content, result = rendered[i] if i in safe else (None, None)
        problem = unsafe_name(one) if result is None else result.problem or ""
        yield Tile(content, problem, _caption(one))


def _rendered(session: Session, tasks: Iterable[CropTask], count: int) -> Iterator[Encoded]:
    done = in_processes(encode_all, batches(tasks, _CHUNK), workers=None, chunk=4)
    with closing(done), session.progress("crops", count, "crops") as advance:
        for some in done:
            yield from some
            advance(len(some))


def _caption(one: Exemplar) -> str:
    """Return what tells an exemplar from others: its dataset, and its box or file."""
    name = one.file_name.rpartition("/")[2] if one.region_id is None else f"box {one.region_id}"
    return f"{one.dataset} {name}"


def _problems(sample: Sequence[CategoryExemplars], rows: Sequence[Row]) -> list[Issue]:
    return [
        Issue(one.dataset, one.file_name, reason=tile.problem)
        for held, row in zip(sample, rows, strict=True)
        for one, tile in zip(held.exemplars, row.tiles, strict=True)
        if tile.problem
    ]


def page_files(path: Path, pages: int) -> list[Path]:
    """Return where pages go: one to the path itself, several with numbers before the suffix."""
    width = len(str(pages))
    numbered = [path.with_stem(f"{path.stem}-{page:0{width}}") for page in range(1, pages + 1)]
    return [path] if pages <= 1 else numbered


def _write(
    session: Session, sheet: Sheet, rows: Sequence[Row], path: Path, problems: list[Issue]
) -> WrittenSheets:
    pages = list(sheet.pages(rows))
    files = page_files(path, len(pages))
    for file in files:
        check_output(session, file)
    for file, page in zip(files, pages, strict=False):
        with whole_file(file) as opened:
            opened.write(page)
    return WrittenSheets(files, sum(len(row.tiles) for row in rows), problems)
