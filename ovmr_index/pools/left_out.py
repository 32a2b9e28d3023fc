"""Why candidates are no exemplars: counted by category, dataset and reason."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, select

from ovmr_index.db.models import Collation, Dataset, Source
from ovmr_index.errors import counted
from ovmr_index.formats.table import FORMATS, format_of
from ovmr_index.pools.candidate_queries import (
    SMALL_CLASSES,
    TRAIN,
    Reason,
    StepSources,
    replaced_folders,
)
from ovmr_index.pools.collate import sources_of, vocabulary_step
from ovmr_index.pools.coverage import count_exemplars
from ovmr_index.pools.coverage_queries import short
from ovmr_index.pools.left_out_queries import images_left_by_class, images_left_by_name, left_out
from ovmr_index.pools.recipe import Step
from ovmr_index.pools.stored_recipe import stored_recipe
from ovmr_index.vocabularies.notes import listed

_SHOWN = 5  # classes
_BY_DESIGN = {Reason.EXCLUDED, Reason.ENOUGH, Reason.SPLIT}
_WORDS = {
    Reason.EXCLUDED: "of categories that the recipe excludes",
    Reason.ENOUGH: "of categories that have enough without them",
    Reason.CROWD: "around a crowd",
    Reason.OUTSIDE: "without a pixel inside their image",
    Reason.SMALL: "too small",
    Reason.SYNSETS: "with several synsets",
    Reason.FILE_NAME: "whose file names end otherwise than the recipe says",
    Reason.SPLIT: "of other splits",
    Reason.SMALL_CLASS: f"of {TRAIN} whose class {SMALL_CLASSES} has too",
    Reason.VAL_IMAGE: "on an image of LVIS val",
}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Candidates of a category from a dataset that are no exemplars, and why.

    With the reason `NOTHING`, in no dataset, nothing in the index is labelled with the category.
    """

    category_id: int
    synset: str
    dataset: str
    reason: Reason
    candidates: int

    def as_json(self) -> dict[str, Any]:
        """Return the members that `coverage --why --json` prints, in their order."""
        return asdict(self)


def count_left_out(connection: Connection, vocabulary_pk: int, under: int | None) -> list[LeftOut]:
    """Return why candidates are no exemplars of a vocabulary's pools, by category id.

    Only of categories with fewer exemplars than `under`.
    """
    pks = None if under is None else connection.execute(short(vocabulary_pk, under)).scalars().all()
    if pks == []:
        return []
    recipe = stored_recipe(connection, vocabulary_pk)
    every = recipe.all_steps(vocabulary_step(connection, vocabulary_pk))
    found = [(step, sources_of(connection, step)) for step in every]
    steps = [(step, sources) for step, sources in found if sources.source_pks]
    rows: list[LeftOut] = []
    if steps:
        collation_pk = _collation_pk(connection, vocabulary_pk)
        query = left_out(
            vocabulary_pk, collation_pk, steps, exclude_val=recipe.exclude_val, category_pks=pks
        )
        rows = [
            LeftOut(key, synset, dataset, Reason(reason), count)
            for key, synset, dataset, reason, count in connection.execute(query)
        ]
    named = {row.category_id for row in rows}
    rows += [
        LeftOut(one.category_id, one.synset, "", Reason.NOTHING, 0)
        for one in count_exemplars(connection, vocabulary_pk)
        if one.total == 0 and one.category_id not in named
    ]
    return sorted(rows, key=lambda row: (row.category_id, row.dataset, row.reason))


def describe_left_by_name(connection: Connection, vocabulary_pk: int) -> str:
    """Return how many images of the categories pools leave for their suffix, "" for none."""
    steps = _steps_of_images(connection, vocabulary_pk)
    if not steps:
        return ""
    collation_pk = _collation_pk(connection, vocabulary_pk)
    left = connection.execute(images_left_by_name(vocabulary_pk, collation_pk, steps)).scalar_one()
    suffixes = " ".join(one.exemplar_suffix for one in FORMATS.values() if one.exemplar_suffix)
    return f"{counted(left, 'image')} left: pools take {suffixes} alone" if left else ""


