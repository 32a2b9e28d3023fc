"""`lvis_image_exemplar_dict_K-005_own.json`: a list of K exemplars for each category, by id."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ovmr_index.db.bulk import Row, stream_rows
from ovmr_index.db.session import Session
from ovmr_index.export.emptied import LISTED, keep_records
from ovmr_index.export.exemplars import ANNOTATED_SOURCES
from ovmr_index.export.json_list import write_list
from ovmr_index.export.json_records import encode_pick
from ovmr_index.export.target import Ingredients, WrittenFile
from ovmr_index.pools.exemplar_queries import exemplar_values
from ovmr_index.samples import saved
from ovmr_index.samples.draw import drawn
from ovmr_index.samples.drawn_queries import drawn_entries
from ovmr_index.samples.options import DrawOptions
from ovmr_index.samples.provenance import provenance
from ovmr_index.samples.sampler import Sampler
from ovmr_index.storage.atomic import whole_file
from ovmr_index.storage.paths import check_name
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.partition_notes import selection_notes

PUBLISHED_SAMPLES = (DrawOptions(k=5), DrawOptions(k=30, on_shortage="repeat"))
INGREDIENTS = Ingredients(ANNOTATED_SOURCES)  # the images are those of the draw
_category_id = exemplar_values("category_id")


def export_saved(
    session: Session, name: str, path: Path, *, sidecar: bool, allow_empty: bool
) -> WrittenFile:
    """Write a saved sample at `path`, with `sidecar` also the file that `write_sidecar` writes.

    Raises:
        EmptyOutputError: It is empty and the file is not, without `allow_empty`.
        UsageError: There is no sample of that name.
        OvmrIndexError: The index no longer holds an exemplar of it.
    """
    with session.read() as connection:
        held = saved.load(connection, name)
        saved.require_complete(name, held)
        category_ids = [category_id for category_id, _ in held.categories]
        written = write_sample(path, category_ids, held.rows, allow_empty=allow_empty)
        if sidecar:
            write_sidecar(path, saved.find_provenance(connection, name).as_json())
    return written


def export_drawn(
    session: Session,
    sampler: Sampler,
    options: DrawOptions,
    path: Path,
    *,
    sidecar: bool,
    allow_empty: bool,
) -> WrittenFile:
    """Draw a sample and write it at `path`, as `export_saved` does.

    Raises:
        ShortageError: Pools are too small.
    """
    connection = sampler.connection
    with drawn(session, sampler, options) as (vocabulary_pk, found, unreadable):
        rows = stream_rows(connection, drawn_entries(location=False))
        ids = [one.category_id for one in found]
        written = write_sample(path, ids, rows, allow_empty=allow_empty)
        if sidecar:
            write_sidecar(path, provenance(connection, vocabulary_pk, options).as_json())
    problems = [f"{issue.dataset} {issue.file}: {issue.reason}" for issue in unreadable]
    notes = selection_notes(connection, options.vocabulary, options.partition_filter)
    return written._replace(problems=problems, notes=notes)


def write_sample(
    path: Path, category_ids: Sequence[int], rows: Iterable[Row], *, allow_empty: bool
) -> WrittenFile:
    """Write at `path` a list over `category_ids` of lists of exemplars.

    `rows` are `ExemplarRow`s, ordered as `category_ids` and then as drawn.
    """
    texts: dict[int, list[str]] = {category_id: [] for category_id in category_ids}
    for row in rows:
        texts[_category_id(row)].append(encode_pick(row))
    count = sum(map(len, texts.values()))
    with whole_file(path) as file:
        write_list(file, (f"[{','.join(texts[category_id])}]" for category_id in category_ids))
        keep_records(path, count, LISTED, allow_empty=allow_empty)
    return WrittenFile(path, count)


def sample_file(options: DrawOptions, *, name_seed: bool = False) -> str:
    """Return the path of a draw below the root: the published one for LVIS, numpy, all categories.

    With `name_seed` the seed is in the name, to keep files of several seeds apart.

    Raises UsageError for a vocabulary or partition whose name cannot be part of a path.
    """
    of_method = "own" if options.method == "numpy" else options.method
    parts = [f"image_exemplar_dict_K-{options.k:03d}", of_method]
    parts += [f"seed-{options.seed:03d}"] if name_seed else []
    parts += [] if options.partition_filter is None else [options.partition_filter.label]
    name = f"{'_'.join(parts)}.json"
    if options.vocabulary == LVIS_TRAIN:
        return f"metadata/lvis_{name}"
    check_name("vocabulary", options.vocabulary)
    return f"metadata/{options.vocabulary}/{name}"


def sidecar_of(path: Path) -> Path:
    """Return the path of the file that says where the sample at `path` comes from."""
    return path.with_name(f"{path.name}.provenance.json")


def write_sidecar(path: Path, origin: Mapping[str, Any]) -> Path:
    """Write beside the sample at `path`, as JSON, where it comes from and its SHA-256."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    sidecar = sidecar_of(path)
    content = {"program": "ovmr-index", **origin, "sha256": sha256}
    with whole_file(sidecar) as file:
        file.write(f"{json.dumps(content, indent=2)}\n".encode())
    return sidecar
