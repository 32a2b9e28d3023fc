"""What a recipe of your own asks for and the index cannot give, step by step."""

import re
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, literal, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import Category, Dataset, Folder, Image, PoolEntry, Source, Synset
from ovmr_index.errors import OvmrIndexError, command, shortened, unknown
from ovmr_index.formats.table import FORMATS
from ovmr_index.pools.candidate_queries import SMALL_CLASSES, TRAIN, StepSources
from ovmr_index.pools.collate import sources_of
from ovmr_index.pools.recipe import Recipe, Step, contradiction, published_steps
from ovmr_index.processes import batches
from ovmr_index.vocabularies.notes import listed
from ovmr_index.vocabularies.synsets import synsets_called

_BATCH = 400  # names of a query: SQLite takes 999 values everywhere
_SYNSET = re.compile(r"n[0-9]{8}|[^\s.](?:.*\S)?\.[a-z]\.[0-9]+")
_WNID = re.compile(r"n[0-9]{8}")
_PUBLISHED_SPLITS = {"lvis": (TRAIN, "val"), "imagenet21k": (TRAIN, "val", SMALL_CLASSES)}


def require_usable(connection: Connection, recipe: Recipe) -> None:
    """Raise OvmrIndexError for a step of a recipe that can never give anything, and name it.

    Its dataset is neither published nor in the index, or has no such split or nothing of the kind
    that is taken; or a value of `never` is no synset. What Python is given may take the other kind:
    `step_notes` says that it gave nothing.
    """
    for number, step in enumerate(recipe.steps or ()):
        where = f"steps[{number}]" if recipe.file is None else f"{recipe.file}: steps[{number}]"
        problem = (
            contradiction(step)
            or _of_dataset(connection, step)
            or (recipe.file and _of_kind(connection, step))
            or _of_splits(connection, step)
            or _of_never(connection, step)
        )
        if problem:
            raise OvmrIndexError(f"{where}: {problem}")


def step_notes(connection: Connection, vocabulary_pk: int, recipe: Recipe) -> list[str]:
    """Return which steps of a recipe of your own gave nothing, and why, line by line.

    Also the synsets of `never` that nothing has. The pools must be those of the recipe.
    """
    notes = []
    for number, step in enumerate(recipe.steps or ()):
        where = f"steps[{number}] ({step.describe()})"
        if step in (recipe.steps or ())[:number]:
            notes.append(f"{where} gave nothing: an earlier step is the same; remove it")
        elif why := _why_empty(connection, vocabulary_pk, step, recipe):
            notes.append(f"{where} gave nothing: {why}")
        if nowhere := unknown_synsets(connection, step.never):
            said = f"not in WordNet 3.0, and of no category: {listed(nowhere)}"
            notes.append(f"{where}: never: {said}; give synsets, as in apple.n.01")
    if strangers := _not_of_vocabulary(connection, vocabulary_pk, [*(recipe.substitutes or ())]):
        said = f"of no category of the vocabulary: {listed(strangers)}"
        notes.append(f"substitutes: {said}; give the synsets of categories")
    return notes


def unknown_synsets(connection: Connection, names: Iterable[str]) -> list[str]:
    """Return the names that WordNet does not have, as name or wnid, and no category either.

    Synsets that published steps name are known, whatever is in the index.
    """
    asked = dict.fromkeys(names)
    for step in published_steps():
        for name in step.never:
            asked.pop(name, None)
    rows = synsets_called(connection, asked)
    known = {name for one in rows if one.wnid is not None for name in (one.name, one.wnid)}
    without = {one.pk: one.name for one in rows if one.wnid is None}
    for pks in batches(without, _BATCH):
        query = select(Category.c.synset_pk).where(Category.c.synset_pk.in_(pks))
        known |= {without[pk] for pk in connection.execute(query).scalars() if pk is not None}
    for some in batches([name for name in asked if name not in known], _BATCH):
        named = select(Category.c.name).where(
            Category.c.synset_pk.is_(None), Category.c.name.in_(some)
        )
        known |= {*connection.execute(named).scalars()}
    return [name for name in asked if name not in known]


def _not_of_vocabulary(
    connection: Connection, vocabulary_pk: int, synsets: Sequence[str]
) -> list[str]:
    """Return the names of synsets that no category of a vocabulary has, though something has."""
    query = select(Synset.c.name).join(Category, Category.c.synset_pk == Synset.c.pk)
    held = {*connection.execute(query.where(Category.c.vocabulary_pk == vocabulary_pk)).scalars()}
    others = [name for name in synsets if name not in held and not _WNID.fullmatch(name)]
    nowhere = {*unknown_synsets(connection, others)}
    return [name for name in others if name not in nowhere]


def _of_dataset(connection: Connection, step: Step) -> str | None:
    """Return what is wrong with the dataset of a step."""
    there = set(connection.execute(select(Dataset.c.name)).scalars())
    if step.dataset in there | {one.dataset for one in published_steps()}:
        return None
    problem = f"the index holds no dataset {shortened(step.dataset)!r}"
    but = f", but {', '.join(sorted(there))}" if there else ""
    return f"{problem}{but}; fix the recipe or ingest the dataset"