def describe_left_by_class(connection: Connection, vocabulary_pk: int) -> str:
    """Return how many images pools leave for their class, which is among the small ones too.

    The first such classes are named; "" for none.
    """
    steps = _steps_of_images(connection, vocabulary_pk)
    if not steps or connection.execute(replaced_folders().limit(1)).first() is None:
        return ""
    query = images_left_by_class(vocabulary_pk, _collation_pk(connection, vocabulary_pk), steps)
    counts = {path.rpartition("/")[2]: count for path, count in connection.execute(query)}
    if not counts:
        return ""
    left, classes = counted(sum(counts.values()), "image"), counted(len(counts), "class", "classes")
    return (
        f"{left} of {TRAIN} left: pools take {SMALL_CLASSES} alone for {classes} in both:"
        f" {listed([*counts], _SHOWN)}"
    )


def _steps_of_images(connection: Connection, vocabulary_pk: int) -> list[tuple[Step, StepSources]]:
    """Return the steps of the stored recipe that take images, and what the index holds of each."""
    recipe = stored_recipe(connection, vocabulary_pk)
    every = recipe.all_steps(vocabulary_step(connection, vocabulary_pk))
    found = [(step, sources_of(connection, step)) for step in every if step.take == "pictures"]
    return [(step, sources) for step, sources in found if sources.source_pks]


def _collation_pk(connection: Connection, vocabulary_pk: int) -> int:
    query = select(Collation.c.pk).where(Collation.c.vocabulary_pk == vocabulary_pk)
    return connection.execute(query).scalar_one()


def untaken(connection: Connection, vocabulary_pk: int) -> list[str]:
    """Return what the index holds and no step takes for a category itself: `boxes of lvis (val)`.

    Labels are boxes or whole images. What is labelled there is no candidate.
    """
    recipe = stored_recipe(connection, vocabulary_pk)
    steps = recipe.all_steps(vocabulary_step(connection, vocabulary_pk))
    taken = {
        source_pk
        for step in steps
        if step.of == "category"
        for source_pk in sources_of(connection, step).source_pks
    }
    query = (
        select(Dataset.c.name, Source.c.split, Source.c.format)
        .join(Source, Source.c.dataset_pk == Dataset.c.pk)
        .where(Source.c.pk.not_in(taken))
        .order_by(Dataset.c.name, Source.c.split, Source.c.name)
    )
    said = [
        f"{'images' if format_of(name).is_tree else 'boxes'} of {dataset}"
        + (f" ({split})" if split else "")
        for dataset, split, name in connection.execute(query)
    ]
    return [*dict.fromkeys(said)]


def describe_why(rows: Sequence[LeftOut], others: Sequence[str], under: int | None = None) -> str:
    """Return in one line what becomes of all candidates; `others` are what no step takes.

    With `under` `rows` are of categories with fewer exemplars than that alone.
    """
    said = describe_left_out(rows, by_design=True)
    if not said:
        of_recipe = " of the recipe" if others else ""
        short = "" if under is None else f" for a category with fewer than {under:,} exemplars"
        said = f"every candidate{of_recipe}{short} is an exemplar"
    no_step = f"no step of the recipe takes {listed(others)}" if others else ""
    return "; ".join(filter(None, (said, no_step)))


def describe_left_out(rows: Sequence[LeftOut], *, by_design: bool = False) -> str:
    """Return in one line how many candidates are no exemplars by reason; "" where there are none.

    What the recipe leaves out of whole categories, whatever it is, is said only `by_design`.
    """
    said = [
        words
        for reason, words in count_reasons(rows).items()
        if by_design or reason not in _BY_DESIGN
    ]
    nothing = sum(row.reason == Reason.NOTHING for row in rows)
    parts = [f"candidates that are no exemplars: {', '.join(said)}"] if said else []
    if nothing:
        categories = counted(nothing, "category", "categories")
        parts.append(f"no candidate at all for {categories}")
    return "; ".join(parts)


def count_reasons(rows: Sequence[LeftOut]) -> dict[Reason, str]:
    """Return how many candidates there are for each reason, in words: `1,234 too small`."""
    counts: dict[Reason, int] = {}
    for row in rows:
        counts[row.reason] = counts.get(row.reason, 0) + row.candidates
    return {
        reason: f"{counts[reason]:,} {words}"
        for reason, words in _WORDS.items()
        if counts.get(reason)
    }
