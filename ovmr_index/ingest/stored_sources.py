"""The sources that an index holds: found, checked, stored, and how each can be read again."""

import os
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as add_unless_there  # SQLite has ON CONFLICT

from ovmr_index.db.models import Dataset, Image, Region, Source, SourceFile, Vocabulary
from ovmr_index.errors import MissingSourceError, UsageError, shell_command
from ovmr_index.formats.lvis_files import lacks_lvis
from ovmr_index.formats.table import IMAGENET_FORMATS, format_of
from ovmr_index.ingest.commands import ingest_command
from ovmr_index.ingest.file_state import relative_path
from ovmr_index.ingest.sources import SourceOptions, SourceSpec, lvis_name


class StoredSource(NamedTuple):
    """A source in the index, and whether it has just been added to it."""

    pk: int
    is_new: bool


def written(name: str) -> str:
    """Return what the ingest of a source writes: of several sources at once each writes its own."""
    return f"source {name}"


def find_lvis_source(connection: Connection, split: str, root: Path | None = None) -> int:
    """Return the row number of LVIS's file of a split; raises MissingSourceError without one.

    Its message names the file and the download where the file is not at its usual path below
    `root` either.
    """
    named = select(Source.c.pk).where(Source.c.name == lvis_name(split))
    found = connection.execute(named).scalar()
    if found is None:
        raise MissingSourceError(lacks_lvis(split, root))
    return found


def has_imagenet(connection: Connection) -> bool:
    """Return whether a tree of ImageNet is in the index."""
    query = select(Source.c.pk).where(Source.c.format.in_(IMAGENET_FORMATS)).limit(1)
    return connection.execute(query).scalar() is not None


def find_lvis_vocabulary(connection: Connection) -> int:
    """Return the vocabulary of LVIS's train file; raises MissingSourceError without one."""
    query = select(Vocabulary.c.pk).where(
        Vocabulary.c.source_pk == find_lvis_source(connection, "train")
    )
    return connection.execute(query).scalar_one()


def source_names(connection: Connection) -> list[str]:
    """Return the names of the sources in order of their first ingest."""
    return [*connection.execute(select(Source.c.name).order_by(Source.c.pk)).scalars()]


def source_pk_of(connection: Connection, name: str) -> int | None:
    """Return the row number of the source of a name, None where there is none."""
    return connection.execute(select(Source.c.pk).where(Source.c.name == name)).scalar()


_FIRST_FILE = (
    select(SourceFile.c.path)
    .where(SourceFile.c.source_pk == Source.c.pk)
    .order_by(SourceFile.c.pk)
    .limit(1)
    .scalar_subquery()
)
_STORED = (
    select(Source.c.name, Source.c.format, Dataset.c.name, Source.c.split)
    .add_columns(_FIRST_FILE, Dataset.c.root, Source.c.options)
    .join(Dataset, Dataset.c.pk == Source.c.dataset_pk)
    .order_by(Source.c.pk)
)


def stored_specs(connection: Connection, root: Path) -> list[SourceSpec]:
    """Return how to read the sources again, from where they were, in order of first ingest."""
    specs = []
    for name, kind, dataset, split, file, images, text in connection.execute(_STORED):
        options = SourceOptions.from_json(text, root, name)
        path = _stored_path(kind, root, file, images) / (options.tar or "")
        specs.append(SourceSpec(name, kind, dataset, split, path, root / images, options))
    return specs


def _stored_path(format_name: str, root: Path, file: str | None, images: str) -> Path:
    """Return what a source was read from: its file, or the folder of its files or its tree."""
    files = format_of(format_name).files
    if file is None or not files(root / file) or root / file in files(root / images):
        return root / images
    return root / file


def held_counts(connection: Connection, name: str) -> tuple[int, int]:
    """Return how many regions and images of a source the index holds."""
    mine = select(Source.c.pk).where(Source.c.name == name).scalar_subquery()
    regions, images = (
        connection.execute(select(func.count()).where(table.c.source_pk == mine)).scalar_one()
        for table in (Region, Image)
    )
    return regions, images


