"""What ingest was told of a source: kept with it, so that it can be read again without a word."""

import json
from pathlib import Path

from sqlalchemy import Connection, insert, select, update

from ovmr_index.db.models import (
    Dataset,
    Source,
    SourceFile,
    Vocabulary,
)
from ovmr_index.errors import UsageError
from ovmr_index.formats.table import names_with
from ovmr_index.ingest.files import relative_path
from ovmr_index.ingest.sources import (
    NO_OPTIONS,
    SourceOptions,
    SourceSpec,
    imagenet_folder,
    is_usual_imagenet,
)

_USUAL_FORMATS = names_with(lambda one: one.has_usual_path)


def stored_specs(connection: Connection, root: Path) -> list[SourceSpec]:
    """Return the places of the sources that may lie anywhere, in order of their first ingest."""
    first_file = (
        select(SourceFile.path)
        .where(SourceFile.source_pk == Source.pk)
        .order_by(SourceFile.pk)
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(Source.name, Source.format, Dataset.name, Source.split, first_file, Dataset.root)
        .add_columns(Source.options)
        .join(Dataset, Dataset.pk == Source.dataset_pk)
        .where(Source.format.not_in(_USUAL_FORMATS))
        .order_by(Source.pk)
    )
    specs = []
    for name, kind, dataset, split, file, pictures, text in connection.execute(query):
        options = _read(text, root)
        path = root / (file or pictures) / (options.tar or "")
        specs.append(SourceSpec(name, kind, dataset, split, path, root / pictures, options))
    return specs


def known_specs(
    root: Path, found: list[SourceSpec], missing: list[str], kept: list[SourceSpec]
) -> tuple[list[SourceSpec], list[str]]:
    """Return what a plain ingest reads: sources at usual paths, and those that were read before.

    ImageNet is read as it was before, unless it lay in a usual folder and lies in another by now.
    What lay elsewhere and is gone is missing, whatever lies at the usual path.
    """
    specs = {spec.name: spec for spec in found}
    gone = list(missing)
    for spec in kept:
        usual = specs.get(spec.name)
        elsewhere = usual is None or not is_usual_imagenet(root, spec.path)
        here = usual is not None and (spec.path == usual.path or spec.options.tar is not None)
        if spec.path.exists() and (elsewhere or here):
            specs[spec.name] = spec
            gone = [path for path in gone if path != str(imagenet_folder(root))]
        elif elsewhere:
            specs.pop(spec.name, None)
            gone.append(str(spec.path))
    return list(specs.values()), [*dict.fromkeys(gone)]


def keep_options(connection: Connection, source_pk: int, spec: SourceSpec, root: Path) -> None:
    """Store the options that a source is read with."""
    told = update(Source).where(Source.pk == source_pk)
    connection.execute(told.values(options=_text(spec.options, root)))


def same_options(connection: Connection, source_pk: int, spec: SourceSpec, root: Path) -> bool:
    """Tell whether a source was read with the options that are given now."""
    query = select(Source.options).where(Source.pk == source_pk)
    return connection.execute(query).scalar() == _text(spec.options, root)


def same_root(connection: Connection, source_pk: int, spec: SourceSpec, root: Path) -> bool:
    """Tell whether the pictures of a source lie where they lay."""
    query = select(Dataset.root).join(Source, Source.dataset_pk == Dataset.pk)
    kept = connection.execute(query.where(Source.pk == source_pk)).scalar()
    return kept == relative_path(spec.pictures, root)


def check_spec(connection: Connection, spec: SourceSpec, root: Path) -> None:
    """Raise UsageError where a place is at odds with what the index holds.

    A source keeps its format and dataset. The sources of a dataset share the root of its pictures,
    as long as that is there: one that has moved may be given anew.
    """
    query = select(Source.format, Dataset.name).join(Dataset, Dataset.pk == Source.dataset_pk)
    held = connection.execute(query.where(Source.name == spec.name)).one_or_none()
    if held is not None and held != (spec.format, spec.dataset):
        raise UsageError(f"{spec.name} is a source of format {held[0]}; give another name")
    vocabulary = (
        select(Source.name)
        .select_from(Vocabulary)
        .outerjoin(Source)
        .where(Vocabulary.name == spec.name)
    )
    if connection.execute(vocabulary).first() not in (None, (spec.name,)):
        raise UsageError(f"there is a vocabulary {spec.name} already; give another name")
    others = (
        select(Dataset.root)
        .join(Source, Source.dataset_pk == Dataset.pk)
        .where(Dataset.name == spec.dataset, Source.name != spec.name)
        .limit(1)
    )
    pictures = connection.execute(others).scalar()
    if pictures in (None, relative_path(spec.pictures, root)):
        return
    if (root / pictures).is_dir():
        raise UsageError(
            f"the pictures of {spec.dataset} lie below {root / pictures}; give that as --images, "
            "and the folder within it as --below"
        )


def _text(options: SourceOptions, root: Path) -> str | None:
    """Return the options that were given as a JSON object, None without any."""
    given = {
        name: relative_path(value, root) if isinstance(value, Path) else value
        for name, value in options._asdict().items()
        if value != getattr(NO_OPTIONS, name)
    }
    return json.dumps(given) if given else None


def _read(options: str | None, root: Path) -> SourceOptions:
    """Return options as `_text` writes them."""
    if options is None:
        return NO_OPTIONS
    found = SourceOptions(**json.loads(options))
    return found if found.synsets is None else found._replace(synsets=root / found.synsets)


def find_or_add_source(connection: Connection, spec: SourceSpec, pictures: str) -> tuple[int, bool]:
    """Return the source's id, and whether it is new; `pictures` is its pictures' root."""
    dataset = select(Dataset.pk).where(Dataset.name == spec.dataset)
    dataset_pk = connection.execute(dataset).scalar()
    if dataset_pk is None:
        made = insert(Dataset).values(name=spec.dataset, root=pictures).returning(Dataset.pk)
        dataset_pk = connection.execute(made).scalar_one()
    else:
        moved = update(Dataset).where(Dataset.pk == dataset_pk).values(root=pictures)
        connection.execute(moved)
    known = connection.execute(select(Source.pk).where(Source.name == spec.name)).scalar()
    if known is not None:
        return known, False
    source = insert(Source).values(
        dataset_pk=dataset_pk,
        name=spec.name,
        format=spec.format,
        split=spec.split,
        generation=1,
    )
    return connection.execute(source.returning(Source.pk)).scalar_one(), True


def grow_generation(connection: Connection, source_pk: int) -> None:
    """Say that the rows of a source have changed."""
    grown = update(Source).where(Source.pk == source_pk).values(generation=Source.generation + 1)
    connection.execute(grown)
