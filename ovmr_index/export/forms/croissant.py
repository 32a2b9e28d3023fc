"""`export croissant`: a sample described in JSON-LD, for catalogues and loaders of data sets.

Croissant 1.1: https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from ovmr_index.db.session import Session
from ovmr_index.errors import UsageError, option
from ovmr_index.export.crop_layouts import Crop
from ovmr_index.export.crop_records import crop_records
from ovmr_index.export.forms.croissant_document import croissant_document
from ovmr_index.export.forms.croissant_files import (
    described_crops,
    described_lines,
    described_shards,
    holds_shards,
    records_in,
    shards_of,
)
from ovmr_index.export.forms.form_paths import form_file
from ovmr_index.export.forms.named_sample import NamedSample, open_sample, origin_of
from ovmr_index.export.target import WrittenFile
from ovmr_index.samples.options import DrawOptions
from ovmr_index.storage.atomic import whole_file
from ovmr_index.storage.regular import descriptor_of

_FORM = "croissant"
_LINES = ".jsonl"


def write_croissant(
    session: Session,
    sample: DrawOptions | str,
    path: Path | None,
    folder: Path | None,
    published: str | None,
    *,
    ignore_curation: bool,
) -> WrittenFile:
    """Write the description of a sample; see `FormExports.croissant`."""
    _check_date(published)
    has_shards = folder is not None and holds_shards(folder)
    given = open_sample(session, sample, ignore_curation=ignore_curation)
    path = form_file(session, path or _beside(folder, has_shards), _FORM, f"{given.name}.json")
    if descriptor_of(path) is not None:
        raise UsageError(f"{path}: what is described is found from beside the file; give a file")
    if folder is None:
        lines = _write_lines(session, path, _records(session, given))
        exemplars = sum(len(one.exemplars) for one in given.categories)
        files = described_lines(lines, path, exemplars)
    elif has_shards:
        shards = shards_of(folder, given)
        lines = _write_lines(session, path, records_in(shards))
        files = described_shards(shards, lines, path)
    elif path.parent.resolve() == folder.resolve():
        files = described_crops(folder, given, path)
    else:
        raise UsageError(f"{path}: crops are found from beside the file; give one in {folder}")
    document = croissant_document(given, origin_of(session, sample), files, published)
    with whole_file(path) as file:
        file.write(f"{json.dumps(document, indent=2)}\n".encode())
    return WrittenFile(path, files.exemplars, notes=tuple(given.notes))


def _check_date(published: str | None) -> None:
    try:
        if published is not None:
            date.fromisoformat(published)
    except ValueError:
        raise UsageError(
            f"{option('published', flag='--date')} is {published}; give a day, as in 2026-01-31"
        ) from None


def _beside(folder: Path | None, has_shards: bool) -> Path | None:
    """Return the usual path of what describes a folder: beside one of shards, in one of crops.

    `datasets` takes every file in a folder of shards for a shard.
    """
    if folder is None:
        return None
    return folder.with_name(f"{folder.name}.json") if has_shards else folder / "croissant.json"


def _write_lines(session: Session, path: Path, records: Iterable[bytes]) -> Path:
    """Write records to the file of lines that belongs to `path`, and return where that is."""
    if path.suffix == _LINES:
        raise UsageError(f"{path}: is where the records go; give a name that ends in .json")
    lines = form_file(session, path.with_suffix(_LINES), _FORM, path.name)
    with whole_file(lines) as file:
        file.writelines(records)
    return lines


def _records(session: Session, sample: NamedSample) -> Iterator[bytes]:
    """Yield the records of a sample, whose images are called as `export images` writes them."""
    plan = [
        Crop((f"{one.dataset}/{one.file_name}",), category_id, rank, one)
        for category_id, _, exemplars in sample.categories
        for rank, one in enumerate(exemplars)
    ]
    with session.read() as connection:
        for record in crop_records(connection, sample.classes, plan):
            yield record.as_line()