def check_spec(connection: Connection, spec: SourceSpec, root: Path) -> None:
    """Raise UsageError where a source to read is at odds with what the index holds.

    A source keeps its format and dataset, and a vocabulary its name. A dataset is a tree of class
    folders, or annotation files of splits. The sources of a dataset share the root of its images,
    as long as that is there: where it has moved, any of them may say so.
    """
    stored = stored_specs(connection, root)
    held = next((one for one in stored if one.name == spec.name), spec)
    if (held.format, held.dataset) != (spec.format, spec.dataset):
        raise UsageError(f"{spec.name} is a source of format {held.format}; give another name")
    beside = [one for one in stored if one.dataset == spec.dataset]
    for one in beside:
        if format_of(one.format).is_tree != format_of(spec.format).is_tree:
            raise UsageError(
                f"{spec.dataset} is a dataset of format {one.format}; give another name"
            )
    vocabulary = (
        select(Source.c.name)
        .select_from(Vocabulary)
        .outerjoin(Source)
        .where(Vocabulary.c.name == spec.name)
    )
    if connection.execute(vocabulary).first() not in (None, (spec.name,)):
        raise UsageError(f"there is a vocabulary {spec.name} already; give another name")
    _check_root(spec, [one for one in beside if one.name != spec.name], root)


def _check_root(spec: SourceSpec, others: list[SourceSpec], root: Path) -> None:
    """Raise UsageError where images are elsewhere than those of the dataset's other sources."""
    if not others or relative_path(others[0].images, root) == relative_path(spec.images, root):
        return
    if others[0].images.is_dir():
        advice = _root_advice(spec, others)
        raise UsageError(f"the images of {spec.dataset} are below {others[0].images}; {advice}")


def _root_advice(spec: SourceSpec, others: list[SourceSpec]) -> str:
    """Return what to type where the images of one dataset are in folders beside each other."""
    top = Path(os.path.commonpath([_absolute(one.images) for one in (spec, *others)]))
    here = ingest_command(_below(spec, top))
    if top == _absolute(others[0].images):
        return f"run `{here}`"
    other_name = ingest_command(spec._replace(dataset=f"{spec.dataset}_2"))
    has_options = all(format_of(one.format).has_path_options for one in (spec, *others))
    if not has_options or top == top.parent:
        return f"give another name: run `{other_name}`"
    again = [ingest_command(_below(one, top)) for one in others]
    if len(others) > 1:
        again.insert(0, shell_command("ingest", "--remove", spec.dataset))
    steps = ", then ".join(f"`{step}`" for step in (*again, here))
    return f"give the folder that holds both: run {steps}; or another name: run `{other_name}`"


def _below(spec: SourceSpec, top: Path) -> SourceSpec:
    """Return a source whose images are in a folder below `top`, which becomes their root."""
    below = (_absolute(spec.images).relative_to(top) / spec.options.below).as_posix()
    options = spec.options._replace(below="" if below == "." else below)
    return spec._replace(images=top, options=options)


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))


def store_source(connection: Connection, spec: SourceSpec, root: Path) -> StoredSource:
    """Add a source and its dataset where they are new; the dataset gets the root of the spec."""
    dataset_pk = _store_dataset(connection, spec.dataset, relative_path(spec.images, root))
    known = source_pk_of(connection, spec.name)
    if known is not None:
        return StoredSource(known, is_new=False)
    added = insert(Source).values(
        dataset_pk=dataset_pk,
        name=spec.name,
        format=spec.format,
        split=spec.split,
        generation=1,
    )
    source_pk = connection.execute(added.returning(Source.c.pk)).scalar_one()
    return StoredSource(source_pk, is_new=True)


def _store_dataset(connection: Connection, name: str, images: str) -> int:
    """Return the row number of a dataset, whose images are below `images` now.

    In PostgreSQL another load may be adding it, which is waited for.
    """
    there = select(Dataset.c.pk).where(Dataset.c.name == name, Dataset.c.root == images)
    if (known := connection.execute(there).scalar()) is not None:
        return known
    made = add_unless_there(Dataset).values(name=name, root=images)
    moved = made.on_conflict_do_update(index_elements=["name"], set_={"root": images})
    return connection.execute(moved.returning(Dataset.c.pk)).scalar_one()


def grow_generation(connection: Connection, source_pk: int) -> None:
    """Count a change of a source's rows: what was computed from the ones before is stale."""
    grown = (
        update(Source).where(Source.c.pk == source_pk).values(generation=Source.c.generation + 1)
    )
    connection.execute(grown)