def _of_kind(connection: Connection, step: Step) -> str | None:
    """Return what is wrong with `take`: images of annotation files have no label as a whole."""
    query = select(Source.c.format).join(Dataset, Dataset.c.pk == Source.c.dataset_pk)
    formats = {*connection.execute(query.where(Dataset.c.name == step.dataset)).scalars()}
    if formats - FORMATS.keys():  # those of plug-ins give what they like
        return None
    given = {"pictures" if FORMATS[name].is_tree else "boxes" for name in formats}
    given = given or {one.take for one in published_steps() if one.dataset == step.dataset}
    if step.take in given:
        return None
    if step.take == "boxes":
        return f'{step.dataset} has whole images and no boxes; give "take": "pictures"'
    return f'{step.dataset} has boxes and no labels of whole images; give "take": "boxes"'


def _of_splits(connection: Connection, step: Step) -> str | None:
    """Return what is wrong with the splits of a step."""
    held = _splits(connection, step)
    known = [*dict.fromkeys([*held, *_PUBLISHED_SPLITS.get(step.dataset, ())])]
    strange = next((one for one in step.splits or () if one not in known), None)
    if strange is None:
        return None
    if not known:
        return f"splits: {step.dataset} has no splits; leave `splits` out"
    return f"splits: {unknown('split', strange, known, within=step.dataset)}"


def _of_never(connection: Connection, step: Step) -> str | None:
    """Return what is wrong with the synsets that a step gives nothing."""
    if step.never == ():
        return None
    unknown_ones = unknown_synsets(connection, step.never)
    strange = [name for name in unknown_ones if not _SYNSET.fullmatch(name)]
    if not strange:
        return None
    are = "is no synset" if len(strange) == 1 else "are no synsets"
    said = listed([repr(shortened(one)) for one in strange])
    return f"never: {said} {are}; give names of synsets, as in apple.n.01, or wnids"


def _splits(connection: Connection, step: Step) -> list[str]:
    """Return the splits of a step's dataset: of annotation files, or of folders of images."""
    sources = select(Source.c.pk).join(Dataset, Dataset.c.pk == Source.c.dataset_pk)
    sources = sources.where(Dataset.c.name == step.dataset)
    if step.take == "boxes":
        query = select(Source.c.split).where(Source.c.pk.in_(sources))
    else:
        query = select(Folder.c.split).where(Folder.c.source_pk.in_(sources))
    found = {*connection.execute(query.distinct()).scalars()}
    return sorted(one for one in found if one is not None)


def _why_empty(
    connection: Connection, vocabulary_pk: int, step: Step, recipe: Recipe
) -> str | None:
    """Return why a step gave nothing, None where there is something that it takes."""
    there = select(Dataset.c.pk).join(Source, Source.c.dataset_pk == Dataset.c.pk)
    if connection.execute(there.where(Dataset.c.name == step.dataset).limit(1)).scalar() is None:
        return f"the index holds no {step.dataset}; ingest it, or remove the step"
    if wrong := _of_kind(connection, step):
        return wrong
    sources = sources_of(connection, step)
    held = _splits(connection, step)
    if not sources.source_pks or _has_no_folder(connection, step, sources, held):
        named = " or ".join(map(repr, map(shortened, step.splits or ())))
        but = f", but {', '.join(map(repr, held))}" if held else ""
        return f"the index holds no split {named} of {step.dataset}{but}; fix `splits` or ingest it"
    if step.of == "substitutes" and not any(recipe.all_substitutes().values()):
        return "the recipe has no substitutes; give `substitutes`, or remove the step"
    if connection.execute(_entry_of(vocabulary_pk, step, sources)).scalar() is not None:
        return None
    return f"no candidate is left; see {command('coverage --why')}"


def _has_no_folder(
    connection: Connection, step: Step, sources: StepSources, held: Sequence[str]
) -> bool:
    """Return whether all folders of a step's sources are of other splits."""
    if step.take == "boxes" or step.splits is None or {*held} & {*step.splits}:
        return False
    query = select(Folder.c.pk).where(
        Folder.c.source_pk.in_(sources.source_pks), Folder.c.split.is_(None)
    )
    return connection.execute(query.limit(1)).scalar() is None


def _entry_of(vocabulary_pk: int, step: Step, sources: StepSources) -> Query:
    """Return a query of one exemplar of a vocabulary that a step may have taken."""
    query = (
        select(literal(1))
        .select_from(PoolEntry)
        .join(Category, Category.c.pk == PoolEntry.c.category_pk)
        .join(Image, Image.c.pk == PoolEntry.c.image_pk)
        .where(
            Category.c.vocabulary_pk == vocabulary_pk,
            PoolEntry.c.substitute == int(step.of == "substitutes"),
            Image.c.source_pk.in_(sources.source_pks),
            PoolEntry.c.region_pk.is_(None)
            if step.take == "pictures"
            else PoolEntry.c.region_pk.is_not(None),
        )
    )
    if step.take == "pictures" and step.splits is not None:
        query = query.join(Folder, Folder.c.pk == Image.c.folder_pk).where(
            Folder.c.split.is_(None) | Folder.c.split.in_(step.splits)
        )
    return query.limit(1)
